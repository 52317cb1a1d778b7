"""One question to an OpenID Connect provider: who is this, here and now?

Authorization code with PKCE (S256), state and nonce. What the question was is a `Question`, which
the caller keeps on the server, in the asker's session, until the answer comes; an answer fits one
question, once. The ID token's signature, issuer, audience, nonce and times are checked; nothing
of it is trusted before. Not for signing in to the site (allauth does that).
Source: OpenID Connect Core 1.0 section 3.1; RFC 7636; RFC 9700.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

import jwt
import requests

ALGORITHMS = ["RS256", "PS256", "ES256"]
SECONDS = 10
LEEWAY_SECONDS = 30


class OidcError(Exception):
    """`code`: declined (the person said no), unreachable, or bad_answer (do not trust it)."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Provider:
    """Whom to ask, and as whom. `acr` asks for a level of assurance, if given."""

    issuer: str
    client_id: str
    client_secret: str
    scope: str = "openid profile"
    acr: str = ""


@dataclass(frozen=True)
class Question:
    """The secrets of one question. Never sent to the browser, but for the state and the nonce."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


def ask(provider, redirect_uri):
    """(Question, address to send the browser to). Raises OidcError("unreachable")."""
    question = Question(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(64),
        redirect_uri=redirect_uri,
    )
    challenge = hashlib.sha256(question.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": provider.scope,
        "state": question.state,
        "nonce": question.nonce,
        "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "prompt": "login",
    }
    if provider.acr:
        asked["acr_values"] = provider.acr
    endpoint = _about(provider)["authorization_endpoint"]
    return question, f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


def answer(provider, question, given):
    """The claims of the ID token behind the answer `given` (the query of the address we are
    called at), as a dict. Raises OidcError.
    """
    if not hmac.compare_digest(given.get("state", "").encode(), question.state.encode()):
        raise OidcError("bad_answer")
    if "error" in given:
        raise OidcError("declined" if given["error"] == "access_denied" else "bad_answer")
    if not given.get("code"):
        raise OidcError("bad_answer")
    about = _about(provider)
    tokens = _json(
        "post",
        about["token_endpoint"],
        auth=(provider.client_id, provider.client_secret),
        data={
            "grant_type": "authorization_code",
            "code": given["code"],
            "redirect_uri": question.redirect_uri,
            "code_verifier": question.verifier,
        },
    )
    return _checked(provider, question, about, tokens.get("id_token"))


def _checked(provider, question, about, token):
    try:
        kind = jwt.get_unverified_header(token)
        keys = jwt.PyJWKSet.from_dict(_json("get", about["jwks_uri"]))
        fitting = [key for key in keys.keys if kind.get("kid") in (key.key_id, None)]
        claims = jwt.decode(
            token,
            fitting[0].key,
            algorithms=[one for one in ALGORITHMS if one == kind.get("alg")],
            audience=provider.client_id,
            issuer=about["issuer"],
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
        )
    except (jwt.PyJWTError, LookupError, TypeError, ValueError) as error:
        raise OidcError("bad_answer") from error
    if not hmac.compare_digest(str(claims["nonce"]).encode(), question.nonce.encode()):
        raise OidcError("bad_answer")
    return claims


def _about(provider):
    """The provider's own description, whose issuer must be the one we know."""
    issuer = provider.issuer.rstrip("/")
    about = _json("get", f"{issuer}/.well-known/openid-configuration")
    if str(about.get("issuer", "")).rstrip("/") != issuer:
        raise OidcError("bad_answer")
    return about


def _json(method, address, **values):
    """The JSON object at an address; what is refused (4xx) is a bad answer."""
    try:
        response = requests.request(
            method, address, timeout=SECONDS, allow_redirects=False, **values
        )
        found = response.json()
    except requests.JSONDecodeError as error:
        raise OidcError("unreachable") from error
    except requests.RequestException as error:
        raise OidcError("unreachable") from error
    if response.status_code >= 500:
        raise OidcError("unreachable")
    if response.status_code != 200 or not isinstance(found, dict):
        raise OidcError("bad_answer")
    return found
