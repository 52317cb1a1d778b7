"""`expiry_sweep`: the nightly work on certificates over 100,000 of them, of which few are due.

A data set of its own: one municipality, a certificate each, first none due, then 10, 100 and
1,000. A sweep is what the clock does: every reminder about certificates in a transaction of its
own, and the look for pauses that ended. The second sweep must write nothing.
"""

import statistics
import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from agreements.actions import renewals
from agreements.models import Attestation
from agreements.states import AttestationState
from coordination.access import Role
from coordination.actions import branches, roles
from coordination.models import Clearance, ClearanceKind, Person, Volunteer
from core import audit, schedule
from core.models import Message, User
from core.periods import today
from core.scope import scope

NAME = "expiry_sweep"
CERTIFICATES, BRANCHES, BATCH = 100_000, 60, 2_000
DUE = (0, 10, 100, 1_000)
RUNS = 3
MOST_SECONDS = 2.0
MOST_SHARE = 0.5  # of what 1,000 due take, 10 due may take so much
RULES = ("attestation", "consent")


@dataclass(frozen=True)
class Result:
    """A sweep over so many due: messages and seconds, median; what a second one wrote."""

    due: int
    written: int
    seconds: float
    written_again: int
    seconds_again: float
    queries: int


def measure(say):
    """Build, sweep and tell: (whether the limits are kept, a row per sweep)."""
    say(f"Filling the database ({CERTIFICATES} certificates, {connection.vendor})")
    with transaction.atomic(), scope():
        place = _Place()
    results = []
    for due in DUE:
        with transaction.atomic():
            place.make_due(due)
        _settle()
        results.append(_sweeps(due))
    for line in _table(results):
        say(line)
    return _is_ok(results), [vars(one) | {"name": NAME} for one in results]


def _sweeps(due):
    firsts, agains, queries, written, again = [], [], 0, 0, 0
    for _run in range(RUNS):
        Message.objects.all().delete()
        took, queries, written = _sweep()
        firsts.append(took)
        took, _queries, again = _sweep()
        agains.append(took)
    return Result(
        due, written, statistics.median(firsts), again, statistics.median(agains), queries
    )


def _sweep():
    """(seconds, queries, messages written) of one night."""
    counted, written, began = _Count(), 0, time.perf_counter()
    with connection.execute_wrapper(counted):
        for name, reminder in schedule.reminders().items():
            if name.startswith("agreements.") and any(word in name for word in RULES):
                with transaction.atomic(), scope():
                    written += schedule.remind(reminder)
        with transaction.atomic(), scope():
            renewals.after_pauses_ended(on=today(), by=audit.SYSTEM)
    return time.perf_counter() - began, counted.number, written


class _Count:
    number = 0

    def __call__(self, execute, *arguments):
        self.number += 1
        return execute(*arguments)


def _is_ok(results):
    few, most = results[1], results[-1]
    return (
        most.seconds <= MOST_SECONDS
        and few.seconds <= MOST_SHARE * most.seconds
        and not any(one.written_again for one in results)
    )


def _table(results):
    heads = ("due", "written", "seconds", "again", "written", "queries")
    yield "".join(f"{head:>9}" for head in heads)
    for one in results:
        yield (
            f"{one.due:>9}{one.written:>9}{one.seconds:>9.3f}{one.seconds_again:>9.3f}"
            f"{one.written_again:>9}{one.queries:>9}"
        )
    yield (
        f"{NAME}: {results[-1].due} due in {results[-1].seconds:.2f} s (limit {MOST_SECONDS} s), "
        f"10 due take {results[1].seconds / results[-1].seconds:.0%} of that (limit "
        f"{MOST_SHARE:.0%}): {'ok' if _is_ok(results) else 'FAIL'}"
    )


def _settle():
    """The planner's statistics: autovacuum, which keeps them in production, is off here."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _save(rows):
    rows = list(rows)
    type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)
    return rows


class _Place:
    """A municipality where every certificate counts for months yet."""

    def __init__(self):
        self.day, self.now, self.made = today(), timezone.now(), 0
        root = branches.create_root(name="Benchkøbing", by=audit.SYSTEM)
        self.staff = self._user(root, Role.MANAGER, "manager")
        self.branches = [
            branches.create_branch(parent=root, name=f"Afd. {n:03}", by=audit.SYSTEM)
            for n in range(BRANCHES)
        ]
        for number, branch in enumerate(self.branches):
            self._user(branch, Role.LOCAL_COORDINATOR, f"c{number}")
        people = _save(
            Person(name=f"Person {n}", email=f"v{n}@bench.invalid") for n in range(CERTIFICATES)
        )
        volunteers = _save(Volunteer(person=one, since=self.day) for one in people)
        self.certificates = _save(
            self._certificate(n, volunteer) for n, volunteer in enumerate(volunteers)
        )
        _save(
            Clearance(
                volunteer_id=one.volunteer_id,
                kind=ClearanceKind.CHILD_CERTIFICATE,
                valid_from=one.valid_from,
                valid_until=one.valid_until,
                source_type=Attestation._meta.label_lower,
                source_id=one.pk,
            )
            for one in self.certificates
        )

    def _user(self, branch, role, name):
        user = User.objects.create_user(f"{name}@bench.invalid", name=name)
        roles.assign_role(user=user, role=role, branch=branch, by=audit.SYSTEM)
        return user

    def _certificate(self, number, volunteer):
        """Between 61 and 730 days left, none on a day that a warning is about."""
        long_ago = self.now - timedelta(days=300)
        last = self.day + timedelta(days=70 + number % 660)
        return Attestation(
            volunteer=volunteer,
            branch=self.branches[number % BRANCHES],
            state=AttestationState.APPROVED,
            opened_at=long_ago,
            opened_by=self.staff,
            ordered_at=long_ago,
            ordered_by=self.staff,
            assessed_at=long_ago,
            assessed_by=self.staff,
            valid_from=self.day - timedelta(days=290),
            renew_by=last,
            valid_until=last,
        )

    def make_due(self, number):
        """Have so many certificates run out in thirty days."""
        chosen = [one.pk for one in self.certificates[self.made : number]]
        last = self.day + timedelta(days=30)
        Attestation.objects.filter(pk__in=chosen).update(renew_by=last, valid_until=last)
        Clearance.objects.filter(source_id__in=chosen).update(valid_until=last)
        self.made = max(self.made, number)
