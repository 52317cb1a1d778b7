"""Domain events: how a lower app lets a higher one act without knowing it.

Handlers run at once, inside the transaction of the action that published the event; one that
raises undoes the whole. Subscribed in `AppConfig.ready`.
"""

from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class EngagementAccepted:
    """A person was accepted as a volunteer at a site."""

    engagement: object
    by: object


@dataclass(frozen=True)
class EngagementEnded:
    """An engagement got its last day."""

    engagement: object
    by: object


@dataclass(frozen=True)
class BirthCorrected:
    """A person's year or date of birth is another than it was."""

    person: object
    by: object


@dataclass(frozen=True)
class EngagementResumed:
    """An engagement goes on after a pause."""

    engagement: object
    by: object


@dataclass(frozen=True)
class AttendanceMarked:
    """It was registered, or corrected, that these volunteers (ids) came or did not."""

    volunteer_ids: tuple
    by: object


@dataclass(frozen=True)
class SiteAdded:
    """An activity got one more branch."""

    site: object
    by: object


@dataclass(frozen=True)
class ActivityCopied:
    """An activity was made after the pattern of another."""

    activity: object
    source: object
    by: object


_handlers = defaultdict(list)


def subscribe(event_type, handler):
    """Have `handler(event)` called for each event of this type; twice is once."""
    if handler not in _handlers[event_type]:
        _handlers[event_type].append(handler)


def publish(event):
    """Call the handlers of the event, in the order in which they subscribed."""
    for handler in _handlers[type(event)]:
        handler(event)
