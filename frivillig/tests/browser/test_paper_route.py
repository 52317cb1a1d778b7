"""The agreement signed by both on paper, and registered by the coordinator."""

import pytest

from agreements.models import Agreement, DocumentKind, Party
from agreements.states import AgreementState
from agreements.tests.factories import make_terms
from core.periods import today
from core.tests.browser import DESK
from frivillig.tests.browser import walk
from frivillig.tests.browser.walk import choose, date_text, fill, fine, follow, press, reads

pytestmark = pytest.mark.browser


def register(page, party, name):
    """The coordinator writes down what stands on the paper."""
    follow(page, "Register a signature on paper")
    choose(fine(page), "party", party)
    fill(page, {"signer_name": name, "signed_on": date_text(today())})
    press(page, "Register the signature")
    reads(fine(page), "The signature is registered.")


def test_both_sign_on_paper(visit, volunteer, coordinator, manager):
    make_terms(volunteer.engagements.get().site.activity, by=manager)
    page = visit(f"/frivillige/{volunteer.pk}/", user=coordinator, width=DESK)
    follow(fine(page), "Make the agreement")
    press(fine(page), "Make the agreement")
    follow(fine(page), "Send for signing")
    press(fine(page), "Send it")

    register(page, Party.VOLUNTEER, "Frida Frivillig")
    register(page, Party.LEADER, "Lene Leder")
    walk.work()

    page.reload()
    fine(page)
    agreement = Agreement.objects.get()
    assert agreement.state == AgreementState.CONCLUDED
    assert agreement.documents.filter(kind=DocumentKind.SIGNED).exists()
    assert volunteer.clearances.count() == 1
