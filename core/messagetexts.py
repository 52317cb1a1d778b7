"""The texts of messages as managers see them: what was shipped, what is in use, drafts.

A text is shipped as a file and may be replaced by a version that managers write. A draft is
edited and thrown away; publishing it ends the version before; going back to the shipped text ends
the version in use. What a text may say: `core/mailtext.py`.
"""

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.template.loader import select_template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, kinds, mailtext
from core.errors import DomainError
from core.models import Message, MessageText
from core.scope import forget, remembered

audit.kind("message_text.saved", gettext_lazy("Draft of a message text saved"))
audit.kind("message_text.discarded", gettext_lazy("Draft of a message text thrown away"))
audit.kind("message_text.published", gettext_lazy("Message text published"))
audit.kind("message_text.withdrawn", gettext_lazy("Shipped message text taken into use again"))

# What stands on a message that went out with the shipped text because the edited one failed.
NOT_USABLE = "edited text not usable"


@dataclass(frozen=True)
class Text:
    """A subject and a body with placeholders. `version` is what the message row remembers;
    `number` is None for the text that was shipped.
    """

    subject: str
    body: str
    version: str
    number: int | None = None


def shipped(kind, language):
    """The text from the file; in Danish where the language has none. Raises
    TemplateDoesNotExist, ValueError.
    """
    source = _source(kind, language)
    subject, body = mailtext.split(source)
    return Text(subject, body, hashlib.sha256(source.encode()).hexdigest()[:12])


def is_shipped_in(kind, language):
    """True if there is a file in this language itself."""
    names = [f"emails/{language}/{kind}.txt", f"emails/da/{kind}.txt"]
    return select_template(names).template.name == names[0]


def edited(kind, language):
    """The version in use that managers have written, or None. 1 query for all, per scope."""
    row = remembered("message_texts", _in_use).get((kind, language))
    return None if row is None else as_text(row)


def as_text(row):
    """The Text of a MessageText."""
    return Text(row.subject, row.body, f"v{row.version}", row.version)


def in_use(kind, language):
    """The text that goes out: managers' own, or the shipped one."""
    return edited(kind, language) or shipped(kind, language)


def draft_of(kind, language):
    """The draft, or None."""
    return MessageText.objects.of(kind, language).drafts().first()


def faults(kind, subject, body):
    """What keeps a text from being published, as sentences."""
    return mailtext.lint(_kind(kind), subject, body)


def fallbacks():
    """{kind: how many messages went out with the shipped text because the edited one failed}."""
    rows = Message.objects.filter(last_error__startswith=NOT_USABLE).order_by()
    found = {}
    for name in rows.values_list("kind", flat=True):
        found[name] = found.get(name, 0) + 1
    return found


@transaction.atomic
def save_draft(kind, language, *, subject, body, by):
    """Keep a draft; a text with faults may be kept, not published. Returns the MessageText."""
    _kind(kind)
    rows = MessageText.objects.of(kind, language).select_for_update(of=("self",))
    row = rows.drafts().first()
    if row is None:
        newest = rows.order_by("-version").first()
        row = MessageText(kind=kind, language=language, version=newest.version + 1 if newest else 1)
    row.subject, row.body = " ".join(subject.split()), body.replace("\r\n", "\n").strip()
    row.edited_by, row.edited_at = by, timezone.now()
    row.save()
    audit.record("message_text.saved", by=by, about=row, fields=("subject", "body"))
    return row


@transaction.atomic
def publish(kind, language, *, by):
    """Take the draft into use from the next message on. Returns the MessageText.

    Raises DomainError "no_draft", "text_faults".
    """
    row = _locked_draft(kind, language)
    found = faults(kind, row.subject, row.body)
    if found:
        raise DomainError(" ".join(found), code="text_faults", field="body")
    now = timezone.now()
    _end(kind, language, by=by, now=now)
    row.published_at, row.published_by = now, by
    row.save(update_fields=["published_at", "published_by"])
    audit.record("message_text.published", by=by, about=row, fields=("published_at",))
    forget("message_texts")
    return row


@transaction.atomic
def discard(kind, language, *, by):
    """Throw the draft away. Raises DomainError "no_draft"."""
    row = _locked_draft(kind, language)
    audit.record("message_text.discarded", by=by, about=row)
    row.delete()


@transaction.atomic
def back_to_shipped(kind, language, *, by):
    """Take the shipped text into use again. Raises DomainError "already_shipped"."""
    row = _end(kind, language, by=by, now=timezone.now())
    if row is None:
        raise DomainError(_("The shipped text is in use already."), code="already_shipped")
    audit.record("message_text.withdrawn", by=by, about=row, fields=("replaced_at",))
    forget("message_texts")
    return row


def _end(kind, language, *, by, now):
    """End the version in use, if there is one; return it."""
    rows = MessageText.objects.of(kind, language).select_for_update(of=("self",))
    row = rows.in_use().first()
    if row is not None:
        row.replaced_at, row.replaced_by = now, by
        row.save(update_fields=["replaced_at", "replaced_by"])
    return row


def _locked_draft(kind, language):
    rows = MessageText.objects.of(kind, language).select_for_update(of=("self",))
    row = rows.drafts().first()
    if row is None:
        raise DomainError(_("There is no draft any more. Look at the text again."), code="no_draft")
    return row


def _in_use():
    return {(row.kind, row.language): row for row in MessageText.objects.in_use()}


def _kind(name):
    return kinds.kinds()[name]


def _source(kind, language):
    names = [f"emails/{found}/{kind}.txt" for found in dict.fromkeys((language, "da"))]
    return select_template(names).template.source
