"""Is this paper genuine? What the holder of a signed document may learn, and nothing more.

The short code stands on the signature page, as letters and as QR. It is drawn from 31 signs that
are not mistaken for each other: twelve of them are 59 bits, so guessing is hopeless, and braked.
The answer tells no name, day or place.
"""

import re
import secrets
from enum import StrEnum

import segno

from agreements.models import Agreement, Coverage, Document, DocumentKind, VerificationCode
from agreements.states import AgreementState
from core import mail, pdf
from core.periods import today

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12


class Answer(StrEnum):
    """What a document is found to be."""

    GENUINE = "genuine"
    REPLACED = "replaced"
    ENDED = "ended"


def new_code():
    return "".join(secrets.choice(SIGNS) for _sign in range(LENGTH))


def shown(code):
    """In groups of four, as it is printed."""
    return "-".join(re.findall("....", code))


def normalised(typed):
    """The code in what somebody typed or followed, or None if it cannot be one."""
    code = re.sub(r"[\s\-]", "", typed).upper()
    return code if len(code) == LENGTH and set(code) <= set(SIGNS) else None


def address(code):
    """Where the answer is, for the QR code."""
    return mail.link("agreements:verify-answer", shown(code))


def qr_code(code):
    """The address as an SVG picture in a data: address."""
    return segno.make(address(code), error="m", micro=False).svg_data_uri(border=0)


def answer_for_code(typed):
    """The Answer for a code, or None for one that we never gave. 2 queries."""
    code = normalised(typed)
    found = (
        VerificationCode.objects.select_related("agreement")
        .filter(code=code, agreement__concluded_at__isnull=False)
        .first()
        if code
        else None
    )
    return answer_for(found.agreement) if found else None


def answer_for_file(content):
    """The Answer for a signed document's bytes, or None if they are not ours, or were changed."""
    document = (
        Document.objects.select_related("agreement")
        .defer("content", "source")
        .filter(sha256=pdf.sha256(content), kind=DocumentKind.SIGNED)
        .first()
    )
    return answer_for(document.agreement) if document else None


def answer_for(agreement):
    """What a signed agreement's document is today; it holds to the end of its last day."""
    if agreement.ends_on is None or agreement.ends_on >= today():
        return Answer.GENUINE
    if agreement.state == AgreementState.REPLACED:
        return Answer.REPLACED
    covered = Coverage.objects.filter(agreement=agreement).values("engagement")
    later = Agreement.objects.filter(
        coverage__engagement__in=covered, concluded_at__gt=agreement.concluded_at
    )
    return Answer.REPLACED if later.exists() else Answer.ENDED
