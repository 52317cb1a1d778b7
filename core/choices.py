"""What people choose about the messages they get: one wish per group of kinds.

The rows are read when a message is sent (`core/channels/reach.py`); what may be declined and what
not follows from the kinds (`core/kinds.py`).
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import kinds
from core.channels.ways import open_ways
from core.errors import DomainError
from core.models import Channel, MessageChoice, Wish

AS_USUAL = ""


@dataclass(frozen=True)
class Offer:
    """One group that a person chooses about, with the wishes that make sense for them."""

    group: kinds.Group
    wishes: tuple
    chosen: str


def offers(person_id, reach):
    """The groups a person chooses about, in order. `reach` says what is known of how to reach
    them (`core/channels/choosing.py`). 1 query.
    """
    chosen = wishes_of(person_id)
    return [
        Offer(found, tuple(_wishes(key, reach)), _shown(found, chosen.get(key, AS_USUAL)))
        for key, found in kinds.groups().items()
        if found.help and _kinds_of(key)
    ]


def wishes_of(person_id):
    """{group: wish} of one person. 1 query."""
    rows = MessageChoice.objects.filter(person_id=person_id)
    return dict(rows.values_list("group", "wish"))


@transaction.atomic
def choose(person_id, wishes):
    """Keep a person's wishes, {group: wish or ""}; return the names of the groups that changed.

    Raises DomainError "cannot_decline", "unknown_choice". The caller audits.
    """
    before = wishes_of(person_id)
    changed = [key for key, wish in wishes.items() if before.get(key, AS_USUAL) != wish]
    for key in changed:
        wish = wishes[key]
        _check(key, wish)
        rows = MessageChoice.objects.filter(person_id=person_id, group=key)
        if wish == AS_USUAL:
            rows.delete()
        else:
            MessageChoice.objects.update_or_create(
                person_id=person_id,
                group=key,
                defaults={"wish": wish, "chosen_at": timezone.now()},
            )
    return changed


def who_want(group, person_ids):
    """Those of the people who have asked for the messages of a group that is off unless chosen.
    1 query.
    """
    rows = MessageChoice.objects.filter(group=group, person_id__in=person_ids)
    return set(rows.exclude(wish=Wish.NONE).values_list("person_id", flat=True))


def can_decline(group):
    """True if anything in the group may be declined."""
    return any(kind.declinable for kind in _kinds_of(group))


def _check(group, wish):
    if wish not in (AS_USUAL, *Wish.values) or group not in kinds.groups():
        raise DomainError(_("Choose one of the possibilities."), code="unknown_choice")
    if wish == Wish.NONE and not can_decline(group):
        raise DomainError(
            _("These messages are needed and cannot be declined."), code="cannot_decline"
        )


def _shown(group, wish):
    """Not wanted is how it is until one chooses, in a group that is off unless chosen."""
    return AS_USUAL if group.opt_in and wish == Wish.NONE else wish


def _wishes(group, reach):
    """(wish, words) that make sense: ways that are open and known, and no where that is allowed."""
    if kinds.groups()[group].opt_in:
        yield AS_USUAL, Wish.NONE.label
        for wish in (Wish.EMAIL, Wish.SMS):
            if wish.value in open_ways() and reach.knows(Channel(wish.value)):
                yield wish.value, wish.label
        return
    yield AS_USUAL, _("As you usually do")
    possible = open_ways()
    for wish in (Wish.EMAIL, Wish.SMS, Wish.LETTER):
        if wish.value in possible and reach.knows(Channel(wish.value)):
            yield wish.value, wish.label
    if can_decline(group):
        yield Wish.NONE.value, Wish.NONE.label


def _kinds_of(group):
    return [kind for kind in kinds.kinds().values() if kind.group == group]
