"""Everything that a volunteer does, in a browser whose JavaScript is off, on a phone."""

from datetime import timedelta

import pytest

from agreements.tests.factories import make_sent, make_terms
from coordination.actions import recognition
from coordination.models import Person, RecognitionInvitation
from coordination.states import AssignmentState, InvitationState
from coordination.tests import factories
from core.periods import today
from core.tests.browser import PHONE
from frivillig.tests.browser import walk
from frivillig.tests.browser.walk import fill, follow, heading, press, reads, tick, word
from recruitment.models import Application
from recruitment.tests.factories import make_opportunity, publish_texts

pytestmark = pytest.mark.browser
FRIDA = "frida@example.dk"


@pytest.fixture
def phone(visit):
    """Opens an address on a phone without JavaScript."""
    return lambda path, user=None: visit(path, user=user, width=PHONE, javascript=False)


@pytest.fixture
def site(here, manager, volunteer):
    publish_texts()
    site = volunteer.engagements.get().site
    make_terms(site.activity, by=manager)
    return site


@pytest.fixture
def cleared(volunteer, site):
    factories.make_clearance(volunteer)
    return volunteer


def test_sign_up(phone, site):
    make_opportunity(site)
    page = phone("/bliv-frivillig/")
    page.get_by_role("link", name="Bliv lektiehjælper").click()
    follow(page, "I would like to help")
    press(page, "Sign up")
    assert page.locator(".error-summary").is_visible()
    fill(page, {"name": "Åse Østergaard", "phone": "61 71 81 91", "postcode": "5000"})
    press(page, "Sign up")
    assert heading(page) == word("Thank you for wanting to help")
    assert Application.objects.get().person.name == "Åse Østergaard"


def test_sign_in_by_code_and_out_again(phone, volunteer):
    page = phone("/konto/log-ind/")
    fill(page, {"email": FRIDA})
    press(page, "Send me a code")
    fill(page, {"code": walk.code_for(FRIDA)})
    press(page, "Sign in")
    assert walk.path_of(page) == "/min-side/"


def test_agreement_signed_by_link(phone, site, volunteer, coordinator):
    agreement = make_sent(volunteer, by=coordinator)
    page = phone(walk.link_to(FRIDA, "/skriv-under/"))
    press(page, "Send me a code")
    fill(page, {"code": "000 000"})
    press(page, "Go on to the agreement")
    assert page.locator(".error-summary").is_visible()
    fill(page, {"code": walk.code_for(FRIDA)})
    press(page, "Go on to the agreement")
    tick(page, "accept")
    press(page, "Sign the agreement")
    assert heading(page) == word("You have signed")
    assert agreement.signatures.get().signer_name == "Frida Frivillig"


def test_shift_taken_and_cancelled(phone, site, cleared):
    factories.make_shift(site, day=today() + timedelta(days=9))
    page = phone("/min-side/vagter/", cleared.person.user)
    follow(page, "Sign up", exact=False)
    press(page, "Yes, sign me up")
    reads(page, "You are signed up. Thank you!")
    follow(page, "I cannot come", exact=False)
    press(page, "Yes, I cannot come")
    reads(page, "You have cancelled. Thank you for telling us.")
    assert cleared.assignments.get().state == AssignmentState.CANCELLED


def test_shift_refused_with_why_and_what_to_do(phone, site, volunteer):
    factories.make_shift(site, day=today() + timedelta(days=9))
    page = phone("/min-side/vagter/", volunteer.person.user)
    reads(page, "You cannot take this one")
    assert len(page.locator(".reasons li").first.inner_text()) > 20


def test_contact_changed(phone, volunteer):
    page = phone("/min-side/", volunteer.person.user)
    follow(page, "Change my information")
    fill(page, {"email": "", "phone": ""})
    press(page, "Save")
    reads(page, "Write an e-mail address or a phone number.")
    fill(page, {"phone": "+45 61 71 81 91", "postcode": "5240"})
    press(page, "Save")
    reads(page, "Your information is saved.")
    assert Person.objects.get(pk=volunteer.pk).postcode == "5240"


def test_invitation_answered(phone, here, volunteer, coordinator):
    event = factories.make_recognition_event(here)
    recognition.invite_all(event=event, by=coordinator)
    page = phone("/min-side/", volunteer.person.user)
    follow(page, "Answer the invitation")
    press(page, "No, I cannot come")
    reads(page, "You are not coming")
    assert RecognitionInvitation.objects.get().state == InvitationState.NOT_COMING
