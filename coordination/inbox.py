"""A person's own messages: what was sent to them and what became of it, read on their own page.

What is sensitive is told here and nowhere else, by a text of its own
(templates/emails/<language>/<kind>.inside.txt).
"""

from dataclasses import dataclass

from django.db.models import Q
from django.template import TemplateDoesNotExist
from django.utils import translation
from django.utils.translation import gettext as _

from coordination.models import Person
from core import gathering, kinds, mailbody, mailtext, messagetexts
from core.channels.choosing import DECLINED
from core.models import Channel, Message, MessageState
from core.templatetags.ui import when


@dataclass(frozen=True)
class Letter:
    """One message as its recipient reads it; no blocks if its text makes no sense any more."""

    title: str
    blocks: tuple
    language: str
    hides: bool


def own_messages(user):
    """Messages to the person who is this user, the newest first; gathered ones each by itself.

    What lost its sense before it was sent is not among them; what they declined is.
    """
    person = Person.objects.own(user).values("pk")
    rows = Message.objects.filter(person_id__in=person).exclude(kind=gathering.DIGEST)
    moot = Q(state=MessageState.SKIPPED) & ~Q(reason=DECLINED)
    return rows.exclude(moot).order_by("-pk")


def title_of(message):
    """What the message is called in lists: its subject, before it is sent what it is about."""
    kind = kinds.kinds().get(message.kind)
    return message.subject or (str(kind.title) if kind else _("A message"))


def fate_of(message):
    """What became of it, in words for its recipient."""
    if message.state == MessageState.SENT:
        return _SENT[message.channel]() % {"when": when(message.sent_at)}
    if message.state == MessageState.SKIPPED:
        return _("Not sent: you have declined it")
    if message.state in (MessageState.WAITING, MessageState.SENDING):
        return _("Will be sent")
    return _("Has not reached you")


_SENT = {
    Channel.ANY: lambda: _("Sent %(when)s"),
    Channel.EMAIL: lambda: _("Sent by e-mail %(when)s"),
    Channel.SMS: lambda: _("Sent by text message %(when)s"),
    Channel.LETTER: lambda: _("Sent by letter %(when)s"),
    Channel.DIGITAL_POST: lambda: _("Sent by Digital Post %(when)s"),
}


def is_worth_opening(message):
    """A code is worth nothing afterwards; everything else can be read again."""
    kind = kinds.kinds().get(message.kind)
    return kind is not None and kind.necessity != kinds.ASKED


def read(message):
    """The Letter: in the reader's language, codes and secret links hidden."""
    kind = kinds.kinds()[message.kind]
    language = translation.get_language() or message.language
    values = _values(kind, message)
    if values is None:
        return Letter(title_of(message), (), language, hides=False)
    text = _text(kind, language)
    try:
        written = mailbody.filled(kind, text, values)
    except (KeyError, ValueError):
        return Letter(title_of(message), (), language, hides=False)
    return Letter(
        title=written.subject,
        blocks=tuple(mailbody.blocks(written.content)),
        language=language,
        hides=mailtext.HIDDEN in written.content,
    )


def _values(kind, message):
    context = kind.context(message)
    if context is None:
        return None
    shared = mailbody.shared_values(message.recipient_name)
    return mailtext.without_secrets(kind, shared | context)


def _text(kind, language):
    """The text that is read here: of a sensitive kind the one for the inside."""
    if kind.sensitive:
        try:
            return messagetexts.shipped(f"{kind.name}.inside", language)
        except TemplateDoesNotExist:
            pass
    return messagetexts.in_use(kind.name, language)
