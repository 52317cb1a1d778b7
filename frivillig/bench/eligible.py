"""`eligible_for_shift`: who of ten thousand tied to one site may take a shift.

A data set of its own: two papers asked for, a tenth without one of them, some on a pause, and
five hundred busy elsewhere. The answer must be exactly those who are left.
"""

import statistics
import time
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from coordination import explainer, rosters
from coordination.actions import activities, branches, shifts
from coordination.models import (
    ActivityKind,
    Assignment,
    Clearance,
    ClearanceKind,
    Engagement,
    Necessity,
    Pause,
    Person,
    Requirement,
    Tie,
    Volunteer,
)
from core import audit, policies
from core.models import User
from core.periods import today
from core.scope import scope

NAME = "eligible_for_shift"
PEOPLE, BATCH, RUNS = 10_000, 2_000, 7
LACKING, RESTING, BUSY = 1_000, 300, 500
MOST_QUERIES = 3
KINDS = (ClearanceKind.AGREEMENT, ClearanceKind.CHILD_CERTIFICATE)


def measure(say):
    """Build, ask and tell: (whether the limits are kept, one row)."""
    say(f"Filling the database ({PEOPLE} volunteers, {connection.vendor})")
    with transaction.atomic(), scope():
        shift_id = _build()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    runs = [_ask(shift_id) for _run in range(RUNS)]
    found, queries = runs[-1][1:]
    seconds = statistics.median(run[0] for run in runs)
    expected = PEOPLE - LACKING - RESTING - BUSY
    ok = found == expected and queries <= MOST_QUERIES
    say(
        f"{NAME}: {found} of {PEOPLE} (expected {expected}) in {seconds:.3f} s, "
        f"{queries} queries (limit {MOST_QUERIES}): {'ok' if ok else 'FAIL'}"
    )
    row = {"name": NAME, "seconds": seconds, "queries": queries, "found": found}
    return ok, [row]


def _ask(shift_id):
    """(seconds, how many may, queries) of asking once, the settings read before."""
    counted = []

    def count(execute, *arguments):
        counted.append(arguments[0])
        return execute(*arguments)

    with scope():
        shift = rosters.shifts_with_rules().get(pk=shift_id)
        policies.get("volunteer.minimum_age")
        began = time.perf_counter()
        with connection.execute_wrapper(count):
            found = len(explainer.eligible_for(shift))
        return time.perf_counter() - began, found, len(counted)


def _save(rows):
    rows = list(rows)
    type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)
    return rows


def _build():
    """The shift's id."""
    day, now = today(), timezone.now()
    by = User.objects.create_user("staff@bench.invalid", name="Staff")
    root = branches.create_root(name="Benchkøbing", by=audit.SYSTEM)
    activity = activities.create_activity(
        branch=root, title="Festival", kind=ActivityKind.EVENT, by=by
    )
    site = activity.sites.get()
    _save(
        Requirement(activity=activity, kind=kind, necessity=Necessity.DUTY, fixed_tie_only=False)
        for kind in KINDS
    )
    people = _save(
        Person(name=f"Person {n}", email=f"v{n}@bench.invalid", birth_year=1940 + n % 60)
        for n in range(PEOPLE)
    )
    volunteers = _save(Volunteer(person=one, since=day) for one in people)
    ties = _save(
        Engagement(
            volunteer=one,
            site=site,
            tie=Tie.OCCASIONAL,
            starts_on=day - timedelta(days=90),
            accepted_at=now,
            accepted_by=by,
        )
        for one in volunteers
    )
    _save(
        Clearance(
            volunteer=one,
            kind=kind,
            valid_from=day - timedelta(days=90),
            source_type="bench.source",
            source_id=number,
        )
        for number, one in enumerate(volunteers)
        for kind in KINDS[: 1 if number < LACKING else 2]
    )
    _save(
        Pause(engagement=one, starts_on=day - timedelta(days=1))
        for one in ties[LACKING : LACKING + RESTING]
    )
    starts = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=10)
    wanted, other = (
        shifts.plan(
            site=site,
            starts_at=starts + timedelta(hours=later),
            ends_at=starts + timedelta(hours=later + 3),
            capacity=500,
            by=by,
        )
        for later in (0, 1)
    )
    first = LACKING + RESTING
    _save(
        Assignment(
            shift=other,
            volunteer=one,
            starts_at=other.starts_at,
            ends_at=other.ends_at,
            booked_at=now,
            booked_by=by,
        )
        for one in volunteers[first : first + BUSY]
    )
    return wanted.pk
