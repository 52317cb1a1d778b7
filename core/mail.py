"""Messages to people: registered kinds, and the row that is written by what causes the message.

    mail.register("agreements.link", context=link_context, …)       # in the app's emails.py

    mail.send("agreements.link", to=recipient, about=agreement, key=f"link:{agreement.pk}")

The row is written in the causing transaction; the text is made when it is sent
(`core/mailtext.py`). Kinds: `core/kinds.py`. Delivery: `core/delivery.py`.
One message goes to one person; nobody sees who else got it.
"""

import uuid
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import wake
from core.errors import DomainError
from core.kinds import (
    ASKED,
    LAW,
    NICE,
    ORDINARY,
    PATIENT,
    URGENT,
    WORK,
    Group,
    Kind,
    Placeholder,
    by_about,
    group,
    groups,
    kinds,
    matter,
    register,
)
from core.models import Channel, Message, MessageState
from core.models.job import Queue
from core.models.message import NOT_ARRIVED

__all__ = [
    "ASKED",
    "LAW",
    "NICE",
    "ORDINARY",
    "PATIENT",
    "URGENT",
    "WORK",
    "Group",
    "Kind",
    "Placeholder",
    "by_about",
    "group",
    "groups",
    "kinds",
    "matter",
    "register",
]

# The reason of a message that came back and has been written anew.
AGAIN = "again"

DELIVER = wake.Wake("core.deliver_mail", queue=Queue.MAIL)


@dataclass(frozen=True)
class Recipient:
    """One person's address at the time of writing. `person_id` and `user` say who it is."""

    email: str
    name: str = ""
    language: str = "da"
    person_id: int | None = None
    user: object = None


@dataclass(frozen=True)
class Draft:
    """What `send` takes, as a value: for writing many messages with few queries."""

    kind: str
    to: Recipient
    about: object = None
    key: str | None = None
    not_before: object = None
    params: dict = field(default_factory=dict)
    urgent: bool = False


def send(kind, *, to, about=None, key=None, not_before=None, urgent=False, **params):
    """Write a message to the outbox and wake a sender on commit; return it. At most 2 queries.

    With a `key` that has been used, nothing is written and the first message is returned,
    whatever became of it. `params` must be JSON: ids, numbers, dates as text; no secrets. To a
    person without an e-mail address it goes another way (`core/channels`); to nobody's address it
    is written as not delivered, so that somebody sees it. `urgent`: this
    one cannot wait for the morning or the day's gathered mail, whatever its kind.
    """
    draft = Draft(kind, to, about, key, not_before, params, urgent)
    if key is None:
        message = _message(draft)
        message.save(force_insert=True)
    else:
        _write([draft])
        message = Message.objects.get(key=key)
    if message.state == MessageState.WAITING:
        wake.after_commit(DELIVER, once=True)
    return message


def prepared(kind, *, to, about=None, key=None, not_before=None, urgent=False, **params):
    """The row that `send` would write, unsaved."""
    return _message(Draft(kind, to, about, key, not_before, params, urgent))


def send_many(drafts):
    """Write many messages, each with a key, that have not been written yet; return how many.

    Few queries for any number: the used keys are asked for by the thousand, the rest is inserted
    in batches.
    """
    drafts = {draft.key: draft for draft in drafts}
    if None in drafts:
        raise ValueError("send_many needs a key for every message")
    keys = list(drafts)
    for start in range(0, len(keys), 500):
        used = Message.objects.filter(key__in=keys[start : start + 500])
        for key in used.values_list("key", flat=True):
            del drafts[key]
    if drafts:
        _write(drafts.values())
        wake.after_commit(DELIVER, once=True)
    return len(drafts)


def retry(message_id):
    """Let a message that did not arrive be tried again from the first attempt; return it.

    To a person it goes the way, and to the address, that is right for them by now. One that went
    out and came back is written anew, so that the log shows both. Raises DomainError
    "message_not_failed", "message_without_address".
    """
    message = Message.objects.select_for_update(of=("self",)).get(pk=message_id)
    if message.state not in NOT_ARRIVED:
        raise DomainError(
            _("Only a message that was not delivered can be tried again."),
            code="message_not_failed",
        )
    if not message.recipient_email and message.person_id is None:
        raise DomainError(
            _("The message has no address. Write the person's e-mail address first."),
            code="message_without_address",
        )
    if message.state == MessageState.BOUNCED:
        return again(message)
    _readdress(message)
    message.state = MessageState.WAITING
    message.attempts = 0
    message.not_before = timezone.now()
    message.last_error = message.reason = ""
    message.tried = []
    message.save()
    wake.after_commit(DELIVER, once=True)
    return message


def again(message, *, tried=()):
    """Write a message that went out and did not arrive once more; return the new row.

    Once for each message, whoever asks and how often. `tried`: channels it must not take.
    """
    key = f"again:{message.pk}"
    copy = Message(
        key=key,
        message_id=_new_message_id(),
        not_before=timezone.now(),
        tried=sorted(tried),
        **{name: getattr(message, name) for name in _COPIED},
    )
    _readdress(copy)
    Message.objects.bulk_create([copy], ignore_conflicts=True)
    Message.objects.filter(pk=message.pk).update(reason=AGAIN)
    wake.after_commit(DELIVER, once=True)
    return Message.objects.get(key=key)


_COPIED = (
    *("kind", "channel", "language", "recipient_name", "recipient_email", "person_id", "user_id"),
    *("about_type", "about_id", "params", "priority"),
)


def _readdress(message):
    """Forget the address it was written to, where the person's own is asked for anyway."""
    kind = kinds().get(message.kind)
    if message.person_id is not None and kind is not None and kind.ways is None:
        message.channel, message.recipient_email = Channel.ANY, ""


def link(name, *args, **kwargs):
    """The full address of a page, for use in messages."""
    return settings.SITE_URL + reverse(name, args=args, kwargs=kwargs)


def _write(drafts):
    Message.objects.bulk_create(
        [_message(draft) for draft in drafts], batch_size=500, ignore_conflicts=True
    )


def _message(draft):
    kind, to, about = kinds()[draft.kind], draft.to, draft.about
    return Message(
        key=draft.key,
        kind=kind.name,
        language=to.language,
        recipient_name=to.name,
        person_id=to.person_id,
        user=to.user,
        about_type=about._meta.label_lower if about is not None else "",
        about_id=about.pk if about is not None else None,
        params=draft.params,
        priority=URGENT if draft.urgent else kind.priority,
        not_before=draft.not_before or timezone.now(),
        message_id=_new_message_id(),
        **_way_for(kind, to),
    )


def _new_message_id():
    return f"<{uuid.uuid4().hex}@{urlsplit(settings.SITE_URL).hostname}>"


def _way_for(kind, to):
    """By e-mail where there is an address; else another way is looked for when it is sent."""
    if _is_usable(to.email):
        return {"recipient_email": to.email, "channel": Channel.EMAIL}
    if to.person_id is not None and kind.necessity != ASKED:
        return {"channel": Channel.ANY}
    failed = {"state": MessageState.FAILED, "last_error": "no usable address", "reason": "unknown"}
    return {"recipient_email": to.email, "channel": Channel.EMAIL} | failed


def _is_usable(address):
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True
