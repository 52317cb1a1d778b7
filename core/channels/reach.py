"""How people can be reached: core knows no person, so an app above says where to look.

reach.find_with(reach_of)          # in AppConfig.ready; reach_of(person_ids) -> {id: Reach}
reach.find_cpr_with(cpr_of)        # cpr_of(person_ids) -> {id: "ddmmyyxxxx"}; for Digital Post
"""

from dataclasses import replace

from core import kinds
from core.channels.choosing import Reach
from core.models import AddressRecord, MessageChoice

_finders = {}


def find_with(finder):
    """Set where contact is looked up: finder(person_ids) -> {person id: Reach}, few queries."""
    _finders["reach"] = finder


def find_cpr_with(finder):
    """Set where CPR numbers are looked up for Digital Post; they are asked for when a file is
    made, and kept nowhere here."""
    _finders["cpr"] = finder


def cpr_of(person_ids):
    """{person id: CPR number} of those whose number is known."""
    finder = _finders.get("cpr")
    return finder(person_ids) if finder and person_ids else {}


def of_messages(messages):
    """{message pk: Reach}: the row's own address, and what is known of the person today.

    The address the message was written to stays, except where mails to it come back and the
    person has another one by now. 3 queries for any number.
    """
    ids = {message.person_id for message in messages} - {None}
    people, wishes = _people(ids), wishes_of(ids)
    found = {
        message.pk: _own(message, people.get(message.person_id), wishes) for message in messages
    }
    current = {reach.email for reach in people.values()}
    marked = marked_among({reach.email for reach in found.values()} | current)
    return {
        message.pk: _marked(found[message.pk], people.get(message.person_id), marked)
        for message in messages
    }


def marked_among(addresses):
    """Those of the addresses (in lower case) that get no more mail. 1 query."""
    wanted = {address.lower() for address in addresses if address}
    if not wanted:
        return frozenset()
    rows = AddressRecord.objects.filter(address__in=wanted, marked_at__isnull=False)
    return frozenset(rows.values_list("address", flat=True))


def _people(person_ids):
    finder = _finders.get("reach")
    return finder(person_ids) if finder and person_ids else {}


def wishes_of(person_ids):
    """{(person id, group): channel or "none"}: what they have chosen. 1 query."""
    if not person_ids:
        return {}
    rows = MessageChoice.objects.filter(person_id__in=person_ids)
    return {(row.person_id, row.group): row.wish for row in rows}


def _own(message, known, wishes):
    known = known or Reach(name=message.recipient_name)
    kind = kinds.kinds().get(message.kind)
    wish = wishes.get((message.person_id, kind.group if kind else ""), "")
    return replace(known, email=message.recipient_email or known.email, prefers=wish)


def _marked(reach, known, marked):
    if reach.email.lower() not in marked:
        return reach
    other = known.email if known else ""
    if other and other.lower() not in marked:
        return replace(reach, email=other)
    return replace(reach, marked=True)
