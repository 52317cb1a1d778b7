"""Swaps: proposed, answered, both moved at once; the clock; what each may know of the other."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from coordination import stand_in_emails, stand_ins
from coordination.actions import assignments, shifts, swaps
from coordination.actions import stand_ins as deeds
from coordination.models import Person, Swap
from coordination.tests import factories
from coordination.tests.deeds import engaged, join
from coordination.tests.test_actions_assignments import begun, refused
from core import mail, necessity, policies
from core.errors import DomainError
from core.models import AuditEvent, Message
from core.periods import today

pytestmark = pytest.mark.usefixtures("no_quiet_hours")


@pytest.fixture
def mine(site):
    return join(factories.make_shift(site, capacity=1), engaged(site, "Frida Frivillig"))


@pytest.fixture
def theirs(site):
    other = factories.make_shift(site, day=today() + timedelta(days=9), capacity=1)
    return join(other, engaged(site, "Bodil Bager"))


def user_of(place):
    return place.volunteer.person.user


def propose(mine, theirs):
    return swaps.propose(mine=mine, theirs=theirs, by=user_of(mine))


def on(shift):
    """Who is on the shift."""
    return list(shift.assignments.holding_a_place().values_list("volunteer", flat=True))


def test_nothing_changes_until_the_other_says_yes(mine, theirs):
    swap = propose(mine, theirs)
    assert (on(mine.shift), on(theirs.shift)) == ([mine.volunteer_id], [theirs.volunteer_id])
    assert swap.answer_until - timezone.now() > timedelta(hours=47)
    message = Message.objects.get(kind=stand_in_emails.SWAP_PROPOSED)
    assert message.person_id == theirs.volunteer_id
    found = mail.kinds()[message.kind].context(message)
    assert found["who"] == "Frida"
    assert "Frivillig" not in str(found["yours"]) + str(found["other"]) + found["who"]


def test_proposal_waits_for_the_morning_unless_it_is_soon(site, mine, theirs, manager):
    policies.set("messages.quiet_from", 21, by=manager)
    policies.set("messages.quiet_until", 8, by=manager)
    with time_machine.travel(factories.at(today(), 23), tick=False):
        propose(mine, theirs)
        night = timezone.now()
        assert not necessity.due(night).exists()
        soon = factories.make_shift(site, starts_at=night + timedelta(hours=20), capacity=1)
        propose(theirs, join(soon, engaged(site)))
        [message] = necessity.due(night)
        assert message.kind == stand_in_emails.SWAP_PROPOSED
    assert necessity.due(night + timedelta(hours=9)).count() == 2


def test_answer_waits_for_the_morning(mine, theirs, manager):
    policies.set("messages.quiet_from", 21, by=manager)
    policies.set("messages.quiet_until", 8, by=manager)
    proposed = propose(mine, theirs)
    with time_machine.travel(factories.at(today(), 23), tick=False):
        swaps.decline(swap=proposed, by=user_of(theirs))
        night = timezone.now()
        assert not necessity.due(night).filter(kind=stand_in_emails.SWAP_ANSWER).exists()
    morning = necessity.due(night + timedelta(hours=9))
    assert morning.filter(kind=stand_in_emails.SWAP_ANSWER).exists()


def test_yes_moves_both(mine, theirs):
    swap = swaps.accept(swap=propose(mine, theirs), by=user_of(theirs))
    assert swap.state == "accepted"
    assert (on(mine.shift), on(theirs.shift)) == ([theirs.volunteer_id], [mine.volunteer_id])
    message = Message.objects.get(kind=stand_in_emails.SWAP_ANSWER)
    assert message.person_id == mine.volunteer_id
    found = mail.kinds()[message.kind].context(message)
    assert (found["yes"], found["no"]) == (True, False)
    event = AuditEvent.objects.get(kind="swap.accepted")
    assert event.subjects.count() == 2


def test_no_keeps_both_and_is_not_asked_again(mine, theirs):
    swap = swaps.decline(swap=propose(mine, theirs), by=user_of(theirs))
    assert swap.state == "declined"
    assert on(mine.shift) == [mine.volunteer_id]
    message = Message.objects.get(kind=stand_in_emails.SWAP_ANSWER)
    assert mail.kinds()[message.kind].context(message)["no"]
    refused("proposed_already", propose, mine=mine, theirs=theirs)


def test_shifts_at_the_same_time_can_be_swapped(site):
    """Each leaves their own: that is not to be in two places."""
    first, second = (
        join(factories.make_shift(site, hour=hour, capacity=1), engaged(site)) for hour in (15, 16)
    )
    swaps.accept(swap=propose(first, second), by=user_of(second))
    assert (on(first.shift), on(second.shift)) == ([second.volunteer_id], [first.volunteer_id])


def test_one_proposal_at_a_time(mine, theirs, site):
    propose(mine, theirs)
    third = join(factories.make_shift(site, hour=9), engaged(site))
    refused("proposed_already", propose, mine=mine, theirs=third)


def test_taken_back(mine, theirs):
    swap = swaps.withdraw(swap=propose(mine, theirs), by=user_of(mine))
    refused("not_open", swaps.accept, swap=swap, by=user_of(theirs))
    propose(mine, theirs)


def test_the_clock_ends_it(mine, theirs, site):
    swap = propose(mine, theirs)
    Swap.objects.filter(pk=swap.pk).update(answer_until=timezone.now() - timedelta(seconds=1))
    refused("not_open", swaps.accept, swap=swap, by=user_of(theirs))
    message = Message.objects.get(kind=stand_in_emails.SWAP_PROPOSED)
    assert mail.kinds()[message.kind].context(message) is None
    third = join(factories.make_shift(site, hour=9), engaged(site))
    propose(mine, third)
    swap.refresh_from_db()
    assert swap.state == "lapsed"


def test_either_place_gone_ends_it(mine, theirs, coordinator):
    swap = propose(mine, theirs)
    assignments.cancel(assignment=theirs, by=coordinator)
    refused("not_open", swaps.accept, swap=swap, by=user_of(theirs))


@pytest.mark.parametrize("whose", ["mine", "theirs"])
def test_a_begun_shift_is_not_swapped(whose, mine, theirs, coordinator):
    swap = propose(mine, theirs)
    begun({"mine": mine, "theirs": theirs}[whose].shift)
    refused("not_open", swaps.accept, swap=swap, by=user_of(theirs))
    refused("begun", propose, mine=mine, theirs=theirs)
    refused("begun", swaps.swap_now, mine=mine, theirs=theirs, by=coordinator)
    assert (on(mine.shift), on(theirs.shift)) == ([mine.volunteer_id], [theirs.volunteer_id])


def test_too_late_to_wait_for_an_answer(site, theirs):
    soon = factories.make_shift(site, starts_at=timezone.now() + timedelta(minutes=20), capacity=1)
    refused("too_late", propose, mine=join(soon, engaged(site)), theirs=theirs)


@pytest.mark.parametrize("who", ["mine", "theirs"])
def test_the_gate_is_asked_of_both_and_again_at_the_yes(who, mine, theirs, site):
    swap = propose(mine, theirs)
    factories.make_requirement(site.activity)
    cleared = theirs if who == "mine" else mine
    factories.make_clearance(cleared.volunteer, site=site)
    with pytest.raises(DomainError) as caught:
        swaps.accept(swap=swap, by=user_of(theirs))
    assert caught.value.code == "cannot_swap"
    told = " ".join(caught.value.reasons)
    assert ("Frida" in told) == (who == "mine")
    assert on(mine.shift) == [mine.volunteer_id]


def test_who_is_busy_then_cannot_swap(mine, theirs, site, coordinator):
    swap = propose(mine, theirs)
    clash = factories.make_shift(site, day=today() + timedelta(days=9), hour=16)
    assignments.sign_up(shift=clash, volunteer=mine.volunteer, by=coordinator)
    refused("cannot_swap", swaps.accept, swap=swap, by=user_of(theirs))


def test_another_activity_is_refused(mine, here):
    elsewhere = factories.make_site(here)
    other = join(factories.make_shift(elsewhere, hour=9), engaged(elsewhere))
    refused("not_the_same_activity", propose, mine=mine, theirs=other)


def test_where_a_coordinator_decides_volunteers_do_not_swap(mine, theirs, coordinator):
    shifts.change(shift=theirs.shift, way="staff", by=coordinator)
    refused("staff_decides", propose, mine=mine, theirs=theirs)
    swaps.swap_now(mine=mine, theirs=theirs, by=coordinator)
    assert on(mine.shift) == [theirs.volunteer_id]
    told = Message.objects.filter(kind=stand_in_emails.SWAP_ANSWER)
    assert set(told.values_list("person_id", flat=True)) == {
        mine.volunteer_id,
        theirs.volunteer_id,
    }


def test_staff_swap_in_spite_of_an_open_proposal(mine, theirs, site, coordinator):
    swap = propose(mine, theirs)
    third = join(factories.make_shift(site, hour=9), engaged(site))
    swaps.swap_now(mine=mine, theirs=third, by=coordinator)
    swap.refresh_from_db()
    assert (swap.state, on(third.shift)) == ("withdrawn", [mine.volunteer_id])


def test_a_swap_ends_the_search_for_a_stand_in(mine, theirs):
    search = deeds.ask(assignment=theirs, by=user_of(theirs))
    swaps.accept(swap=propose(mine, theirs), by=user_of(theirs))
    search.refresh_from_db()
    assert search.state == "taken"


def test_who_waited_for_the_other_shift_has_one_row(mine, theirs):
    waits = join(theirs.shift, mine.volunteer)
    swaps.accept(swap=propose(mine, theirs), by=user_of(theirs))
    waits.refresh_from_db()
    assert waits.state == "booked"
    assert on(theirs.shift) == [mine.volunteer_id]


def test_one_can_choose_among_those_with_whom_it_works(mine, theirs, site, here, coordinator):
    factories.make_shift(site, hour=9)
    busy = join(factories.make_shift(site, hour=11, capacity=1), engaged(site, "Optaget"))
    clash = factories.make_shift(site, hour=16)
    also = assignments.sign_up(shift=clash, volunteer=busy.volunteer, by=coordinator)
    hidden = join(factories.make_shift(site, hour=19, capacity=1), engaged(site, "Beskyttet"))
    Person.objects.filter(pk=hidden.volunteer_id).update(protected_identity=True)
    elsewhere = factories.make_site(here)
    join(factories.make_shift(elsewhere, hour=9), engaged(elsewhere))
    now = timezone.now()
    assert [row.pk for row in stand_ins.swappable(mine, now)] == [also.pk, theirs.pk]
    found = stand_ins.swappable_by(coordinator, mine, now)
    assert [row.pk for row in found] == [also.pk, hidden.pk, theirs.pk]
    assert [row.pk for row in stand_ins.own_swappable(theirs, mine.volunteer, now)] == [mine.pk]


def test_whom_the_clock_has_let_go_has_nothing_to_swap(mine, theirs):
    now = timezone.now()
    past = {"confirm_asked_at": now - timedelta(days=1), "confirm_until": now}
    type(theirs).objects.filter(pk=theirs.pk).update(**past)
    assert stand_ins.swappable(mine, now) == []
    refused("wrong_state", propose, mine=mine, theirs=theirs)


@pytest.mark.parametrize("number", [1, 12])
def test_choosing_costs_the_same_for_any_number(number, mine, site, django_assert_max_num_queries):
    for row in range(number):
        day = today() + timedelta(days=10 + row)
        join(factories.make_shift(site, day=day), engaged(site))
    with django_assert_max_num_queries(9):
        assert len(stand_ins.swappable(mine, timezone.now())) == number
