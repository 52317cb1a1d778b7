"""When somebody without a fixed tie has been with children so often that it becomes a duty.

Pure: presences in, the first crossing out. Source: domain.md 1.2 (more than a week, or more
than three times within three months) and rules 8-9; the numbers are settings.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from agreements.models import CrossedBy
from core import policies

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Limits:
    """At most so many times within so many months, and so many days in a row."""

    times: int
    months: int
    days: int


@dataclass(frozen=True, order=True)
class Crossing:
    """On which day which threshold was crossed, and the number that did it."""

    on: date
    reason: str
    number: int


def limits():
    """The municipality's settings."""
    return Limits(*(policies.get(f"threshold.{name}") for name in ("times", "months", "days")))


def first_crossing(presences, limits):
    """The first Crossing of either threshold, or None. `presences`: (first day, last day) pairs.

    A time is a day on which a presence begins, so two shifts of one day are one time. Days in a
    row are days touched by a presence without a day between.
    """
    presences = list(presences)
    found = [_by_times(presences, limits), _by_days(presences, limits)]
    return min((one for one in found if one is not None), default=None)


def months_before(day, months):
    """The same day so many months earlier, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _by_times(presences, limits):
    begun = sorted({first for first, _last in presences})
    start = 0
    for end, day in enumerate(begun):
        while begun[start] <= months_before(day, limits.months):
            start += 1
        number = end - start + 1
        if number > limits.times:
            return Crossing(day, CrossedBy.TIMES, number)
    return None


def _by_days(presences, limits):
    run_from = covered_to = None
    for first, last in sorted(presences):
        if covered_to is None or first > covered_to + DAY:
            run_from, covered_to = first, last
        else:
            covered_to = max(covered_to, last)
        if (covered_to - run_from).days + 1 > limits.days:
            return Crossing(run_from + timedelta(days=limits.days), CrossedBy.DAYS, limits.days + 1)
    return None
