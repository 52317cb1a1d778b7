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
    group,
    groups,
    kinds,
    register,
)
from core.models import Channel, Message, MessageState
from core.models.job import Queue

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
    "group",
    "groups",
    "kinds",
    "register",
]

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
    whatever became of it. `params` must be JSON: ids, numbers, dates as text; no secrets. Without
    an address the message is written as not delivered, so that somebody sees it. `urgent`: this
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
    """Let a message that was not delivered be tried again from the first attempt; return it.

    Raises DomainError "message_not_failed", "message_without_address".
    """
    message = Message.objects.select_for_update(of=("self",)).get(pk=message_id)
    if message.state != MessageState.FAILED:
        raise DomainError(
            _("Only a message that was not delivered can be tried again."),
            code="message_not_failed",
        )
    if not message.recipient_email:
        raise DomainError(
            _("The message has no address. Write the person's e-mail address first."),
            code="message_without_address",
        )
    message.state = MessageState.WAITING
    message.attempts = 0
    message.not_before = timezone.now()
    message.last_error = ""
    message.save(update_fields=["state", "attempts", "not_before", "last_error"])
    wake.after_commit(DELIVER, once=True)
    return message


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
        channel=Channel.EMAIL,
        language=to.language,
        recipient_name=to.name,
        recipient_email=to.email,
        person_id=to.person_id,
        user=to.user,
        about_type=about._meta.label_lower if about is not None else "",
        about_id=about.pk if about is not None else None,
        params=draft.params,
        priority=URGENT if draft.urgent else kind.priority,
        not_before=draft.not_before or timezone.now(),
        message_id=f"<{uuid.uuid4().hex}@{urlsplit(settings.SITE_URL).hostname}>",
        **_state_for(to.email),
    )


def _state_for(address):
    try:
        validate_email(address)
    except ValidationError:
        return {"state": MessageState.FAILED, "last_error": "no usable address"}
    return {"state": MessageState.WAITING}
