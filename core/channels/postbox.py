"""The mailbox that returned mails come to, read every few minutes over IMAP.

A report that was read is deleted; everything else stays, marked as seen, for people. A mailbox
full of anything costs at most `MOST` mails of at most 256 KB a run.
"""

import imaplib
import ssl
from datetime import timedelta
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core import jobs
from core.channels import reports, returned
from core.models import Queue

MOST = 200
TIMEOUT = 20

log = structlog.get_logger(__name__)


@jobs.scheduled(
    "core.read_returned_mail",
    every=timedelta(minutes=5),
    queue=Queue.MAIL,
    lease=600,
    atomic=False,
    title=_("Mails that came back are read"),
)
def read_returned_mail(run):
    """Read the mailbox, where one is set."""
    if settings.IMAP_URL:
        read(settings.IMAP_URL)


def read(url, *, most=MOST):
    """Take in what is unseen, oldest first; return how many reports changed something.

    Raises OSError or imaplib.IMAP4.error where the mailbox cannot be read.
    """
    box, folder = _open(url)
    changed = 0
    try:
        _done(box.select(folder))
        _state, (found,) = _done(box.uid("SEARCH", "UNSEEN"))
        for uid in (found or b"").split()[:most]:
            changed += _take_in(box, uid)
        box.expunge()
    finally:
        box.logout()
    return changed


def _take_in(box, uid):
    _state, answer = _done(box.uid("FETCH", uid, f"(BODY.PEEK[]<0.{reports.LONGEST}>)"))
    content = next((part[1] for part in answer if isinstance(part, tuple)), b"")
    report = reports.parse(content)
    changed = report is not None and returned.take_in(report)
    # The effect is committed first: a reader that dies here finds the report again, and that
    # changes nothing, since the message is no longer one that has arrived.
    flag = r"(\Deleted)" if report is not None else r"(\Seen)"
    _done(box.uid("STORE", uid, "+FLAGS", flag))
    return changed


def _open(url):
    parts = urlsplit(url)
    safe = ssl.create_default_context()
    if parts.scheme == "imaps":
        box = imaplib.IMAP4_SSL(
            parts.hostname, parts.port or 993, ssl_context=safe, timeout=TIMEOUT
        )
    else:
        box = imaplib.IMAP4(parts.hostname, parts.port or 143, timeout=TIMEOUT)
        if parts.scheme == "imap+tls":
            box.starttls(safe)
    try:
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
    except imaplib.IMAP4.error:
        box.shutdown()
        raise
    return box, unquote(parts.path.strip("/")) or "INBOX"


def _done(answer):
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(str(answer[0]))
    return answer
