"""“I cannot come” and what follows, as volunteers and coordinators see it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination import stand_ins
from coordination.actions import stand_ins as deeds
from coordination.actions import swaps
from coordination.models import Assignment, Branch, StandIn, Swap
from coordination.tests import factories
from coordination.tests.deeds import engaged, join
from core import choices
from core.models import AccessEvent
from core.periods import today


@pytest.fixture
def frida(volunteer, site):
    factories.make_engagement(volunteer, site)
    return volunteer


@pytest.fixture
def me(client, frida):
    client.force_login(frida.person.user)
    return client


@pytest.fixture
def staff(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture
def mine(frida, site):
    return join(factories.make_shift(site, capacity=1), frida)


@pytest.fixture
def theirs(site):
    shift = factories.make_shift(site, day=today() + timedelta(days=9), capacity=1)
    return join(shift, engaged(site, "Bodil Bager"))


@pytest.fixture
def search(theirs):
    return deeds.ask(
        assignment=theirs, reason="Min bil er gået i stykker", by=theirs.volunteer.person.user
    )


def url(name, *args):
    return reverse(f"coordination:{name}", args=args)


def text(response):
    return response.content.decode()


# --- My own place --------------------------------------------------------------------------


def test_the_page_offers_what_fits(me, mine, here):
    Branch.objects.filter(pk=here.pk).update(phone="+4512345678")
    page = me.get(url("own-assignment-cancel", mine.pk))
    assert page.context["late"] is None
    assert 'value="cancel"' in text(page)
    assert 'value="ask"' in text(page)
    assert url("own-swap", mine.pk) in text(page)
    assert "12 34 56 78" in text(page)


def test_after_the_deadline_the_phone_and_a_stand_in_are_left(me, site, frida, here):
    Branch.objects.filter(pk=here.pk).update(phone="+4512345678")
    soon = factories.make_shift(site, starts_at=timezone.now() + timedelta(hours=3))
    page = me.get(url("own-assignment-cancel", join(soon, frida).pk))
    assert 'value="cancel"' not in text(page)
    assert 'value="ask"' in text(page)
    assert "12 34 56 78" in text(page)


def test_asking_and_coming_after_all(me, mine):
    address = url("own-assignment-cancel", mine.pk)
    assert me.post(address, {"deed": "ask", "reason": "Rejse"}).status_code == 302
    assert StandIn.objects.get().reason == "Rejse"
    page = me.get(address)
    assert 'value="withdraw"' in text(page)
    assert 'value="ask"' not in text(page)
    me.post(address, {"deed": "withdraw"})
    assert StandIn.objects.get().state == "withdrawn"
    assert me.post(address, {"deed": "withdraw"}).status_code == 409


def test_a_reason_that_is_too_long_is_not_lost(me, mine):
    page = me.post(url("own-assignment-cancel", mine.pk), {"deed": "ask", "reason": "x" * 201})
    assert page.status_code == 409
    assert "x" * 201 in text(page)
    assert page.context["form"].errors.keys() == {"reason"}
    assert not StandIn.objects.exists()


@pytest.mark.parametrize("deed", ["nonsense", ""])
def test_nonsense_changes_nothing(deed, me, mine):
    page = me.post(url("own-assignment-cancel", mine.pk), {"deed": deed})
    assert page.status_code == 409
    mine.refresh_from_db()
    assert mine.state == "booked"


# --- Others' places ------------------------------------------------------------------------


def test_the_list_shows_who_needs_one_without_the_reason(me, search, frida):
    page = me.get(url("own-stand-in-list"))
    assert [one.search for one in page.context["helps"]] == [search]
    assert "Min bil" not in text(page)
    assert "Bodil" not in text(page)


def test_the_list_leaves_out_mine_and_what_is_over(me, mine, search, frida):
    deeds.ask(assignment=mine, by=frida.person.user)
    deeds.withdraw(stand_in=search, by=search.asked_by)
    page = me.get(url("own-stand-in-list"))
    assert page.context["helps"] == []
    assert [row.assignment for row in page.context["mine"]] == [mine]


@pytest.mark.parametrize("number", [1, 12])
def test_the_list_costs_the_same_for_any_number(
    number, me, site, coordinator, django_assert_num_queries
):
    factories.make_requirement(site.activity)
    for days in range(number):
        shift = factories.make_shift(site, day=today() + timedelta(days=days + 3))
        place = Assignment.objects.create(
            shift=shift,
            volunteer=engaged(site),
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            booked_at=timezone.now(),
            booked_by=coordinator,
        )
        deeds.ask(assignment=place, by=coordinator)
    me.get(url("own-stand-in-list"))
    with django_assert_num_queries(12):
        page = me.get(url("own-stand-in-list"))
    assert len(page.context["helps"]) == number


def test_taking_it_is_one_step(me, search, frida, theirs):
    page = me.get(url("own-stand-in", search.pk))
    assert page.context["help"].can_take
    assert "Min bil" not in text(page)
    me.post(url("own-stand-in", search.pk))
    assert theirs.shift.assignments.holding_a_place().get().volunteer == frida


def test_too_late_is_said_kindly(me, search, site):
    other = engaged(site)
    deeds.take(stand_in=search, volunteer=other, by=other.person.user)
    assert me.get(url("own-stand-in", search.pk)).status_code == 200
    page = me.post(url("own-stand-in", search.pk))
    assert (page.status_code, page.context["error"].code) == (409, "taken_already")
    assert "alert-error" not in page.content.decode()


def test_another_site_s_is_not_there(client, search, volunteer_elsewhere):
    client.force_login(volunteer_elsewhere.person.user)
    assert client.get(url("own-stand-in", search.pk)).status_code == 404
    assert client.post(url("own-stand-in", search.pk)).status_code == 404


# --- Swaps ---------------------------------------------------------------------------------


def test_proposing_from_my_place(me, mine, theirs):
    page = me.get(url("own-swap", mine.pk))
    assert "Bodil:" in text(page)
    assert "Bager" not in text(page)
    assert me.post(url("own-swap", mine.pk), {"place": theirs.pk}).status_code == 302
    swap = Swap.objects.get()
    assert (swap.mine, swap.theirs) == (mine, theirs)
    assert [one.pk for one in me.get(url("own-stand-in-list")).context["proposed"]] == [swap.pk]


def test_proposing_one_of_mine_for_one_that_needs_a_stand_in(me, mine, theirs, search):
    assert me.post(url("own-swap-for", search.pk), {"place": mine.pk}).status_code == 302
    swap = Swap.objects.get()
    assert (swap.mine, swap.theirs) == (mine, theirs)


def test_a_place_that_is_not_on_the_list_is_refused(me, mine, here):
    other = factories.make_site(here)
    foreign = join(factories.make_shift(other, hour=9), engaged(other))
    page = me.post(url("own-swap", mine.pk), {"place": foreign.pk})
    assert page.status_code == 200
    assert not Swap.objects.exists()


@pytest.mark.parametrize(("answer", "state"), [("yes", "accepted"), ("no", "declined")])
def test_the_one_who_is_asked_answers(answer, state, me, mine, theirs):
    swap = swaps.propose(mine=theirs, theirs=mine, by=theirs.volunteer.person.user)
    assert [one.pk for one in me.get(url("own-stand-in-list")).context["asked"]] == [swap.pk]
    assert me.get(url("own-swap-answer", swap.pk)).context["is_asked"]
    me.post(url("own-swap-answer", swap.pk), {"answer": answer})
    swap.refresh_from_db()
    assert swap.state == state


def test_the_proposer_cannot_say_yes_for_the_other(me, mine, theirs, frida):
    swap = swaps.propose(mine=mine, theirs=theirs, by=frida.person.user)
    assert me.post(url("own-swap-answer", swap.pk), {"answer": "yes"}).status_code == 409
    me.post(url("own-swap-answer", swap.pk), {"answer": "back"})
    swap.refresh_from_db()
    assert swap.state == "withdrawn"


# --- The choice ----------------------------------------------------------------------------


def test_being_asked_is_chosen_where_messages_are(me, frida):
    address = url("own-message-choices")
    field = me.get(address).context["form"].fields[f"group_{stand_ins.ASKED_BY}"]
    assert [value for value, _words in field.choices] == ["", "email"]
    assert field.initial == ""
    me.post(address, {f"group_{stand_ins.ASKED_BY}": "email"})
    assert choices.who_want(stand_ins.ASKED_BY, [frida.pk]) == {frida.pk}


# --- Staff ---------------------------------------------------------------------------------


def test_staff_see_who_looks_and_why(staff, search, theirs):
    page = staff.get(url("shift-detail", theirs.shift_id))
    assert [seat.search for seat in page.context["seats"]] == [search]
    assert "Min bil" in text(page)


def test_the_reason_is_not_for_who_may_not_see_people(client, ambassador, search, theirs):
    client.force_login(ambassador)
    assert "Min bil" not in text(client.get(url("shift-detail", theirs.shift_id)))


def test_staff_see_it_where_people_lack(staff, search):
    page = staff.get(url("shift-gaps"))
    assert page.context["looking"] == [search]
    assert "Bodil Bager" in text(page)
    assert AccessEvent.objects.filter(purpose="shift.gaps").count() == 1


def test_who_may_not_see_names_sees_the_shift_alone(client, reader, search):
    client.force_login(reader)
    page = client.get(url("shift-gaps"))
    assert page.context["looking"] == [search]
    assert "Bodil" not in text(page)


def test_staff_do_each_on_behalf(staff, mine, theirs, site):
    address = url("assignment-cannot-come", theirs.pk)
    assert staff.get(address).status_code == 200
    staff.post(address, {"deed": "ask"})
    assert StandIn.objects.get().state == "open"
    staff.post(address, {"deed": "withdraw"})
    assert StandIn.objects.get().state == "withdrawn"
    assert staff.post(address, {"deed": "cancel"}).status_code == 409
    page = staff.get(url("assignment-swap", theirs.pk))
    assert "Frida Frivillig" in text(page)
    staff.post(url("assignment-swap", theirs.pk), {"place": mine.pk})
    held = Assignment.objects.holding_a_place()
    assert held.get(volunteer=theirs.volunteer).shift == mine.shift
    carl = engaged(site, "Carl")
    row = held.get(volunteer=theirs.volunteer)
    staff.post(url("assignment-replace", row.pk), {"volunteer": carl.pk})
    assert held.get(shift=mine.shift).volunteer == carl


def test_staff_elsewhere_reach_nothing(client, coordinator_elsewhere, mine):
    client.force_login(coordinator_elsewhere)
    for name in ("assignment-cannot-come", "assignment-replace", "assignment-swap"):
        assert client.get(url(name, mine.pk)).status_code == 404
        assert client.post(url(name, mine.pk)).status_code == 404
