"""Templates: all used, none missing, nothing undefined, nothing inline, every page well framed."""

import pytest
from django.template import Context, Engine
from django.template.loader import get_template

from core import mail
from frivillig.tests import templates
from frivillig.tests.undefined import undefined_variables


@pytest.fixture(scope="module")
def ours():
    return templates.sources()


@pytest.fixture(scope="module")
def python():
    return templates.code()


@pytest.fixture(scope="module")
def asked_by_others(ours):
    return (
        templates.of_packages()
        | templates.of_crispy(ours)
        | templates.of_mail(ours, set(mail.kinds()))
    )


def test_every_template_is_used(ours, python, asked_by_others):
    assert templates.unused(ours, python, elsewhere=asked_by_others) == []


def test_no_template_is_missing(ours, python, asked_by_others):
    assert templates.missing(ours, python, elsewhere=asked_by_others) == []


def test_every_template_can_be_read(ours):
    for name in ours:
        assert get_template(name)


def test_nothing_stands_inline_in_templates(ours):
    pages = {
        name: source
        for name, source in ours.items()
        if not name.startswith(("emails/", "pdf/"))  # neither is ever a page of the site
    }
    assert templates.inline(pages) == []


@pytest.mark.django_db
def test_nothing_stands_inline_in_pages(crawled):
    pages = {
        str(answer): answer.text for answer in crawled.answers if "html" in answer.content_type
    }
    assert templates.inline(pages) == []


@pytest.mark.django_db
def test_every_page_is_well_framed(crawled):
    faults = {
        fault
        for answer in crawled.answers
        if answer.is_page
        for fault in templates.badly_built(str(answer), answer.text)
    }
    assert faults == set()


@pytest.mark.django_db
def test_nothing_is_drawn_that_is_not_there(crawled):
    assert {name for answer in crawled.answers for name in answer.undefined} == set()


@pytest.mark.django_db
def test_most_templates_of_pages_were_drawn(crawled):
    """The three tests above look at pages of every kind, the refusals among them."""
    pages = [answer for answer in crawled.answers if answer.is_page]
    assert {200, 403, 404} <= {page.status for page in pages}
    assert len({page.name for page in pages if page.status == 200}) > 80


# --- The rules see a planted fault ------------------------------------------------------------

GOOD = '<html lang="da"><title>Vagter – Frivillig</title><main><h1>Vagter</h1></main></html>'


def test_a_planted_unused_template_is_seen():
    planted = {"used.html": "", "page.html": '{% include "used.html" %}', "lonely.html": ""}
    assert templates.unused(planted, ['name = "page.html"']) == ["lonely.html"]


def test_a_planted_missing_template_is_seen():
    planted = {"page.html": '{% extends "gone.html" %}'}
    assert templates.missing(planted, ['name = "app/lost.html"']) == ["app/lost.html", "gone.html"]


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<script type="module">x()</script>',
        "<style>p { color: red }</style>",
        '<p class="a" style="color: red">',
        '<button type="button" onclick="x()">',
        '<a href="javascript:x()">',
    ],
)
def test_a_planted_inline_thing_is_seen(html):
    assert len(templates.inline({"page.html": html})) == 1


@pytest.mark.parametrize(
    "html",
    [
        '<script src="/static/js/x.js" defer></script>',
        '<script id="rows" type="application/json">[]</script>',
        "<p>Skriv din stil = kort. on = off</p>",
    ],
)
def test_what_may_stand_there_passes(html):
    assert templates.inline({"page.html": html}) == []


def test_a_good_frame_passes():
    assert templates.badly_built("page", GOOD) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<h1>Vagter</h1>", ""),
        ("<h1>Vagter</h1>", "<h1>Vagter</h1><h1>Igen</h1>"),
        ("<h1>Vagter</h1>", "<h1> </h1>"),
        ("Vagter – Frivillig", " – Frivillig"),
        (' lang="da"', ""),
        ("main", "div"),
    ],
)
def test_a_planted_bad_frame_is_seen(old, new):
    assert len(templates.badly_built("page", GOOD.replace(old, new))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "{{ nothing }}",
        "{{ row.nothing }}",
        "{{ nothing|upper }}",
        "{% for row in rows %}{{ row.nothing }}{% endfor %}",
    ],
)
def test_a_planted_undefined_variable_is_seen(source):
    with undefined_variables() as found:
        Engine().from_string(source).render(Context({"row": {}, "rows": [{}]}))
    assert len(found) == 1


@pytest.mark.parametrize(
    "source", ["{{ there }}", '{{ nothing|default:"" }}', "{% if nothing %}x{% endif %}"]
)
def test_what_is_there_or_optional_passes(source):
    with undefined_variables() as found:
        Engine().from_string(source).render(Context({"there": ""}))
    assert found == set()
