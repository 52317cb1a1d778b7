"""The trial set-up's letter box: without a mail server, e-mails are files that the site shows.

Open to everyone, since it holds the very mails that sign people in; so it exists only where no
mail server is set. With EMAIL_URL set these pages answer 404.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import trial

# Between two mails of one file; a mail may hold such a line too, but no header follows it.
BETWEEN = re.compile(rb"^-{79}\n(?=Content-Type: |\Z)", re.MULTILINE)
NEWEST_FILES = 200
PAGE_SIZE = 25


@dataclass(frozen=True)
class Mail:
    """One e-mail that was written to the folder."""

    key: str
    subject: str
    sender: str
    to: str
    sent_at: datetime
    text: str


@login_not_required
@never_cache
@require_safe
def inbox(request):
    """All e-mails, the newest first."""
    _require_open()
    page = Paginator(mails(), PAGE_SIZE).get_page(request.GET.get("side"))
    return render(request, "mailbox/list.html", {"page_obj": page})


@login_not_required
@never_cache
@require_safe
def letter(request, key):
    """One e-mail: who it is to, and its text with its links."""
    _require_open()
    for mail in mails():
        if mail.key == key:
            return render(request, "mailbox/detail.html", {"mail": mail})
    raise Http404


def mails():
    """The mails of the newest files, the newest first."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = sorted(folder.glob("*.log"), key=lambda file: file.name, reverse=True)
    found = [
        mail
        for file in files[:NEWEST_FILES]
        for mail in _read(file, file.stat().st_mtime_ns, file.stat().st_size)
    ]
    return sorted(found, key=lambda mail: mail.sent_at, reverse=True)


def _require_open():
    if not trial.is_open():
        raise Http404


@lru_cache(maxsize=NEWEST_FILES)
def _read(file, changed_at, size):
    """A sender writes many mails to one file; a file that has grown is read anew."""
    parts = BETWEEN.split(file.read_bytes())
    return tuple(
        mail for number, part in enumerate(parts) if (mail := _parse(part, file.name, number))
    )


def _parse(content, file_name, number):
    message = message_from_bytes(content, policy=policy.default)
    if message["Date"] is None:
        return None
    body = message.get_body(preferencelist=("plain", "html"))
    return Mail(
        key=hashlib.sha256(f"{file_name}/{number}".encode()).hexdigest()[:20],
        subject=str(message["Subject"] or ""),
        sender=_shown(message["From"]),
        to=_shown(message["To"]),
        sent_at=parsedate_to_datetime(str(message["Date"])),
        text=body.get_content() if body is not None else "",
    )


def _shown(header):
    """Who it is from or to; of a text message the number alone."""
    if header is None:
        return ""
    return ", ".join(
        one.display_name if one.addr_spec == trial.NO_MAILBOX else str(one)
        for one in header.addresses
    )
