"""`series_generate`: a year of three regular shifts a week, made at once.

A data set of its own: one site, the public holidays and some school holidays. The fastest of
several runs counts, since neighbours only ever add; made a second time, nothing is.
"""

import statistics
import time as clock
from dataclasses import dataclass
from datetime import time, timedelta

from django.db import connection, transaction

from coordination import series as rules
from coordination.actions import activities, branches, series
from coordination.models import ActivityKind, SchoolHoliday, Shift
from core import audit
from core.periods import today
from core.scope import scope

NAME = "series_generate"
RUNS = 5
YEAR = timedelta(days=365)
MOST_SECONDS = 1.0
THREE_A_WEEK = rules.Rhythm(1, (0, 2, 4)).rule


@dataclass(frozen=True)
class Result:
    """Shifts made, seconds (the fastest and the median), queries, and what a second run made."""

    made: int
    seconds: float
    median_seconds: float
    queries: int
    made_again: int

    @property
    def ok(self):
        return self.seconds < MOST_SECONDS and self.made > 130 and self.made_again == 0


def measure(say):
    """Make the series, its shifts, and tell: (whether the limit is kept, one row)."""
    with transaction.atomic(), scope():
        one = _planned()
    taken, queries, made, again = [], 0, 0, 0
    for _run in range(RUNS):
        Shift.objects.all().delete()
        seconds, queries, made = _generated(one)
        taken.append(seconds)
        again = _generated(one)[2]
    result = Result(made, min(taken), statistics.median(taken), queries, again)
    say(
        f"{NAME} ({connection.vendor}): {result.made} shifts in {result.seconds:.3f} s "
        f"(median {result.median_seconds:.3f} s, {result.queries} queries); "
        f"a second time {result.made_again}; at most {MOST_SECONDS} s: "
        f"{'kept' if result.ok else 'NOT KEPT'}"
    )
    return result.ok, [vars(result) | {"name": NAME, "ok": result.ok}]


def _planned():
    root = branches.create_root(name="Kommunen", by=audit.SYSTEM)
    activity = activities.create_activity(
        branch=root, title="Lektier", kind=ActivityKind.CONTINUOUS, by=audit.SYSTEM
    )
    for number in range(8):
        first = today() + timedelta(weeks=6 * number)
        SchoolHoliday.objects.create(
            title=f"Ferie {number}", starts_on=first, ends_on=first + timedelta(days=3)
        )
    return series.plan_series(
        site=activity.sites.get(),
        starts_on=today(),
        rule=THREE_A_WEEK,
        starts=time(15),
        ends=time(17),
        capacity=4,
        by=audit.SYSTEM,
    )


def _generated(one):
    counted, began = _Count(), clock.perf_counter()
    with connection.execute_wrapper(counted), scope():
        made = series.generate(series=one, by=audit.SYSTEM, until=today() + YEAR)
    return clock.perf_counter() - began, counted.number, len(made)


class _Count:
    def __init__(self):
        self.number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)
