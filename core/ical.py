"""Calendars as files: RFC 5545, with the time zone in them and every line folded.

The same events give the same bytes, so that a phone that asks again is told "nothing new".
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.http import http_date
from icalendar import Calendar, Event

CONTENT_TYPE = "text/calendar; charset=utf-8"
ASK_AGAIN = timedelta(hours=4)


@dataclass(frozen=True)
class Entry:
    """One event. `sequence` rises with every change; `changed_at` is the last of them."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    changed_at: datetime
    sequence: int = 0
    cancelled: bool = False
    tentative: bool = False
    location: str = ""
    description: str = ""
    url: str = ""


def uid(kind, number):
    """An identity that never changes, wherever the event is shown."""
    return f"{kind}-{number}@{urlsplit(settings.SITE_URL).hostname}"


def written(name, entries):
    """The calendar as bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Frivillig//Vagter//DA")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _event(entry):
    zone = timezone.get_default_timezone()
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("status", _status(entry))
    event.add("summary", entry.summary)
    for name in ("location", "description", "url"):
        if getattr(entry, name):
            event.add(name, getattr(entry, name))
    return event


def _status(entry):
    if entry.cancelled:
        return "CANCELLED"
    return "TENTATIVE" if entry.tentative else "CONFIRMED"


def etag(content):
    """The mark by which a phone knows what it has."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def last_modified(entries):
    """The last change among the entries, for the header; None without any."""
    changed = max((entry.changed_at for entry in entries), default=None)
    return http_date(changed.timestamp()) if changed else None
