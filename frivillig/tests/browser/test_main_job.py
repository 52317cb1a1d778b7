"""The main job, walked from a citizen's sign-up to a cleared volunteer on a shift.

Every page that is visited is checked with axe-core on the way. What the worker does is done by
`walk.work()`, and the links and codes are taken from the letters that it delivers.
"""

import hashlib
import io
import re
from datetime import timedelta

import pikepdf
import pytest
import time_machine

from agreements.models import Document, DocumentKind
from agreements.tests.factories import make_child_terms
from coordination.models import Person, Volunteer
from coordination.states import AssignmentState
from coordination.tests import factories
from core.periods import today
from core.tests.browser import PHONE
from frivillig.tests.browser import walk
from frivillig.tests.browser.walk import (
    choose,
    date_text,
    fill,
    fine,
    follow,
    heading,
    path_of,
    press,
    reads,
    reads_not,
    tick,
    word,
)
from recruitment.tests.factories import make_opportunity, publish_texts

pytestmark = pytest.mark.browser

CITIZEN = "astrid@example.dk"
NAME = "Åse Ærø Østergaard"


@pytest.fixture
def site(here, manager, coordinator, leader):
    """A homework café that children come to: agreement and child certificate are a duty."""
    publish_texts()
    activity = factories.make_activity(here, "Lektiecafé", purpose="Børn får hjælp til lektier.")
    make_child_terms(activity, by=manager)
    site = factories.make_site(here, activity)
    make_opportunity(site)
    return site


@pytest.fixture
def uncleared(site):
    """A volunteer at the same site for whom nothing is in place."""
    user = factories.make_user("viggo@example.dk", "Viggo Venter")
    volunteer = factories.make_volunteer("Viggo Venter", email=user.email, user=user)
    factories.make_engagement(volunteer, site)
    return volunteer


@pytest.fixture
def clock():
    """Time runs from now, and can be moved on."""
    with time_machine.travel(factories.at(today() + timedelta(days=1), 9), tick=True) as traveller:
        yield traveller


# --- The steps -----------------------------------------------------------------------------


def sign_up(page, **answers):
    """From the public site's front to the receipt."""
    assert heading(fine(page)) == word("Become a volunteer")
    page.get_by_role("link", name="Bliv lektiehjælper").click()
    follow(fine(page), "I would like to help")
    reads(fine(page), "Good to know: what volunteering is not", "How we use your information")
    fill(page, {"name": NAME, "email": CITIZEN, "postcode": "5000"} | answers)
    press(page, "Sign up")
    assert heading(fine(page)) == word("Thank you for wanting to help")


def accept(page):
    """The coordinator finds the sign-up on the start page and says yes."""
    fine(page)
    page.locator(".waiting a[href^='/henvendelser/']").click()
    page.get_by_role("link", name=NAME).click()
    reads(fine(page), "Privacy notice shown")
    follow(page, "Accept")
    choose(fine(page), "tie", "fixed")
    press(page, "Accept as a volunteer")
    assert heading(fine(page)) == NAME
    return path_of(page)


def make_agreement(page, *, last_day=None):
    """The coordinator sees what is missing, makes the agreement, looks at it and sends it."""
    reads(page, "What is missing, and the next step", "The agreement is missing")
    reads(page, "The child certificate is missing")
    reads(
        page,
        "%(activity)s requires an agreement with a duty of confidentiality.",
        activity="Lektiecafé",
    )
    follow(page, "Make the agreement")
    if last_day:
        fill(fine(page), {"ends_on": date_text(last_day)})
    press(page, "Make the agreement")
    look_at_pdf(page, fine(page).get_by_role("link", name=word("Open and print (PDF)")))
    follow(page, "Send for signing")
    press(fine(page), "Send it")
    reads(fine(page), "The agreement is sent.")
    return path_of(page)


def look_at_pdf(page, link):
    """The bytes behind a link: a tagged Danish PDF. Returns them."""
    answer = page.context.request.get(absolute(page, link.get_attribute("href")))
    assert answer.headers["content-type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.body())) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang).startswith("da")
        assert str(pdf.docinfo.Title)
    return answer.body()


def absolute(page, path):
    return re.match(r"https?://[^/]+", page.url)[0] + path


def sign_by_link(page, path):
    """The volunteer opens the link from the mail, proves who they are, reads and signs."""
    page.goto(absolute(page, path))
    assert heading(fine(page)) == word("Your agreement is ready to sign")
    press(page, "Send me a code")
    fill(fine(page), {"code": walk.code_for(CITIZEN)})
    press(page, "Go on to the agreement")
    assert "tavshedspligt" in fine(page).locator("main").inner_text().lower()
    press(page, "Sign the agreement")
    reads(fine(page), "Tick the box to sign. Read the text first.")
    tick(page, "accept")
    press(page, "Sign the agreement")
    assert heading(fine(page)) == word("You have signed")


def sign_as_leader(page):
    tick(fine(page), "accept")
    press(page, "Sign the agreement")
    reads(fine(page), "You have signed the agreement.")


def order_certificate(page):
    """The coordinator has ordered it at the police, and registers that."""
    follow(page, "Order")
    press(fine(page), "Go on")
    assert fine(page).locator(".error-summary").is_visible()
    choose(page, "how", "ordered")
    press(page, "Go on")
    reads(fine(page), "It is registered.", "Waiting for consent")


def assess_certificate(page):
    """The branch leader registers the outcome and nothing else."""
    follow(fine(page), "Assess", exact=False)
    press(fine(page), "Register the outcome")
    assert fine(page).locator(".error-summary").is_visible()
    choose(page, "outcome", "approved")
    press(page, "Register the outcome")
    reads(fine(page), "The outcome is registered.")


def plan_shift(page, site, day):
    follow(fine(page), "Plan a shift")
    page.locator("main [name='site']").select_option(str(site.pk))
    fill(page, {"starts_on": date_text(day), "starts": "15", "ends": "17.30", "capacity": "2"})
    press(fine(page), "Plan the shift")
    reads(fine(page), "The shift is planned.")
    return path_of(page)


def sign_in_by_code(page, email):
    """A volunteer has no password: a code comes by mail."""
    fill(fine(page), {"email": email})
    press(page, "Send me a code")
    fill(fine(page), {"code": walk.code_for(email)})
    press(page, "Sign in")


def take_shift(page):
    follow(fine(page), "See shifts you can take")
    follow(fine(page), "Sign up", exact=False)
    press(fine(page), "Yes, sign me up")
    reads(fine(page), "You are signed up. Thank you!")


# --- The journeys --------------------------------------------------------------------------


def test_the_main_job(visit, clock, site, uncleared, coordinator, leader, manager):
    sign_up(visit("/", width=PHONE), languages="Dansk og arabisk 😀", availability="Tirsdage")
    assert "Lektiecafé" in walk.letters(CITIZEN)[-1].body

    desk = visit("/", user=coordinator)
    volunteer_page = accept(desk)
    agreement_page = make_agreement(desk, last_day=today() + timedelta(days=60))
    frozen = Document.objects.get()

    phone = visit("/", width=PHONE)
    sign_by_link(phone, walk.link_to(CITIZEN, "/skriv-under/"))

    signer = visit(agreement_page, user=leader)
    follow(fine(signer), "Sign")
    sign_as_leader(signer)
    walk.work()

    check_documents(desk, agreement_page)
    assert Document.objects.get(kind=DocumentKind.TEXT).sha256 == frozen.sha256

    desk.goto(absolute(desk, volunteer_page))
    reads_not(fine(desk), "The agreement is missing")
    order_certificate(desk)
    signer.goto(absolute(signer, "/attester/"))
    assess_certificate(signer)
    desk.goto(absolute(desk, volunteer_page))
    reads_not(fine(desk), "What is missing, and the next step")

    desk.goto(absolute(desk, "/vagter/"))
    shift_page = plan_shift(desk, site, today() + timedelta(days=4))

    phone.goto(absolute(phone, "/konto/log-ind/"))
    sign_in_by_code(phone, CITIZEN)
    take_shift(phone)
    uncleared_sees_why(visit("/min-side/vagter/", user=uncleared.person.user, width=PHONE))

    reminded(clock)
    who_came(visit, clock, coordinator, shift_page)
    recognised(visit, coordinator, clock)
    manager_works(visit("/administration/", user=manager))


def check_documents(page, agreement_page):
    """The signed document exists beside the frozen text, and each is what its hash says."""
    page.goto(absolute(page, agreement_page))
    fine(page)
    for document in Document.objects.all():
        link = page.locator(f"main a[href='/aftaler/dokument/{document.pk}.pdf']")
        assert hashlib.sha256(look_at_pdf(page, link)).hexdigest() == document.sha256
    assert {document.kind for document in Document.objects.all()} == set(DocumentKind)


def uncleared_sees_why(page):
    """What is missing, and what to do about it; no button to press."""
    reads(fine(page), "You cannot take this one")
    assert page.locator(".reasons li").first.inner_text()
    assert page.get_by_role("link", name=word("Sign up")).count() == 0


def reminded(clock):
    """Two days before the shift a reminder goes out, and the expiring agreement's warning too."""
    walk.work()
    before = len(walk.letters(CITIZEN))
    clock.shift(timedelta(days=3))
    subjects = [one.subject for one in walk.letters(CITIZEN)[before:]]
    assert len(subjects) == 2, subjects


def who_came(visit, clock, coordinator, shift_page):
    clock.shift(timedelta(days=2))
    page = visit(shift_page, user=coordinator)
    follow(fine(page), "Register who came")
    choose(fine(page), page.locator("main input[type=radio]").first.get_attribute("name"), "came")
    press(page, "Save attendance")
    reads(fine(page), "Attendance is saved.")
    volunteer = Volunteer.objects.get(person__email=CITIZEN)
    assert volunteer.assignments.get().state == AssignmentState.ATTENDED


def recognised(visit, coordinator, clock):
    """An event is planned, the volunteer is invited, sees it and answers. What is nice is sent
    at one hour of the day, so the invitation is in the letter box the day after.
    """
    page = visit("/anerkendelse/", user=coordinator)
    follow(fine(page), "Plan an event")
    host = page.locator("main [name='branch'] option").nth(1).get_attribute("value")
    page.locator("main [name='branch']").select_option(host)
    fill(
        page,
        {
            "title": "Frivillig Fredag",
            "starts_on": date_text(today() + timedelta(days=30)),
            "starts": "17.00",
            "place": "Borgernes Hus",
        },
    )
    press(fine(page), "Plan the event")
    follow(fine(page), "Invite volunteers")
    press(fine(page), "Send invitations")
    reads(fine(page), "The invitations are on their way.")

    event_page = path_of(page)
    clock.shift(timedelta(days=1))
    guest = visit(
        walk.link_to(CITIZEN, "/min-side/invitationer/"),
        user=Person.objects.get(email=CITIZEN).user,
    )
    press(fine(guest), "Yes, I am coming")
    reads(fine(guest), "Thank you for your answer.", "You are coming")
    page = visit(event_page, user=coordinator)
    assert page.locator("main tbody tr", has_text=NAME).get_by_text(word("Coming")).count() == 1


def manager_works(page):
    """The administration opens, and a setting is found in it."""
    fine(page)
    page.goto(absolute(page, "/administration/core/policyvalue/"))
    fine(page)
