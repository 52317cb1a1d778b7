"""The pages of groups: staff's, and the one behind the secret link."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.urls import reverse

from coordination import groups
from coordination.models import GroupBooking
from coordination.states import GroupState
from coordination.tests import factories
from core import throttle
from core.models import AccessEvent
from core.periods import today

pytestmark = pytest.mark.django_db
VALUES = {
    "kind": "school_class",
    "title": "5.B fra Skovskolen",
    "seats": "6",
    "association": "",
    "name": "Lis Lærer",
    "email": "lis@skole.dk",
    "phone": "",
    "language": "da",
    "names": "",
}


@pytest.fixture
def shift(here):
    return factories.make_shift(factories.make_site(here), capacity=10)


@pytest.fixture
def group(shift):
    return factories.make_group(shift, seats=6, title="5.B", names="Anna\nBo")


def url(name, pk):
    return reverse(f"coordination:{name}", args=[pk])


def path(group):
    return urlsplit(groups.address(group)).path


def test_coordinator_books_changes_and_cancels(client, coordinator, shift):
    client.force_login(coordinator)
    page = client.get(url("shift-detail", shift.pk)).content.decode()
    assert url("shift-groups", shift.pk) in page
    assert client.post(url("group-book", shift.pk), VALUES).status_code == 302
    group = GroupBooking.objects.get()
    page = client.get(url("shift-groups", shift.pk)).content.decode()
    assert all(word in page for word in ("5.B fra Skovskolen", "Lis Lærer", "lis@skole.dk"))
    assert "6 af 10" in client.get(url("shift-detail", shift.pk)).content.decode()
    client.post(url("group-edit", group.pk), VALUES | {"seats": "4", "names": " Anna \n\nBo\n"})
    group.refresh_from_db()
    assert (group.seats, group.names) == (4, "Anna\nBo")
    client.post(url("group-cancel", group.pk))
    group.refresh_from_db()
    assert group.state == GroupState.CANCELLED
    assert AccessEvent.objects.filter(subjects__person_id=group.responsible_id).exists()


def test_too_many_seats_stand_at_the_field_and_nothing_typed_is_lost(client, coordinator, shift):
    client.force_login(coordinator)
    answer = client.post(url("group-book", shift.pk), VALUES | {"seats": "11"})
    form = answer.context["form"]
    assert form.errors.keys() == {"seats"}
    assert "Skovskolen" in answer.content.decode()


def test_responsible_needs_a_way_to_be_reached(client, coordinator, shift):
    client.force_login(coordinator)
    answer = client.post(url("group-book", shift.pk), VALUES | {"email": ""})
    assert answer.context["form"].errors.keys() == {"email"}


def test_second_coordinator_is_told_and_loses_nothing(client, coordinator, group):
    client.force_login(coordinator)
    seen = client.get(url("group-edit", group.pk)).context["form"].initial["seen"]
    GroupBooking.objects.filter(pk=group.pk).update(title="6.A")
    values = VALUES | {"title": "5.C", "seen": seen}
    answer = client.post(url("group-edit", group.pk), values)
    assert answer.context["form"].has_error("__all__", "changed_meanwhile")
    assert "5.C" in answer.content.decode()


def test_with_children_the_page_says_what_that_means(client, coordinator, shift):
    client.force_login(coordinator)
    words = "Ingen fra gruppen er alene"
    page = url("shift-groups", shift.pk)
    assert words not in client.get(page).content.decode()
    factories.make_requirement(shift.site.activity, "child_certificate")
    assert words in client.get(page).content.decode()


def test_how_many_came(client, coordinator, here):
    past = factories.make_shift(factories.make_site(here), day=today() - timedelta(days=1))
    group = factories.make_group(past)
    client.force_login(coordinator)
    client.post(url("group-attendance", group.pk), {"came": "0"})
    group.refresh_from_db()
    assert group.came == 0


# --- Behind the link -----------------------------------------------------------------------


def test_link_shows_changes_and_gives_back_without_a_sign_in(client, group, shift):
    page = client.get(path(group))
    assert "no-store" in page.headers["Cache-Control"]
    assert "5.B" in page.content.decode()
    for _time in range(2):
        assert client.post(path(group), {"seats": "5", "names": "Anna"}).status_code == 302
    group.refresh_from_db()
    assert (group.seats, group.names) == (5, "Anna")
    back = reverse("coordination:group-give-back", args=[groups.token(group)])
    assert client.get(back).status_code == 200
    assert GroupBooking.objects.get().state == GroupState.BOOKED
    assert client.post(back).status_code == 302
    assert client.post(back).status_code == 200
    assert "givet tilbage" in client.get(path(group)).content.decode()
    shift.refresh_from_db()
    assert shift.group_seats == 0


def test_link_asks_for_fewer_only(client, group):
    answer = client.post(path(group), {"seats": "7", "names": ""})
    assert answer.context["form"].errors.keys() == {"seats"}


def test_link_says_kindly_when_the_day_has_come(client, here):
    past = factories.make_shift(factories.make_site(here), day=today() - timedelta(days=1))
    group = factories.make_group(past)
    for answer in (client.get(path(group)), client.post(path(group), {"seats": "1"})):
        assert (answer.status_code, "Dagen er" in answer.content.decode()) == (200, True)


def test_guessed_links_are_not_there_and_braked(client, group, monkeypatch):
    wrong = path(group).rstrip("/") + "0/"
    assert client.get(wrong).status_code == 404
    monkeypatch.setitem(throttle.LIMITS, "group-guess", 1)
    cache.clear()
    assert [client.get(wrong).status_code for _time in range(2)] == [404, 429]
    assert client.get(path(group)).status_code == 200
