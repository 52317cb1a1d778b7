"""The look in a real browser: the style guide holds every component, so it is tested whole."""

import pytest

from core.tests.browser import DESK, PHONE, assert_accessible, side_scroll

pytestmark = pytest.mark.browser
WIDTHS = pytest.mark.parametrize("width", [DESK, PHONE])


@WIDTHS
def test_style_guide_accessible(visit, manager, width):
    assert_accessible(visit("/stilguide/", user=manager, width=width))


@WIDTHS
def test_style_guide_with_errors_accessible(visit, manager, width):
    page = visit("/stilguide/?fejl=1", user=manager, width=width)
    assert_accessible(page)


def test_style_guide_in_english_accessible(visit, manager):
    page = visit("/stilguide/?fejl=1", user=manager, width=PHONE, language="en")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert_accessible(page)


@WIDTHS
def test_public_pages_of_the_frame_accessible(visit, municipality, width):
    assert_accessible(visit("/was", width=width))


@WIDTHS
def test_missing_page_accessible(visit, manager, width):
    assert_accessible(visit("/findes-ikke/", user=manager, width=width, status=404))


def test_axe_finds_a_planted_fault(visit, manager):
    page = visit("/was")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    with pytest.raises(AssertionError, match="button-name"):
        assert_accessible(page)


def test_error_summary_takes_focus_and_its_links_reach_the_field(visit, manager):
    page = visit("/stilguide/?fejl=1", user=manager)
    assert page.evaluate("document.activeElement.dataset.module") == "error-summary"
    for field in ("name", "birth_date_0", "days_0", "how_often_0", "place_q", "agree"):
        page.locator(f".error-summary a[href='#id_{field}']").first.click()
        assert page.evaluate("document.activeElement.id") == f"id_{field}"


def test_drawer_holds_the_menu_on_a_phone(visit, manager):
    page = visit("/stilguide/", user=manager, width=PHONE)
    drawer = page.locator(".mobile-drawer")
    assert not drawer.is_visible()
    page.locator(".js-menu-open").click()
    assert drawer.is_visible()
    assert drawer.get_attribute("role") == "dialog"
    assert drawer.locator(".log-off").is_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    assert not drawer.is_visible()
    assert page.evaluate("document.activeElement.className").endswith("d-print-none")


def test_without_javascript_menu_and_filter_are_within_reach(visit, manager):
    page = visit("/stilguide/", user=manager, width=PHONE, javascript=False)
    assert page.locator(".mobile-drawer .log-off").is_visible()
    assert not page.locator(".js-menu-open").is_visible()
    page.locator(".filter-more summary").click()
    assert page.locator("#filter_language").is_visible()


def test_filters_lie_open_on_a_desk(visit, manager):
    page = visit("/stilguide/", user=manager, width=DESK)
    assert page.locator("#filter_language").is_visible()


def test_lookup_finds_as_one_types_and_keeps_the_choice(visit, manager):
    page = visit("/stilguide/", user=manager)
    page.fill("#id_place_q", "bolbro")
    hit = page.get_by_label("Bolbro Bibliotek")
    hit.wait_for()
    hit.check(force=True)
    assert page.locator("input[name=place]:checked").input_value() == "2"


def test_calendar_button_is_named_and_the_box_keeps_what_is_typed(visit, manager):
    page = visit("/stilguide/?fejl=1", user=manager)
    assert page.locator("#id_starts_on").input_value() == "31.02.2027"
    assert page.locator(".date-button").count() == 1


def test_language_choice_comes_back_to_the_page(visit, municipality):
    page = visit("/was")
    page.get_by_role("button", name="English").click()
    assert page.evaluate("[document.documentElement.lang, location.pathname]") == ["en", "/was"]


def test_long_words_do_not_widen_the_page(visit, manager):
    page = visit("/stilguide/", user=manager, width=PHONE)
    page.evaluate(
        "document.querySelectorAll('h1, .alert-text p, dd, .card-item h3 a').forEach("
        "element => element.textContent = 'Frivillighedskoordinator'.repeat(5))"
    )
    assert side_scroll(page) == 0
