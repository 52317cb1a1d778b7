"""The administration in a browser: accessible, within the phone's width, and by keyboard."""

import pytest
from django.urls import reverse

from core.admin_base import ReadOnlyAdmin
from core.tests.browser import DESK, PHONE, assert_accessible
from frivillig.tests import admin_rows
from frivillig.tests.test_admin import ADDABLE, OWN_PAGES, PAGES, address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def check(page, widths=(DESK, PHONE)):
    """axe and the width of the page, on a desk and on a phone."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        assert_accessible(page)


@pytest.fixture
def site(live_server):
    """The full address of a path."""
    return lambda path: f"{live_server.url}{path}"


@pytest.fixture
def everything(here, manager):
    return admin_rows.make_everything(here, by=manager) | admin_rows.make_system_rows(by=manager)


def test_every_page_is_accessible(visit, site, manager, everything):
    page = visit(reverse("admin:index"), user=manager)
    check(page)
    for label, shown in PAGES.items():
        row = everything[shown.opts.model_name]
        page.goto(site(address(label)))
        check(page)
        if label not in OWN_PAGES:
            page.goto(site(address(label, "change", row.pk)))
            check(page, (PHONE,) if isinstance(shown, ReadOnlyAdmin) else (DESK, PHONE))
        if label in ADDABLE:
            page.goto(site(address(label, "add")))
            check(page)


def test_deed_and_errors_are_accessible(visit, site, manager, everything):
    page = visit(address("core.job", "deed", everything["job"].pk, "igen"), user=manager)
    check(page)
    page.goto(site(reverse("admin:core_policyvalue_set", args=["municipality.name"])))
    check(page)
    page.goto(site(address("coordination.roleassignment", "add")))
    page.locator("button[name=_save]").click()
    assert page.locator(".error-summary").is_visible()
    check(page)


def test_manager_invites_a_colleague_by_keyboard(visit, manager, here):
    page = visit(reverse("admin:index"), user=manager, width=PHONE)
    page.locator(f"main a[href='{address('coordination.roleassignment')}']").press("Enter")
    page.locator(f"a[href='{address('coordination.roleassignment', 'add')}']").press("Enter")
    page.locator("#id_email").fill("nina@example.dk")
    page.locator("#id_name").fill("Nina Ny")
    page.locator("#id_role").select_option("reader")
    page.locator("#id_branch_q").press_sequentially("Volls")
    page.get_by_role("radio", name="Vollsmose Bibliotek").press(" ")
    page.locator("button[name=_save]").press("Enter")
    page.wait_for_url(f"**{address('coordination.roleassignment')}")
    assert page.get_by_text("Nina Ny").first.is_visible()
