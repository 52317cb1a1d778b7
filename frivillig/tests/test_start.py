"""The start page: what waits for this person, only from their branches."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from coordination.actions import assignments, engagements
from coordination.models import Clearance, ClearanceKind
from coordination.tests import factories
from core.periods import today
from recruitment.tests.factories import make_application


def a_minute_later():
    """What others did shows within a minute: see `core.summary.kept`."""
    caches["numbers"].clear()


def waiting_of(client, user):
    client.force_login(user)
    return {row.text: row.number for row in client.get("/").context["waiting"]}


def test_volunteer_is_sent_to_their_own_page(client, volunteer):
    client.force_login(volunteer.person.user)
    assert client.get("/").url == reverse("coordination:own-page")


def test_coordinator_sees_what_waits_here_and_nothing_of_elsewhere(
    client, coordinator, coordinator_elsewhere, site
):
    make_application(site)
    factories.make_shift(site, capacity=3, minimum=2)
    assert waiting_of(client, coordinator) == {"Nye henvendelser": 1, "Vagter, der mangler folk": 1}
    assert waiting_of(client, coordinator_elsewhere) == {}


def test_a_clearance_that_ends_before_the_shift_is_shown(client, coordinator, site):
    factories.make_requirement(site.activity, ClearanceKind.AGREEMENT)
    volunteer = factories.make_volunteer()
    factories.make_engagement(volunteer, site)
    factories.make_clearance(volunteer, ClearanceKind.AGREEMENT, site=site)
    shift = factories.make_shift(site, day=today() + timedelta(days=5), minimum=1)
    assignments.sign_up(shift=shift, volunteer=volunteer, by=coordinator)
    assert waiting_of(client, coordinator) == {}
    Clearance.objects.update(valid_until=today(), revoked_at=timezone.now())
    a_minute_later()
    assert waiting_of(client, coordinator) == {
        "Tilmeldte, der ikke længere er godkendt til vagten": 1
    }
    (waits,) = client.get("/").context["waiting"]
    assert "7 dage" in waits.why
    page = client.get(waits.url)
    assert [row.pk for row in page.context["rows"]] == [shift.pk]


def test_what_one_does_shows_at_once_and_what_others_do_within_a_minute(
    client, coordinator, manager, site
):
    factories.make_requirement(site.activity, ClearanceKind.AGREEMENT)
    text = "Frivillige, der mangler en aftale"

    def number():
        return waiting_of(client, coordinator).get(text, 0)

    def add(by):
        engagements.accept(person=factories.make_person(), site=site, starts_on=today(), by=by)

    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert number() == 0
        add(coordinator)
        assert number() == 1
        add(manager)
        assert number() == 1
        clock.shift(timedelta(seconds=61))
        assert number() == 2


def test_reader_sees_numbers_and_no_tasks_about_people(client, reader, site):
    make_application(site)
    assert waiting_of(client, reader) == {}


@pytest.mark.parametrize("count", [1, 3, 30])
def test_start_page_costs_the_same_for_any_number(
    client, coordinator, site, django_assert_num_queries, count
):
    for _number in range(count):
        make_application(site)
        factories.make_engagement(factories.make_volunteer(), site)
    client.force_login(coordinator)
    client.get("/")
    with django_assert_num_queries(9):
        client.get("/")
