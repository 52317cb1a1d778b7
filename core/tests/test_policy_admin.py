"""The settings' pages: every key is listed, nonsense is refused, and nothing typed is lost."""

import io
from datetime import timedelta

import pytest
from django.contrib.admin import AdminSite, ModelAdmin
from django.urls import include, path, reverse
from PIL import Image

from core import files, policies
from core.models import PolicyValue
from core.periods import today
from core.policy_admin import PolicyPages
from frivillig.urls import urlpatterns as site_urls

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class Pages(PolicyPages, ModelAdmin):
    """What `core/admin.py` makes of the pages, on a site of the tests' own."""


site = AdminSite(name="admin")
site.register(PolicyValue, Pages)
urlpatterns = [path("proeve/", site.urls), path("", include(site_urls))]
LIST = "/proeve/core/policyvalue/"


def address(key):
    return f"{LIST}indstilling/{key}/"


@pytest.fixture
def page(client, manager, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client.force_login(manager)
    return client


def test_list_shows_every_registered_setting(page):
    answer = page.get(LIST)
    html = answer.content.decode()
    assert answer.status_code == 200
    missing = [found.key for found in policies.registered() if address(found.key) not in html]
    assert missing == []


def test_list_costs_the_same_however_many_values(page, manager, django_assert_num_queries):
    with django_assert_num_queries(LIST_QUERIES):
        page.get(LIST)
    for number in range(30):
        policies.set("municipality.phone", f"{number:08}", by=manager)
    with django_assert_num_queries(LIST_QUERIES):
        page.get(LIST)


LIST_QUERIES = 4


def test_form_saves_a_value_and_says_so(page, manager):
    answer = page.post(
        address("municipality.name"),
        {"value": "Æblø Kommune", "valid_from": today().isoformat(), "note": "Byrådet"},
    )
    assert answer.status_code == 302
    row = PolicyValue.objects.get()
    assert (row.value, row.note, row.set_by_id) == ("Æblø Kommune", "Byrådet", manager.pk)


def test_form_keeps_what_was_typed_when_it_makes_no_sense(page):
    answer = page.post(
        address("audit.kept_days"), {"value": "tre", "valid_from": today().isoformat(), "note": ""}
    )
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="tre"' in html
    assert "error-summary" in html
    assert PolicyValue.objects.count() == 0


@pytest.mark.parametrize("valid_from", ["", "i morgen", "31.02.2027", "01.01.2020"])
def test_form_refuses_a_day_that_cannot_be(page, valid_from):
    answer = page.post(
        address("municipality.name"), {"value": "Byen", "valid_from": valid_from, "note": ""}
    )
    assert answer.status_code == 200
    assert "error-summary" in answer.content.decode()
    assert PolicyValue.objects.count() == 0


def test_form_takes_a_logo_and_refuses_what_is_none(page):
    content = io.BytesIO()
    Image.new("RGB", (9, 9)).save(content, format="PNG")
    for name, data in (("logo.png", b"<svg/>"), ("logo.png", content.getvalue())):
        upload = io.BytesIO(data)
        upload.name = name
        page.post(
            address("municipality.logo"),
            {"value": upload, "valid_from": today().isoformat(), "note": ""},
        )
    assert files.current("municipality.logo").content_type == "image/png"
    assert PolicyValue.objects.count() == 1


def test_planned_change_is_shown_and_can_be_withdrawn(page, manager):
    planned = policies.set(
        "municipality.name", "Nyby", by=manager, valid_from=today() + timedelta(days=3)
    )
    assert "Nyby" in page.get(LIST).content.decode()
    withdraw = reverse("admin:core_policyvalue_withdraw", args=[planned.pk])
    assert withdraw in page.get(address("municipality.name")).content.decode()

    assert page.get(withdraw).status_code == 403
    assert page.post(withdraw).status_code == 302
    assert PolicyValue.objects.count() == 0


def test_unknown_setting_is_not_found(page):
    assert page.get(address("no.such")).status_code == 404


def test_rows_can_be_neither_edited_nor_deleted(page, manager):
    row = policies.set("municipality.name", "Byen", by=manager)
    assert page.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    page.post(f"{LIST}{row.pk}/change/", {"value": '"Andet"', "key": "municipality.name"})
    row.refresh_from_db()
    assert row.value == "Byen"


def test_coordinator_may_not_set_policies(client, coordinator, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client.force_login(coordinator)
    assert client.get(LIST).status_code in (302, 403)
    assert client.post(address("municipality.name"), {}).status_code in (302, 403)
    assert PolicyValue.objects.count() == 0
