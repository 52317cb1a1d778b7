"""Signing with MitID: a port to a broker that speaks OpenID Connect (NemLog-in, Signicat, ...).

Off unless configured. The question and what came of it live in the signer's own session, sealed,
for minutes; an answer fits the one agreement and party it was asked for, once. What is kept as
evidence is a closed list of claims: never a CPR number, whatever the broker sends.
"""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from agreements import parties
from core import mail, oidc, secret_box

QUESTION, PROOF = "mitid_question", "mitid_proof"
ANSWER_WITHIN = timedelta(minutes=15)
SIGN_WITHIN = timedelta(minutes=30)
# Who said it, to whom, about whom, how sure and when. Names and values of persons: only `name`.
KEPT_CLAIMS = (
    *("iss", "aud", "sub", "name", "acr", "amr", "auth_time", "iat", "jti", "sid"),
    *("loa", "ial", "aal", "idp", "transaction_id"),
)
LOOKS_LIKE_CPR = re.compile(r"(?<!\d)[0-3]\d[01]\d{3}[- ]?\d{4}(?!\d)")


@dataclass(frozen=True)
class Proof:
    """A fresh sign-in with MitID by whom the agreement waits for."""

    agreement_id: int
    party: str
    name: str
    issuer: str
    claims: dict
    at: str

    def fits(self, link):
        """True if it is for this agreement and party, and recent enough to sign."""
        fresh = datetime.fromisoformat(self.at) > timezone.now() - SIGN_WITHIN
        return fresh and (self.agreement_id, self.party) == (link.agreement.pk, link.party)


def is_on():
    """True where a broker is configured."""
    return settings.SIGNING_BROKER is not None


def _provider():
    broker = settings.SIGNING_BROKER
    return oidc.Provider(
        issuer=broker.issuer,
        client_id=broker.client_id,
        client_secret=broker.client_secret,
        acr=broker.acr,
    )


def ask(session, token, link):
    """Note the question in the session; return the address at the broker to go to.

    Raises oidc.OidcError("unreachable").
    """
    question, address = oidc.ask(_provider(), mail.link("agreements:sign-mitid-answer"))
    asked = {
        "question": asdict(question),
        "token": token,
        "agreement_id": link.agreement.pk,
        "party": str(link.party),
        "at": timezone.now().isoformat(),
    }
    session[QUESTION] = secret_box.seal(json.dumps(asked))
    return address


def asked(session):
    """Take the question out of the session: (what was asked, or None). It is answered once."""
    sealed = session.pop(QUESTION, None)
    opened = secret_box.open_sealed(sealed) if sealed else None
    found = json.loads(opened) if opened else None
    if found and datetime.fromisoformat(found["at"]) < timezone.now() - ANSWER_WITHIN:
        return None
    return found


def answer(session, found, link, given):
    """Keep the proof in the session. Raises oidc.OidcError; also ("other_person") where MitID
    names somebody else than the agreement waits for, and ("bad_answer") for another link's.
    """
    claims = oidc.answer(_provider(), oidc.Question(**found["question"]), given)
    if (found["agreement_id"], found["party"]) != (link.agreement.pk, str(link.party)):
        raise oidc.OidcError("bad_answer")
    person = parties.person_of(link.agreement, link.party)
    if not same_name(str(claims.get("name", "")), person.name):
        raise oidc.OidcError("other_person")
    proof = Proof(
        agreement_id=link.agreement.pk,
        party=str(link.party),
        name=str(claims["name"]),
        issuer=str(claims["iss"]),
        claims=kept(claims),
        at=timezone.now().isoformat(),
    )
    session[PROOF] = secret_box.seal(json.dumps(asdict(proof)))


def proof(session, link):
    """The Proof in the session that fits this link, or None."""
    sealed = session.get(PROOF)
    opened = secret_box.open_sealed(sealed) if sealed else None
    found = Proof(**json.loads(opened)) if opened else None
    return found if found is not None and found.fits(link) else None


def forget(session):
    """The proof has been used."""
    session.pop(PROOF, None)


def kept(claims):
    """Those of the claims that are evidence, without anything that looks like a CPR number."""
    chosen = {name: claims[name] for name in KEPT_CLAIMS if name in claims}
    return {name: value for name, value in chosen.items() if not LOOKS_LIKE_CPR.search(str(value))}


def same_name(claimed, known):
    """True if first and last name are the same; names in the middle come and go."""
    first, second = (text.casefold().split() for text in (claimed, known))
    return bool(first and second) and (first[0], first[-1]) == (second[0], second[-1])
