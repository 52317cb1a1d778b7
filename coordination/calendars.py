"""What the calendars show: shifts by Copenhagen day, week and month, and where people lack.

A shift stands on the day on which it starts; one that goes on past midnight says so. Days are
asked for by their instants, so that the nights of the clock change have 23 and 25 hours.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from typing import NamedTuple

from django.db.models import CharField, F, Q, Sum
from django.db.models.functions import Cast, Collate
from django.utils import timezone

from coordination import rosters
from coordination.access import Permission
from coordination.models import Assignment, Shift
from coordination.standing import of_shift
from coordination.states import ShiftState
from core.periods import bounds_of, day_of, monday_of, months_later, start_of
from core.prepared import Prepared, ids

WEEK = timedelta(days=7)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
# What a month shows of a day; the rest stands on the day's own page.
MOST_OF_A_DAY = 4
SHOWN = (
    "pk",
    "starts_at",
    "ends_at",
    "title",
    "state",
    "capacity",
    "minimum",
    "site__activity__title",
    "site__branch__name",
)


class Entry(NamedTuple):
    """A shift in a calendar, with how many places are held, and how many are offered."""

    pk: int
    starts_at: datetime
    ends_at: datetime
    title: str
    state: str
    capacity: int
    minimum: int
    activity: str
    branch: str
    taken: int
    offered: int
    has_started: bool

    @property
    def name(self):
        return self.title or self.activity

    @property
    def is_cancelled(self):
        return self.state == ShiftState.CANCELLED

    @property
    def lacking(self):
        """How many it takes yet for the shift to work; none once it has begun or is cancelled."""
        if self.is_cancelled or self.has_started:
            return 0
        return max(self.minimum - self.taken, 0)

    @property
    def standing(self):
        return of_shift(self, taken=self.taken, at_risk=False, offered=self.offered)


@dataclass
class Day:
    """A day of a calendar. `outside`: it belongs to the month before or after.

    `number` shifts take place, `lacking` of them lack somebody; `shifts` are those that are shown,
    and `more` how many are not.
    """

    day: date
    outside: bool = False
    is_today: bool = False
    number: int = 0
    lacking: int = 0
    more: int = 0
    shifts: list = field(default_factory=list)


@dataclass
class Week:
    """Monday to Sunday, with the number that Danes call it by."""

    days: list

    @cached_property
    def number(self):
        return self.days[0].day.isocalendar().week

    @property
    def first(self):
        return self.days[0].day

    @property
    def last(self):
        return self.days[-1].day


def day_of_text(text, default):
    """The day that an address names (2026-03-31), or the default. Never a year out of reach."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return default
    return min(max(day, FIRST_DAY), LAST_DAY)


def month_weeks(day, today):
    """The empty weeks, Mondays first, that hold the day's month."""
    first = day.replace(day=1)
    last = months_later(first, 1) - timedelta(days=1)
    weeks, monday = [], monday_of(first)
    while monday <= last:
        weeks.append(_week(monday, today, month=first.month))
        monday += WEEK
    return weeks


def week_of(day, today):
    """The empty week that holds the day."""
    return _week(monday_of(day), today)


def _week(monday, today, month=None):
    days = (monday + timedelta(days=number) for number in range(7))
    return Week(
        [Day(day, outside=month not in (None, day.month), is_today=day == today) for day in days]
    )


def within(rows, first, last):
    """Those of the shifts (or sign-ups) that start on the inclusive days."""
    return rows.filter(starts_at__gte=start_of(first), starts_at__lt=bounds_of(last)[1])


def under(rows, branch):
    """Those of the shifts at the branch or under it; without a branch all."""
    return rows.filter(site__branch__path__startswith=branch.path) if branch else rows


def fill(weeks, user, branch=None, most=None):
    """Put the user's shifts into the weeks, at most so many of a day. 3 queries for any number.

    The numbers come from few and plain columns: a month may hold thousands.
    """
    rows = within(Shift.objects.all(), weeks[0].first, weeks[-1].last)
    rows = under(rows.permitted(user, Permission.VIEW_SHIFTS), branch).order_by("starts_at", "pk")
    written = Cast("starts_at", CharField())
    found = list(rows.values_list("pk", written, "state", "minimum", "group_seats"))
    now = _written(timezone.now())
    taken, offered = rosters.taken_and_offered({row[0]: row[4] for row in found})
    days = [one for week in weeks for one in week.days]
    shown = _count(days, found, taken, now, most)
    _put(shown, taken, offered)
    return weeks


def _written(instant):
    """An instant as the databases write it, in UTC: their texts stand in the order of time."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _count(days, found, taken, now, most):
    """Count the rows into the days; {shift id: its Day} of those that are shown."""
    starts = [_written(start_of(one.day)) for one in days]
    shown, held = {}, defaultdict(int)
    for pk, start, state, minimum, _groups in found:
        one = days[bisect_right(starts, start) - 1]
        if state == ShiftState.OPEN:
            one.number += 1
            one.lacking += start > now and taken[pk] < minimum
        held[one.day] += 1
        if most is None or held[one.day] <= most:
            shown[pk] = one
        else:
            one.more += 1
    return shown


def _put(shown, taken, offered):
    now = timezone.now()
    for row in _shown_question().rows(shifts=shown):
        pk, start = row[:2]
        shown[pk].shifts.append(Entry(*row, taken[pk], offered[pk], start <= now))


@cache
def _shown_question():
    rows = Shift.objects.filter(pk__among=ids("shifts"))
    return Prepared(rows.order_by("starts_at", "pk").values_list(*SHOWN))


def own_week(day, today, user):
    """The week that holds the day with the user's own sign-ups in `shifts`. 1 query."""
    week = week_of(day, today)
    rows = Assignment.objects.own(user).holding_a_place().in_time(timezone.now())
    rows = within(rows, week.first, week.last)
    rows = rows.select_related("shift__site__activity", "shift__site__branch")
    days = {one.day: one.shifts for one in week.days}
    for row in rows.order_by("starts_at", "pk"):
        days[day_of(row.starts_at)].append(row)
    return week


# --- Who is lacking, and who is in ---------------------------------------------------------


def too_few(rows):
    """Those of the shifts (`rosters.with_gaps`) that it takes more people for to work, or more in
    one of their roles. 1 query."""
    return rows.filter(Q(held__lt=F("minimum")) | Q(pk__in=list(rosters.roles_lacking(rows))))


def lacking(rows, in_roles):
    """How many people it takes yet for the shifts (`rosters.with_gaps`) to work; `in_roles`: those
    of them in which a role lacks people (`rosters.roles_lacking`). 1 query."""
    plain = rows.filter(held__lt=F("minimum"), roles="").order_by()
    people = plain.aggregate(people=Sum(F("minimum") - F("held")))["people"] or 0
    return people + sum(one.lacking for found in in_roles.values() for one in found)


def in_on(rows, day):
    """Those of the sign-ups whose shift touches the day and holds a place, by time and name."""
    first, end = bounds_of(day)
    rows = rows.holding_a_place().in_time(timezone.now())
    rows = rows.filter(starts_at__lt=end, ends_at__gt=first)
    return rows.order_by(
        "starts_at", "shift_id", Collate("volunteer__person__name", "da-x-icu"), "pk"
    )
