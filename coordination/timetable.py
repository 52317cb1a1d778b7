"""Which days are off where, and what the pages of series show. Few queries for any number."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import rosters
from coordination import series as rules
from coordination.models import ClosingDay, SchoolHoliday, Series, Shift
from coordination.states import ShiftState
from core import policies
from core.periods import day_of, today

# Days that are no public holidays, and yet off in many places. Source: domain.md section 10.
LOCAL_DAYS = {
    "days_off.labour_day": ((5, 1), _("the first of May")),
    "days_off.constitution_day": ((6, 5), _("Constitution Day")),
    "days_off.christmas_eve": ((12, 24), _("Christmas Eve")),
    "days_off.new_years_eve": ((12, 31), _("New Year's Eve")),
}


def calendar_of(branch):
    """The Calendar of the branch: settings and lists that hold there. 2 queries, settings read."""
    local = dict(LOCAL_DAYS[key] for key in LOCAL_DAYS if policies.get(key, path=branch.path))
    above = [int(part) for part in branch.path.split("/") if part]
    closed = ClosingDay.objects.filter(branch__in=above)
    closed = closed.values_list("starts_on", "ends_on", "reason")
    schools = SchoolHoliday.objects.values_list("starts_on", "ends_on", "title")
    periods = [(rules.CLOSED, *row) for row in closed]
    periods += [(rules.SCHOOL, *row) for row in schools]
    return rules.Calendar(local, tuple(periods))


def horizon(series, day):
    """The last day up to which the series has its shifts ready, counted from the day."""
    weeks = policies.get("series.weeks_ahead", path=series.site.branch.path)
    last = day + timedelta(weeks=weeks)
    return last if series.ends_on is None else min(last, series.ends_on)


def series():
    """Series with site, activity and branch read along."""
    return Series.objects.select_related("site__activity", "site__branch")


def running(rows, day):
    """Those of the series that have not ended."""
    return rows.filter(ends_on__isnull=True) | rows.filter(ends_on__gte=day)


def shifts_of_series():
    """Shifts that belong to a series, with all that their pages show."""
    rows = rosters.shifts().select_related("series__site__activity", "series__site__branch")
    return rows.filter(series__isnull=False)


def coming_shifts(series, from_day):
    """The open shifts of the series from the day on."""
    rows = series.shifts.filter(series_day__gte=from_day, starts_at__gt=timezone.now())
    return rows.filter(state=ShiftState.OPEN)


def next_shifts(series_ids, now):
    """{series id: the start of its next open shift}. 1 query."""
    rows = Shift.objects.upcoming(now).filter(series__in=list(series_ids)).order_by("-starts_at")
    return dict(rows.values_list("series", "starts_at"))


@dataclass(frozen=True)
class Day:
    """One coming day of a series: the shift with how many are on it, or why there is none.

    `why` beside a shift that was not kept on purpose: the day was taken off the calendar after the
    shift was planned.
    """

    day: object
    starts_at: object
    ends_at: object
    shift: Shift | None
    taken: int
    why: str

    @property
    def is_clash(self):
        return bool(self.why and self.shift and not self.shift.is_cancelled)


def days_ahead(series):
    """The coming days of the series: those that have a shift, and those that are left out.

    At most 6 queries.
    """
    now, first = timezone.now(), today()
    kept = set(series.kept_days.values_list("day", flat=True))
    shifts = defaultdict(list)
    for shift in series.shifts.filter(ends_at__gte=now).order_by("state", "starts_at"):
        shifts[shift.series_day].append(shift)
    calendar = calendar_of(series.site.branch)
    planned = rules.occurrences(series, first, horizon(series, first), calendar, kept)
    whys = {one.day: one for one in planned}
    every = (shift for found in shifts.values() for shift in found)
    taken = rosters.taken_of(rosters.group_seats_of(every))
    lines = []
    for day in sorted(shifts.keys() | whys.keys()):
        lines += _lines(day, shifts.get(day, ()), whys.get(day), taken, now)
    return sorted(lines, key=lambda line: line.starts_at)


def _lines(day, shifts, occurrence, taken, now):
    why = occurrence.why if occurrence else ""
    is_open = [shift for shift in shifts if not shift.is_cancelled]
    for shift in is_open or shifts[-1:]:
        yield Day(
            day_of(shift.starts_at),
            shift.starts_at,
            shift.ends_at,
            shift,
            taken[shift.pk],
            why,
        )
    if not shifts and why and occurrence.starts_at > now:
        yield Day(day, occurrence.starts_at, occurrence.ends_at, None, 0, why)


def left_out(series):
    """Coming days on which there is no shift, or a cancelled one: [Day]."""
    now = timezone.now()
    lines = [line for line in days_ahead(series) if line.starts_at > now]
    return [line for line in lines if line.shift is None or line.shift.is_cancelled]
