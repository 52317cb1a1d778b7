"""Reminders as rules: what, when, to whom. Each is computed from dates, set-based.

    schedule.register(Reminder("coordination.shift_reminder", kind="coordination.shift_reminder",
                               due=shifts_to_remind))

`due(today)` yields a Due for each message that belongs to a day up to `today` and still makes
sense; one that must not go before a certain hour has a `not_before`. It may yield the same one on
every run: recipient, matter and due day are the message's key, so running twice, late, or after
a day's outage sends once. Whether it still makes sense at sending, the kind's context decides.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from core import jobs, mail, periods
from core.models import Queue

_reminders = {}


@dataclass(frozen=True)
class Due:
    """One message that is due: to whom, about which row, for which day."""

    recipient: mail.Recipient
    about: object
    due_day: date
    params: dict = field(default_factory=dict)
    not_before: datetime | None = None


@dataclass(frozen=True)
class Reminder:
    """A rule: what (`kind`), when and to whom (`due`). `every` and `at` as in `jobs.scheduled`."""

    name: str
    kind: str
    due: Callable
    every: timedelta = timedelta(minutes=5)
    at: object = None


def register(reminder):
    """Make a rule known and schedule it. Call it from the app's tasks.py."""
    known = _reminders.get(reminder.name)
    if known and known.due.__module__ != reminder.due.__module__:
        raise ValueError(f"Two reminders are named {reminder.name}")
    _reminders[reminder.name] = reminder
    jobs.scheduled(reminder.name, every=reminder.every, at=reminder.at, queue=Queue.MAIL)(
        _job_for(reminder)
    )


def reminders():
    """All rules, by name."""
    return dict(_reminders)


def remind(reminder, *, today=None):
    """Write the messages that are due and not yet written; return how many."""
    return mail.send_many(
        mail.Draft(
            kind=reminder.kind,
            to=due.recipient,
            about=due.about,
            key=key(reminder, due),
            not_before=due.not_before,
            params=due.params,
        )
        for due in reminder.due(today or periods.today())
    )


def key(reminder, due):
    """What makes a reminder one: rule, matter, recipient and due day."""
    who = due.recipient.person_id
    if who is None:
        who = hashlib.sha256(due.recipient.email.lower().encode()).hexdigest()[:16]
    matter = f"{due.about._meta.label_lower}:{due.about.pk}"
    return f"{reminder.name}:{matter}:{who}:{due.due_day:%Y-%m-%d}"


def _job_for(reminder):
    def job(run):
        remind(reminder)

    job.__module__ = reminder.due.__module__
    return job
