"""Signing with MitID, over a real OpenID provider: the whole way, and every way it must not end."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements import documents, mitid, signing
from agreements.actions import agreements, signatures
from agreements.models import Signature, SignatureEvidence
from agreements.tests import factories
from agreements.views.mitid import WORDS
from core import secret_box
from core.errors import DomainError
from core.models import AuditEvent
from core.tests import provider
from frivillig.environment import SigningBroker

pytestmark = pytest.mark.django_db

FRIDA = {
    "sub": "frida",
    "name": "Frida Maria Frivillig",
    "acr": "substantial",
    "cpr": provider.CPR,
    "idp": provider.CPR,
    "transaction_id": "tx-1",
}
SOMEBODY = {"sub": "sofie", "name": "Sofie Somebody"}


@pytest.fixture(scope="module")
def issuer():
    with provider.running(FRIDA, SOMEBODY) as address:
        yield address


@pytest.fixture
def broker(issuer, settings):
    settings.SIGNING_BROKER = SigningBroker(issuer, "frivillig", "hemmelig", "substantial")
    return settings.SIGNING_BROKER


@pytest.fixture
def sent(engagement, volunteer, coordinator):
    return factories.make_sent(volunteer, by=coordinator)


@pytest.fixture
def token(sent):
    return signing.token(sent)


def go(client, token):
    """Press the button; the address at the broker."""
    response = client.post(reverse("agreements:sign-mitid", args=[token]))
    return response.headers["Location"]


def back(client, said):
    return client.get(reverse("agreements:sign-mitid-answer"), said, follow=True)


def sign(client, token):
    return client.post(reverse("agreements:sign-read", args=[token]), {"accept": "on"}, follow=True)


def told(page):
    return [str(message) for message in page.context["messages"]]


def test_the_whole_way(client, broker, token, sent, volunteer):
    assert "MitID" in client.get(reverse("agreements:sign-start", args=[token])).content.decode()

    page = back(client, provider.sign_in(go(client, token), "frida"))
    assert page.redirect_chain == [(reverse("agreements:sign-read", args=[token]), 302)]
    assert "Tavshedspligt" in page.content.decode()
    assert Signature.objects.count() == 0

    sign(client, token)
    signature = Signature.objects.get()
    assert (signature.method, signature.signer_name, signature.registered_by) == (
        "mitid",
        "Frida Maria Frivillig",
        None,
    )
    assert signature.text_sha256 == sent.documents.get().sha256
    assert client.get(reverse("agreements:sign-start", args=[token])).context["status"] == "signed"


def test_the_evidence_is_the_brokers_claims_without_cpr(client, broker, token):
    back(client, provider.sign_in(go(client, token), "frida"))
    sign(client, token)

    evidence = SignatureEvidence.objects.get()
    assert evidence.issuer == broker.issuer
    assert {"sub": "frida", "transaction_id": "tx-1", "acr": "substantial"}.items() <= (
        evidence.claims.items()
    )
    assert set(evidence.claims) <= set(mitid.KEPT_CLAIMS)
    stored = f"{evidence.claims} {[*AuditEvent.objects.values()]}"
    assert provider.CPR not in stored
    assert provider.CPR not in str(dict(client.session))


def test_the_signed_document_says_mitid_and_who_vouched(client, broker, token, sent, coordinator):
    back(client, provider.sign_in(go(client, token), "frida"))
    sign(client, token)
    shown = documents._signature(Signature.objects.get())
    assert shown["method"] == f"MitID, bekræftet af {broker.issuer}"


def test_who_declines_signs_nothing_and_can_go_on(client, broker, token):
    said = provider.decline(go(client, token))
    page = back(client, said)

    assert told(page) == [str(WORDS["declined"])]
    assert page.redirect_chain[-1][0] == reverse("agreements:sign-start", args=[token])
    assert mitid.PROOF not in client.session
    back(client, provider.sign_in(go(client, token), "frida"))
    sign(client, token)
    assert Signature.objects.count() == 1


def test_another_person_is_refused(client, broker, token):
    page = back(client, provider.sign_in(go(client, token), "sofie"))

    assert told(page) == [str(WORDS["other_person"])]
    assert sign(client, token).context["link"].is_open
    assert Signature.objects.count() == 0


def test_an_answer_is_taken_once(client, broker, token):
    said = provider.sign_in(go(client, token), "frida")
    back(client, said)
    assert back(client, said).status_code == 404


def test_an_answer_in_another_browser_is_nothing(client, broker, token, client_class):
    said = provider.sign_in(go(client, token), "frida")
    assert back(client_class(), said).status_code == 404


@pytest.fixture
def client_class(client):
    return type(client)


def test_an_answer_with_another_state_is_refused(client, broker, token):
    said = provider.sign_in(go(client, token), "frida")
    page = back(client, said | {"state": "x" * 43})
    assert told(page) == [str(WORDS["bad_answer"])]
    assert mitid.PROOF not in client.session


def test_a_proof_is_good_for_one_agreement_and_one_party(client, broker, token, sent):
    back(client, provider.sign_in(go(client, token), "frida"))
    link = signing.read(token)
    assert mitid.proof(client.session, link) is not None

    sent.pk += 1
    assert mitid.proof(client.session, signing.Link(sent, "volunteer", "open")) is None
    assert mitid.proof(client.session, signing.Link(link.agreement, "guardian", "open")) is None


def test_a_proof_grows_old(client, broker, token, time_machine):
    back(client, provider.sign_in(go(client, token), "frida"))
    proof = mitid.proof(client.session, signing.read(token))
    time_machine.move_to(timezone.now() + mitid.SIGN_WITHIN + timedelta(seconds=1))

    assert mitid.proof(client.session, signing.read(token)) is None
    with pytest.raises(DomainError) as error:
        signatures.sign_with_mitid(link=signing.read(token), proof=proof)
    assert error.value.code == "code_needed"


def test_withdrawn_while_at_the_broker(client, broker, token, sent, coordinator):
    said = provider.sign_in(go(client, token), "frida")
    agreements.withdraw(agreement=sent, by=coordinator)
    page = back(client, said)
    assert (page.status_code, page.context["status"]) == (410, "withdrawn")


def test_a_broker_that_is_down_is_told_and_the_code_still_works(client, token, settings):
    settings.SIGNING_BROKER = SigningBroker("http://127.0.0.1:9", "x", "x", "")
    page = client.post(reverse("agreements:sign-mitid", args=[token]), follow=True)
    assert told(page) == [str(WORDS["unreachable"])]
    assert page.context["form"]


def test_off_there_is_nothing(client, token, settings):
    assert settings.SIGNING_BROKER is None
    start = client.get(reverse("agreements:sign-start", args=[token]))
    assert "MitID" not in start.content.decode()
    assert client.post(reverse("agreements:sign-mitid", args=[token])).status_code == 404
    assert client.get(reverse("agreements:sign-mitid-answer")).status_code == 404


def test_the_session_keeps_it_sealed(client, broker, token):
    go(client, token)
    kept = client.session[mitid.QUESTION]
    assert "verifier" not in kept
    assert "verifier" in secret_box.open_sealed(kept)


@pytest.mark.parametrize(
    ("claimed", "known", "same"),
    [
        ("Frida Frivillig", "Frida Frivillig", True),
        ("FRIDA Maria Frivillig", "Frida Frivillig", True),
        ("Frida Frivillig", "Frida Maria Frivillig", True),
        ("Freja Frivillig", "Frida Frivillig", False),
        ("Frida Jensen", "Frida Frivillig", False),
        ("", "Frida Frivillig", False),
    ],
)
def test_names_are_compared_by_first_and_last(claimed, known, same):
    assert mitid.same_name(claimed, known) == same


@pytest.mark.parametrize("value", ["010190-1234", "0101901234", "010190 1234", ["x", "0101901234"]])
def test_what_looks_like_cpr_is_not_kept(value):
    assert mitid.kept({"sub": value, "acr": "high"}) == {"acr": "high"}
