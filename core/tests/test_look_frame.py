"""The frame of every page: names, menu, messages, statements, and what it costs."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from core import navigation, policies


@pytest.fixture
def menu(monkeypatch):
    """An empty menu that the test fills."""
    monkeypatch.setattr(navigation, "_entries", {})
    return navigation


@pytest.fixture
def no_second_factor(settings):
    settings.SECOND_FACTOR_REQUIRED = False


def test_menu_shows_what_each_visitor_may_see_in_order(menu):
    menu.register("Late", "core:accessibility", order=20, visible=menu.everyone)
    menu.register("Early", "start", order=10, visible=menu.anonymous)
    menu.register("Never", "core:styleguide", order=1, visible=lambda user: False)
    labels = [link.label for link in menu.links_for(AnonymousUser(), "/somewhere/")]
    assert labels == ["Early", "Late"]


def test_menu_marks_the_page_and_what_lies_under_it(menu):
    menu.register("Guide", "core:styleguide", order=1)
    menu.register("Start", "start", order=2)
    under = menu.links_for(AnonymousUser(), "/stilguide/opslag/")
    assert [(link.current, link.active) for link in under] == [(False, True), (False, False)]
    there = menu.links_for(AnonymousUser(), "/stilguide/")
    assert [(link.current, link.active) for link in there] == [(True, True), (False, False)]


def test_menu_entry_without_address_is_left_out_and_warned_of(menu):
    menu.register("Nowhere", "core:nowhere", order=1)
    assert menu.links_for(AnonymousUser(), "/") == []
    assert [warning.id for warning in menu.check_urls(None)] == ["core.W010"]


def test_every_registered_entry_leads_somewhere():
    lost = []
    for entry in navigation.entries():
        try:
            reverse(entry.url_name)
        except NoReverseMatch:
            lost.append(entry.url_name)
    assert lost == []


def test_public_page_names_the_municipality_and_the_ways_to_reach_it(client, db, manager):
    policies.set("municipality.name", "Prøvekøbing Kommune", by=manager)
    policies.set("municipality.phone", "12345678", by=manager)
    policies.set("municipality.email", "frivillig@proeve.example", by=manager)
    html = client.get("/was").content.decode()
    assert "– Frivillig – Prøvekøbing Kommune</title>" in html
    assert "12 34 56 78" in html
    assert "mailto:frivillig@proeve.example" in html
    assert 'href="/was"' in html
    assert "emblem.svg" in html
    assert "LOGO" not in html


def test_frame_costs_one_query_for_a_visitor(client, db, django_assert_num_queries):
    client.get("/was")
    with django_assert_num_queries(1):
        client.get("/was")


def test_was_leads_to_the_statement_once_it_has_an_address(client, manager):
    policies.set(
        "municipality.accessibility_statement_url", "https://www.was.digst.dk/x", by=manager
    )
    answer = client.get("/was")
    assert (answer.status_code, answer["Location"]) == (302, "https://www.was.digst.dk/x")


def test_no_logo_is_not_found(client, db):
    assert client.get("/logo").status_code == 404


def test_language_is_kept_and_only_by_post(client, db):
    assert client.get("/sprog/").status_code == 405
    answer = client.post("/sprog/", {"language": "en", "next": "/was"})
    assert (answer.status_code, answer["Location"]) == (302, "/was")
    assert 'lang="en"' in client.get("/was").content.decode()


def test_language_choice_does_not_lead_to_other_sites(client, db):
    answer = client.post("/sprog/", {"language": "en", "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_style_guide_is_for_those_who_may_enter_the_administration(
    client, manager, volunteer, no_second_factor
):
    assert client.get("/stilguide/").status_code == 302
    client.force_login(volunteer.person.user)
    assert client.get("/stilguide/").status_code == 403
    client.force_login(manager)
    assert client.get("/stilguide/").status_code == 200


def test_style_guide_holds_no_inline_script_or_style(client, manager, no_second_factor):
    client.force_login(manager)
    html = client.get("/stilguide/?fejl=1").content.decode()
    assert "style=" not in html
    assert "onclick" not in html
    assert html.count("<script") == html.count("<script src=")


def test_style_guide_ids_are_unique(client, manager, no_second_factor):
    client.force_login(manager)
    html = client.get("/stilguide/?fejl=1").content.decode()
    ids = [part.split('"')[0] for part in html.split(' id="')[1:]]
    assert sorted(ids) == sorted(set(ids))


def test_pagination_keeps_the_query_string():
    page = Paginator(range(100), 10).get_page(5)
    request = RequestFactory().get("/", {"q": "Østergård", "side": "5"})
    html = render_to_string("components/pagination.html", {"page_obj": page}, request=request)
    assert "?q=%C3%98sterg%C3%A5rd&amp;side=6" in html
    assert 'aria-current="page"' in html


def test_breadcrumbs_are_left_out_where_there_are_none():
    template = Template(
        "{% breadcrumbs %}{% if crumbs %}{% crumb 'Her' %}{% endif %}{% endbreadcrumbs %}"
    )
    assert template.render(Context({"crumbs": False})) == ""
    assert "Her" in template.render(Context({"crumbs": True}))


def test_request_for_another_host_is_refused_on_a_page(client, db, settings):
    """It is refused before anybody has looked at who sent it, so there is no user to ask."""
    settings.ALLOWED_HOSTS = ["testserver"]
    answer = client.get("/was", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "Vi forstod ikke forespørgslen" in answer.text
