"""The files that jobs leave: written in parts, fetched by who started the job, soon dropped."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from core import audit, policies
from core.models import Job, JobResult, JobResultPart, JobState

PART_BYTES = 1024 * 1024


class ResultFile:
    """A file being written by a job. Memory holds one part; it can be given to `zipfile`.

    What is written is kept with the job's next checkpoint, so a resumed job goes on writing where
    the last checkpoint was.
    """

    def __init__(self, run, row):
        self._run, self.row = run, row
        self._number = row.parts.count()
        self._waiting, self._people = bytearray(), set()

    def write(self, content, *, people=()):
        """Add bytes. `people`: the ids of those whom they tell about, for the access log."""
        self._waiting += content
        self._people.update(people)
        while len(self._waiting) >= PART_BYTES:
            self._save_part(bytes(self._waiting[:PART_BYTES]))
            del self._waiting[:PART_BYTES]
        return len(content)

    def flush(self):
        """Nothing: parts are saved when they are full, and at checkpoints."""

    def save(self):
        """Store what waits; called by the checkpoint and at the end."""
        if self._waiting or self._people:
            self._save_part(bytes(self._waiting))
            self._waiting.clear()

    def _save_part(self, content):
        with transaction.atomic():
            self._run.hold()  # no other worker may be writing the same file
            JobResultPart.objects.create(
                result=self.row, number=self._number, content=content, people=sorted(self._people)
            )
            self.row.size += len(content)
            self.row.expires_at = expiry()
            self.row.save(update_fields=["size", "expires_at"])
        self._number += 1
        self._people.clear()


def open_for(run, name, content_type, *, purpose=""):
    """The ResultFile of a run: continued if the job is resumed, else begun anew."""
    if purpose and purpose not in audit.purposes():
        raise LookupError(f'"{purpose}" is not registered with audit.purpose.')
    job = run.job
    with transaction.atomic():
        run.hold()
        if job.reached is None:
            JobResult.objects.filter(job=job).delete()
        row, _created = JobResult.objects.get_or_create(
            job=job,
            defaults={
                "name": name,
                "content_type": content_type,
                "purpose": purpose,
                "expires_at": expiry(),
            },
        )
    return ResultFile(run, row)


def expiry():
    """How long a file that is made now can be fetched."""
    return timezone.now() + timedelta(hours=policies.get("jobs.result_hours"))


def fetchable(job):
    """The result of a finished job, or None: not made, dropped, or its time is up."""
    found = JobResult.objects.filter(job=job, expires_at__gt=timezone.now()).first()
    return found if found is not None and job.state == JobState.DONE else None


def chunks(result):
    """The file's bytes, part by part; one query for each."""
    numbers = result.parts.order_by("number").values_list("pk", flat=True)
    for pk in list(numbers):
        yield bytes(JobResultPart.objects.values_list("content", flat=True).get(pk=pk))


def record_fetch(request, result):
    """Write to the access log whose data is fetched."""
    if result.purpose:
        shown = result.parts.values_list("people", flat=True)
        audit.record_access(request, {one for people in shown for one in people}, result.purpose)


def expired():
    """Results whose time is up, finished or not."""
    return JobResult.objects.filter(expires_at__lt=timezone.now())


def drop(rows):
    """Delete results. A job that was stopped half-way then starts from the beginning."""
    with transaction.atomic():
        jobs = Job.objects.filter(result__in=rows.values("pk")).exclude(state=JobState.DONE)
        jobs.update(reached=None, progress_done=0)
        return rows.delete()
