"""Reminders as one table of rules: what, when, to whom, with which text, on or off where.

    schedule.register(Reminder(
        "agreements.expiring_reminder", kind="agreements.expiring", due=agreements_for_volunteers,
        label=_("An agreement runs out"), when=EXPIRY, to=_("the volunteer"),
    ))

`due(today)` yields a Due for each message that belongs to a day up to `today` and still makes
sense. It may yield the same one on every run: rule, matter, recipient and due day are the
message's key, so running twice, late, or after a day's outage sends once. A warning makes
sense until the day it warns of; what follows something, until it is `GRACE` late. Whether it still
makes sense at sending, the kind's context decides. Each rule is a setting too
(`reminders.<name>`), on or off per branch.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q
from django.utils.text import format_lazy, get_text_list
from django.utils.translation import gettext as _

from core import jobs, mail, periods, policies
from core.models import Queue
from core.scope import scope

SECTION = "reminders"
GRACE = timedelta(days=7)

_reminders = {}


@dataclass(frozen=True)
class Clock:
    """So many days before or after a date: Clock(_("%(days)s days before it"), before=(30, 7)).

    Each number may be the key of a setting. Of several that have been reached only the tightest
    counts, so an outage or a short period gives one message and not three.
    """

    words: object
    before: tuple = ()
    after: tuple = ()

    def __str__(self):
        numbers = sorted({_number(days) for days in (*self.before, *self.after)})
        if self.before:
            numbers.reverse()
        return str(self.words) % {"days": get_text_list([str(n) for n in numbers], _("and"))}

    def offsets(self):
        """Days from the date to each message, in order: -60, -30, -7."""
        return sorted(
            {-_number(days) for days in self.before} | {_number(days) for days in self.after}
        )

    def reached(self, day, today):
        """The due day of the tightest message that has been reached, or None if there is none,
        it is too late for it, or the date it warns of has passed."""
        if self.before and day < today:
            return None
        due_days = [day + timedelta(days=offset) for offset in self.offsets()]
        latest = max((due for due in due_days if due <= today), default=None)
        if latest is None or (not self.before and latest < today - GRACE):
            return None
        return latest

    def lately(self, lookup, today):
        """Q: rows with a message that is due and makes sense, by a date column: what an index
        finds, so that a run costs what is due and not what there is."""
        found = Q(pk__in=[])
        for first, last in self._spans(today):
            found |= Q(**{f"{lookup}__range": (first, last)})
        return found

    def lately_at(self, lookup, today):
        """The same by a column of instants."""
        found = Q(pk__in=[])
        for first, last in self._spans(today):
            found |= Q(
                **{
                    f"{lookup}__gte": periods.start_of(first),
                    f"{lookup}__lt": periods.start_of(last + timedelta(days=1)),
                }
            )
        return found

    def _spans(self, today):
        """First and last day of the dates for which something is due: of those to come all
        that are near enough, of those past the last few."""
        if self.before:
            yield today, today - timedelta(days=min(self.offsets()))
            return
        for offset in self.offsets():
            last = today - timedelta(days=offset)
            yield last - GRACE, last


def _number(days):
    return policies.get(days) if isinstance(days, str) else days


@dataclass(frozen=True)
class Due:
    """One message that is due: to whom, about which row, for which day (or instant).

    `path` is the branch whose setting says whether it is sent; None where the rule has asked
    `is_on` itself, because it gathers rows of many branches in one message.
    """

    recipient: mail.Recipient
    about: object
    due_day: date | datetime
    path: str | None
    params: dict = field(default_factory=dict)
    not_before: datetime | None = None


@dataclass(frozen=True)
class Reminder:
    """A line of the table: `label` is what, `when` and `to` are words, `kind` the text.

    `on` is what holds until a branch or the municipality says otherwise. `every` and `at` as in
    `jobs.scheduled`.
    """

    name: str
    kind: str
    due: Callable
    label: object = ""
    when: object = ""
    to: object = ""
    on: bool = True
    every: timedelta = timedelta(minutes=5)
    at: object = None

    @property
    def setting(self):
        """The key of the setting that turns it on and off."""
        return f"{SECTION}.{self.name}"


def register(reminder):
    """Make a rule known, give it its setting, and schedule it. Once per rule, from `ready`."""
    if reminder.name in _reminders:
        raise ValueError(f"Two reminders are named {reminder.name}")
    policies.register(
        policies.Policy(
            reminder.setting,
            bool,
            reminder.on,
            label=reminder.label or reminder.name,
            help=reminder.to,
            overridable=True,
        )
    )
    _reminders[reminder.name] = reminder
    scheduled = jobs.scheduled(
        reminder.name,
        every=reminder.every,
        at=reminder.at,
        queue=Queue.MAIL,
        title=format_lazy("{} ({})", reminder.label, reminder.to) if reminder.label else "",
    )
    scheduled(_job_for(reminder))


def reminders():
    """All rules, by name."""
    return dict(_reminders)


def is_on(name, path=""):
    """Whether the rule is on at the branch with this path."""
    return policies.get(f"{SECTION}.{name}", path=path)


def remind(reminder, *, today=None):
    """Write the messages that are due and not yet written; return how many."""
    with scope():
        return mail.send_many(
            mail.Draft(
                kind=reminder.kind,
                to=due.recipient,
                about=due.about,
                key=key(reminder, due),
                not_before=due.not_before,
                params=due.params,
            )
            for due in _wanted(reminder, today or periods.today())
        )


def key(reminder, due):
    """What makes a reminder one: rule, matter, recipient and due day (or instant)."""
    matter = f"{due.about._meta.label_lower}:{due.about.pk}"
    return f"{reminder.name}:{matter}:{_who(due.recipient)}:{_moment(due.due_day)}"


def _wanted(reminder, today):
    """What is due where the rule is on. The setting is read once, and asked once per branch."""
    on = {None: True}
    for due in reminder.due(today):
        if due.path not in on:
            on[due.path] = is_on(reminder.name, due.path)
        if on[due.path]:
            yield due


def _who(recipient):
    if recipient.person_id is not None:
        return recipient.person_id
    if recipient.user is not None:
        return f"user{recipient.user.pk}"
    return hashlib.sha256(recipient.email.lower().encode()).hexdigest()[:16]


def _moment(due_day):
    if isinstance(due_day, datetime):
        return f"{due_day.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
    return f"{due_day:%Y-%m-%d}"


def _job_for(reminder):
    def job(run):
        remind(reminder)

    job.__module__ = reminder.due.__module__
    return job
