"""What each app tells the start page: numbers (tiles), and what waits for somebody (rows)."""

from dataclasses import dataclass
from functools import cache

from django.core.cache import caches

from core import audit
from core.periods import today
from core.prepared import Prepared, number
from core.scope import remembered

KEPT_SECONDS = 60


@dataclass(frozen=True)
class Tile:
    """A number with its words, and where it leads. `order` says where it stands."""

    label: str
    number: int
    url: str
    order: int = 50


@dataclass(frozen=True)
class Waiting:
    """Something that waits: how many, in words, why it matters, and where to do it.

    `urgent` marks what has a deadline or stops somebody. Apps leave out rows of zero.
    """

    text: str
    number: int
    url: str
    action: str
    why: str = ""
    urgent: bool = False
    order: int = 50


def kept(user, name, ask):
    """`ask()`, which counts through a whole municipality, kept for a minute in this process.

    What the user does shows at once: every action writes an audit event, and the latest of theirs
    is part of the key. What others do shows within the minute. 1 query per request.
    """
    key = f"{name}:{user.pk}:{today()}:{_latest_deed(user)}"
    return caches["numbers"].get_or_set(key, ask, KEPT_SECONDS)


def _latest_deed(user):
    found = remembered(("latest deed", user.pk), lambda: _deed_question().rows(user=user.pk))
    return found[0][0] if found else 0


@cache
def _deed_question():
    events = audit.events_by(number("user")).values_list("pk")
    return Prepared(events[:1])
