"""Signing up, cancelling, attendance: rules, states, audit, messages."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination import eligibility
from coordination.actions import assignments, attendance
from coordination.models import Assignment, Person
from coordination.states import ASSIGNMENT, AssignmentState
from coordination.tests import factories
from core import policies
from core.errors import DomainError
from core.models import AuditEvent, Message
from core.periods import today

CLEARED_SITE_CODES = ["agreement", "child_certificate"]


@pytest.fixture
def frida(volunteer, site):
    """The volunteer of the cast, tied to the site that the test is about."""
    factories.make_engagement(volunteer, site)
    return volunteer


def sign_up(shift, volunteer, by=None):
    return assignments.sign_up(shift=shift, volunteer=volunteer, by=by or volunteer.person.user)


def refused(code, deed, **kwargs):
    with pytest.raises(DomainError) as caught:
        deed(**kwargs)
    assert caught.value.code == code
    return caught.value


def begun(shift, ago=timedelta(hours=1)):
    """Have the shift begin in the past, the copies too."""
    start = timezone.now() - ago
    end = start + timedelta(hours=2)
    shift.assignments.update(starts_at=start, ends_at=end)
    type(shift).objects.filter(pk=shift.pk).update(starts_at=start, ends_at=end)
    return shift


# --- Sign up -------------------------------------------------------------------------------


def test_sign_up_copies_the_period_and_records(frida, site):
    shift = factories.make_shift(site)
    assignment = sign_up(shift, frida)
    assert (assignment.starts_at, assignment.ends_at) == (shift.starts_at, shift.ends_at)
    assert assignment.state == AssignmentState.BOOKED
    event = AuditEvent.objects.get(kind="assignment.booked")
    assert (event.object_id, event.branch_path) == (str(assignment.pk), site.branch.path)


def test_sign_up_queries(frida, site, django_assert_num_queries):
    shift = factories.make_shift(site)
    with django_assert_num_queries(13):  # SAVEPOINT, RELEASE and the settings included
        sign_up(shift, frida)


def test_sign_up_without_clearance_tells_what_to_do(frida, site):
    factories.make_requirement(site.activity)
    shift = factories.make_shift(site)
    error = refused("agreement", sign_up, shift=shift, volunteer=frida)
    assert error.message == _(
        "Your agreement is not signed by all for that day. Look under Agreements on your page."
    )
    assert Assignment.objects.count() == 0


def test_sign_up_tells_staff_in_their_words(frida, site, coordinator):
    factories.make_requirement(site.activity)
    shift = factories.make_shift(site)
    error = refused("agreement", sign_up, shift=shift, volunteer=frida, by=coordinator)
    assert error.message == _("The agreement is not signed by all for that day.")


def test_sign_up_several_reasons_are_all_told(frida, site):
    for kind in CLEARED_SITE_CODES:
        factories.make_requirement(site.activity, kind)
    error = refused("cannot_join", sign_up, shift=factories.make_shift(site), volunteer=frida)
    assert len(error.reasons) == 2


def test_sign_up_asks_the_gate_for_the_day_of_the_shift(frida, site):
    factories.make_requirement(site.activity)
    factories.make_clearance(frida, site=site, valid_until=today() + timedelta(days=7))
    sign_up(factories.make_shift(site, day=today() + timedelta(days=7)), frida)
    later = factories.make_shift(site, day=today() + timedelta(days=8))
    refused("agreement", sign_up, shift=later, volunteer=frida)


def test_sign_up_without_engagement(volunteer_elsewhere, site):
    shift = factories.make_shift(site)
    refused("no_engagement", sign_up, shift=shift, volunteer=volunteer_elsewhere)


def test_sign_up_during_a_pause(frida, site):
    engagement = frida.engagements.get(site=site)
    engagement.pauses.create(starts_on=today())
    refused("no_engagement", sign_up, shift=factories.make_shift(site), volunteer=frida)


def test_sign_up_full(frida, site):
    shift = factories.make_shift(site, capacity=1)
    other = factories.make_volunteer()
    factories.make_engagement(other, site)
    sign_up(shift, other, by=factories.make_user())
    refused("full", sign_up, shift=shift, volunteer=frida)


def test_sign_up_place_that_was_cancelled_is_free(frida, site):
    shift = factories.make_shift(site, capacity=1)
    other = factories.make_volunteer()
    factories.make_engagement(other, site)
    staff = factories.make_user()
    assignments.cancel(assignment=sign_up(shift, other, by=staff), by=staff)
    sign_up(shift, frida)


def test_sign_up_twice(frida, site):
    shift = factories.make_shift(site)
    sign_up(shift, frida)
    refused("already_on_it", sign_up, shift=shift, volunteer=frida)


def test_sign_up_overlapping(frida, site):
    sign_up(factories.make_shift(site, hour=15), frida)
    refused("overlap", sign_up, shift=factories.make_shift(site, hour=16), volunteer=frida)


def test_sign_up_back_to_back(frida, site):
    sign_up(factories.make_shift(site, hour=15), frida)
    sign_up(factories.make_shift(site, hour=17), frida)
    assert frida.assignments.count() == 2


def test_sign_up_begun_or_cancelled(frida, site, coordinator):
    shift = begun(factories.make_shift(site))
    refused("begun", sign_up, shift=shift, volunteer=frida)
    cancelled = factories.make_shift(
        site, state="cancelled", cancelled_at=timezone.now(), cancelled_by=coordinator
    )
    refused("cancelled", sign_up, shift=cancelled, volunteer=frida)


def test_sign_up_below_the_municipalitys_age(frida, site, manager):
    """Accepted with no age known, which came to light afterwards; the activity sets no limit."""
    booked = sign_up(shift=factories.make_shift(site, hour=9), volunteer=frida)
    policies.set("volunteer.minimum_age", 18, by=manager)
    assert not eligibility.assignments_at_risk().exists()
    Person.objects.filter(pk=frida.pk).update(birth_year=today().year - 16)
    assert list(eligibility.assignments_at_risk()) == [booked]
    refused("too_young", sign_up, shift=factories.make_shift(site), volunteer=frida)


def test_sign_up_too_young(frida, site):
    site.activity.minimum_age = 18
    site.activity.save()
    refused("age_unknown", sign_up, shift=factories.make_shift(site), volunteer=frida)
    frida.person.birth_year = today().year - 18
    frida.person.save()
    refused("too_young", sign_up, shift=factories.make_shift(site), volunteer=frida)


# --- Cancel --------------------------------------------------------------------------------


def test_cancel_own_in_time(frida, site):
    assignment = sign_up(factories.make_shift(site), frida)
    cancelled = assignments.cancel(assignment=assignment, by=frida.person.user)
    assert cancelled.state == AssignmentState.CANCELLED
    assert cancelled.cancelled_by == frida.person.user
    assert Message.objects.count() == 0


def test_cancel_own_after_the_deadline(frida, site):
    start = timezone.now() + timedelta(hours=23)
    assignment = sign_up(factories.make_shift(site, starts_at=start), frida)
    refused("too_late", assignments.cancel, assignment=assignment, by=frida.person.user)


def test_cancel_by_staff_after_the_deadline_tells_the_volunteer(frida, site, coordinator):
    start = timezone.now() + timedelta(hours=1)
    assignment = sign_up(factories.make_shift(site, starts_at=start), frida)
    assignments.cancel(assignment=assignment, by=coordinator)
    message = Message.objects.get()
    assert (message.kind, message.person_id) == ("coordination.assignment_released", frida.pk)


def test_cancel_after_the_start_is_for_nobody(frida, site, coordinator):
    assignment = sign_up(factories.make_shift(site), frida)
    begun(assignment.shift)
    refused("begun", assignments.cancel, assignment=assignment, by=coordinator)


# --- Attendance ----------------------------------------------------------------------------


def test_attendance_before_the_start(frida, site, coordinator):
    assignment = sign_up(factories.make_shift(site), frida)
    refused(
        "not_begun",
        attendance.mark_attendance,
        assignment=assignment,
        attended=True,
        by=coordinator,
    )


def test_attendance_correction_leaves_a_trace(frida, site, coordinator):
    assignment = sign_up(factories.make_shift(site), frida)
    begun(assignment.shift)
    for attended in (True, True, False):
        attendance.mark_attendance(assignment=assignment, attended=attended, by=coordinator)
    assignment.refresh_from_db()
    assert assignment.state == AssignmentState.ABSENT
    kinds = AuditEvent.objects.filter(kind__startswith="assignment.attend").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        "assignment.attendance",
        "assignment.attendance_corrected",
    ]


# --- The state table, through the actions --------------------------------------------------


DEEDS = {
    AssignmentState.CANCELLED: lambda row, by: assignments.cancel(assignment=row, by=by),
    AssignmentState.ATTENDED: lambda row, by: attendance.mark_attendance(
        assignment=row, attended=True, by=by
    ),
    AssignmentState.ABSENT: lambda row, by: attendance.mark_attendance(
        assignment=row, attended=False, by=by
    ),
}


@pytest.mark.parametrize("target", DEEDS)
@pytest.mark.parametrize("state", AssignmentState)
def test_assignment_every_transition(state, target, frida, site, coordinator):
    assignment = sign_up(factories.make_shift(site), frida)
    if target != AssignmentState.CANCELLED:
        begun(assignment.shift)
    put_in(assignment, state, coordinator)
    if ASSIGNMENT.allows(state, target) or (state == target != AssignmentState.CANCELLED):
        assert DEEDS[target](assignment, coordinator).state == target
    else:
        refused("wrong_state", DEEDS[target], row=assignment, by=coordinator)
        assignment.refresh_from_db()
        assert assignment.state == state


def put_in(assignment, state, by):
    now = timezone.now()
    asked = {"asked_at": now}
    times = {
        AssignmentState.REQUESTED: asked,
        AssignmentState.WAITING: asked,
        AssignmentState.OFFERED: asked | {"offer_until": now + timedelta(hours=9)},
        AssignmentState.LAPSED: asked | {"offer_until": now - timedelta(hours=9)},
        AssignmentState.DECLINED: asked | {"cancelled_at": now, "cancelled_by": by},
        AssignmentState.BOOKED: {},
        AssignmentState.CANCELLED: {"cancelled_at": now, "cancelled_by": by},
        AssignmentState.ATTENDED: {"attendance_at": now, "attendance_by": by},
        AssignmentState.ABSENT: {"attendance_at": now, "attendance_by": by},
    }
    Assignment.objects.filter(pk=assignment.pk).update(state=state, **times[state])
