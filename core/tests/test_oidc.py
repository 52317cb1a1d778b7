"""Asking a real OpenID provider who somebody is, and every answer that must not be believed."""

import base64
import dataclasses
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from core import oidc
from core.tests import provider as a_provider

CALLBACK = "http://127.0.0.1:8000/skriv-under/mitid/svar/"
FRIDA = {"sub": "frida-1", "name": "Frida Frivillig", "cpr": a_provider.CPR}


@pytest.fixture(scope="module")
def issuer():
    with a_provider.running(FRIDA) as address:
        yield address


@pytest.fixture
def provider(issuer):
    return oidc.Provider(issuer=issuer, client_id="frivillig", client_secret="hemmelig")


def code_of(call, *values):
    with pytest.raises(oidc.OidcError) as error:
        call(*values)
    return error.value.code


def test_the_claims_of_who_signed_in(provider):
    question, address = oidc.ask(provider, CALLBACK)

    claims = oidc.answer(provider, question, a_provider.sign_in(address, "frida-1"))

    assert (claims["sub"], claims["name"]) == ("frida-1", "Frida Frivillig")
    assert claims["nonce"] == question.nonce


def test_the_question_carries_state_nonce_and_challenge_but_no_secret(provider):
    question, address = oidc.ask(dataclasses.replace(provider, acr="substantial"), CALLBACK)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}

    digest = hashlib.sha256(question.verifier.encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert (asked["code_challenge_method"], asked["acr_values"]) == ("S256", "substantial")
    assert (asked["state"], asked["nonce"]) == (question.state, question.nonce)
    assert question.verifier not in address
    assert provider.client_secret not in address


def test_no_two_questions_are_alike(provider):
    first, second = (oidc.ask(provider, CALLBACK)[0] for _time in range(2))
    assert {*dataclasses.astuple(first)} & {*dataclasses.astuple(second)} == {CALLBACK}


def test_who_says_no_is_told_from_what_goes_wrong(provider):
    question, address = oidc.ask(provider, CALLBACK)
    assert code_of(oidc.answer, provider, question, a_provider.decline(address)) == "declined"


def test_an_answer_to_another_question_is_refused(provider):
    question, _address = oidc.ask(provider, CALLBACK)
    _other, address = oidc.ask(provider, CALLBACK)
    said = a_provider.sign_in(address, "frida-1")

    assert code_of(oidc.answer, provider, question, said) == "bad_answer"
    # With the state put right: the ID token still holds the other question's nonce.
    swapped = said | {"state": question.state}
    assert code_of(oidc.answer, provider, question, swapped) == "bad_answer"


def test_a_code_is_good_once(provider):
    question, address = oidc.ask(provider, CALLBACK)
    said = a_provider.sign_in(address, "frida-1")
    oidc.answer(provider, question, said)
    assert code_of(oidc.answer, provider, question, said) == "bad_answer"


@pytest.mark.parametrize("said", [{}, {"code": "x"}, {"state": "x", "code": "x"}])
def test_half_an_answer_is_refused(provider, said):
    question, _address = oidc.ask(provider, CALLBACK)
    assert code_of(oidc.answer, provider, question, said) == "bad_answer"


def test_a_token_for_another_client_is_refused(provider):
    question, address = oidc.ask(provider, CALLBACK)
    said = a_provider.sign_in(address, "frida-1")
    other = dataclasses.replace(provider, client_id="en-anden")
    assert code_of(oidc.answer, other, question, said) == "bad_answer"


def test_a_provider_that_calls_itself_something_else_is_refused(provider):
    elsewhere = dataclasses.replace(
        provider, issuer=provider.issuer.replace("127.0.0.1", "localhost") + "/x/.."
    )
    assert code_of(oidc.ask, elsewhere, CALLBACK) in ("bad_answer", "unreachable")


def test_a_token_that_has_run_out_is_refused():
    with a_provider.running(FRIDA, token_max_age=-120) as issuer:
        provider = oidc.Provider(issuer=issuer, client_id="frivillig", client_secret="x")
        question, address = oidc.ask(provider, CALLBACK)
        said = a_provider.sign_in(address, "frida-1")
        assert code_of(oidc.answer, provider, question, said) == "bad_answer"


def test_a_provider_that_is_down_is_told_as_such():
    nowhere = oidc.Provider(issuer="http://127.0.0.1:9", client_id="x", client_secret="x")
    assert code_of(oidc.ask, nowhere, CALLBACK) == "unreachable"


@pytest.mark.parametrize("change", ["signature", "none"])
def test_a_forged_token_is_refused(provider, change):
    question, address = oidc.ask(provider, CALLBACK)
    about = oidc._about(provider)
    said = a_provider.sign_in(address, "frida-1")
    token = oidc._json(
        "post",
        about["token_endpoint"],
        auth=(provider.client_id, provider.client_secret),
        data={"grant_type": "authorization_code", "code": said["code"], "redirect_uri": CALLBACK},
    )["id_token"]
    assert oidc._checked(provider, question, about, token)["sub"] == "frida-1"

    head, body, signature = token.split(".")
    if change == "none":
        head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
        signature = ""
    else:
        signature = ("A" if signature[0] != "A" else "B") + signature[1:]
    forged = ".".join((head, body, signature))
    assert code_of(oidc._checked, provider, question, about, forged) == "bad_answer"
