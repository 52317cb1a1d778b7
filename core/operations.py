"""How the machinery is doing: queues, mails, rules, programs. One truth for the page /drift/, for
/sundhed/ and for the alerts. Names of jobs, rules and queues only: nothing about people.
"""

import shutil
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core import jobs, necessity, policies
from core.models import (
    Heartbeat,
    Incident,
    Job,
    JobState,
    Message,
    MessageState,
    Queue,
    ScheduledRun,
)

CLOCK = "clock"
UNSEEN_AFTER = timedelta(minutes=5)
CLOCK_LATE_AFTER = timedelta(seconds=150)  # then the workers are the clock, see `core/tasks.py`
FAILED_LATELY = timedelta(hours=24)
RATE_OVER = timedelta(days=30)
DISK_NEEDED = 0.05  # the part of the disk that must be free


@dataclass(frozen=True)
class QueueState:
    """One queue: how many wait and run, and since when the oldest has waited."""

    name: str
    waiting: int
    running: int
    oldest: object

    @property
    def label(self):
        return Queue(self.name).label


@dataclass(frozen=True)
class FailedJobs:
    """The failed jobs of one name."""

    name: str
    count: int
    last_at: object
    last_error: str
    newest: int

    @property
    def label(self):
        return jobs.title_of_name(self.name)


@dataclass(frozen=True)
class MailState:
    """The outbox. `stuck` is since when the oldest message that should be out is not."""

    waiting: int
    stuck: object
    sent: int
    failed: int
    bounced: int

    @property
    def failed_rate(self):
        """The part of the last 30 days' messages that was refused or came back, 0 to 1."""
        tried = self.sent + self.failed + self.bounced
        return (self.failed + self.bounced) / tried if tried else 0

    @property
    def failed_percent(self):
        return self.failed_rate * 100


@dataclass(frozen=True)
class RuleState:
    """A periodic rule: when it last began and ended, and whether it is overdue."""

    name: str
    every: timedelta
    began_at: object
    finished_at: object
    overdue: bool

    @property
    def label(self):
        return jobs.title_of_name(self.name)


@dataclass(frozen=True)
class ProgramState:
    """The clock, or the workers of one queue: when last seen, and whether that is long ago."""

    name: str
    seen_at: object
    missing: bool

    @property
    def label(self):
        if self.name == CLOCK:
            return _("the clock")
        return _("workers: %(queue)s") % {"queue": Queue(self.name.partition(":")[2]).label}


@dataclass(frozen=True)
class Trouble:
    """Something that people must be told. `kind` is stable, as in `Incident.kind`."""

    kind: str

    @property
    def label(self):
        return words_of(self.kind)


@dataclass(frozen=True)
class Snapshot:
    """Everything at one moment. Some nine queries, however much there is."""

    at: object
    queues: list
    failed: list
    mail: MailState
    rules: list
    programs: list
    disk_free: int
    disk_free_part: float
    database_bytes: int

    @property
    def troubles(self):
        """What stands still or fails, the gravest first."""
        return [*_of_programs(self), *_of_rules(self), *_of_mail(self), *_of_jobs(self)]


def snapshot(now=None):
    """How everything is at this moment."""
    now = now or timezone.now()
    disk = shutil.disk_usage(settings.BASE_DIR)
    return Snapshot(
        at=now,
        queues=_queues(now),
        failed=_failed(),
        mail=_mail(now),
        rules=_rules(now),
        programs=_programs(now),
        disk_free=disk.free,
        disk_free_part=disk.free / disk.total,
        database_bytes=_database_bytes(),
    )


def seen(name):
    """Note that a program has just been seen."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": timezone.now()})


def clock_is_late():
    """True if nothing has been heard of the clock for some of its ticks."""
    limit = timezone.now() - CLOCK_LATE_AFTER
    return not Heartbeat.objects.filter(name=CLOCK, seen_at__gte=limit).exists()


def worker_name(queue):
    return f"worker:{queue}"


def open_incidents():
    """What is wrong now, as people were told."""
    return Incident.objects.filter(ended_at__isnull=True).order_by("began_at")


def shown_incidents(troubles):
    """(those that go on, those that are well again and watched), each with its `label`."""
    wrong = {trouble.kind for trouble in troubles}
    rows = list(open_incidents())
    for row in rows:
        row.label = words_of(row.kind)
    return [row for row in rows if row.kind in wrong], [
        row for row in rows if row.kind not in wrong
    ]


def failed_jobs(name):
    """The FailedJobs of this name, or None."""
    return next((failed for failed in _failed() if failed.name == name), None)


def _queues(now):
    rows = (
        Job.objects.filter(state__in=(JobState.QUEUED, JobState.RUNNING))
        .values("queue")
        .annotate(
            waiting=Count("pk", filter=Q(state=JobState.QUEUED, not_before__lte=now)),
            running=Count("pk", filter=Q(state=JobState.RUNNING)),
            oldest=Min("not_before", filter=Q(state=JobState.QUEUED, not_before__lte=now)),
        )
    )
    found = {row.pop("queue"): row for row in rows}
    empty = {"waiting": 0, "running": 0, "oldest": None}
    return [QueueState(name, **found.get(name, empty)) for name in Queue.values]


def _failed():
    rows = Job.objects.filter(state=JobState.FAILED).values("name")
    rows = rows.annotate(count=Count("pk"), last_at=Max("finished_at"), newest=Max("pk"))
    rows = list(rows.order_by("-last_at"))
    newest = Job.objects.filter(pk__in=[row["newest"] for row in rows])
    errors = dict(newest.values_list("pk", "last_error"))
    return [FailedJobs(**row, last_error=errors[row["newest"]]) for row in rows]


def _mail(now):
    waiting = Message.objects.filter(state__in=(MessageState.WAITING, MessageState.SENDING))
    due = waiting.filter(Q(not_before__lte=now) | Q(attempts__gt=0)).aggregate(
        number=Count("pk"),
        # What was put off is due later and later; it has been stuck since it was written.
        put_off=Min("created_at", filter=Q(attempts__gt=0)),
    )
    untried = necessity.late_since(waiting.filter(not_before__lte=now, attempts=0), now)
    lately = Message.objects.filter(created_at__gte=now - RATE_OVER).aggregate(
        sent=Count("pk", filter=Q(state=MessageState.SENT)),
        failed=Count("pk", filter=Q(state=MessageState.FAILED)),
        bounced=Count("pk", filter=Q(state=MessageState.BOUNCED)),
    )
    stuck = min((since for since in (untried, due["put_off"]) if since), default=None)
    return MailState(waiting=due["number"], stuck=stuck, **lately)


def _rules(now):
    rows = ScheduledRun.objects.values("rule").annotate(
        began=Max("created_at"), first=Min("created_at"), finished=Max("finished_at")
    )
    runs = {row["rule"]: row for row in rows}
    installed = min((row["first"] for row in runs.values()), default=now)
    states = []
    for name, rule in sorted(jobs.rules().items()):
        run = runs.get(name, {"began": None, "first": installed, "finished": None})
        since = run["finished"] or run["first"]
        overdue = now - since > 2 * rule.every
        states.append(RuleState(name, rule.every, run["began"], run["finished"], overdue))
    return states


def _programs(now):
    """A worker in the middle of a long job answers nothing else; its lease shows that it lives."""
    heard = dict(Heartbeat.objects.values_list("name", "seen_at"))
    busy = set(
        Job.objects.filter(state=JobState.RUNNING, lease_until__gt=now).values_list(
            "queue", flat=True
        )
    )
    if Message.objects.filter(state=MessageState.SENDING, lease_until__gt=now).exists():
        busy.add(Queue.MAIL)
    states = []
    for name in (CLOCK, *map(worker_name, Queue.values)):
        at = heard.get(name)
        missing = at is None or now - at > UNSEEN_AFTER
        states.append(ProgramState(name, at, missing and name.partition(":")[2] not in busy))
    return states


def _database_bytes():
    query = {
        "postgresql": "SELECT pg_database_size(current_database())",
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def words_of(kind):
    """The kind of a trouble in words, in the active language."""
    what, _colon, name = kind.partition(":")
    if what == "program":
        words = _("Not seen for more than five minutes: %(name)s")
        return words % {"name": ProgramState(name, None, missing=True).label}
    return {
        "disk": _("The disk is almost full"),
        "mail": _("Messages do not get out"),
        "rule": _("Has not run in twice its interval: %(name)s"),
        "job": _("Has failed and is not tried again by itself: %(name)s"),
    }[what] % {"name": jobs.title_of_name(name)}


def _of_programs(state):
    for program in state.programs:
        if program.missing:
            yield Trouble(f"program:{program.name}")
    if state.disk_free_part < DISK_NEEDED:
        yield Trouble("disk")


def _of_rules(state):
    for rule in state.rules:
        if rule.overdue:
            yield Trouble(f"rule:{rule.name}")


def _of_mail(state):
    patience = timedelta(minutes=policies.get("operations.oldest_mail_minutes"))
    if state.mail.stuck and state.at - state.mail.stuck > patience:
        yield Trouble("mail")


def _of_jobs(state):
    for failed in state.failed:
        if state.at - failed.last_at < FAILED_LATELY:
            yield Trouble(f"job:{failed.name}")
