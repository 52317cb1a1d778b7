"""`import_1000`: a workbook of a thousand shifts is read, looked at and carried out.

A data set of its own: a municipality of thirty branches. The fastest of several runs counts, since
neighbours only ever add; the same workbook again must change nothing.
"""

import io
import statistics
import time as clock
from dataclasses import dataclass
from datetime import time, timedelta

from django.db import connection, transaction

from coordination.access import Role
from coordination.actions import branches, imports, roles
from coordination.models import Activity, BranchKind, Import, Shift, Site
from core import audit
from core.models import User
from core.periods import today
from core.scope import scope

NAME = "import_1000"
RUNS = 3
SHIFTS, BRANCHES = 1000, 30
MOST_SECONDS = {"look": 2.0, "carry_out": 10.0}
HEAD = ("Aktivitet", "Afdeling", "Dato", "Fra", "Til", "Vagt", "Pladser", "Mindst", "Mødested")


@dataclass(frozen=True)
class Result:
    """Shifts made, seconds of each step (the fastest, and the median of carrying out), queries,
    and what a second time would do."""

    made: int
    read: float
    look: float
    carry_out: float
    median_carry_out: float
    look_queries: int
    queries: int
    made_again: int

    @property
    def ok(self):
        kept = all(getattr(self, name) < most for name, most in MOST_SECONDS.items())
        return kept and self.made == SHIFTS and self.made_again == 0


def measure(say):
    """Bring the workbook in, and tell: (whether the limits are kept, one row)."""
    with transaction.atomic(), scope():
        by = _planted()
    content = workbook()
    runs = [_run(content, by) for _number in range(RUNS)]
    again = _looked_at(content, by)
    result = Result(
        made=Shift.objects.count(),
        read=min(one[0] for one in runs),
        look=min(one[1] for one in runs),
        carry_out=min(one[2] for one in runs),
        median_carry_out=statistics.median(one[2] for one in runs),
        look_queries=runs[0][3],
        queries=runs[0][4],
        made_again=sum(row["made"] + row["changed"] for row in again.counts().values()),
    )
    say(
        f"{NAME} ({connection.vendor}): {result.made} shifts read in {result.read:.2f} s, looked "
        f"at in {result.look:.2f} s ({result.look_queries} queries, at most "
        f"{MOST_SECONDS['look']} s), carried out in {result.carry_out:.2f} s (median "
        f"{result.median_carry_out:.2f} s, {result.queries} queries, at most "
        f"{MOST_SECONDS['carry_out']} s); a second time {result.made_again}: "
        f"{'kept' if result.ok else 'NOT KEPT'}"
    )
    return result.ok, [vars(result) | {"name": NAME, "ok": result.ok}]


def workbook():
    """The bytes of a workbook with a thousand shifts of ten activities at thirty branches."""
    import openpyxl  # here: the other workloads do not wait for it

    book = openpyxl.Workbook()
    book.active.append(HEAD)
    for number in range(SHIFTS):
        day = today() + timedelta(days=10 + number // 10)
        activity, branch = f"Aktivitet {number % 10}", f"Bibliotek {number % BRANCHES}"
        times = time(10 + number % 8), time(12 + number % 8, 30)
        book.active.append([activity, branch, day, *times, f"Vagt {number}", 3, 2, "Skranken"])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def _planted():
    root = branches.create_root(name="Kommunen", by=audit.SYSTEM)
    for number in range(BRANCHES):
        branches.create_branch(
            parent=root,
            name=f"Bibliotek {number}",
            kind=BranchKind.INSTITUTION,
            by=audit.SYSTEM,
        )
    by = User.objects.create_user("central@bench.invalid", name="Carla Central")
    roles.assign_role(
        user=by, role=Role.CENTRAL_COORDINATOR, branch=root, starts_on=today(), by=audit.SYSTEM
    )
    return by


def _run(content, by):
    """(seconds to read, to look, to carry out, queries of both) of one run from nothing."""
    for model in (Import, Shift, Site, Activity):
        model.objects.all().delete()
    began = clock.perf_counter()
    with scope():
        made = imports.begin(content=content, name="vagter.xlsx", by=by)
    read = clock.perf_counter() - began
    began, counted = clock.perf_counter(), _Count()
    with connection.execute_wrapper(counted), scope():
        seen = imports.plan_for(made, by).mark
    looked, look_queries = clock.perf_counter() - began, counted.number
    began, counted = clock.perf_counter(), _Count()
    with connection.execute_wrapper(counted), scope():
        imports.carry_out(table_import=made, seen=seen, by=by)
    return read, looked, clock.perf_counter() - began, look_queries, counted.number


def _looked_at(content, by):
    with scope():
        made = imports.begin(content=content, name="vagter.xlsx", by=by)
        return imports.plan_for(made, by)


class _Count:
    def __init__(self):
        self.number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)
