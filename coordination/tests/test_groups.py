"""Places for groups: they count everywhere, go back to the line, and forget who came."""

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coordination import calendars, explainer, groups, line, premises, rosters
from coordination.actions import assignments, shifts
from coordination.actions import groups as actions
from coordination.models import GroupBooking, Person, Shift
from coordination.states import GROUP, AssignmentState, GroupState
from coordination.tests import factories
from coordination.tests.deeds import code, context, engaged, fresh, sent
from coordination.tests.test_line_histories import DEEDS, PEOPLE, Told
from coordination.tests.test_races import at_once
from core import policies, privacy
from core.errors import DomainError
from core.models import AuditEvent, Message
from core.periods import today

pytestmark = pytest.mark.django_db
TEACHER = {"name": "Lis Lærer", "email": "lis@skole.dk", "phone": "", "language": "da"}


@pytest.fixture
def shift(site):
    return factories.make_shift(site, capacity=10)


def booked(shift, by, seats=6, **values):
    values = {"kind": "school_class", "title": "5.B", "responsible": TEACHER} | values
    return actions.book(shift=shift, seats=seats, by=by, **values)


@pytest.mark.parametrize("state", GroupState)
@pytest.mark.parametrize("target", GroupState)
def test_table_of_states(state, target):
    assert GROUP.allows(state, target) == ((state, target) == ("booked", "cancelled"))


# --- Booking -------------------------------------------------------------------------------


def test_book_holds_places_and_tells_the_responsible(shift, coordinator):
    booking = booked(shift, coordinator)
    assert (fresh(shift).group_seats, booking.seats) == (6, 6)
    [message] = sent("group_booked")
    assert message.recipient_email == "lis@skole.dk"
    told = context(message)
    assert (told["first_name"], told["number"]) == ("Lis", "6")
    assert told["link"] == groups.address(booking)
    assert "lis" not in told["link"].lower()
    event = AuditEvent.objects.get(kind="group.booked")
    assert event.actor_id == coordinator.pk


def test_book_without_an_address_writes_no_mail(shift, coordinator):
    booked(shift, coordinator, responsible=TEACHER | {"email": "", "phone": "12345678"})
    assert Message.objects.filter(kind__startswith="coordination.group").count() == 0


def test_book_cannot_take_more_than_is_open(shift, site, coordinator):
    for _number in range(5):
        assignments.sign_up(shift=shift, volunteer=engaged(site), by=coordinator)
    assert code(booked, shift=shift, by=coordinator) == "no_room"
    assert fresh(shift).group_seats == 0
    assert not GroupBooking.objects.exists()
    booked(shift, coordinator, seats=5)
    assert line.read(fresh(shift), timezone.now()).free == 0


def test_book_leaves_what_is_offered(shift, site, coordinator):
    """A place that is held for somebody in the line is not open."""
    full = factories.make_shift(site, capacity=1)
    first, second = engaged(site), engaged(site)
    row = assignments.sign_up(shift=full, volunteer=first, by=coordinator)
    assignments.sign_up(shift=full, volunteer=second, by=coordinator, or_wait=True)
    assignments.cancel(assignment=row, by=coordinator)
    assert code(booked, shift=full, by=coordinator, seats=1) == "no_room"


@pytest.mark.parametrize(("state", "why"), [("begun", "begun"), ("cancelled", "cancelled")])
def test_book_needs_a_shift_to_come(site, coordinator, state, why):
    day = today() - timedelta(days=1) if state == "begun" else None
    shift = factories.make_shift(site, day=day)
    if state == "cancelled":
        shifts.cancel_shift(shift=shift, by=coordinator)
    assert code(booked, shift=shift, by=coordinator, seats=1) == why


def test_more_names_than_places(shift, coordinator):
    assert code(booked, shift=shift, by=coordinator, seats=1, names="Anna\nBo") == "too_many_names"


# --- It counts as taken everywhere ---------------------------------------------------------


def test_groups_count_as_taken_everywhere(shift, site, coordinator, volunteer):
    factories.make_engagement(volunteer, site)
    shift = fresh(shift)
    assert rosters.with_gaps(Shift.objects.filter(pk=shift.pk)).exists()
    booked(shift, coordinator, seats=10)
    shift = Shift.objects.select_related("site__activity", "site__branch").get(pk=shift.pk)
    now = timezone.now()
    seats = rosters.group_seats_of([shift])
    assert line.read(shift, now).free == 0
    assert rosters.taken_of(seats) == {shift.pk: 10}
    assert rosters.free_of([shift]) == {shift.pk: 0}
    assert not rosters.with_gaps(Shift.objects.filter(pk=shift.pk)).exists()
    assert Shift.objects.with_taken().get(pk=shift.pk).taken == 10
    assert premises.with_taken([shift])[0].taken == 10
    [choice] = rosters.choices([shift], volunteer)
    assert (choice.left, [one.code for one in choice.obstacles]) == (0, ["full"])
    assert "full" in [one.code for one in explainer.who_can(shift, now).of_the_shift]
    assert [one.code for one in explainer.why_not(shift, volunteer, now)] == ["full"]
    day = shift.day
    [week] = calendars.fill([calendars.week_of(day, today())], coordinator)
    [entry] = next(one for one in week.days if one.day == day).shifts
    assert (entry.taken, entry.lacking) == (10, 0)
    with pytest.raises(DomainError):
        assignments.sign_up(shift=shift, volunteer=volunteer, by=volunteer.person.user)


def test_capacity_cannot_go_below_the_groups(shift, coordinator):
    booked(shift, coordinator)
    assert code(shifts.change, shift=shift, by=coordinator, capacity=5) == "capacity_below_taken"


# --- Changing and giving back --------------------------------------------------------------


def waiting(shift, site, by):
    row = assignments.sign_up(shift=shift, volunteer=engaged(site), by=by, or_wait=True)
    assert row.state == AssignmentState.WAITING
    return row


def test_places_given_back_go_to_the_line(shift, site, coordinator):
    booking = booked(shift, coordinator, seats=10)
    rows = [waiting(shift, site, coordinator) for _number in range(3)]
    actions.change(booking=booking, by=coordinator, seats=8)
    assert [fresh(row).state for row in rows] == ["offered", "offered", "waiting"]
    assert fresh(shift).group_seats == 8
    [message] = sent("group_changed")
    assert context(message)["number"] == "8"


def test_change_takes_more_only_where_there_is_room(shift, coordinator):
    booking = booked(shift, coordinator)
    assert code(actions.change, booking=booking, by=coordinator, seats=11) == "no_room"
    assert (fresh(shift).group_seats, fresh(booking).seats) == (6, 6)
    actions.change(booking=booking, by=coordinator, seats=10)
    assert fresh(shift).group_seats == 10


def test_change_of_nothing_says_nothing(shift, coordinator):
    booking = booked(shift, coordinator)
    actions.change(booking=booking, by=coordinator, seats=6, contact=TEACHER)
    assert not AuditEvent.objects.filter(kind="group.changed").exists()


def test_another_address_gets_a_new_link_and_the_old_one_dies(shift, coordinator):
    booking = booked(shift, coordinator)
    old = groups.token(booking)
    booking = actions.change(
        booking=booking, by=coordinator, contact=TEACHER | {"email": "bo@skole.dk"}
    )
    assert groups.read(old) is None
    assert groups.read(groups.token(booking)) == booking
    assert sent("group_booked")[-1].recipient_email == "bo@skole.dk"


def test_cancel_frees_tells_and_forgets_the_names(shift, site, coordinator):
    booking = booked(shift, coordinator, seats=10, names="Anna\nBo")
    row = waiting(shift, site, coordinator)
    actions.cancel(booking=booking, by=coordinator)
    assert (fresh(row).state, fresh(shift).group_seats) == ("offered", 0)
    assert (fresh(booking).state, fresh(booking).names) == (GroupState.CANCELLED, "")
    [message] = sent("group_cancelled")
    assert (context(message)["by_staff"], context(message)["shift_cancelled"]) == (True, False)
    assert code(actions.cancel, booking=booking, by=coordinator) == "wrong_state"


# --- The shift moves or is cancelled -------------------------------------------------------


def test_responsible_is_told_when_the_shift_moves(shift, coordinator):
    booked(shift, coordinator)
    day = timedelta(days=1)
    shifts.reschedule(
        shift=shift, starts_at=shift.starts_at + day, ends_at=shift.ends_at + day, by=coordinator
    )
    shifts.change(shift=shift, by=coordinator, place="Sal 3")
    shifts.change(shift=shift, by=coordinator, note="Kom i god tid")
    assert [context(message)["where"][-5:] for message in sent("group_changed")] == ["Sal 3"] * 2
    assert fresh(shift).group_seats == 6


def test_responsible_is_told_when_the_shift_is_cancelled(shift, coordinator):
    booking = booked(shift, coordinator)
    shifts.cancel_shift(shift=shift, by=coordinator)
    assert (fresh(shift).group_seats, fresh(booking).state) == (0, GroupState.CANCELLED)
    [message] = sent("group_cancelled")
    assert context(message)["shift_cancelled"] is True


# --- Attendance ----------------------------------------------------------------------------


def been(site, **values):
    return factories.make_group(
        factories.make_shift(site, day=today() - timedelta(days=3), capacity=30), **values
    )


def test_how_many_came_can_be_corrected(site, coordinator):
    booking = been(site, seats=24)
    for came in (22, 23, 23):
        booking = actions.mark_attendance(booking=booking, came=came, by=coordinator)
    assert (booking.came, booking.attendance_by) == (23, coordinator)
    assert AuditEvent.objects.filter(kind="group.attendance").count() == 2


def test_nobody_has_come_before_it_begins(shift, coordinator):
    booking = booked(shift, coordinator)
    assert code(actions.mark_attendance, booking=booking, came=1, by=coordinator) == "not_begun"


# --- The secret link -----------------------------------------------------------------------


def test_token_is_of_one_booking_and_guesses_are_nothing(shift, coordinator):
    one, other = booked(shift, coordinator, 2), booked(shift, coordinator, 2)
    assert groups.read(groups.token(one)) == one
    mark = groups.token(other).partition("-")[2]
    for wrong in (f"{one.pk}-{mark}", f"{one.pk}-", f"{one.pk}", "vrøvl", "1" * 20, f"x-{mark}"):
        assert groups.read(wrong) is None


def test_link_gives_some_back_twice_without_harm(shift, site, coordinator):
    booking = booked(shift, coordinator, seats=10)
    row = waiting(shift, site, coordinator)
    for _time in range(2):
        actions.change_by_link(booking=booking, seats=9, names="Anna")
    assert (fresh(shift).group_seats, fresh(booking).names) == (9, "Anna")
    assert fresh(row).state == AssignmentState.OFFERED
    [message] = sent("group_returned")
    assert (message.recipient_email, context(message)["number"]) == (coordinator.email, "1")
    assert AuditEvent.objects.filter(kind="group.changed", actor_kind="anonymous").count() == 1
    assert code(actions.change_by_link, booking=booking, seats=10, names="") == "only_fewer"


def test_link_gives_all_back_twice_without_harm(shift, coordinator):
    booking = booked(shift, coordinator)
    for _time in range(2):
        actions.cancel_by_link(booking=booking)
    assert (fresh(shift).group_seats, fresh(booking).state) == (0, GroupState.CANCELLED)
    assert len(sent("group_returned")) == 1


def test_link_is_over_when_the_day_has_come(site):
    booking = been(site)
    assert groups.status_of(groups.read(groups.token(booking))) == groups.OVER
    assert code(actions.cancel_by_link, booking=booking) == "begun"


# --- Forgetting ----------------------------------------------------------------------------


def test_names_and_responsible_are_forgotten_and_numbers_stay(site, manager):
    policies.set("groups.kept_days", 2, by=manager)
    booking = been(site, seats=24, names="Anna\nBo")
    person, link = booking.responsible, groups.token(booking)
    recent = factories.make_group(
        factories.make_shift(site, day=today() - timedelta(days=1)), names="Carl"
    )
    assert privacy.run()["groups.over"] == 1
    booking = fresh(booking)
    assert (booking.responsible, booking.names, booking.seats) == (None, "", 24)
    assert Person.objects.get(pk=person.pk).anonymised_at is not None
    assert fresh(recent).names == "Carl"
    assert groups.status_of(groups.read(link)) == groups.OVER
    assert privacy.run()["groups.over"] == 0


def test_who_is_more_than_responsible_is_not_forgotten(site, volunteer):
    booking = been(site, responsible=volunteer.person)
    association = factories.make_association(contact=factories.make_person("Kis Kontakt"))
    other = been(site, responsible=association.contact)
    privacy.run(today=today() + timedelta(days=40))
    assert (fresh(booking).responsible, fresh(other).responsible) == (None, None)
    people = Person.objects.filter(pk__in=[volunteer.pk, association.contact_id])
    assert {row.anonymised_at for row in people} == {None}


def test_erasure_waits_for_a_group_to_come_and_exports_no_pupils(shift, coordinator):
    booking = booked(shift, coordinator, names="Hemmelige Hans")
    person = booking.responsible
    assert "Hemmelige" not in str(privacy.export_person(person.pk))
    with pytest.raises(DomainError):
        privacy.erase(person.pk, by=coordinator)
    actions.cancel(booking=booking, by=coordinator)
    privacy.erase(person.pk, by=coordinator)
    assert fresh(booking).responsible is None


def test_retention_dry_run_names_the_rule(site, capsys):
    been(site)
    call_command("retention", dry_run=True)
    assert "groups.over" in capsys.readouterr().out


# --- Whatever happens ----------------------------------------------------------------------


class WithGroups(Told):
    """The history of a shift to which groups come too."""

    def __init__(self, site, staff):
        super().__init__(site, staff)
        self.groups = []

    def book(self, volunteer):
        self.groups.append(booked(self.shift, self.staff, seats=1 + self.people.index(volunteer)))

    def pick(self, volunteer, deed, **values):
        if self.groups:
            deed(booking=self.groups[self.people.index(volunteer) % len(self.groups)], **values)

    def more(self, volunteer):
        self.pick(volunteer, actions.change, by=self.staff, seats=3)

    def fewer(self, volunteer):
        self.pick(volunteer, actions.change_by_link, seats=1, names="")

    def leave(self, volunteer):
        self.pick(volunteer, actions.cancel_by_link)

    def check_places(self, shift, rows, now):
        super().check_places(shift, rows, now)
        standing = shift.groups.filter(state=GroupState.BOOKED)
        assert shift.group_seats == sum(row.seats for row in standing)
        held = [row for row in rows if row.state == "booked" or row.has_offer(now)]
        assert len(held) + shift.group_seats <= shift.capacity


@settings(max_examples=20)
@given(
    history=st.lists(
        st.tuples(
            st.sampled_from((*DEEDS, "raise", "book", "book", "more", "fewer", "leave")),
            st.integers(0, PEOPLE - 1),
        ),
        min_size=6,
        max_size=20,
    )
)
@example(history=[("book", 0), ("wait", 1), ("join", 2), ("fewer", 0), ("leave", 0), ("accept", 1)])
@example(history=[("raise", 0), ("book", 1), ("wait", 0), ("wait", 1), ("fewer", 0), ("book", 0)])
def test_places_are_never_above_capacity_with_groups(here, coordinator, manager, history):
    policies.set("messages.quiet_from", 0, by=manager)
    policies.set("messages.quiet_until", 0, by=manager)
    savepoint = transaction.savepoint()
    try:
        told = WithGroups(factories.make_site(here), coordinator)
        for deed, number in history:
            told.do(deed, number)
        told.check_end()
    finally:
        transaction.savepoint_rollback(savepoint)


@pytest.mark.django_db(transaction=True)
def test_group_against_twenty_sign_ups(here, coordinator):
    """Ten places, a group of seven and twenty people at once: never more than ten are held."""
    site = factories.make_site(here)
    shift = factories.make_shift(site, capacity=10)
    people = [engaged(site) for _number in range(20)]
    lock = threading.Lock()
    done = {"people": 0, "groups": 0}

    def sign(person):
        def deed():
            assignments.sign_up(shift=shift, volunteer=person, by=coordinator)
            with lock:
                done["people"] += 1

        return deed

    def group():
        booked(shift, coordinator, seats=7)
        with lock:
            done["groups"] += 7

    deeds = [sign(person) for person in people]
    deeds.insert(3, group)
    outcomes = at_once(deeds)
    shift = fresh(shift)
    held = shift.assignments.holding_a_place().count()
    assert set(outcomes) <= {"done", "full", "no_room"}
    assert (held, shift.group_seats) == (done["people"], done["groups"])
    assert held + shift.group_seats == 10
