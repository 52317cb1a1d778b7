"""Planning, changing, moving and cancelling shifts, and who is told."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination import eligibility, rosters
from coordination.actions import assignments, clearances, engagements, shifts
from coordination.models import Assignment, Clearance, Person, Shift
from coordination.states import SHIFT, AssignmentState, ShiftState
from coordination.tests import factories
from coordination.tests.deeds import engaged
from core.errors import DomainError
from core.models import AuditEvent, Message
from core.periods import today


@pytest.fixture
def shift(site):
    return factories.make_shift(site, capacity=5)


def booked(shift, by, **fields):
    volunteer = engaged(shift.site, **fields)
    return assignments.sign_up(shift=shift, volunteer=volunteer, by=by)


def refused(code, deed, **kwargs):
    with pytest.raises(DomainError) as caught:
        deed(**kwargs)
    assert caught.value.code == code
    return caught.value


def later(shift, **delta):
    return {
        "starts_at": shift.starts_at + timedelta(**delta),
        "ends_at": shift.ends_at + timedelta(**delta),
    }


def told():
    return sorted(Message.objects.values_list("kind", "person_id"))


# --- Plan and change -----------------------------------------------------------------------


def test_plan_makes_and_records(site, coordinator):
    start = factories.at(today() + timedelta(days=3), 15)
    shift = shifts.plan(
        site=site, starts_at=start, ends_at=start + timedelta(hours=2), capacity=3, by=coordinator
    )
    assert shift.state == ShiftState.OPEN
    assert AuditEvent.objects.get(kind="shift.planned").object_id == str(shift.pk)


@pytest.mark.parametrize(
    ("code", "starts", "hours", "capacity", "minimum"),
    [
        ("in_past", -1, 2, 2, 1),
        ("ends_before_start", 24, 0, 2, 1),
        ("too_long", 24, 25, 2, 1),
        ("minimum_above_capacity", 24, 2, 2, 3),
    ],
)
def test_plan_refuses(code, starts, hours, capacity, minimum, site, coordinator):
    start = timezone.now() + timedelta(hours=starts)
    refused(
        code,
        shifts.plan,
        site=site,
        starts_at=start,
        ends_at=start + timedelta(hours=hours),
        capacity=capacity,
        minimum=minimum,
        by=coordinator,
    )


def test_plan_at_a_closed_site(site, coordinator):
    site.closed_on = today()
    site.save()
    start = timezone.now() + timedelta(days=1)
    refused(
        "site_closed",
        shifts.plan,
        site=site,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        capacity=1,
        by=coordinator,
    )


def test_change_place_tells_those_on_it(shift, coordinator):
    assignment = booked(shift, coordinator)
    shifts.change(shift=shift, place="Mødelokale 2", by=coordinator)
    assert told() == [("coordination.shift_changed", assignment.volunteer_id)]


def test_change_places_below_those_on_it(shift, coordinator):
    booked(shift, coordinator)
    booked(shift, coordinator)
    refused("capacity_below_taken", shifts.change, shift=shift, capacity=1, by=coordinator)
    shifts.change(shift=shift, capacity=2, by=coordinator)
    assert told() == []


# --- Reschedule ----------------------------------------------------------------------------


def test_reschedule_moves_the_copies_and_tells(shift, coordinator):
    assignment = booked(shift, coordinator)
    moved = shifts.reschedule(shift=shift, by=coordinator, **later(shift, days=1))
    assignment.refresh_from_db()
    assert (assignment.starts_at, assignment.ends_at) == (moved.starts_at, moved.ends_at)
    assert told() == [("coordination.shift_changed", assignment.volunteer_id)]


def test_reschedule_there_and_back_tells_twice(shift, coordinator):
    booked(shift, coordinator)
    there, back = later(shift, days=1), later(shift)
    shifts.reschedule(shift=shift, by=coordinator, **there)
    shifts.reschedule(shift=shift, by=coordinator, **back)
    assert len(told()) == 2


def test_reschedule_to_a_day_without_clearance_is_refused(site, shift, coordinator):
    factories.make_requirement(site.activity)
    volunteer = engaged(site)
    factories.make_clearance(volunteer, site=site, valid_until=shift.day)
    assignments.sign_up(shift=shift, volunteer=volunteer, by=coordinator)
    error = refused(
        "do_not_fit", shifts.reschedule, shift=shift, by=coordinator, **later(shift, days=1)
    )
    assert error.reasons == (
        f"{volunteer.person.name}: " + _("The agreement is not signed by all for that day."),
    )
    shift.refresh_from_db()
    assert shift.assignments.get().starts_at == shift.starts_at


def test_reschedule_releases_only_those_who_do_not_fit(site, shift, coordinator):
    factories.make_requirement(site.activity)
    expiring, lasting = (
        engaged(site),
        engaged(site),
    )
    factories.make_clearance(expiring, site=site, valid_until=shift.day)
    factories.make_clearance(lasting, site=site)
    for volunteer in (expiring, lasting):
        assignments.sign_up(shift=shift, volunteer=volunteer, by=coordinator)
    shifts.reschedule(
        shift=shift,
        by=coordinator,
        release=[expiring.pk, lasting.pk],
        **later(shift, days=1),
    )
    states = dict(shift.assignments.values_list("volunteer_id", "state"))
    assert states == {
        expiring.pk: AssignmentState.CANCELLED,
        lasting.pk: AssignmentState.BOOKED,
    }
    assert told() == [
        ("coordination.assignment_released", expiring.pk),
        ("coordination.shift_changed", lasting.pk),
    ]


def test_reschedule_onto_another_shift_of_somebody(site, shift, coordinator):
    volunteer = booked(shift, coordinator).volunteer
    other = factories.make_shift(site, day=shift.day + timedelta(days=1))
    assignments.sign_up(shift=other, volunteer=volunteer, by=coordinator)
    error = refused(
        "do_not_fit", shifts.reschedule, shift=shift, by=coordinator, **later(shift, days=1)
    )
    assert error.reasons == (f"{volunteer.person.name}: " + _("Has another shift at that time."),)


def test_reschedule_by_half_an_hour_does_not_clash_with_itself(shift, coordinator):
    booked(shift, coordinator)
    shifts.reschedule(shift=shift, by=coordinator, **later(shift, minutes=30))


@pytest.mark.parametrize("people", [1, 3, 30])
def test_reschedule_queries_do_not_depend_on_people(
    people, site, coordinator, django_assert_num_queries
):
    shift = factories.make_shift(site, capacity=40)
    for _number in range(people):
        booked(shift, coordinator)
    with django_assert_num_queries(20):
        shifts.reschedule(shift=shift, by=coordinator, **later(shift, days=1))


def test_reschedule_begun(shift, coordinator):
    Shift.objects.filter(pk=shift.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    refused("begun", shifts.reschedule, shift=shift, by=coordinator, **later(shift, days=1))


# --- Cancel and release --------------------------------------------------------------------


def test_cancel_shift_tells_everybody(shift, coordinator):
    people = {booked(shift, coordinator).volunteer_id for _number in range(3)}
    shifts.cancel_shift(shift=shift, by=coordinator)
    assert told() == sorted(("coordination.shift_cancelled", pk) for pk in people)
    assert set(shift.assignments.values_list("state", flat=True)) == {AssignmentState.CANCELLED}


SHIFT_DEEDS = {
    ShiftState.CANCELLED: lambda row, by: shifts.cancel_shift(shift=row, by=by),
}


@pytest.mark.parametrize("target", SHIFT_DEEDS)
@pytest.mark.parametrize("state", ShiftState)
def test_shift_every_transition(state, target, site, coordinator):
    cancelled = {"cancelled_at": timezone.now(), "cancelled_by": coordinator}
    fields = cancelled if state == ShiftState.CANCELLED else {}
    shift = factories.make_shift(site, state=state, **fields)
    if SHIFT.allows(state, target):
        assert SHIFT_DEEDS[target](shift, coordinator).state == target
    else:
        refused("wrong_state", SHIFT_DEEDS[target], row=shift, by=coordinator)


@pytest.mark.parametrize("deed", ["change", "reschedule", "sign_up"])
def test_cancelled_shift_takes_no_more(deed, site, coordinator):
    volunteer = engaged(site)
    shift = factories.make_shift(site)
    shifts.cancel_shift(shift=shift, by=coordinator)
    deeds = {
        "change": ("shift_cancelled", lambda: shifts.change(shift=shift, note="x", by=coordinator)),
        "reschedule": (
            "shift_cancelled",
            lambda: shifts.reschedule(shift=shift, by=coordinator, **later(shift, days=1)),
        ),
        "sign_up": (
            "cancelled",
            lambda: assignments.sign_up(shift=shift, volunteer=volunteer, by=coordinator),
        ),
    }
    code, act = deeds[deed]
    refused(code, act)


def test_end_of_engagement_frees_later_shifts_only(site, coordinator):
    volunteer = engaged(site)
    last_day = today() + timedelta(days=10)
    within = factories.make_shift(site, day=last_day)
    after = factories.make_shift(site, day=last_day + timedelta(days=1))
    for shift in (within, after):
        assignments.sign_up(shift=shift, volunteer=volunteer, by=coordinator)
    engagements.end(
        engagement=volunteer.engagements.get(), last_day=last_day, reason="moved", by=coordinator
    )
    states = dict(volunteer.assignments.values_list("shift_id", "state"))
    assert states == {
        within.pk: AssignmentState.BOOKED,
        after.pk: AssignmentState.CANCELLED,
    }
    assert told() == [("coordination.assignment_released", volunteer.pk)]


# --- At risk -------------------------------------------------------------------------------


def risky():
    """Those at risk. A page, which asks about the doubtful only, finds as many on each shift."""
    found = eligibility.assignments_at_risk().order_by().values_list("pk", "shift_id")
    page = list(rosters.shifts())
    at_risk = rosters.at_risk_of(page, rosters.sign_ups_of(page))
    assert at_risk == Counter(shift for _pk, shift in found)
    return {pk for pk, _shift in found}


def test_at_risk_when_a_clearance_ends_later(site, shift, coordinator):
    factories.make_requirement(site.activity)
    volunteer = engaged(site)
    factories.make_clearance(volunteer, site=site, source_type="core.user", source_id=7)
    assignment = assignments.sign_up(shift=shift, volunteer=volunteer, by=coordinator)
    assert risky() == set()
    Clearance.objects.update(source_type="core.user", source_id=coordinator.pk)
    clearances.revoke(source=coordinator, by=coordinator)
    assert risky() == {assignment.pk}


def test_at_risk_when_requirements_change(site, shift, coordinator):
    assignment = booked(shift, coordinator)
    assert risky() == set()
    factories.make_requirement(site.activity, "child_certificate")
    assert risky() == {assignment.pk}


def test_at_risk_pause_and_day_of_the_shift(site, coordinator):
    volunteer = engaged(site)
    found = [
        assignments.sign_up(
            shift=factories.make_shift(site, day=today() + timedelta(days=days)),
            volunteer=volunteer,
            by=coordinator,
        )
        for days in (5, 15)
    ]
    volunteer.engagements.get().pauses.create(starts_on=today() + timedelta(days=10))
    assert risky() == {found[1].pk}


def test_at_risk_age(site, coordinator):
    day = date(today().year + 1, 3, 10)
    shift = factories.make_shift(site, day=day, capacity=5)
    unknown = booked(shift, coordinator)
    young = booked(shift, coordinator, birth_year=day.year - 18)
    old = booked(shift, coordinator, birth_year=day.year - 19)
    just = booked(shift, coordinator, birth_date=date(day.year - 18, 3, 10))
    not_yet = booked(shift, coordinator, birth_date=date(day.year - 18, 3, 11))
    site.activity.minimum_age = 18
    site.activity.save()
    assert risky() == {unknown.pk, young.pk, not_yet.pk}
    shift.refresh_from_db()
    volunteers = [row.volunteer for row in (unknown, young, old, just, not_yet)]
    gate = eligibility.obstacles_of(volunteers, site=shift.site, day=shift.day)
    assert {pk for pk, found in gate.items() if found} == {
        unknown.volunteer_id,
        young.volunteer_id,
        not_yet.volunteer_id,
    }


def test_at_risk_below_the_municipality_s_own_age(shift, coordinator):
    grown = booked(shift, coordinator, birth_year=1980)
    young = booked(shift, coordinator)
    Person.objects.filter(pk=young.volunteer_id).update(birth_year=today().year - 5)
    assert risky() == {young.pk}
    Person.objects.filter(pk=grown.volunteer_id).update(
        birth_year=None, birth_date=date(today().year - 5, 1, 1)
    )
    assert risky() == {grown.pk, young.pk}


def test_at_risk_leaves_out_the_past_and_the_cancelled(site, shift, coordinator):
    assignment = booked(shift, coordinator)
    factories.make_requirement(site.activity)
    assert risky() == {assignment.pk}
    assignments.cancel(assignment=assignment, by=coordinator)
    assert risky() == set()


def test_gate_is_one_answer_for_one_and_for_many(site, here, coordinator):
    """The explainer for a page, for one shift and the query of those at risk agree."""
    factories.make_requirement(site.activity)
    other_site = factories.make_site(here)
    volunteer = engaged(site)
    factories.make_clearance(volunteer, site=site, valid_until=today() + timedelta(days=8))
    coming = [
        factories.make_shift(where, day=today() + timedelta(days=days))
        for where in (site, other_site)
        for days in (7, 8, 9)
    ]
    many = eligibility.obstacles_to_shifts(coming, volunteer)
    assert many == {shift.pk: eligibility.obstacles_to_shift(shift, volunteer) for shift in coming}
    assert [len(many[shift.pk]) for shift in coming] == [0, 0, 1, 1, 1, 1]
    for shift in coming:
        Assignment.objects.create(
            shift=shift,
            volunteer=volunteer,
            starts_at=shift.starts_at + timedelta(hours=3 * (shift.site_id == site.pk)),
            ends_at=shift.ends_at + timedelta(hours=3 * (shift.site_id == site.pk)),
            booked_at=timezone.now(),
            booked_by=coordinator,
        )
    at_risk = set(eligibility.assignments_at_risk().values_list("shift_id", flat=True))
    assert at_risk == {pk for pk, found in many.items() if found}
    assert set(rosters.at_risk_of(coming, rosters.sign_ups_of(coming))) == at_risk
