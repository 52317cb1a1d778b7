"""Jobs: the row is the truth, a Celery message only wakes a worker."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.periods import set_together
from core.states import StateTable


class Queue(models.TextChoices):
    """Where a job waits, by how soon a person needs it."""

    INTERACTIVE = "interactive", _("someone is waiting")
    MAIL = "mail", _("messages")
    BULK = "bulk", _("large and patient")


class JobState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
FINISHED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)

JOB_STATES = StateTable(
    {
        JobState.QUEUED: (JobState.RUNNING, JobState.FAILED, JobState.CANCELLED),
        # A running job goes back to the queue for a retry; a lost one is claimed again as it is.
        JobState.RUNNING: (*FINISHED, JobState.QUEUED, JobState.RUNNING),
        JobState.DONE: (),
        JobState.FAILED: (JobState.QUEUED,),
        JobState.CANCELLED: (JobState.QUEUED,),
    }
)


class Leased(models.Model):
    """A row that one worker at a time owns: the owner is who knows `lease_token`.

    A lease that has run out may be taken by another worker; whoever no longer holds the token
    may not finish the row.
    """

    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    priority = models.SmallIntegerField(_("priority"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        abstract = True


class JobQuerySet(models.QuerySet):
    def due(self, now):
        """Jobs a worker may claim: waiting and due, or running with a lease that ran out."""
        return self.filter(
            Q(state=JobState.QUEUED, not_before__lte=now)
            | Q(state=JobState.RUNNING, lease_until__lt=now)
        )

    def owned(self, job):
        """The row of `job` if the caller still holds its lease, else nothing."""
        return self.filter(pk=job.pk, state=JobState.RUNNING, lease_token=job.lease_token)

    def own(self, user):
        """The jobs that this user started."""
        return self.filter(owner=user)


class Job(Leased):
    """One piece of background work, at most one unfinished per key.

    `args` holds ids and plain values, never names or addresses; `last_error` holds the kind of
    error and where in the code it rose, never its text, which may quote personal data; `step` is
    a few words for the owner without names. `reached` is where a resumed job goes on.
    """

    key = models.CharField(_("key"), max_length=200)
    name = models.CharField(_("name"), max_length=100)
    queue = models.CharField(
        _("queue"), max_length=12, choices=Queue.choices, default=Queue.INTERACTIVE
    )
    args = models.JSONField(_("arguments"), default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED
    )
    max_attempts = models.PositiveSmallIntegerField(_("attempts allowed"), default=5)
    progress_done = models.PositiveIntegerField(_("done so far"), default=0)
    progress_total = models.PositiveIntegerField(_("of"), default=0)
    step = models.CharField(_("step"), max_length=120, blank=True)
    reached = models.JSONField(null=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("started by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    woken_at = models.DateTimeField(null=True, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(state__in=UNFINISHED),
                name="job_key_unique_while_unfinished",
                violation_error_message=_("This is already waiting or running."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=JobState.values),
                name="job_state_known",
                violation_error_message=_("A job cannot be in this state."),
            ),
            models.CheckConstraint(
                condition=Q(queue__in=Queue.values),
                name="job_queue_known",
                violation_error_message=_("There is no such queue."),
            ),
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, lease_token__isnull=False)
                | (~Q(state=JobState.RUNNING) & Q(lease_token__isnull=True)),
                name="job_lease_while_running",
                violation_error_message=_("Exactly a running job has an owner."),
            ),
            models.CheckConstraint(
                condition=set_together("lease_token", "lease_until"),
                name="job_lease_set_together",
                violation_error_message=_("A lease has an owner and an end."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=FINISHED, finished_at__isnull=False)
                | Q(state__in=UNFINISHED, finished_at__isnull=True),
                name="job_finished_at_when_finished",
                violation_error_message=_("Exactly a finished job has a time of finishing."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], name="job_waiting", condition=Q(state=JobState.QUEUED)
            ),
            models.Index(
                fields=["lease_until"], name="job_running", condition=Q(state=JobState.RUNNING)
            ),
            models.Index(
                fields=["-finished_at"], name="job_failed", condition=Q(state=JobState.FAILED)
            ),
            models.Index(fields=["key", "-id"], name="job_by_key"),
        ]

    def __str__(self):
        return f"{self.name} ({self.key})"

    @property
    def is_finished(self):
        return self.state in FINISHED


class JobResult(models.Model):
    """The file that a job leaves for who started it, for a limited time.

    `purpose` is written to the access log when the file is fetched, if there are people in it.
    """

    job = models.OneToOneField(
        Job, verbose_name=_("job"), on_delete=models.CASCADE, related_name="result"
    )
    name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(_("content type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    purpose = models.CharField(_("purpose"), max_length=80, blank=True)
    expires_at = models.DateTimeField(_("kept until"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("result of a job")
        verbose_name_plural = _("results of jobs")

    def __str__(self):
        return self.name


class JobResultPart(models.Model):
    """A piece of a result: a large file is never in memory whole. `people` are ids."""

    result = models.ForeignKey(
        JobResult, verbose_name=_("result"), on_delete=models.CASCADE, related_name="parts"
    )
    number = models.PositiveIntegerField(_("number"))
    content = models.BinaryField(_("content"))
    people = models.JSONField(_("people"), default=list)

    class Meta:
        verbose_name = _("part of a result")
        verbose_name_plural = _("parts of results")
        constraints = [
            models.UniqueConstraint(
                fields=["result", "number"],
                name="job_result_part_once",
                violation_error_message=_("This part of the file has been written."),
            )
        ]

    def __str__(self):
        return f"{self.result_id}/{self.number}"


class Heartbeat(models.Model):
    """When a program was last seen: the clock, or the workers of a queue."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("program last seen")
        verbose_name_plural = _("programs last seen")

    def __str__(self):
        return self.name


class Incident(models.Model):
    """Something that stood still or failed, and whether people were told; one open per kind."""

    kind = models.CharField(_("kind"), max_length=150)
    began_at = models.DateTimeField(_("began"))
    seen_at = models.DateTimeField(_("last seen"))
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_told_at = models.DateTimeField(_("end told"), null=True, blank=True)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(ended_at__isnull=True),
                name="incident_open_once",
                violation_error_message=_("This incident is already open."),
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.began_at:%Y-%m-%d %H:%M}"


class ScheduledRun(models.Model):
    """One run of a periodic rule. The slot is unique, so a second beat does no harm."""

    rule = models.CharField(_("rule"), max_length=100)
    slot = models.DateTimeField(_("slot"))
    created_at = models.DateTimeField(_("started"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    class Meta:
        verbose_name = _("scheduled run")
        verbose_name_plural = _("scheduled runs")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "slot"],
                name="scheduled_run_once_per_slot",
                violation_error_message=_("This rule has already run for this time."),
            )
        ]

    def __str__(self):
        return f"{self.rule} {self.slot:%Y-%m-%d %H:%M}"
