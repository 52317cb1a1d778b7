"""Calendars on phones: what they hold, who may read them, and that nobody's name is in them."""

from datetime import UTC, date, timedelta
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.urls import reverse
from icalendar import Calendar

from coordination import feeds
from coordination.actions import assignments, shifts
from coordination.actions import feeds as actions
from coordination.models import CalendarFeed
from coordination.tests import factories
from core import throttle
from core.errors import DomainError
from core.models import AuditEvent
from core.periods import today
from core.tests.counting import asks

AUTUMN = date(2026, 10, 25)


@pytest.fixture
def site(here):
    return factories.make_site(here, place="Sal 2")


@pytest.fixture
def shift(site):
    return factories.make_shift(site, capacity=3, title="Lektiecafé")


@pytest.fixture
def user(volunteer):
    return volunteer.person.user


@pytest.fixture
def feed(user):
    return actions.make(by=user)


def signed_up(shift, volunteer, by):
    if not volunteer.engagements.filter(site=shift.site).exists():
        factories.make_engagement(volunteer, shift.site)
    return assignments.sign_up(shift=shift, volunteer=volunteer, by=by)


def path(feed):
    return urlsplit(feeds.address(feed)).path


def events(client, feed, **query):
    answer = client.get(path(feed), query)
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def facts(event):
    return str(event["status"]), int(event["sequence"])


# --- What is in it -------------------------------------------------------------------------


def test_own_feed_holds_the_shifts_one_is_on(client, feed, shift, volunteer, coordinator):
    factories.make_shift(shift.site, title="En anden")
    signed_up(shift, volunteer, coordinator)
    [event] = events(client, feed)
    assert event["uid"] == f"shift-{shift.pk}@{urlsplit(feeds.settings.SITE_URL).hostname}"
    assert event["summary"] == "Lektiecafé"
    assert event["location"].startswith("Sal 2, ")
    assert (event["dtstart"].dt, event["dtend"].dt) == (shift.starts_at, shift.ends_at)
    assert event["dtstart"].params["TZID"] == "Europe/Copenhagen"


def test_cancelling_and_coming_back_raises_the_number(client, feed, shift, volunteer, coordinator):
    row = signed_up(shift, volunteer, coordinator)
    [before] = events(client, feed)
    assignments.cancel(assignment=row, by=coordinator)
    [gone] = events(client, feed)
    signed_up(shift, volunteer, coordinator)
    [back] = events(client, feed)
    assert [facts(one)[0] for one in (before, gone, back)] == [
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
    ]
    numbers = [facts(one)[1] for one in (before, gone, back)]
    assert numbers == sorted(set(numbers))
    assert before["uid"] == gone["uid"] == back["uid"]


def test_moved_and_cancelled_shifts_raise_the_number(client, site, coordinator):
    start = factories.at(today() + timedelta(days=7), 15)
    shift = shifts.plan(
        site=site, by=coordinator, starts_at=start, ends_at=start + timedelta(hours=2), capacity=2
    )
    feed = actions.make(by=coordinator, branch=site.branch)
    [planned] = events(client, feed)
    later = start + timedelta(hours=1)
    shifts.reschedule(
        shift=shift, by=coordinator, starts_at=later, ends_at=later + timedelta(hours=2), release=[]
    )
    [moved] = events(client, feed)
    shifts.cancel_shift(shift=shift, by=coordinator)
    [cancelled] = events(client, feed)
    assert [facts(one) for one in (planned, moved, cancelled)] == [
        ("CONFIRMED", 0),
        ("CONFIRMED", 1),
        ("CANCELLED", 2),
    ]
    assert moved["dtstart"].dt == later


def test_times_on_the_night_of_the_clock_change(client, feed, site, volunteer, coordinator):
    night = factories.make_shift(
        site, starts_at=factories.at(AUTUMN, 1), ends_at=factories.at(AUTUMN, 4)
    )
    # The sign-up is written directly: the night has passed.
    volunteer.assignments.create(
        shift=night,
        starts_at=night.starts_at,
        ends_at=night.ends_at,
        booked_at=night.starts_at - timedelta(days=9),
        booked_by=coordinator,
    )
    [event] = events(client, feed, **{"from": "2026-10-01"})
    night.refresh_from_db()
    start, end = (event[name].dt.astimezone(UTC) for name in ("dtstart", "dtend"))
    assert (end - start, night.minutes) == (timedelta(hours=4), 240)


def test_feed_is_read_by_windows_of_time(client, site, coordinator):
    feed = actions.make(by=coordinator, activity=site.activity)
    near = factories.make_shift(site, title="Nu")
    far = factories.make_shift(site, title="Senere", day=today() + timedelta(days=200))
    assert [event["summary"] for event in events(client, feed)] == [near.title]
    start = (today() + timedelta(days=190)).isoformat()
    assert [event["summary"] for event in events(client, feed, **{"from": start})] == [far.title]


@pytest.mark.parametrize("kind", ["activity", "branch"])
def test_staff_feed_tells_places_and_no_names(kind, client, shift, coordinator):
    named = factories.make_volunteer("Mette Hemmelig", phone="12345678", email="mette@example.dk")
    signed_up(shift, named, coordinator)
    feed = actions.make(by=coordinator, **{kind: getattr(shift.site, kind)})
    content = client.get(path(feed)).content.decode()
    assert "1 af 3 pladser er taget" in content
    assert [word in content for word in ("Mette", "12345678", "mette@", "Karen")] == [False] * 4


def test_own_feed_names_nobody_else(client, feed, shift, volunteer, coordinator):
    signed_up(shift, factories.make_volunteer("Mette Hemmelig"), coordinator)
    signed_up(shift, volunteer, coordinator)
    assert "Mette" not in client.get(path(feed)).content.decode()


def test_protected_identity_gets_only_the_times(client, feed, shift, volunteer, coordinator):
    signed_up(shift, volunteer, coordinator)
    volunteer.person.protected_identity = True
    volunteer.person.save(update_fields=["protected_identity"])
    [event] = events(client, feed)
    assert event["summary"] == "Vagt"
    assert {"location", "description", "url"} & {name.lower() for name in event} == set()


# --- Who may read it -----------------------------------------------------------------------


def test_wrong_renewed_and_switched_off_addresses_are_not_there(client, feed, user):
    old = path(feed)
    assert client.get(old.replace(".ics", "0.ics")).status_code == 404
    renewed = actions.renew(feed=feed, by=user)
    assert (client.get(old).status_code, client.get(path(renewed)).status_code) == (404, 200)
    actions.switch_off(feed=renewed, by=user)
    assert client.get(path(feed)).status_code == 404
    kinds = AuditEvent.objects.filter(kind__startswith="feed.").values_list("kind", flat=True)
    assert sorted(kinds) == ["feed.made", "feed.off", "feed.renewed"]


def test_feed_of_one_cannot_be_read_with_anothers_mark(client, feed, coordinator, here):
    other = actions.make(by=coordinator, branch=here)
    mark = feeds.token(feed).partition("-")[2]
    address = reverse("coordination:feed", args=[f"{other.pk}-{mark}"])
    assert client.get(address).status_code == 404


def test_feed_ends_with_the_role(client, shift, coordinator):
    feed = actions.make(by=coordinator, branch=shift.site.branch)
    assert client.get(path(feed)).status_code == 200
    coordinator.role_assignments.update(ends_on=today() - timedelta(days=1))
    assert client.get(path(feed)).status_code == 404


def test_feed_ends_with_the_user(client, feed, user):
    user.is_active = False
    user.save(update_fields=["is_active"])
    assert client.get(path(feed)).status_code == 404


def test_activity_feed_holds_only_the_branches_one_may_see(client, site, elsewhere, coordinator):
    other = factories.make_site(elsewhere, activity=site.activity)
    factories.make_shift(other, title="Hos de andre")
    mine = factories.make_shift(site, title="Hos os")
    feed = actions.make(by=coordinator, activity=site.activity)
    assert [event["summary"] for event in events(client, feed)] == [mine.title]


def test_branch_feed_holds_the_branch_and_what_lies_under_it(client, site, elsewhere, manager):
    """Though its owner may see more."""
    below = factories.make_site(factories.make_branch("Magasinet", parent=site.branch))
    factories.make_shift(factories.make_site(elsewhere), title="Hos de andre")
    ours = {factories.make_shift(one, title=f"Hos {one}").title for one in (site, below)}
    feed = actions.make(by=manager, branch=site.branch)
    assert {event["summary"] for event in events(client, feed)} == ours


def test_phone_that_has_it_is_told_nothing_new(client, feed, shift, volunteer, coordinator):
    signed_up(shift, volunteer, coordinator)
    first = client.get(path(feed))
    again = client.get(path(feed), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first["Last-Modified"]


def test_feed_is_braked(client, feed, monkeypatch):
    monkeypatch.setitem(throttle.LIMITS, "calendar", 1)
    cache.clear()
    assert [client.get(path(feed)).status_code for _time in range(2)] == [200, 429]


def test_feed_costs_the_same_for_any_number(feed, site, volunteer, coordinator):
    for number in (1, 9):
        for day in range(number):
            row = factories.make_shift(site, day=today() + timedelta(days=number * 3 + day))
            signed_up(row, volunteer, coordinator)
        with asks(3):
            feeds.entries(feed)
    assert len(feeds.entries(feed)) == 10


# --- The pages -----------------------------------------------------------------------------


def test_volunteer_makes_renews_and_switches_off(client, user):
    client.force_login(user)
    page = reverse("coordination:own-feed")
    client.post(page)
    feed = CalendarFeed.objects.get(owner=user)
    assert feeds.address(feed) in client.get(page).content.decode()
    client.post(reverse("coordination:feed-renew", args=[feed.pk]))
    feed.refresh_from_db()
    assert feeds.address(feed) in client.get(page).content.decode()
    client.post(reverse("coordination:feed-off", args=[feed.pk]))
    assert not CalendarFeed.objects.exists()


def test_staff_choose_one_of_two(client, coordinator, here, site):
    client.force_login(coordinator)
    page = reverse("coordination:feed-list")
    for chosen in ({}, {"branch": here.pk, "activity": site.activity.pk}):
        assert client.post(page, chosen).context["form"].errors.keys() == {"branch"}
    client.post(page, {"activity": site.activity.pk})
    assert CalendarFeed.objects.get(owner=coordinator).activity == site.activity


def test_make_is_about_one_thing(coordinator, site):
    with pytest.raises(DomainError) as no:
        actions.make(by=coordinator, branch=site.branch, activity=site.activity)
    assert no.value.code == "two_things"


def test_one_shift_as_a_file(client, shift, volunteer, coordinator, user):
    row = signed_up(shift, volunteer, coordinator)
    client.force_login(user)
    answer = client.get(reverse("coordination:own-assignment-file", args=[row.pk]))
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (event["summary"], answer["Content-Type"]) == (
        "Lektiecafé",
        "text/calendar; charset=utf-8",
    )
