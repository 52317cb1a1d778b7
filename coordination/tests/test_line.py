"""The waiting list: order, offers that hold a place, the clock, yes and no, requests, deadlines."""

from datetime import timedelta

import pytest
from django.utils import timezone

from coordination import joining, rosters
from coordination.actions import assignments, engagements, line, shifts, sign_up
from coordination.locks import locked_shift
from coordination.models import Assignment
from coordination.states import ASSIGNMENT, AssignmentState, SignUpWay
from coordination.tests import factories
from coordination.tests.deeds import engaged, join
from coordination.tests.test_actions_assignments import begun, put_in, refused
from core import mail, policies
from core.models import AuditEvent, Message
from core.periods import today

pytestmark = pytest.mark.usefixtures("no_quiet_hours")

S = AssignmentState
ALLOWED = {
    ("requested", "booked"),
    ("requested", "waiting"),
    ("requested", "declined"),
    ("waiting", "offered"),
    ("waiting", "booked"),
    ("waiting", "declined"),
    ("offered", "waiting"),
    ("offered", "booked"),
    ("offered", "declined"),
    ("offered", "lapsed"),
    ("booked", "cancelled"),
    ("booked", "attended"),
    ("booked", "absent"),
    ("booked", "lapsed"),
    ("attended", "absent"),
    ("absent", "attended"),
}


@pytest.fixture
def frida(volunteer, site):
    factories.make_engagement(volunteer, site)
    return volunteer


@pytest.fixture
def shift(site):
    return factories.make_shift(site, capacity=1)


def states(shift):
    """The states of all who have something to do with the shift, in the order they came."""
    return list(shift.assignments.order_by("pk").values_list("state", flat=True))


def run_out(assignment):
    """Let the time of an offer pass."""
    past = timezone.now() - timedelta(minutes=1)
    Assignment.objects.filter(pk=assignment.pk).update(offer_until=past)


def offers():
    return Message.objects.filter(kind="coordination.place_offered").order_by("pk")


@pytest.fixture
def full(shift, site):
    """(the shift, who has the one place, the first and the second who wait)."""
    rows = [join(shift, engaged(site, name)) for name in ("Anna", "Bodil", "Carl")]
    return shift, *rows


# --- The table -----------------------------------------------------------------------------


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("target", S)
def test_table(state, target):
    assert ASSIGNMENT.allows(state, target) == ((state.value, target.value) in ALLOWED)


def do(target, row, by):
    """What leads to the state, for a row at whose shift all that is needed is so."""
    if target == S.BOOKED:
        return line.grant(assignment=row, by=by).state
    if target == S.DECLINED:
        return line.decline(assignment=row, by=by).state
    line.advance(locked_shift(row.shift_id))
    return Assignment.objects.get(pk=row.pk).state


def not_said_yes_to(assignment):
    """Let the time pass in which a changed shift is said yes to."""
    past = timezone.now() - timedelta(minutes=1)
    Assignment.objects.filter(pk=assignment.pk).update(
        confirm_asked_at=past - timedelta(days=1), confirm_until=past
    )


@pytest.mark.parametrize("target", [S.BOOKED, S.DECLINED, S.OFFERED, S.LAPSED])
@pytest.mark.parametrize("state", S)
def test_every_transition(state, target, frida, site, coordinator):
    row = join(factories.make_shift(site), frida)
    put_in(row, state, coordinator)
    if target == S.LAPSED and state == S.OFFERED:
        run_out(row)
    if target == S.LAPSED and state == S.BOOKED:
        not_said_yes_to(row)
    if ASSIGNMENT.allows(state, target):
        assert do(target, row, coordinator) == target
        return
    if target in (S.BOOKED, S.DECLINED):
        refused("wrong_state", do, target=target, row=row, by=coordinator)
    elif state != S.WAITING:
        do(target, row, coordinator)
        row.refresh_from_db()
        assert row.state == state


# --- Order, offers and the clock -----------------------------------------------------------


def test_who_comes_when_it_is_full_waits_in_order(full):
    shift, anna, bodil, carl = full
    standing = rosters.line_of(shift)
    assert [row.pk for row in standing.waiting] == [bodil.pk, carl.pk]
    assert [standing.position(row) for row in (anna, bodil, carl)] == [None, 1, 2]


def test_a_place_that_becomes_free_is_offered_to_the_first(full):
    shift, anna, bodil, _carl = full
    assignments.cancel(assignment=anna, by=anna.volunteer.person.user)
    assert states(shift) == ["cancelled", "offered", "waiting"]
    bodil.refresh_from_db()
    assert bodil.offer_until - timezone.now() > timedelta(hours=23)
    assert [row.person_id for row in offers()] == [bodil.volunteer_id]
    assert mail.kinds()["coordination.place_offered"].context(offers()[0]) is not None


def test_an_offer_holds_the_place(full, site, coordinator):
    shift, anna, *_rest = full
    assignments.cancel(assignment=anna, by=coordinator)
    newcomer = engaged(site)
    refused("full", assignments.sign_up, shift=shift, volunteer=newcomer, by=newcomer.person.user)
    refused("capacity_below_taken", lower_below_offer, shift=shift, by=coordinator)


def test_a_place_on_offer_is_not_free_in_lists(full):
    shift, anna, bodil, _carl = full
    seats = rosters.group_seats_of([shift])
    assert rosters.taken_and_offered(seats) == ({shift.pk: 1}, {})
    assignments.cancel(assignment=anna, by=anna.volunteer.person.user)
    assert rosters.taken_and_offered(seats) == ({shift.pk: 0}, {shift.pk: 1})
    assert rosters.sign_ups_of([shift]) == [(shift.pk, bodil.volunteer_id, S.OFFERED)]
    [gap] = rosters.with_gaps(type(shift).objects.all())
    assert (gap.held, gap.offered) == (0, 1)
    assert not rosters.with_free_places(rosters.with_gaps(type(shift).objects.all()))
    run_out(bodil)
    assert rosters.taken_and_offered(seats) == ({shift.pk: 0}, {})
    assert rosters.sign_ups_of([shift]) == []
    assert rosters.with_free_places(rosters.with_gaps(type(shift).objects.all())).get() == shift


def lower_below_offer(shift, by):
    shift = shifts.change(shift=shift, capacity=2, by=by)
    return shifts.change(shift=shift, capacity=1, by=by)


def test_accept(full):
    shift, anna, bodil, _carl = full
    assignments.cancel(assignment=anna, by=anna.volunteer.person.user)
    line.accept(assignment=bodil, by=bodil.volunteer.person.user)
    assert states(shift) == ["cancelled", "booked", "waiting"]
    bodil.refresh_from_db()
    assert bodil.offer_until is None
    refused("wrong_state", line.accept, assignment=bodil, by=bodil.volunteer.person.user)


def test_no_goes_on_to_the_next(full):
    shift, anna, bodil, carl = full
    assignments.cancel(assignment=anna, by=anna.volunteer.person.user)
    line.decline(assignment=bodil, by=bodil.volunteer.person.user)
    assert states(shift) == ["cancelled", "declined", "offered"]
    assert [row.person_id for row in offers()] == [bodil.volunteer_id, carl.volunteer_id]


def test_the_clock_goes_on_to_the_next(full):
    shift, anna, bodil, _carl = full
    assignments.cancel(assignment=anna, by=anna.volunteer.person.user)
    run_out(bodil)
    assert line.advance_due() == 1
    assert states(shift) == ["cancelled", "lapsed", "offered"]
    kinds = AuditEvent.objects.filter(kind__startswith="assignment.").order_by("pk")
    assert list(kinds.values_list("kind", flat=True))[-3:] == [
        "assignment.offered",
        "assignment.lapsed",
        "assignment.offered",
    ]


def test_twice_by_the_clock_is_once(full):
    _shift, anna, *_rest = full
    assignments.cancel(assignment=anna, by=anna.volunteer.person.user)
    for _run in range(3):
        line.advance_due()
    assert offers().count() == 1


def test_lapsed_offer_cannot_be_taken_though_no_worker_has_run(full):
    _shift, anna, bodil, _carl = full
    assignments.cancel(assignment=anna, by=anna.volunteer.person.user)
    run_out(bodil)
    refused("offer_lapsed", line.accept, assignment=bodil, by=bodil.volunteer.person.user)


def test_dead_worker_loses_no_place(full, site):
    """Nobody runs the clock: whoever comes next finds the line set right first."""
    shift, anna, bodil, carl = full
    assignments.cancel(assignment=anna, by=anna.volunteer.person.user)
    run_out(bodil)
    assert join(shift, engaged(site)).state == S.WAITING
    assert states(shift) == ["cancelled", "lapsed", "offered", "waiting"]
    run_out(carl)
    assert join(shift, engaged(site)).state == S.WAITING
    assert states(shift)[2:] == ["lapsed", "offered", "waiting"]


def test_more_places_are_offered(full, coordinator):
    shift, *_rest = full
    shifts.change(shift=shift, capacity=3, by=coordinator)
    assert states(shift) == ["booked", "offered", "offered"]


def test_moved_shift_offers_anew(full, site, coordinator):
    shift, anna, bodil, _carl = full
    assignments.cancel(assignment=anna, by=anna.volunteer.person.user)
    later = shift.starts_at + timedelta(days=1)
    shifts.reschedule(
        shift=shift, starts_at=later, ends_at=later + timedelta(hours=2), by=coordinator
    )
    assert states(shift) == ["cancelled", "offered", "waiting"]
    assert set(shift.assignments.live().values_list("starts_at", flat=True)) == {later}
    assert [row.person_id for row in offers()] == [bodil.volunteer_id] * 2


def test_cancelled_shift_lets_all_go_and_tells_them(full, coordinator):
    shift, *_rest = full
    shifts.cancel_shift(shift=shift, by=coordinator)
    assert states(shift) == ["cancelled", "declined", "declined"]
    assert Message.objects.filter(kind="coordination.shift_cancelled").count() == 3


def test_ended_engagement_frees_place_and_turn(full, coordinator):
    shift, anna, bodil, carl = full
    for row in (bodil, anna):
        engagement = row.volunteer.engagements.get()
        engagements.end(engagement=engagement, last_day=today(), reason="other", by=coordinator)
    assert states(shift) == ["cancelled", "declined", "offered"]
    assert [row.person_id for row in offers()] == [carl.volunteer_id]


def test_who_cannot_come_keeps_their_turn(full, coordinator):
    """Bodil has a pause when the place becomes free; afterwards she is the first again."""
    shift, anna, bodil, carl = full
    pause = bodil.volunteer.engagements.get().pauses.create(starts_on=today())
    assignments.cancel(assignment=anna, by=coordinator)
    assert states(shift) == ["cancelled", "waiting", "offered"]
    pause.delete()
    line.decline(assignment=carl, by=carl.volunteer.person.user)
    assert states(shift) == ["cancelled", "offered", "declined"]


def test_yes_is_asked_about_anew(full, coordinator):
    """Between the offer and the yes she has taken another shift at that time."""
    shift, anna, bodil, _carl = full
    assignments.cancel(assignment=anna, by=coordinator)
    other = factories.make_shift(shift.site, hour=16)
    assignments.sign_up(shift=other, volunteer=bodil.volunteer, by=coordinator)
    refused("overlap", line.accept, assignment=bodil, by=bodil.volunteer.person.user)


def test_nothing_is_offered_when_the_shift_is_about_to_begin(full, site):
    shift, anna, *_rest = full
    begun(shift, ago=-timedelta(minutes=20))
    shift.assignments.filter(pk=anna.pk).update(
        state="cancelled", cancelled_at=timezone.now(), cancelled_by=anna.booked_by
    )
    line.advance_due()
    assert states(shift) == ["cancelled", "waiting", "waiting"]
    assert join(shift, engaged(site)).state == S.BOOKED


def test_waiting_twice(full):
    _shift, _anna, bodil, _carl = full
    refused("cannot_join", join, shift=bodil.shift, volunteer=bodil.volunteer)
    by = bodil.volunteer.person.user
    line.decline(assignment=bodil, by=by)
    assert join(bodil.shift, bodil.volunteer).state == S.WAITING


def test_uncleared_cannot_wait(shift, site, frida):
    join(shift, engaged(site))
    factories.make_requirement(site.activity)
    error = refused("cannot_join", join, shift=shift, volunteer=frida)
    assert len(error.reasons) == 2


# --- Requests, and who signs up ------------------------------------------------------------


def ask(shift, volunteer):
    Shift = type(shift)
    Shift.objects.filter(pk=shift.pk).update(way=SignUpWay.REQUEST)
    return assignments.sign_up(shift=shift, volunteer=volunteer, by=volunteer.person.user)


def answers():
    rows = Message.objects.filter(kind="coordination.place_answer").order_by("pk")
    return [row.params["answer"] for row in rows]


def test_request_takes_no_place_until_granted(shift, site, frida, coordinator):
    asked = ask(shift, frida)
    assert asked.state == S.REQUESTED
    assert rosters.line_of(shift).free == 1
    assert line.grant(assignment=asked, by=coordinator).state == S.BOOKED
    assert answers() == ["yes"]


def test_request_for_a_full_shift_waits(shift, site, frida, coordinator):
    assignments.sign_up(shift=shift, volunteer=engaged(site), by=coordinator)
    asked = ask(shift, frida)
    assert line.grant(assignment=asked, by=coordinator).state == S.WAITING
    refused("full", line.grant, assignment=asked, by=coordinator)
    assert answers() == ["wait"]


def test_no_to_a_request_is_told_once_and_only_by_staff(shift, site, frida, coordinator):
    line.decline(assignment=ask(shift, frida), by=coordinator)
    line.decline(assignment=ask(shift, frida), by=frida.person.user)
    assert answers() == ["no"]


def test_only_staff_put_people_on(shift, frida, coordinator):
    sign_up.set_rules(
        activity=shift.site.activity,
        way=SignUpWay.STAFF,
        join_hours=None,
        leave_hours=None,
        by=coordinator,
    )
    refused("staff_only", join, shift=shift, volunteer=frida)
    granted = assignments.sign_up(shift=shift, volunteer=frida, by=coordinator)
    assert granted.state == S.BOOKED


def test_shift_decides_before_its_activity(shift, frida, coordinator):
    sign_up.set_rules(
        activity=shift.site.activity,
        way=SignUpWay.STAFF,
        join_hours=None,
        leave_hours=None,
        by=coordinator,
    )
    shifts.change(shift=shift, way=SignUpWay.SELF, by=coordinator)
    assert join(shift, frida).state == S.BOOKED


# --- Deadlines -----------------------------------------------------------------------------


def test_deadlines_of_branch_and_activity(shift, site, manager, coordinator):
    path = site.branch.path
    policies.set("shift.join_deadline_hours", 12, path=path, by=manager)
    found = rosters.shifts_with_rules().get(pk=shift.pk)
    assert (joining.join_hours(found), joining.leave_hours(found)) == (12, 24)
    sign_up.set_rules(
        activity=site.activity, way="self", join_hours=48, leave_hours=0, by=coordinator
    )
    found = rosters.shifts_with_rules().get(pk=shift.pk)
    assert (joining.join_hours(found), joining.leave_hours(found)) == (48, 0)


def test_joining_closes_for_volunteers_not_for_staff(site, frida, coordinator):
    sign_up.set_rules(
        activity=site.activity, way="self", join_hours=72, leave_hours=1, by=coordinator
    )
    shift = factories.make_shift(site, starts_at=timezone.now() + timedelta(hours=71))
    refused("sign_up_closed", join, shift=shift, volunteer=frida)
    booked = assignments.sign_up(shift=shift, volunteer=frida, by=coordinator)
    assert assignments.cancel(assignment=booked, by=frida.person.user).state == S.CANCELLED


def test_leaving_closes_for_volunteers(site, frida, coordinator):
    sign_up.set_rules(
        activity=site.activity, way="self", join_hours=None, leave_hours=72, by=coordinator
    )
    shift = factories.make_shift(site, starts_at=timezone.now() + timedelta(hours=71))
    booked = join(shift, frida)
    refused("too_late", assignments.cancel, assignment=booked, by=frida.person.user)
