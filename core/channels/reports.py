"""Reading what mail servers send back: delivery reports (RFC 3464) and complaints (RFC 5965).

Whatever comes to that mailbox was written by strangers. Nothing in it is believed but the
Message-ID of a mail that we have really sent, which nobody can guess; and nothing is ever shown.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message as Mail

BOUNCE, COMPLAINT = "bounce", "complaint"
LONGEST = 256 * 1024
LONGEST_HEAD = 32 * 1024
MOST_PARTS = 20
MESSAGE_ID = re.compile(r"<[^<>\s@]{1,120}@[^<>\s@]{1,120}>")
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True)
class Report:
    """What one report says: of which of our mails, and the status, such as 5.1.1."""

    kind: str
    message_id: str
    status: str = ""

    @property
    def blames_address(self):
        """False where the mailbox is full or our mail is unwanted: the address itself is right."""
        return not (self.status == "5.2.2" or self.status.startswith("5.7."))


def parse(content):
    """The Report in a mail's bytes, or None for anything else. Never raises.

    A cut-off mail is read as far as it goes; only the first 256 KB count.
    """
    content = content[:LONGEST]
    if not _is_plausible(content):
        return None
    try:
        return _report(message_from_bytes(content, policy=policy.compat32))
    except Exception:  # whatever a stranger has thought out: no report
        return None


def _is_plausible(content):
    """False for what would cost seconds to read: endless headers, parts within parts."""
    head = content[:LONGEST_HEAD].replace(b"\r\n", b"\n")
    has_end = b"\n\n" in head or len(content) < LONGEST_HEAD
    return has_end and content.lower().count(b"boundary=") <= MOST_PARTS


def _report(mail):
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return None
    parts = [part for part in mail.get_payload() if isinstance(part, Mail)]
    message_id = next((found for part in parts if (found := _original_id(part))), "")
    if not message_id:
        return None
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            status = _failure(part)
            return Report(BOUNCE, message_id, status) if status else None
        if part.get_content_type() == "message/feedback-report":
            return Report(COMPLAINT, message_id)
    return None


def _failure(part):
    """The status of the first recipient that failed for good, or "". A delay is no failure."""
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else ():
        status = STATUS.search(str(block.get("Status", "")))
        failed = str(block.get("Action", "")).strip().lower() == "failed"
        if failed and status and status.group().startswith("5"):
            return status.group()
    return ""


def _original_id(part):
    """The Message-ID of the returned mail or of its headers."""
    kind, inner = part.get_content_type(), part.get_payload()
    if kind == "message/rfc822" and isinstance(inner, list) and inner:
        value = inner[0].get("Message-ID", "")
    elif kind == "text/rfc822-headers":
        value = message_from_bytes(part.get_payload(decode=True) or b"").get("Message-ID", "")
    else:
        return ""
    found = MESSAGE_ID.fullmatch(str(value).strip())
    return found.group() if found else ""
