"""Background work that survives: the job row is the truth, a Celery message only wakes a worker.

    @jobs.job("agreements.seal_document", queue=Queue.BULK, lease=60)
    def seal_document(run, *, agreement_id): ...

    jobs.enqueue("agreements.seal_document", key=f"seal:{agreement.pk}", agreement_id=agreement.pk)

A job is claimed by one conditional update that sets a token and an end of the lease. Its effect
and "done" are one transaction that fails if the token is no longer its own: a worker that was
thought dead and comes back changes nothing. What a job does outside the database (a mail, a file)
happens at least once.

Long work that a person waits for is started by `start`, has a page (`core/views/jobs.py`) and goes
on where it was when it is lost, cancelled or tried again:

    @jobs.job("agreements.zip", title=_("Agreements as a zip file"), queue=Queue.BULK, atomic=False)
    def zip_agreements(run, *, agreement_ids):
        left = run.done_so_far or agreement_ids
        while left:
            batch, left = left[:20], left[20:]
            with transaction.atomic():
                make(batch)
                run.checkpoint(left, done=…, total=…, step=_("Making the agreements"))
        file = run.result("aftaler.zip", "application/zip", purpose="agreements.zip")
        with zipfile.ZipFile(file, "w") as archive: …
        with run.finish():
            …

    job = jobs.start("agreements.zip", by=request.user, agreement_ids=[…])

Source: ../shared/stack.md section 4 (kill -9 loses tasks on every broker tried).
"""

import hashlib
import json
import random
import traceback
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import DurationField, ExpressionWrapper, F, Max, Min, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, periods, results, timelimit, wake
from core.errors import DomainError
from core.models import Job, JobState, Queue, ScheduledRun
from core.models.job import UNFINISHED
from core.scope import scope

FIRST_RETRY_SECONDS = 15
LONGEST_RETRY_SECONDS = 6 * 3600
WOKEN_AGAIN_AFTER = timedelta(seconds=15)
WOKEN_AT_LEAST_EVERY = timedelta(minutes=5)
SWEEP_BATCH = 200

log = structlog.get_logger(__name__)
_kinds = {}
_rules = {}


audit.kind("job.retried", gettext_lazy("Job put in the queue again"))
audit.kind("job.cancelled", gettext_lazy("Job stopped"))


class LeaseLost(Exception):
    """The job belongs to someone else now, or was cancelled: stop, and change nothing."""


class GiveUp(Exception):
    """Raised by a job that no retry can help: it fails at once and shows up as failed."""


@dataclass(frozen=True)
class JobKind:
    """What the decorator knows of a kind of job.

    `lease` is the longest time, in seconds, between claiming, reports of progress and the end:
    a job that takes longer is interrupted (TimeUp), atomic or not. `title` is what its owner
    calls it; `permission` is what they must still hold to fetch its result. `page(args)` is the
    address that shows its owner what came of it, where that is no file.
    """

    name: str
    function: object
    queue: str
    max_attempts: int
    lease: int
    priority: int
    atomic: bool
    title: str = ""
    permission: str | None = None
    page: object = None


@dataclass(frozen=True)
class Rule:
    """A periodic job: `every` so often, from midnight UTC or from Copenhagen clock time `at`."""

    name: str
    every: timedelta
    at: object = None

    def slot(self, now):
        """The start of the slot that `now` is in. The same instant gives the same slot on every
        machine; a clock set back gives one that has been used."""
        if self.at is None:
            seconds = int(self.every.total_seconds())
            return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
        day = periods.day_of(now)
        start = _at(day, self.at)
        return start if start <= now else _at(day - timedelta(days=1), self.at)


def _at(day, clock):
    return timezone.make_aware(datetime.combine(day, clock)).astimezone(UTC)


@dataclass
class Run:
    """A claimed job in the hands of the worker that owns its lease."""

    job: Job
    kind: JobKind
    _file: object = field(default=None, repr=False)

    def progress(self, done, total=0, step=None):
        """Show how far it is and extend the lease. Raises LeaseLost when cancelled or too late.

        In a job that is one transaction (`atomic`, the default) nobody sees it before the end.
        """
        shown = {"progress_done": done, "progress_total": total}
        if step is not None:
            shown["step"] = str(step)[:120]
        self.hold(**shown)

    def checkpoint(self, at, *, done=None, total=None, step=None):
        """Remember `at` (JSON, not None): a job that is resumed finds it in `done_so_far`.

        Call it in the transaction of the effect it stands for: both, or neither. What was written
        to the result is kept with it. Counts as going forward: attempts start anew.
        """
        if at is None:
            raise ValueError("None is where a job begins.")
        if self._file is not None:
            self._file.save()
        values = {"reached": at, "attempts": 1, "progress_done": done, "progress_total": total}
        values["step"] = None if step is None else str(step)[:120]
        self.hold(**{name: value for name, value in values.items() if value is not None})

    @property
    def done_so_far(self):
        """Where the last checkpoint was, or None at the beginning."""
        return self.job.reached

    def result(self, name, content_type, *, purpose=""):
        """Open the file that the job leaves for its owner; see `core/results.py`.

        `purpose` (of `audit.purpose`) is needed where the file tells about people.
        """
        self._file = results.open_for(self, name, content_type, purpose=purpose)
        return self._file

    def hold(self, **values):
        """Extend the lease and the time limit. Raises LeaseLost when cancelled or too late."""
        timelimit.again(self.kind.lease)
        until = timezone.now() + timedelta(seconds=self.kind.lease)
        self._change(lease_until=until, **values)

    @contextmanager
    def finish(self):
        """The transaction that holds the job's effect and "done": both, or neither.

        A job with `atomic=False` does its slow work first and opens this for what it stores.
        """
        with transaction.atomic():
            yield
            if self._file is not None:
                self._file.save()
            self._change(**_finished(JobState.DONE))
            if self.job.name in _rules:
                slot = datetime.fromisoformat(self.job.args["slot"])
                ScheduledRun.objects.filter(rule=self.job.name, slot=slot).update(
                    finished_at=timezone.now()
                )

    def _change(self, **values):
        if not Job.objects.owned(self.job).update(**values):
            raise LeaseLost(self.job.pk)
        for name, value in values.items():
            setattr(self.job, name, value)


# --- Registering ---------------------------------------------------------------------------


def job(
    name,
    *,
    queue=Queue.INTERACTIVE,
    max_attempts=5,
    lease=60,
    priority=0,
    atomic=True,
    title="",
    permission=None,
    page=None,
):
    """Register `def f(run, **ids)` as the job `name`. Names are stable: rows hold them.

    `atomic=True` runs it inside the one transaction that also marks it done; right for short
    work in the database. Long work takes `atomic=False`: on SQLite a transaction keeps every
    other writer waiting. It then ends by `with run.finish(): ...`.
    """

    def register(function):
        if name in _kinds and _kinds[name].function.__module__ != function.__module__:
            raise ValueError(f"Two jobs are named {name}")
        _kinds[name] = JobKind(
            name, function, queue, max_attempts, lease, priority, atomic, title, permission, page
        )
        return function

    return register


def scheduled(name, *, every, at=None, queue=Queue.BULK, lease=300, atomic=True, title=""):
    """Register `def f(run)` as a rule that runs once per slot of length `every`.

    `at` (a Copenhagen clock time) is for daily rules. A slot that was missed is not made up for:
    a rule looks at what is due today, so the next run does what the missed one would have done.
    """
    if every.total_seconds() < 60:
        raise ValueError("The clock ticks once a minute; a rule cannot be faster.")
    if at is not None and every != timedelta(days=1):
        raise ValueError("A clock time belongs to a daily rule.")

    def register(function):
        _rules[name] = Rule(name, every, at)
        return job(name, queue=queue, lease=lease, atomic=atomic, max_attempts=3, title=title)(
            function
        )

    return register


def rules():
    """All periodic rules, by name."""
    return dict(_rules)


def kind_of(row):
    """The JobKind of a row, or None where a job of this name no longer exists."""
    return _kinds.get(row.name)


def started_by_people():
    """Jobs with their results, the newest first; callers narrow them to one's own."""
    return Job.objects.select_related("result").order_by("-pk")


def page_of(row):
    """The address that shows what came of this job, or ""."""
    kind = kind_of(row)
    return kind.page(row.args) if kind and kind.page else ""


def title_of(row):
    """What a person calls this job: its title, or its name where it has none."""
    return title_of_name(row.name)


def title_of_name(name):
    """The title of the job or rule of this name, or the name."""
    kind = _kinds.get(name)
    return kind.title if kind and kind.title else name


# --- Enqueueing ----------------------------------------------------------------------------


def start(name, *, by, **args):
    """Start a job for a person, who finds it on a page of its own; return it. 2 queries.

    The same job with the same arguments is started once, however often the button is pressed.
    """
    wanted = hashlib.sha256(json.dumps(args, sort_keys=True).encode()).hexdigest()[:16]
    return enqueue(name, key=f"{name}:{by.pk}:{wanted}", owner=by, **args)


def enqueue(name, *, key, not_before=None, owner=None, **args):
    """Write the job and wake a worker on commit; return the job. 2 queries.

    While a job with this key waits or runs, there is no second one: the first is returned. Once
    it has finished (done, failed or cancelled) the same key makes a new job. What happens after a
    job has begun and must not be missed belongs to another key (put a version or a day in it).
    """
    kind = _kinds[name]
    now = timezone.now()
    due = not_before is None or not_before <= now
    new = Job(
        name=name,
        key=key,
        args=args,
        queue=kind.queue,
        max_attempts=kind.max_attempts,
        priority=kind.priority,
        not_before=not_before or now,
        woken_at=now if due else None,
        owner=owner,
    )
    Job.objects.bulk_create([new], ignore_conflicts=True)
    row = Job.objects.filter(key=key).latest("pk")
    if due and row.state == JobState.QUEUED:
        wake.after_commit(_wake_for(row))
    return row


def _wake_for(row):
    return wake.Wake("core.run_job", (row.pk,), row.queue)


# --- Running -------------------------------------------------------------------------------


def run(job_id):
    """Claim the job and do it. True if this call finished it; False if there was nothing to do.

    Whatever the job raises is written on its row, without the error's text, and it is tried
    again later; after `max_attempts` it has failed and stays visible.
    """
    running = claim(job_id)
    if running is None:
        return False
    with scope(), structlog.contextvars.bound_contextvars(job_id=job_id, job=running.job.name):
        try:
            with timelimit.limit(running.kind.lease):
                _perform(running)
        except LeaseLost:
            log.warning("job_lease_lost")
        except timelimit.TimeUp as error:
            if not connection.in_atomic_block:
                connection.close()  # it may have been interrupted in the middle of an answer
            _put_back(running, error)
        except Exception as error:  # the row, not the worker, carries what went wrong
            _put_back(running, error)
        else:
            return True
    return False


def awaited(queue):
    """[id] of the next due job in the queue that somebody has started and looks at, or []. 1 query.

    Whoever has pressed a button does not stand behind all that the system does at its leisure.
    """
    due = Job.objects.due(timezone.now()).filter(queue=queue, owner__isnull=False)
    return list(due.order_by("pk").values_list("pk", flat=True)[:1])


def claim(job_id):
    """Take the lease of a due job by one conditional update; a Run, or None if not to be had."""
    row = Job.objects.select_related("owner").filter(pk=job_id).first()
    if row is None or row.is_finished:
        return None
    kind = _kinds.get(row.name)
    if kind is None:
        log.error("job_unknown", job_id=job_id, job=row.name)
        return None
    now = timezone.now()
    token, until = uuid.uuid4(), now + timedelta(seconds=kind.lease)
    claimed = (
        Job.objects.due(now)
        .filter(pk=job_id, attempts__lt=F("max_attempts"))
        .update(
            state=JobState.RUNNING,
            lease_token=token,
            lease_until=until,
            attempts=F("attempts") + 1,
            started_at=Coalesce("started_at", now),
        )
    )
    if not claimed:
        return None
    row.refresh_from_db(from_queryset=Job.objects.select_related("owner"))
    return Run(row, kind) if row.lease_token == token else None


def _perform(running):
    owner = running.job.owner
    with translation.override(owner.language if owner else translation.get_language()):
        _call(running)


def _call(running):
    function, args = running.kind.function, running.job.args
    if running.job.name in _rules:
        args = {}
    if running.kind.atomic:
        with running.finish():
            function(running, **args)
        return
    function(running, **args)
    if running.job.state == JobState.RUNNING:
        with running.finish():
            pass


def _put_back(running, error):
    row = running.job
    log.warning("job_error", error=describe(error), attempt=row.attempts)
    log.debug("job_traceback", exc_info=error)  # may quote data: only where debugging is on
    if isinstance(error, GiveUp) or row.attempts >= row.max_attempts:
        values = _finished(JobState.FAILED)
    else:
        values = {
            "state": JobState.QUEUED,
            "not_before": timezone.now() + backoff(row.attempts),
            "woken_at": None,
            "lease_token": None,
            "lease_until": None,
        }
    Job.objects.owned(row).update(last_error=describe(error), **values)


def _finished(state):
    return {
        "state": state,
        "finished_at": timezone.now(),
        "lease_token": None,
        "lease_until": None,
    }


def backoff(attempts, *, first=FIRST_RETRY_SECONDS, longest=LONGEST_RETRY_SECONDS):
    """How long to wait after this many attempts: 15 s, 1 min, 4 min …, with up to 20 % on top so
    that what failed together does not come back together."""
    seconds = min(first * 4 ** min(attempts - 1, 16), longest)
    return timedelta(seconds=seconds * (1 + random.random() / 5))  # noqa: S311


def describe(error):
    """The kind of error and the last line of our own code it passed; never its text."""
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(str(settings.BASE_DIR))
        and ".venv" not in frame.filename
        and frame.filename != timelimit.__file__  # the bell, not what it interrupted
    ]
    if not ours:
        return type(error).__name__
    place = Path(ours[-1].filename).relative_to(settings.BASE_DIR)
    return f"{type(error).__name__} in {place}:{ours[-1].lineno}"[:200]


# --- By hand -------------------------------------------------------------------------------


def cancel(job_id):
    """Stop a job that waits or runs; True if there was one. What it has already committed stays,
    and one that is running stops at its next report of progress or at its end."""
    return bool(
        Job.objects.filter(pk=job_id, state__in=UNFINISHED).update(**_finished(JobState.CANCELLED))
    )


def retry(job_id):
    """Queue a failed or cancelled job again, from the first attempt; return it. One that had
    reached a checkpoint goes on from there.

    Raises DomainError("job_not_failed") or DomainError("job_already_queued").
    """
    try:
        with transaction.atomic():
            changed = Job.objects.filter(
                pk=job_id, state__in=[JobState.FAILED, JobState.CANCELLED]
            ).update(
                state=JobState.QUEUED,
                attempts=0,
                not_before=timezone.now(),
                woken_at=timezone.now(),
                finished_at=None,
                last_error="",
            )
    except IntegrityError as error:
        raise DomainError(
            _("The same job is already waiting or running."), code="job_already_queued"
        ) from error
    if not changed:
        raise DomainError(
            _("Only a job that has failed or was cancelled can be tried again."),
            code="job_not_failed",
        )
    row = Job.objects.get(pk=job_id)
    wake.after_commit(_wake_for(row))
    return row


def stop(row, *, by):
    """Cancel a job in somebody's name; False if it had finished."""
    with transaction.atomic():
        stopped = cancel(row.pk)
        if stopped:
            audit.record("job.cancelled", by=by, about=row, fields=("state",))
    return stopped


def resume(row, *, by):
    """Retry a job in somebody's name; return it. Raises as `retry` does."""
    with transaction.atomic():
        again = retry(row.pk)
        audit.record("job.retried", by=by, about=again, fields=("state",))
    return again


def resume_all(name, *, by):
    """Retry every failed job of this name; return how many. One whose like waits already stays."""
    failed = Job.objects.filter(name=name, state=JobState.FAILED).order_by("pk")
    again = 0
    for row in list(failed):
        with suppress(DomainError):
            resume(row, by=by)
            again += 1
    return again


# --- The sweep and the clock ---------------------------------------------------------------


def sweep(*, limit=SWEEP_BATCH):
    """Wake what nobody woke: jobs that have come due and jobs whose worker was lost.

    Returns how many were woken. At most `limit` per call; a lost job as soon as its lease has run
    out, one that waits after 15 seconds and then half as often each time, to every five minutes:
    a queue that is long because its worker is slow does not fill the broker besides.
    """
    now = timezone.now()
    _fail_exhausted(now)
    stale = (
        Q(woken_at__isnull=True)
        | Q(woken_at__lt=now - WOKEN_AT_LEAST_EVERY)
        | Q(woken_at__lt=now - WOKEN_AGAIN_AFTER, waited_since__gt=F("waited_until_woken"))
        | Q(state=JobState.RUNNING, woken_at__lt=F("lease_until"))
    )
    due = Job.objects.due(now).alias(
        waited_until_woken=ExpressionWrapper(F("woken_at") - F("not_before"), DurationField()),
        waited_since=ExpressionWrapper(Value(now) - F("woken_at"), DurationField()),
    )
    rows = list(due.filter(stale).order_by("-priority", "not_before")[:limit])
    Job.objects.filter(pk__in=[row.pk for row in rows]).update(woken_at=now)
    return sum(wake.send(_wake_for(row)) for row in rows)


def _fail_exhausted(now):
    """A job that took its worker down with it every time has failed too."""
    Job.objects.filter(
        state=JobState.RUNNING, lease_until__lt=now, attempts__gte=F("max_attempts")
    ).update(last_error="WorkerLost", **_finished(JobState.FAILED))


def run_schedule():
    """Enqueue every rule whose current slot has not been taken; returns their names.

    Safe to call twice, at the same time and on several machines: the row of rule and slot is
    unique. 1 query when nothing is due.
    """
    now = timezone.now()
    slots = {rule.name: rule.slot(now) for rule in _rules.values()}
    wanted = Q(pk__in=[])
    for name, slot in slots.items():
        wanted |= Q(rule=name, slot=slot)
    taken = set(ScheduledRun.objects.filter(wanted).values_list("rule", flat=True))
    return [name for name, slot in slots.items() if name not in taken and _start(name, slot)]


def _start(name, slot):
    try:
        with transaction.atomic():
            ScheduledRun.objects.create(rule=name, slot=slot)
            enqueue(name, key=f"{name}:{slot:%Y-%m-%dT%H:%M}", slot=slot.isoformat())
    except IntegrityError:
        return False
    return True


def last_runs():
    """{rule name: its latest ScheduledRun or None}, for the people who look after the system."""
    newest = ScheduledRun.objects.values("rule").annotate(newest=Max("pk")).values("newest")
    latest = {row.rule: row for row in ScheduledRun.objects.filter(pk__in=newest)}
    return {name: latest.get(name) for name in sorted(_rules)}


def oldest_waiting(now):
    """When the job or rule that has waited longest came due, or None: the queue's health."""
    return Job.objects.due(now).aggregate(oldest=Min("not_before"))["oldest"]
