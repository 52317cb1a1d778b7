"""The public page of an activity: coming shifts and free places, and nothing about anybody."""

from datetime import timedelta

import pytest
from django.urls import reverse

from coordination.actions import assignments
from coordination.tests import factories as make
from core.periods import today
from core.tests.counting import asks
from recruitment.tests import factories as calls


@pytest.fixture
def site(here):
    return make.make_site(here, make.make_activity(here, "Lektiecafé"))


@pytest.fixture
def call(site):
    return calls.make_opportunity(site)


def url(site):
    return reverse("recruitment:public-activity", args=[site.activity_id])


def test_coming_shifts_with_free_places(client, call, site, coordinator):
    shift = make.make_shift(site, capacity=3, note="Nøglen ligger hos Bo")
    make.make_shift(site, day=today() - timedelta(days=2))
    volunteer = make.make_volunteer("Mette Hemmelig")
    make.make_engagement(volunteer, site)
    assignments.sign_up(shift=shift, volunteer=volunteer, by=coordinator)
    page = client.get(url(site))
    assert [(row.pk, row.free) for row in page.context["rows"]] == [(shift.pk, 2)]
    text = page.content.decode()
    assert [word in text for word in ("Mette", "Nøglen", "Karen")] == [False] * 3


def test_cancelled_shifts_and_other_sites_are_left_out(client, call, site, elsewhere, coordinator):
    make.make_shift(make.make_site(elsewhere, activity=site.activity))
    gone = make.make_shift(site, day=today() + timedelta(days=3))
    gone.state, gone.cancelled_by, gone.cancelled_at = "cancelled", coordinator, gone.starts_at
    gone.save()
    assert client.get(url(site)).context["rows"] == []


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_without_an_open_opportunity_there_is_no_page(state, client, call, site):
    call.state = state
    call.save(update_fields=["state"])
    assert client.get(url(site)).status_code == 404


def test_links_go_both_ways(client, call, site):
    calls.publish_texts()
    detail = reverse("recruitment:opportunity-detail", args=[call.pk])
    assert f'href="{url(site)}"' in client.get(detail).content.decode()
    assert f'href="{detail}"' in client.get(url(site)).content.decode()


def test_it_costs_the_same_for_any_number(client, call, site):
    make.make_shift(site)
    client.get(url(site))
    for number in (0, 60):
        for day in range(number):
            make.make_shift(site, day=today() + timedelta(days=day + 20))
        with asks(5):
            client.get(url(site))
