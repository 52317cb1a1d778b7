"""Declining from the mail itself: the headers of RFC 2369 and RFC 8058, and the signed link.

The link says which person and which group of messages, signed with this installation's key; it
opens nothing but declining and taking that back. It is put into mails that may be declined, and
into no others.
"""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from core import kinds
from core.models.message_text import MessageChoice, Wish

SALT = "core.unsubscribe"
ONE_CLICK = "One-Click"


def headers(message):
    """The mail headers by which a mail program offers to decline; none where one may not."""
    kind = kinds.kinds().get(message.kind)
    if kind is None or not (kind.declinable and kind.group) or message.person_id is None:
        return {}
    address = settings.SITE_URL + reverse(
        "core:unsubscribe", args=[token(message.person_id, kind.group)]
    )
    return {
        "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": f"List-Unsubscribe={ONE_CLICK}",
    }


def token(person_id, group):
    """Person and group, signed."""
    return signing.dumps([person_id, group], salt=SALT)


def read(value):
    """(person id, kinds.Group) of a token, or None if it is not ours or the group is gone."""
    try:
        person_id, group = signing.loads(value, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = kinds.groups().get(group)
    return (person_id, found) if found else None


def has_declined(person_id, group):
    """True if the person does not want these messages."""
    return MessageChoice.objects.filter(person_id=person_id, group=group, wish=Wish.NONE).exists()


def decline(person_id, group):
    """No more of these messages to the person, as far as they may be declined; the row."""
    row, _new = MessageChoice.objects.update_or_create(
        person_id=person_id, group=group, defaults={"wish": Wish.NONE}
    )
    return row


def take_back(person_id, group):
    """The messages as usual again; the row that said no, or None.

    Of those that are off unless chosen, by e-mail: the link stood in one.
    """
    rows = MessageChoice.objects.filter(person_id=person_id, group=group, wish=Wish.NONE)
    row = rows.first()
    if kinds.groups()[group].opt_in:
        rows.update(wish=Wish.EMAIL)
    else:
        rows.delete()
    return row
