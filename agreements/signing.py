"""Signing links and one-time codes: how someone without a sign-in proves who they are.

A link holds no personal data and nothing about it is stored: the agreement's id, the party and
the time of sending, under the server's signature. What the link may still do is decided by the
agreement's state when it is used, so it dies by itself. Opening it changes nothing (mail
scanners open links); a button on the page has the code sent, in a mail of its own.
Decision: docs/decisions/signing-by-link.md.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.core import signing
from django.utils import timezone
from django.utils.crypto import salted_hmac

from agreements import parties
from agreements.models import Agreement, Channel, Party, SigningCode
from agreements.states import AgreementState
from core import policies

SALT = "agreements.signing"
CODE_LIFETIME = timedelta(minutes=15)
SIGN_WITHIN = timedelta(minutes=30)
MAX_ATTEMPTS = 5
MAX_CODES = 5
CODE_WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class Link:
    """A genuine link: the agreement it is about, whose it is, and what it is still good for.

    `status`: open, signed (this party has), withdrawn, ended, replaced, expired (too old), or
    not_needed (the guardian of somebody who has come of age).
    """

    agreement: Agreement
    party: str
    status: str

    @property
    def is_open(self):
        return self.status == "open"

    @property
    def is_volunteers(self):
        """True for the volunteer's own; a guardian or an association signs for another."""
        return self.party == Party.VOLUNTEER


def token(agreement, party=Party.VOLUNTEER):
    """The link's secret part: the same for the same second, worthless once signed."""
    return signing.TimestampSigner(salt=SALT, sep="~").sign(_subject(agreement, party))


def read(value):
    """The Link behind a token, or None for one we never made. 2 queries."""
    signer = signing.TimestampSigner(salt=SALT, sep="~")
    try:
        subject = signer.unsign(value)
        agreement_id, party, _sent = subject.split(".")
    except (signing.BadSignature, ValueError):
        return None
    agreement = (
        Agreement.objects.select_related(
            "branch", "volunteer__person", "association", "guardian", "contact", "version__template"
        )
        .filter(pk=agreement_id)
        .first()
    )
    if agreement is None or _subject(agreement, party) != subject:
        return None
    return Link(agreement, party, _status(agreement, party, value, signer))


def _status(agreement, party, value, signer):
    if agreement.signatures.filter(party=party).exists():
        over = agreement.state in (AgreementState.ENDED, AgreementState.REPLACED)
        return str(agreement.state) if over else "signed"
    if agreement.state != AgreementState.SENT:
        return str(agreement.state)
    if party not in parties.required(agreement):
        return "not_needed"
    try:
        signer.unsign(value, max_age=timedelta(days=policies.get("agreements.link_days")))
    except signing.SignatureExpired:
        return "expired"
    return "open"


def _subject(agreement, party):
    sent = int(agreement.sent_at.timestamp()) if agreement.sent_at else 0
    return f"{agreement.pk}.{party}.{sent}"


# --- Where the code went --------------------------------------------------------------------


def evidence(agreement, email):
    """What is kept of the address that a code goes to: channel, masked address and its hash.

    The hash is of "number|address", so it can be held against an address that somebody claims,
    by anyone who has both, for as long as the signature is kept.
    """
    address = email.strip().casefold()
    return {
        "channel": Channel.EMAIL,
        "sent_to": masked(address),
        "sent_to_sha256": sha256(f"{agreement.number}|{address}".encode()).hexdigest(),
    }


def masked(email):
    """ "f***@e***.dk": enough to recognise one's own address, too little to write to it."""
    name, _at, domain = email.partition("@")
    host, _dot, ending = domain.rpartition(".")
    return f"{name[:1]}***@{host[:1]}***.{ending}"[:120]


# --- Codes ---------------------------------------------------------------------------------


def new_nonce():
    return secrets.token_hex(16)


def code_of(row):
    """The six digits of a SigningCode, from its nonce and the server's key."""
    subject = f"{row.agreement_id}.{row.party}.{row.nonce}"
    digest = salted_hmac(f"{SALT}.code", subject, algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def fits(row, typed):
    """True if the typed digits are the row's code; spaces do not matter."""
    digits = "".join(typed.split())
    return hmac.compare_digest(code_of(row).encode(), digits.encode())


def is_live(row, now=None):
    """True while the code can be typed: not used, not too old, not guessed at too often."""
    now = now or timezone.now()
    return row.used_at is None and row.expires_at > now and row.attempts < MAX_ATTEMPTS


def latest(agreement, party):
    return SigningCode.objects.filter(agreement=agreement, party=party).order_by("-pk").first()


def too_many(agreement, party):
    """True if so many codes were asked for within the hour that one must wait."""
    since = timezone.now() - CODE_WINDOW
    asked = SigningCode.objects.filter(agreement=agreement, party=party, created_at__gte=since)
    return asked.count() >= MAX_CODES


def proves(code, agreement, party):
    """True if this code was typed right, for this signature, recently enough to sign."""
    return (
        code is not None
        and code.agreement_id == agreement.pk
        and code.party == party
        and code.used_at is not None
        and code.used_at > timezone.now() - SIGN_WITHIN
    )
