"""The pages with the keyboard alone: focus is seen, in order, and comes back."""

import pytest

from coordination.tests import factories
from core.tests.browser import DESK, PHONE
from frivillig.tests.browser.walk import heading, path_of, reads, word

pytestmark = pytest.mark.browser

FOCUS = """
() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const seen = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
    || style.boxShadow !== 'none';
  const box = one.getBoundingClientRect();
  return {tag: one.tagName, name: one.name || '', text: one.textContent.trim(),
    seen: seen && box.width > 0 && box.bottom > 0 && box.top < innerHeight};
}
"""


def focus(page):
    """What has the focus; it must be seen."""
    found = page.evaluate(FOCUS)
    assert found["seen"], f"The focus is not seen: {found}"
    return found


def test_skip_link_leads_past_the_menu(visit, coordinator):
    page = visit("/frivillige/", user=coordinator, width=DESK)
    page.keyboard.press("Tab")
    assert focus(page)["text"] == word("Skip to the content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_every_stop_on_the_way_is_seen(visit, volunteer, coordinator):
    """Through the whole page of a volunteer: each stop shows its focus, and Tab comes out."""
    page = visit(f"/frivillige/{volunteer.pk}/", user=coordinator, width=DESK)
    stops = 0
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement !== document.body") and stops < 80:
        focus(page)
        stops += 1
        page.keyboard.press("Tab")
    assert 15 < stops < 80


def test_drawer_keeps_the_focus_and_gives_it_back(visit, coordinator):
    page = visit("/", user=coordinator, width=PHONE)
    page.locator(".js-menu-open").focus()
    page.keyboard.press("Enter")
    for _stop in range(30):
        page.keyboard.press("Tab")
        inside = "document.querySelector('.mobile-drawer').contains(document.activeElement)"
        assert page.evaluate(inside)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.classList.contains('js-menu-open')")


def test_volunteer_is_looked_up_and_signed_up(visit, volunteer, coordinator):
    site = volunteer.engagements.get().site
    shift = factories.make_shift(site)
    page = visit(f"/vagter/{shift.pk}/tilmeld/", user=coordinator)
    page.locator("#id_volunteer_q").focus()
    focus(page)
    page.keyboard.type("frida")
    page.get_by_role("radio", name="Frida Frivillig").wait_for()
    page.get_by_role("radio", name="Frida Frivillig").focus()
    page.keyboard.press(" ")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/vagter/{shift.pk}/")
    assert shift.assignments.count() == 1


def test_confirm_page_asks_and_can_be_left(visit, here, coordinator):
    shift = factories.make_shift(factories.make_site(here))
    page = visit(f"/vagter/{shift.pk}/aflys/", user=coordinator)
    page.locator("main form button").focus()
    assert focus(page)["text"] == word("Yes, cancel the shift")
    page.keyboard.press("Tab")
    assert focus(page)["text"] == word("No, go back")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/vagter/{shift.pk}/")
    page.goto(page.url + "aflys/")
    page.locator("main form button").press("Enter")
    reads(page, "The shift is cancelled")


def test_date_is_typed_without_the_calendar(visit, here, coordinator):
    """The box takes the date, the calendar's button is the next stop, and errors take the focus."""
    page = visit("/vagter/ny/", user=coordinator)
    page.locator("#id_starts_on").focus()
    focus(page)
    page.keyboard.type("31.02.2027")
    page.keyboard.press("Enter")
    page.locator(".error-summary").wait_for()
    assert path_of(page) == "/vagter/ny/"
    assert heading(page) == word("Plan a shift")
    assert page.evaluate("document.activeElement.dataset.module") == "error-summary"
    link = page.locator(".error-summary a[href='#id_starts_on']")
    link.focus()
    focus(page)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_starts_on"
    focus(page)
