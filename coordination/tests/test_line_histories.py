"""Random histories of one shift: whatever people, staff and the clock do, in whatever order.

Places held or on offer are never more than there are; the line is served in order; nobody is in
two places at a time, or on the shift without being cleared; and no free place is forgotten.
"""

import itertools
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coordination import eligibility, joining, shift_roles
from coordination.actions import assignments, line, shifts, stand_ins, swaps
from coordination.locks import locked_shift
from coordination.models import Assignment, Clearance, StandIn, Swap
from coordination.states import LIVE, AssignmentState
from coordination.tests import factories
from core.errors import DomainError
from core.periods import today

pytestmark = pytest.mark.usefixtures("no_quiet_hours")

S = AssignmentState


PEOPLE = 4
DEEDS = (
    *("join", "join", "wait", "put_on", "cancel", "cancel_by_staff", "accept", "decline"),
    *("grant", "clock", "time_passes", "raise", "lower", "move", "revoke", "clear", "elsewhere"),
    *("ask", "open", "look", "look_no_more", "take_over", "take_over", "replace"),
    *("propose", "say_yes", "say_no", "take_back", "swap", "minutes_pass"),
    *("roles", "more_roles", "no_roles", "join_as", "wait_as", "change_role"),
)
HOST, BAKER = "Vært", "Bager"


class Told:
    """One shift with one place, another at the same hour, four people, one deed after the other."""

    def __init__(self, site, staff):
        self.staff = staff
        self.shift = factories.make_shift(site, capacity=1)
        self.other = factories.make_shift(site, hour=16, capacity=9)
        factories.make_requirement(site.activity)
        self.people = [self.person(site) for _number in range(PEOPLE)]

    def person(self, site):
        user = factories.make_user()
        volunteer = factories.make_volunteer(email=user.email, user=user)
        factories.make_engagement(volunteer, site, accepted_by=self.staff)
        factories.make_clearance(volunteer, site=site)
        return volunteer

    def do(self, deed, number):
        """A rule's no is a fine answer."""
        before = dict(Assignment.objects.values_list("pk", "state"))
        try:
            with transaction.atomic():
                getattr(self, deed)(self.people[number])
        except DomainError:
            return
        self.check(before)

    def row(self, volunteer):
        rows = Assignment.objects.filter(shift=self.shift, volunteer=volunteer)
        return rows.order_by("-pk").first() or self.nobody

    nobody = Assignment(pk=0)

    def join(self, volunteer, **options):
        by = options.pop("by", volunteer.person.user)
        assignments.sign_up(shift=self.shift, volunteer=volunteer, by=by, **options)

    def wait(self, volunteer):
        self.join(volunteer, or_wait=True)

    def put_on(self, volunteer):
        self.join(volunteer, by=self.staff)

    def elsewhere(self, volunteer):
        assignments.sign_up(shift=self.other, volunteer=volunteer, by=self.staff)

    def answer(self, deed, volunteer, by):
        row = self.row(volunteer)
        if row.pk:
            deed(assignment=row, by=by)

    def cancel(self, volunteer):
        self.answer(assignments.cancel, volunteer, volunteer.person.user)

    def cancel_by_staff(self, volunteer):
        self.answer(assignments.cancel, volunteer, self.staff)

    def accept(self, volunteer):
        self.answer(line.accept, volunteer, volunteer.person.user)

    def decline(self, volunteer):
        self.answer(line.decline, volunteer, volunteer.person.user)

    def grant(self, volunteer):
        self.answer(line.grant, volunteer, self.staff)

    def clock(self, _volunteer):
        line.advance_due()

    def time_passes(self, volunteer):
        past = timezone.now() - timedelta(seconds=1)
        Assignment.objects.filter(volunteer=volunteer, state=S.OFFERED).update(offer_until=past)

    def raise_(self, _volunteer):
        self.change(capacity=self.now().capacity + 1)

    def lower(self, _volunteer):
        self.change(capacity=max(self.now().capacity - 1, 1))

    def ask(self, _volunteer):
        self.change(way="request")

    def open(self, _volunteer):
        self.change(way="self")

    def change(self, **details):
        shifts.change(shift=self.shift, by=self.staff, **details)

    def move(self, volunteer):
        day, now = timedelta(days=1), self.now()
        shifts.reschedule(
            shift=now,
            starts_at=now.starts_at + day,
            ends_at=now.ends_at + day,
            by=self.staff,
            release=[person.pk for person in self.people],
        )

    def revoke(self, volunteer):
        Clearance.objects.filter(volunteer=volunteer).update(valid_until=today())

    def clear(self, volunteer):
        Clearance.objects.filter(volunteer=volunteer).update(valid_until=None)

    # --- roles ---

    def roles(self, _volunteer):
        self.change(roles=f"{HOST}: 1\n{BAKER}: 0-1")

    def more_roles(self, _volunteer):
        self.change(roles=f"{HOST}: 1\n{BAKER}: 1-2")

    def no_roles(self, _volunteer):
        self.change(roles="")

    def join_as(self, volunteer):
        self.join(volunteer, role=self.wish(volunteer))

    def wait_as(self, volunteer):
        self.join(volunteer, or_wait=True, role=self.wish(volunteer))

    def wish(self, volunteer):
        return HOST if self.people.index(volunteer) % 2 else BAKER

    def change_role(self, volunteer):
        row = self.row(volunteer)
        if row.pk:
            role = BAKER if row.role == HOST else HOST
            assignments.change_role(assignment=row, role=role, by=self.staff)

    # --- stand-ins and swaps, of the shift with the one at the same hour ---

    def place(self, volunteer, shift=None):
        """The volunteer's place, or None."""
        rows = (shift or self.shift).assignments.filter(volunteer=volunteer, state=S.BOOKED)
        return rows.select_related("volunteer__person", "shift").first()

    def look(self, volunteer):
        place = self.place(volunteer)
        if place:
            stand_ins.ask(assignment=place, by=volunteer.person.user)

    def search(self):
        return StandIn.objects.order_by("-pk").first()

    def look_no_more(self, _volunteer):
        if self.search():
            stand_ins.withdraw(stand_in=self.search(), by=self.staff)

    def take_over(self, volunteer):
        if self.search():
            by = volunteer.person.user
            stand_ins.take(stand_in=self.search(), volunteer=volunteer, by=by)

    def replace(self, volunteer):
        place = self.shift.assignments.filter(state=S.BOOKED).first()
        if place:
            stand_ins.replace(assignment=place, volunteer=volunteer, by=self.staff)

    def both(self, volunteer):
        """The volunteer's place on the shift and the first on the other, if there are two."""
        mine = self.place(volunteer)
        theirs = self.other.assignments.filter(state=S.BOOKED).first()
        return {"mine": mine, "theirs": theirs} if mine and theirs else None

    def propose(self, volunteer):
        if self.both(volunteer):
            swaps.propose(**self.both(volunteer), by=volunteer.person.user)

    def swap(self, volunteer):
        if self.both(volunteer):
            swaps.swap_now(**self.both(volunteer), by=self.staff)

    def answered(self, deed):
        swap = Swap.objects.select_related("theirs__volunteer__person").order_by("-pk").first()
        if swap:
            deed(swap=swap, by=swap.theirs.volunteer.person.user)

    def say_yes(self, _volunteer):
        self.answered(swaps.accept)

    def say_no(self, _volunteer):
        self.answered(swaps.decline)

    def take_back(self, _volunteer):
        self.answered(swaps.withdraw)

    def minutes_pass(self, _volunteer):
        past = timezone.now() - timedelta(seconds=1)
        Swap.objects.filter(state="proposed").update(answer_until=past)

    def now(self):
        return type(self.shift).objects.select_related("site__activity").get(pk=self.shift.pk)

    def check(self, before):
        shift, now = self.now(), timezone.now()
        rows = list(shift.assignments.select_related("volunteer__person").order_by("pk"))
        self.check_places(shift, rows, now)
        self.check_people(shift, rows, before)
        self.check_order(shift, rows, before)
        self.other.refresh_from_db()
        others = list(self.other.assignments.select_related("volunteer__person"))
        self.check_places(self.other, others, now)
        self.check_people(self.other, others, before)

    def check_places(self, shift, rows, now):
        held = [row for row in rows if row.state == S.BOOKED or row.has_offer(now)]
        assert len(held) <= shift.capacity
        roles = {role.name: role.maximum for role in shift_roles.roles_of(shift)}
        for row in held:
            assert row.role in roles or (not roles and row.role == "")
        for role, most in roles.items():
            assert sum(row.role == role for row in held) <= most
        alive = [row.volunteer_id for row in rows if row.state in LIVE]
        assert len(alive) == len(set(alive))

    def check_people(self, shift, rows, before):
        """Who has just got a place is cleared, and nobody is in two places."""
        fresh = [row for row in rows if row.state == S.BOOKED and before.get(row.pk) != S.BOOKED]
        people = [row.volunteer for row in fresh]
        gate = eligibility.obstacles_of(people, site=shift.site, day=shift.day)
        assert [reasons for reasons in gate.values() if reasons] == []
        for volunteer in self.people:
            times = list(volunteer.assignments.holding_a_place().order_by("starts_at"))
            for first, second in itertools.pairwise(times):
                assert first.ends_at <= second.starts_at

    def check_order(self, shift, rows, before):
        """Who has just been offered a place came before all who can come, take such a role, and
        still wait."""
        fresh = [row for row in rows if row.state == S.OFFERED and before.get(row.pk) != S.OFFERED]
        waiting = [row for row in rows if row.state == S.WAITING]
        found = joining.obstacles_of_many(shift, [row.volunteer for row in waiting])
        able = [row for row in waiting if not found[row.volunteer_id]]
        for row in fresh:
            wanting = [other for other in able if other.role in ("", row.role)]
            assert all(row.asked_at <= other.asked_at for other in wanting)

    def check_end(self):
        """When the line has been set right, nobody who can come waits beside a free place."""
        with transaction.atomic():
            standing = line.advance(locked_shift(self.shift.pk))
        people = [
            person
            for person in self.people
            if self.row(person).state == S.WAITING and standing.has_room(self.row(person).role)
        ]
        found = joining.obstacles_of_many(self.now(), people)
        assert standing.lapsed == ()
        assert all(found[person.pk] for person in people)


setattr(Told, "raise", Told.raise_)


@pytest.mark.django_db
@settings(max_examples=30)
@given(
    history=st.lists(
        st.tuples(st.sampled_from(DEEDS), st.integers(0, PEOPLE - 1)), min_size=6, max_size=24
    )
)
@example(
    history=[
        ("wait", 0),
        ("wait", 1),
        ("wait", 2),
        ("cancel", 0),
        ("time_passes", 1),
        ("wait", 3),
        ("accept", 1),
        ("accept", 2),
    ]
)
@example(history=[("wait", 0), ("wait", 1), ("elsewhere", 1), ("cancel", 0), ("move", 0)])
@example(history=[("roles", 0), ("join_as", 1), ("wait_as", 3), ("wait", 2), ("cancel", 1)])
@example(history=[("join", 0), ("raise", 0), ("join", 1), ("roles", 0), ("take_over", 2)])
@example(history=[("join", 0), ("look", 0), ("revoke", 1), ("take_over", 1), ("take_over", 2)])
@example(history=[("join", 0), ("wait", 1), ("look", 0), ("take_over", 1), ("take_over", 2)])
@example(history=[("join", 0), ("elsewhere", 1), ("propose", 0), ("say_yes", 0), ("join", 2)])
@example(history=[("join", 0), ("elsewhere", 1), ("revoke", 1), ("swap", 0), ("elsewhere", 2)])
def test_any_history_keeps_the_line_right(here, coordinator, history):
    savepoint = transaction.savepoint()
    try:
        told = Told(factories.make_site(here), coordinator)
        for deed, number in history:
            told.do(deed, number)
        told.check_end()
    finally:
        transaction.savepoint_rollback(savepoint)
