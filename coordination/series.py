"""When a series has its shifts, and why not on some days. Pure functions.

A rule gives days; the wall clock of Copenhagen gives their instants, so that 15.00 stays 15.00
over both nights of the clock change. RFC 5545: a time that the clock leaves out is read by the
offset before the gap, of one that comes twice the first is meant.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from dateutil.rrule import rrulestr
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.scheduling import instants_of
from core.errors import DomainError
from core.workdays import holidays

DAY = timedelta(days=1)
LONGEST = timedelta(hours=23)  # by the clock: at most 24 hours also in the night that is longer
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MONTHLY = 0
OFTEN = {
    1: gettext_lazy("Every week"),
    2: gettext_lazy("Every second week"),
    3: gettext_lazy("Every third week"),
    4: gettext_lazy("Every fourth week"),
    MONTHLY: gettext_lazy("Every month"),
}
WHICH = {
    1: gettext_lazy("first"),
    2: gettext_lazy("second"),
    3: gettext_lazy("third"),
    4: gettext_lazy("fourth"),
    -1: gettext_lazy("last"),
}
# Why a day is off; on a day on which the branch is closed no series has a shift.
HOLIDAY, LOCAL, SCHOOL, CLOSED = "holiday", "local", "school", "closed"


# --- How often, in plain words -------------------------------------------------------------


@dataclass(frozen=True)
class Rhythm:
    """How often: every so many weeks (1 to 4), or each month (MONTHLY) on the `which` weekdays.

    `weekdays` are 0 for Monday to 6; `which` 1 to 4, -1 the last, and empty unless monthly.
    """

    weeks: int
    weekdays: tuple
    which: tuple = ()

    @property
    def rule(self):
        """The RRULE."""
        if self.weeks == MONTHLY:
            days = [f"{which}{CODES[day]}" for which in self.which for day in self.weekdays]
            return f"FREQ=MONTHLY;BYDAY={','.join(days)}"
        days = ",".join(CODES[day] for day in self.weekdays)
        return f"FREQ=WEEKLY;INTERVAL={self.weeks};BYDAY={days}"

    def __str__(self):
        days = _listed(str(WEEKDAYS[day]) for day in self.weekdays)
        if self.weeks == MONTHLY:
            which = _listed(str(WHICH[number]).lower() for number in self.which)
            return _("Every month: the %(which)s %(days)s") % {"which": which, "days": days}
        return f"{OFTEN[self.weeks]}: {days}"


def _listed(words):
    return get_text_list(list(words), _("and"))


def rhythm_of(rule):
    """The Rhythm behind a rule that one has written. DomainError("rule_unknown") for others."""
    parts = dict(part.split("=") for part in rule.split(";") if "=" in part)
    days = parts.get("BYDAY", "").split(",")
    try:
        weekdays = tuple(sorted({CODES.index(day[-2:]) for day in days}))
        which = sorted({int(day[:-2]) for day in days if day[:-2]}, key=list(WHICH).index)
        found = Rhythm(_weeks(parts), weekdays, tuple(which))
    except (KeyError, ValueError):
        found = None
    if found is None or found.rule != rule:
        raise DomainError(
            _("Choose how often, and on which days."), code="rule_unknown", field="weekdays"
        )
    return found


def _weeks(parts):
    if parts["FREQ"] == "MONTHLY":
        return MONTHLY
    return int(parts["INTERVAL"]) if int(parts["INTERVAL"]) in OFTEN else MONTHLY


# --- Days off ------------------------------------------------------------------------------


class Reason(NamedTuple):
    """Why a day is off: the kind of day, and what it is called."""

    kind: str
    name: str


@dataclass(frozen=True)
class Calendar:
    """Which days are off at a branch.

    `local`: {(month, day): name} of the municipality's own days off; `periods`: (kind, first day,
    last day, name), inclusive. The public holidays are computed.
    """

    local: dict
    periods: tuple = ()

    def reasons(self, day):
        """Every Reason why the day is off, in the order in which they are told."""
        found = [
            Reason(kind, name) for kind, first, last, name in self.periods if first <= day <= last
        ]
        if (day.month, day.day) in self.local:
            found.insert(0, Reason(LOCAL, str(self.local[day.month, day.day])))
        if day in holidays(day.year):
            found.insert(0, Reason(HOLIDAY, str(holidays(day.year)[day])))
        return found


def why_off(series, day, calendar):
    """What the day is called because of which the series has no shift on it; "" if it has one."""
    asked = {
        HOLIDAY: series.skip_holidays,
        LOCAL: series.skip_local_days,
        SCHOOL: series.skip_school_holidays,
    }
    found = (reason.name for reason in calendar.reasons(day) if asked.get(reason.kind, True))
    return next(found, "")


# --- Days and instants ---------------------------------------------------------------------


@dataclass(frozen=True)
class Occurrence:
    """One day of the rule, with its instants; `why`: what the day is called that is left out."""

    day: date
    starts_at: datetime
    ends_at: datetime
    why: str = ""


def occurrences(series, first, last, calendar, kept=frozenset()):
    """An Occurrence for each day of the rule in first..last (inclusive), in order.

    Days that are off come along with `why`, unless they are among the `kept`.
    """
    return [
        Occurrence(
            day,
            *period_of(day, series.starts, series.ends),
            why="" if day in kept else why_off(series, day, calendar),
        )
        for day in days_of(series, first, last)
    ]


def days_of(series, first, last):
    """The days of the rule in first..last, within the series' own period."""
    first = max(first, series.starts_on)
    last = last if series.ends_on is None else min(last, series.ends_on)
    if first > last:
        return []
    anchor = datetime.combine(series.starts_on, time.min)
    rule = rrulestr(series.rule, dtstart=anchor)
    until = datetime.combine(last, time.max)
    return [moment.date() for moment in rule.between(_eve(first), until)]


def _eve(day):
    """The last moment before the day: `between` leaves its ends out."""
    return datetime.combine(day, time.min) - timedelta(microseconds=1)


def period_of(day, starts, ends):
    """The instants of a shift that starts at the clock time on this day; always after another."""
    starts_at = _first_instant(day, starts)
    last = day if ends > starts else day + DAY
    found = instants_of(last, ends) or [_first_instant(last, ends)]
    ends_at = next((instant for instant in found if instant > starts_at), None)
    return starts_at, ends_at or starts_at + wall_length(starts, ends)


def _first_instant(day, clock):
    zone = timezone.get_default_timezone()
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def wall_length(starts, ends):
    """How long it is by the clock: over midnight where the end is not after the start."""
    day = date(2000, 1, 1)
    length = datetime.combine(day, ends) - datetime.combine(day, starts)
    return length if length > timedelta(0) else length + DAY


# --- What a change means -------------------------------------------------------------------


@dataclass
class Effects:
    """What becomes of the coming shifts of a series that is changed.

    `kept` and `moved`: (shift, Occurrence); `cancelled`: shifts; `made`: Occurrences. `left` are
    shifts that were changed by themselves, and stay as they are.
    """

    kept: list
    moved: list
    cancelled: list
    made: list
    left: list


def effects(shifts, detached, wanted, *, monthly=False):
    """The Effects of having `wanted` (Occurrences, none of them off) in place of the shifts.

    A shift whose day stays keeps it. Of the others, those of one week (or month) are moved to
    that week's new days if there are as many; else they are cancelled and new ones made.
    """
    taken = {shift.series_day for shift in detached}
    wanted = {one.day: one for one in wanted if one.day not in taken}
    staying = [
        (shift, wanted.pop(shift.series_day)) for shift in shifts if shift.series_day in wanted
    ]
    stayed = {shift.pk for shift, _occurrence in staying}
    leaving = [shift for shift in shifts if shift.pk not in stayed]
    moves, cancelled, made = _paired(leaving, list(wanted.values()), monthly)
    same = [(shift, one) for shift, one in staying if _at_that_time(shift, one)]
    moved = [(shift, one) for shift, one in staying if not _at_that_time(shift, one)]
    return Effects(same, [*moved, *moves], cancelled, made, list(detached))


def _paired(shifts, wanted, monthly):
    groups = defaultdict(lambda: ([], []))
    for shift in shifts:
        groups[_span(shift.series_day, monthly)][0].append(shift)
    for occurrence in wanted:
        groups[_span(occurrence.day, monthly)][1].append(occurrence)
    moves, cancelled, made = [], [], []
    for old, new in groups.values():
        if len(old) == len(new):
            moves += zip(old, new, strict=True)
        else:
            cancelled += old
            made += new
    return moves, cancelled, sorted(made, key=lambda one: one.day)


def _span(day, monthly):
    return (day.year, day.month) if monthly else tuple(day.isocalendar())[:2]


def _at_that_time(shift, occurrence):
    return (shift.starts_at, shift.ends_at) == (occurrence.starts_at, occurrence.ends_at)
