"""Copying shifts to another day: the clock stays, nothing twice, nobody signed up."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from coordination import series as rules
from coordination.actions import copying, shifts
from coordination.models import Assignment, Shift
from coordination.tests import factories
from core.errors import DomainError
from core.periods import local, today


def later(days):
    return today() + timedelta(days=days)


@pytest.fixture
def event(here):
    """A Friday evening and a Saturday of last year's event, and one that was cancelled."""
    activity = factories.make_activity(here, "Magiske Dage", kind="event")
    site = factories.make_site(here, activity)
    factories.make_shift(site, day=later(-300), hour=18, hours=8, title="Baren", capacity=4)
    factories.make_shift(site, day=later(-299), hour=9, title="Vagt", note="Gul vest")
    return activity


def copy(event, by, **changes):
    days = {"first_day": later(-300), "last_day": later(-299), "new_first_day": later(60)}
    return copying.copy_shifts(activity=event, by=by, **(days | changes))


def test_copy_keeps_clock_details_and_distance(event, coordinator):
    made = copy(event, coordinator)
    found = [
        (local(one.starts_at).date(), local(one.starts_at).hour, local(one.ends_at).hour, one.title)
        for one in made
    ]
    assert found == [(later(60), 18, 2, "Baren"), (later(61), 9, 11, "Vagt")]
    assert (made[0].capacity, made[1].note) == (4, "Gul vest")
    assert not Assignment.objects.exists()


def test_copy_twice_plans_nothing_more(event, coordinator):
    copy(event, coordinator)
    with pytest.raises(DomainError) as caught:
        copy(event, coordinator)
    assert (caught.value.code, Shift.objects.count()) == ("nothing_to_copy", 4)


def test_copy_fills_up_what_lacks(event, coordinator):
    made = copy(event, coordinator)
    shifts.cancel_shift(shift=made[0], by=coordinator)
    assert [one.title for one in copy(event, coordinator)] == ["Baren"]


def test_copy_to_the_past_plans_none(event, coordinator):
    with pytest.raises(DomainError) as caught:
        copy(event, coordinator, new_first_day=later(-1))
    assert (caught.value.code, Shift.objects.count()) == ("in_past", 2)


def test_copy_takes_only_what_one_plans(event, elsewhere, coordinator):
    other = factories.make_site(elsewhere, event)
    factories.make_shift(other, day=later(-299), hour=9)
    assert {one.site.branch.name for one in copy(event, coordinator)} == {"Vollsmose Bibliotek"}


def test_copy_over_the_clock_change_keeps_the_clock():
    summer, winter = date(2027, 7, 3), date(2027, 12, 4)
    period = rules.period_of(summer, time(18), time(2))
    moved = copying.moved(*period, winter - summer)
    assert moved == rules.period_of(winter, time(18), time(2))


def test_page_shows_the_days_before_it_plans(client, event, coordinator):
    client.force_login(coordinator)
    address = reverse("coordination:shifts-copy", args=[event.pk])
    typed = {
        "first_day": later(-300).isoformat(),
        "last_day": later(-299).isoformat(),
        "new_first_day": later(60).isoformat(),
    }
    first = client.post(address, typed)
    assert "2 vagter planlægges i alt." in first.content.decode()
    assert Shift.objects.count() == 2
    seen = first.context["form"]["looked_at"].value()
    assert client.post(address, typed | {"looked_at": seen}).status_code == 302
    assert Shift.objects.count() == 4


def test_page_says_when_there_is_nothing(client, event, coordinator):
    client.force_login(coordinator)
    address = reverse("coordination:shifts-copy", args=[event.pk])
    day = later(5).isoformat()
    answer = client.post(address, {"first_day": day, "new_first_day": later(9).isoformat()})
    assert list(answer.context["form"].errors) == ["first_day"]
