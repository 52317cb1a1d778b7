"""The database itself refuses that one person is in two places, on both databases."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from coordination.models import Assignment, Engagement, Pause
from coordination.tests import factories
from core.constraints import explained
from core.errors import DomainError

NAMES = {"assignment_no_overlap", "engagement_no_overlap", "pause_no_overlap"}


def put_on(shift, volunteer, by, **fields):
    return Assignment.objects.create(
        shift=shift,
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=timezone.now(),
        booked_by=by,
        **fields,
    )


def refused(name, deed):
    with pytest.raises(DomainError) as caught, explained(), transaction.atomic():
        deed()
    assert caught.value.code == name


def test_guards_are_installed(db):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'x'")
            expected = NAMES
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            expected = {f"{name}_{event}" for name in NAMES for event in ("insert", "update")}
        assert expected <= {row[0] for row in cursor.fetchall()}


def test_assignment_overlap_is_refused(site, volunteer, coordinator):
    put_on(factories.make_shift(site, hour=15), volunteer, coordinator)
    other = factories.make_shift(site, hour=16)
    refused("assignment_no_overlap", lambda: put_on(other, volunteer, coordinator))


def test_assignment_back_to_back_is_accepted(site, volunteer, coordinator):
    put_on(factories.make_shift(site, hour=15), volunteer, coordinator)
    put_on(factories.make_shift(site, hour=17), volunteer, coordinator)
    assert volunteer.assignments.count() == 2


def test_assignment_of_another_person_is_accepted(site, volunteer, coordinator):
    shift = factories.make_shift(site)
    put_on(shift, volunteer, coordinator)
    put_on(shift, factories.make_volunteer(), coordinator)
    assert shift.assignments.count() == 2


def test_assignment_cancelled_frees_the_time(site, volunteer, coordinator):
    shift = factories.make_shift(site)
    first = put_on(shift, volunteer, coordinator)
    Assignment.objects.filter(pk=first.pk).update(
        state="cancelled", cancelled_at=timezone.now(), cancelled_by=coordinator
    )
    put_on(factories.make_shift(site, hour=16), volunteer, coordinator)
    refused(
        "assignment_no_overlap",
        lambda: Assignment.objects.filter(pk=first.pk).update(
            state="booked", cancelled_at=None, cancelled_by=None
        ),
    )


def test_assignment_moved_into_another_is_refused(site, volunteer, coordinator):
    put_on(factories.make_shift(site, hour=15), volunteer, coordinator)
    later = factories.make_shift(site, hour=18)
    assignment = put_on(later, volunteer, coordinator)
    refused(
        "assignment_no_overlap",
        lambda: Assignment.objects.filter(pk=assignment.pk).update(
            starts_at=later.starts_at - timedelta(hours=2)
        ),
    )


def test_assignment_bulk_insert_of_two_is_refused(site, volunteer, coordinator):
    shifts = [factories.make_shift(site, hour=15), factories.make_shift(site, hour=16)]
    rows = [
        Assignment(
            shift=shift,
            volunteer=volunteer,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            booked_at=timezone.now(),
            booked_by=coordinator,
        )
        for shift in shifts
    ]
    refused("assignment_no_overlap", lambda: Assignment.objects.bulk_create(rows))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((1, 10), (10, 20)),
        ((1, None), (5, 6)),
        ((5, 6), (1, None)),
        ((10, 20), (1, 10)),
    ],
)
def test_engagement_overlap_is_refused(site, first, second):
    volunteer = factories.make_volunteer()
    make_engagement(volunteer, site, *first)
    refused("engagement_no_overlap", lambda: make_engagement(volunteer, site, *second))


def test_engagement_next_day_or_other_site_is_accepted(site, here):
    volunteer = factories.make_volunteer()
    make_engagement(volunteer, site, 1, 10)
    make_engagement(volunteer, site, 11, None)
    make_engagement(volunteer, factories.make_site(here), 5, None)
    assert Engagement.objects.filter(volunteer=volunteer).count() == 3


def test_engagement_prolonged_into_the_next_is_refused(site):
    volunteer = factories.make_volunteer()
    first = make_engagement(volunteer, site, 1, 10)
    make_engagement(volunteer, site, 11, 20)
    rows = Engagement.objects.filter(pk=first.pk)
    refused("engagement_no_overlap", lambda: rows.update(ends_on=date(2027, 1, 11)))


def test_pause_overlap_is_refused(site):
    engagement = make_engagement(factories.make_volunteer(), site, 1, None)
    make_pause(engagement, 5, 10)
    make_pause(engagement, 11, 12)
    refused("pause_no_overlap", lambda: make_pause(engagement, 12, None))


def test_plain_error_names_the_constraint(site):
    """What `explained` finds the words by."""
    volunteer = factories.make_volunteer()
    make_engagement(volunteer, site, 1, 5)
    with pytest.raises(IntegrityError, match="engagement_no_overlap"), transaction.atomic():
        make_engagement(volunteer, site, 2, None)


def make_engagement(volunteer, site, first, last):
    return factories.make_engagement(
        volunteer, site, starts_on=date(2027, 1, first), ends_on=last and date(2027, 1, last)
    )


def make_pause(engagement, first, last):
    return Pause.objects.create(
        engagement=engagement,
        starts_on=date(2027, 1, first),
        ends_on=last and date(2027, 1, last),
    )
