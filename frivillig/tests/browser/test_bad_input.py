"""What people type that we did not expect: a clear Danish answer, and nothing typed is lost."""

import pytest

from coordination.models import Person
from coordination.tests import factories
from core.periods import today
from core.tests.browser import PHONE
from frivillig.tests.browser.walk import fill, fine, heading, press, word
from recruitment.tests.factories import make_opportunity, publish_texts

pytestmark = pytest.mark.browser

STRANGE = [
    "Åse 😀 Østergaard",
    "Robert'); DROP TABLE person;--",
    "<script>alert(1)</script> <b>Ib</b>",
    "محمد الأمين",
    "Ib \u202eesrever",
    "Ægir " * 39 + "Ø",
]


@pytest.fixture
def form_address(here):
    publish_texts()
    return f"/bliv-frivillig/{make_opportunity(factories.make_site(here)).pk}/tilmeld/"


@pytest.mark.parametrize("name", STRANGE)
def test_sign_up_keeps_or_explains(visit, form_address, coordinator, name):
    """A name is stored as typed, or refused in words and kept in the box."""
    page = visit(form_address, width=PHONE)
    fill(page, {"name": name, "email": "ny@example.dk", "postcode": "5000", "message": name})
    press(page, "Sign up")
    fine(page)
    if heading(page) == word("Thank you for wanting to help"):
        stored = Person.objects.get(email="ny@example.dk")
        assert stored.name == " ".join(name.split())
        staff = fine(visit("/henvendelser/", user=coordinator, width=PHONE))
        assert stored.name in " ".join(staff.locator("tbody").inner_text().split())
    else:
        assert page.locator(".error-summary").is_visible()
        assert page.locator("[name=name]").input_value() == name
        assert page.locator("[name=message]").input_value() == name


def test_too_long_a_name_is_explained_and_nothing_is_lost(visit, form_address):
    typed = {
        "name": "Ærø" * 70,
        "email": "ikke en adresse",
        "phone": "12",
        "postcode": "50OO",
        "languages": "dansk 😀",
        "availability": "<b>Tirsdage</b>",
        "message": "'; DROP TABLE person;--",
    }
    page = visit(form_address, width=PHONE)
    page.locator("main form").evaluate("form => form.noValidate = true")
    page.locator("main input, main textarea").evaluate_all(
        "all => all.forEach(one => one.removeAttribute('maxlength'))"
    )
    fill(page, typed)
    press(page, "Sign up")
    fine(page)
    kept = {name: page.locator(f"main [name='{name}']").input_value() for name in typed}
    assert kept == typed
    wrong = page.locator(".error-summary li").count()
    assert wrong == len(("name", "email", "phone", "postcode"))
    assert page.locator("html").get_attribute("lang") == "da"


@pytest.mark.parametrize("day", ["31.02.2027", "i morgen", "2027", "00.00.0000", "1.1.1"])
def test_wrong_date_is_explained_and_kept(visit, here, coordinator, day):
    site = factories.make_site(here)
    page = visit("/vagter/ny/", user=coordinator, width=PHONE)
    page.locator("[name=site]").select_option(str(site.pk))
    fill(page, {"starts_on": day, "starts": "25.99", "ends": "17", "note": "Husk nøglen 😀"})
    press(page, "Plan the shift")
    fine(page)
    assert page.locator("#id_starts_on").input_value() == day
    assert page.locator("[name=note]").input_value() == "Husk nøglen 😀"
    assert page.locator(".error-summary li").count() >= 2
    assert page.locator("[name=starts_on][aria-invalid=true]").count() == 1


def test_dates_are_read_as_danes_write_them(visit, here, coordinator):
    site = factories.make_site(here)
    page = visit("/vagter/ny/", user=coordinator, width=PHONE)
    page.locator("[name=site]").select_option(str(site.pk))
    fill(page, {"starts_on": f"24/12-{today().year + 1}", "starts": "9", "ends": "11.30"})
    press(page, "Plan the shift")
    assert site.shifts.get().starts_at == factories.at(
        today().replace(year=today().year + 1, month=12, day=24), 9
    )
