"""Stand-ins: asking, who is asked, taking over, the clock, and what coordinators hear of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from coordination import joining, stand_in_emails, stand_ins
from coordination.actions import assignments, line, shifts, sign_up
from coordination.actions import stand_ins as deeds
from coordination.models import Assignment, Clearance, StandIn
from coordination.reminders.stand_ins import REMINDERS, nobody_found
from coordination.states import STAND_IN, SWAP, AssignmentState, StandInState, SwapState
from coordination.tests import factories
from coordination.tests.deeds import engaged, join
from coordination.tests.test_actions_assignments import refused
from core import choices, kinds, mail, policies, schedule
from core.channels import unsubscribe
from core.models import AuditEvent, Message
from core.periods import today
from core.privacy import retention

pytestmark = pytest.mark.usefixtures("no_quiet_hours")

S = AssignmentState
WANTED = stand_in_emails.WANTED


@pytest.fixture
def shift(site):
    return factories.make_shift(site, capacity=1)


@pytest.fixture
def frida(shift, site):
    """Who is on the shift and cannot come."""
    return join(shift, engaged(site, "Frida Frivillig"))


def willing(site, name="", **fields):
    """A volunteer who has said yes to being asked."""
    volunteer = engaged(site, name, **fields)
    choices.choose(volunteer.pk, {stand_ins.ASKED_BY: "email"})
    return volunteer


def user_of(volunteer):
    return volunteer.person.user


def ask(place, **options):
    return deeds.ask(assignment=place, by=user_of(place.volunteer), **options)


def take(search, volunteer):
    return deeds.take(stand_in=search, volunteer=volunteer, by=user_of(volunteer))


def asked():
    """Who has been asked, in order."""
    return list(
        Message.objects.filter(kind=WANTED).order_by("pk").values_list("person_id", flat=True)
    )


def states(shift):
    return list(shift.assignments.order_by("pk").values_list("state", flat=True))


def begin(shift):
    now = timezone.now()
    times = {"starts_at": now - timedelta(minutes=1), "ends_at": now + timedelta(hours=1)}
    type(shift).objects.filter(pk=shift.pk).update(**times)
    Assignment.objects.filter(shift=shift).update(**times)


# --- The tables ----------------------------------------------------------------------------

STAND_INS = {("open", "taken"), ("open", "withdrawn")}
SWAPS = {("proposed", state) for state in ("accepted", "declined", "withdrawn", "lapsed")}


@pytest.mark.parametrize("state", StandInState)
@pytest.mark.parametrize("target", StandInState)
def test_table_of_stand_ins(state, target):
    assert STAND_IN.allows(state, target) == ((state.value, target.value) in STAND_INS)


@pytest.mark.parametrize("state", SwapState)
@pytest.mark.parametrize("target", SwapState)
def test_table_of_swaps(state, target):
    assert SWAP.allows(state, target) == ((state.value, target.value) in SWAPS)


# --- Asking --------------------------------------------------------------------------------


def test_the_place_is_kept_until_somebody_takes_it(frida, shift):
    search = ask(frida, reason="  Til  brylllup ")
    assert (search.state, search.reason) == ("open", "Til brylllup")
    assert states(shift) == ["booked"]
    assert stand_ins.looking_on([shift]) == {frida.pk: search}
    event = AuditEvent.objects.get(kind="stand_in.asked")
    assert event.object_id == str(search.pk)


def test_only_the_willing_cleared_and_free_are_asked(frida, shift, site):
    factories.make_requirement(site.activity)
    good = willing(site, "God")
    for volunteer in (good, engaged(site, "Uspurgt")):
        factories.make_clearance(volunteer, site=site)
    willing(site, "Uden papirer")
    busy = willing(site, "Optaget")
    factories.make_clearance(busy, site=site)
    other = factories.make_shift(site, hour=16)
    assignments.sign_up(shift=other, volunteer=busy, by=user_of(busy))
    elsewhere = willing(factories.make_site(site.branch), "Et andet sted")
    factories.make_clearance(elsewhere, site=site)
    young = willing(site, "Ung", birth_year=today().year - 15)
    factories.make_clearance(young, site=site)
    policies.set("young.school_day_hours", 1, by=frida.booked_by)
    policies.set("young.free_day_hours", 1, by=frida.booked_by)
    policies.set("young.free_day_hours_15", 1, by=frida.booked_by)
    no_more = willing(site, "Fortrudt")
    factories.make_clearance(no_more, site=site)
    choices.choose(no_more.pk, {stand_ins.ASKED_BY: ""})
    ask(frida)
    assert asked() == [good.pk]


def test_one_who_waits_for_the_shift_is_asked_too(frida, shift, site):
    bodil = willing(site, "Bodil")
    row = join(shift, bodil)
    assert row.state == S.WAITING
    search = ask(frida)
    assert asked() == [bodil.pk]
    assert take(search, bodil).pk == row.pk
    assert states(shift) == ["cancelled", "booked"]


def test_nobody_is_asked_twice_about_one_place(frida, site):
    bodil = willing(site)
    deeds.withdraw(stand_in=ask(frida), by=user_of(frida.volunteer))
    ask(frida)
    assert asked() == [bodil.pk]


def test_asking_twice_is_refused(frida):
    ask(frida)
    refused("asked_already", ask, place=frida)


def test_too_long_a_reason_is_refused(frida):
    refused("too_long", ask, place=frida, reason="x" * 201)


def test_asking_after_the_beginning_is_refused(frida, shift):
    begin(shift)
    refused("begun", ask, place=frida)


def test_asking_without_a_place_is_refused(frida, coordinator):
    assignments.cancel(assignment=frida, by=coordinator)
    refused("wrong_state", ask, place=frida)


def test_messages_are_off_unless_chosen_and_declining_is_remembered(site):
    volunteer = engaged(site)
    group = kinds.groups()[stand_ins.ASKED_BY]
    assert choices.who_want(group.key, [volunteer.pk]) == set()
    choices.choose(volunteer.pk, {group.key: "sms"})
    assert choices.who_want(group.key, [volunteer.pk]) == {volunteer.pk}
    unsubscribe.decline(volunteer.pk, group.key)
    assert choices.who_want(group.key, [volunteer.pk]) == set()
    unsubscribe.take_back(volunteer.pk, group.key)
    assert choices.wishes_of(volunteer.pk) == {group.key: "email"}


def test_asking_counts_among_what_is_nice_and_is_never_urgent(frida, site):
    willing(site)
    ask(frida)
    message = Message.objects.get(kind=WANTED)
    kind = mail.kinds()[WANTED]
    assert (kind.necessity, kind.declinable, kind.gatherable) == (mail.NICE, True, False)
    assert message.priority == kind.priority < mail.URGENT


def test_a_mail_that_has_lost_its_sense_is_not_sent(frida, site, shift, coordinator):
    bodil = willing(site)
    search = ask(frida)
    message, context = Message.objects.get(kind=WANTED), mail.kinds()[WANTED].context

    def told():
        return context(Message.objects.get(pk=message.pk))

    assert told()["what"] == site.activity.title
    choices.choose(bodil.pk, {stand_ins.ASKED_BY: ""})
    assert told() is None
    choices.choose(bodil.pk, {stand_ins.ASKED_BY: "email"})
    take(search, bodil)
    assert told() is None


# --- Taking over ---------------------------------------------------------------------------


def test_taking_over_moves_the_place_at_once(frida, shift, site):
    waits = join(shift, engaged(site, "Venter"))
    bodil = engaged(site, "Bodil")
    search = ask(frida, reason="Rejse")
    row = take(search, bodil)
    assert states(shift) == ["cancelled", "waiting", "booked"]
    waits.refresh_from_db()
    search.refresh_from_db()
    assert (row.volunteer, search.state, search.reason) == (bodil, "taken", "")
    assert not Message.objects.filter(kind="coordination.place_offered").exists()
    told = Message.objects.get(kind=stand_in_emails.FOUND)
    assert told.person_id == frida.volunteer_id
    assert mail.kinds()[told.kind].context(told) is not None
    event = AuditEvent.objects.get(kind="assignment.handed_over")
    assert set(event.subjects.values_list("person_id", flat=True)) == {
        bodil.pk,
        frida.volunteer_id,
    }


def test_the_second_is_told_kindly(frida, site):
    search = ask(frida)
    take(search, engaged(site))
    refused("taken_already", take, search=search, volunteer=engaged(site))


def test_withdrawn_is_told_kindly(frida, site):
    search = ask(frida)
    deeds.withdraw(stand_in=search, by=user_of(frida.volunteer))
    refused("withdrawn", take, search=search, volunteer=engaged(site))
    refused("wrong_state", deeds.withdraw, stand_in=search, by=user_of(frida.volunteer))


def test_the_gate_is_asked_of_whoever_takes_over(frida, site):
    factories.make_requirement(site.activity)
    refused("agreement", take, search=ask(frida), volunteer=engaged(site))


def test_who_is_busy_or_on_it_cannot_take_over(frida, shift, site, coordinator):
    search, busy = ask(frida), engaged(site)
    other = factories.make_shift(site, hour=16)
    assignments.sign_up(shift=other, volunteer=busy, by=coordinator)
    refused("overlap", take, search=search, volunteer=busy)
    refused("already_on_it", take, search=search, volunteer=frida.volunteer)


def test_deadlines_bind_nobody_who_helps_out(frida, site, manager, shift):
    policies.set(joining.JOIN_DEADLINE, 24 * 30, by=manager)
    policies.set(joining.CANCEL_DEADLINE, 24 * 30, by=manager)
    refused("too_late", assignments.cancel, assignment=frida, by=user_of(frida.volunteer))
    take(ask(frida), engaged(site))
    assert states(shift) == ["cancelled", "booked"]


@pytest.mark.parametrize("how", ["begun", "cancelled", "taken_off"])
def test_it_ends_by_the_clock_and_with_the_place(how, frida, shift, site, coordinator):
    search = ask(frida)
    if how == "begun":
        begin(shift)
    elif how == "cancelled":
        shifts.cancel_shift(shift=shift, by=coordinator)
    else:
        assignments.cancel(assignment=frida, by=coordinator)
    assert stand_ins.looking_on([shift]) == {}
    assert not StandIn.objects.open(timezone.now()).exists()
    code = {"taken_off": "not_needed"}.get(how, how)
    refused(code, take, search=search, volunteer=engaged(site))


def test_an_offer_that_they_had_goes_on_to_the_next(site, coordinator):
    shift = factories.make_shift(site, capacity=2)
    frida, other = (join(shift, engaged(site)) for _number in range(2))
    bodil, carl = (join(shift, engaged(site)) for _number in range(2))
    assignments.cancel(assignment=other, by=coordinator)
    take(ask(frida), bodil.volunteer)
    carl.refresh_from_db()
    assert carl.state == S.OFFERED


# --- Where a coordinator decides -----------------------------------------------------------


@pytest.mark.parametrize("way", ["request", "staff"])
def test_where_a_coordinator_decides_volunteers_are_not_asked(way, frida, shift, site, coordinator):
    willing(site)
    shifts.change(shift=shift, way=way, by=coordinator)
    search = ask(frida)
    assert asked() == []
    refused("staff_decides", take, search=search, volunteer=engaged(site))
    assert [due.about for due in nobody_found(today())] == [search]
    deeds.take(stand_in=search, volunteer=engaged(site), by=coordinator)
    assert states(shift) == ["cancelled", "booked"]


def test_staff_put_somebody_else_on(frida, shift, site, coordinator):
    bodil = engaged(site)
    row = deeds.replace(assignment=frida, volunteer=bodil, by=coordinator)
    assert (row.volunteer, states(shift)) == (bodil, ["cancelled", "booked"])
    assert Message.objects.filter(kind=stand_in_emails.FOUND).count() == 1


def test_replacing_closes_the_search(frida, site, coordinator):
    search = ask(frida)
    deeds.replace(assignment=frida, volunteer=engaged(site), by=coordinator)
    search.refresh_from_db()
    assert search.state == "taken"


def test_replacing_with_somebody_uncleared_is_refused(frida, site, coordinator):
    factories.make_requirement(site.activity)
    refused(
        "agreement",
        deeds.replace,
        assignment=frida,
        volunteer=engaged(site),
        by=coordinator,
    )


# --- Coordinators hear of it ---------------------------------------------------------------


def test_coordinators_are_told_once_when_it_is_too_late_to_cancel(
    frida, shift, site, coordinator, manager
):
    search = ask(frida)
    assert list(nobody_found(today())) == []
    policies.set(joining.CANCEL_DEADLINE, 24 * 30, by=manager)
    (due,) = nobody_found(today())
    assert (due.recipient.user, due.about) == (coordinator, search)
    for _run in range(2):
        schedule.remind(REMINDERS[0])
    (message,) = Message.objects.filter(kind=stand_in_emails.MISSING)
    found = mail.kinds()[message.kind].context(message)
    assert found["name"] == "Frida Frivillig"
    take(search, engaged(site))
    again = Message.objects.get(pk=message.pk)
    assert mail.kinds()[message.kind].context(again) is None


def test_an_activity_s_own_deadline_counts(frida, site, coordinator):
    sign_up.set_rules(
        activity=site.activity, way="self", join_hours=None, leave_hours=24 * 20, by=coordinator
    )
    search = ask(frida)
    assert [due.about for due in nobody_found(today())] == [search]


def test_the_reason_is_forgotten_when_the_shift_is_over(frida, shift):
    search = ask(frida, reason="Rejse")
    rule = next(one for one in retention.rules() if one.key == "stand_ins.over")
    assert not rule.rows(today()).exists()
    past = timezone.now() - timedelta(days=2)
    Assignment.objects.filter(pk=frida.pk).update(starts_at=past, ends_at=past + timedelta(hours=1))
    rule.action(rule.rows(today()))
    search.refresh_from_db()
    assert search.reason == ""


def test_help_says_why_not(frida, site, coordinator):
    factories.make_requirement(site.activity)
    bodil, search = engaged(site), ask(frida)
    rows = stand_ins.looking().filter(pk=search.pk)
    (found,) = stand_ins.help_for(rows, bodil)
    assert [one.code for one in found.obstacles] == ["agreement"]
    factories.make_clearance(bodil, site=site)
    (found,) = stand_ins.help_for(rows, bodil)
    assert found.can_take
    Clearance.objects.filter(volunteer=bodil).update(valid_until=today())
    (found,) = stand_ins.help_for(rows, bodil)
    assert not found.can_take


def test_the_line_goes_on_beside_it(frida, shift, site):
    """A search takes no place: who waits is served when there is one."""
    ask(frida)
    waits = join(shift, engaged(site))
    line.advance_due()
    waits.refresh_from_db()
    assert waits.state == S.WAITING
