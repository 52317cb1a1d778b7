"""Long jobs: a page for who started them, checkpoints, a file for a limited time, time limits."""

import contextlib
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from core import audit, jobs, results, tasks, timelimit, wake
from core.models import (
    AccessSubject,
    AuditEvent,
    Job,
    JobResult,
    JobResultPart,
    JobState,
    Queue,
    User,
)

PURPOSE = audit.purpose("tests.result", "A test fetched it")


class Stumble(Exception):
    """What interrupts a job under test."""


@jobs.job(
    "tests.list", title="A long list", queue=Queue.BULK, atomic=False, permission="tests.fetch"
)
def write_list(run, *, stumbles_at=None):
    """Ten lines, two per checkpoint; each checkpoint has an effect in the same transaction."""
    file = run.result("liste.txt", "text/plain; charset=utf-8", purpose=PURPOSE)
    done = run.done_so_far or 0
    while done < 10:
        with transaction.atomic():
            for number in (done, done + 1):
                file.write(f"{number}\n".encode(), people=[100 + number])
                User.objects.create_user(f"line{run.job.pk}.{number}@example.dk")
            done += 2
            run.checkpoint(done, done=done, total=10, step="Writing")
            if done == stumbles_at and run.job.attempts == 1 and not run.job.last_error:
                raise Stumble


@jobs.job("tests.cancels_itself", atomic=False)
def cancels_itself(run):
    """Somebody presses stop while it works, the first time."""
    if run.done_so_far is None:
        run.checkpoint({"page": 1}, done=1, total=2)
        jobs.cancel(run.job.pk)
        run.checkpoint({"page": 2}, done=2, total=2)


@jobs.job("tests.overtaken_writer", atomic=False)
def overtaken_writer(run):
    file = run.result("liste.txt", "text/plain")
    Job.objects.filter(pk=run.job.pk).update(lease_token="00000000-0000-4000-8000-000000000000")
    file.write(b"too late")
    file.save()


@jobs.job("tests.endless", atomic=False, lease=1)
def endless(run):
    """Hangs without reporting, and goes on after every ordinary error."""
    while True:
        with contextlib.suppress(Exception):
            threading.Event().wait(30)


@jobs.job("tests.speaks", atomic=False)
def speaks(run):
    run.progress(1, 2, step=translation.get_language())


@pytest.fixture
def silent(db, monkeypatch):
    """No broker: wake-ups are thrown away."""
    monkeypatch.setattr(wake, "send", lambda wake: True)


@pytest.fixture
def volunteer_user(volunteer):
    return volunteer.person.user


def now_do(job):
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now())
    jobs.run(job.pk)
    return Job.objects.get(pk=job.pk)


def page(client, job, name="core:job", **headers):
    return client.get(reverse(name, args=[job.pk]), headers=headers)


def test_a_job_that_stumbles_goes_on_where_it_was(silent, volunteer_user):
    job = now_do(jobs.start("tests.list", by=volunteer_user, stumbles_at=6))
    assert (job.state, job.reached, job.progress_done) == (JobState.QUEUED, 4, 4)
    job = now_do(job)
    assert (job.state, job.progress_done, job.step) == (JobState.DONE, 10, "Writing")
    assert b"".join(results.chunks(job.result)) == b"".join(b"%d\n" % n for n in range(10))
    assert User.objects.filter(email__startswith="line").count() == 10  # each effect once
    assert job.result.size == 20


def test_what_somebody_waits_for_goes_before_what_nobody_does(silent, volunteer_user):
    patient = [jobs.enqueue("tests.list", key=f"patient{n}") for n in range(3)]
    awaited = jobs.start("tests.list", by=volunteer_user)
    tasks.run_job.apply((patient[0].pk,), routing_key=Queue.BULK)
    states = [Job.objects.get(pk=job.pk).state for job in (*patient, awaited)]
    assert states == [JobState.DONE, JobState.QUEUED, JobState.QUEUED, JobState.DONE]


def test_nobody_overtakes_in_another_queue(silent, volunteer_user):
    urgent = jobs.enqueue("tests.cancels_itself", key="urgent")
    awaited = jobs.start("tests.list", by=volunteer_user)
    tasks.run_job.apply((urgent.pk,), routing_key=Queue.INTERACTIVE)
    assert Job.objects.get(pk=awaited.pk).state == JobState.QUEUED


def test_progress_starts_the_attempts_anew(silent, volunteer_user):
    job = jobs.start("tests.list", by=volunteer_user)
    Job.objects.filter(pk=job.pk).update(attempts=4)
    assert now_do(job).attempts == 1


def test_started_twice_it_runs_once(silent, volunteer_user, coordinator):
    first = jobs.start("tests.list", by=volunteer_user)
    assert jobs.start("tests.list", by=volunteer_user) == first
    assert jobs.start("tests.list", by=coordinator) != first
    assert jobs.start("tests.list", by=volunteer_user, stumbles_at=2) != first


def test_a_stopped_job_keeps_its_place(silent, volunteer_user):
    job = now_do(jobs.start("tests.cancels_itself", by=volunteer_user))
    assert (job.state, job.reached) == (JobState.CANCELLED, {"page": 1})
    jobs.resume(job, by=volunteer_user)
    assert now_do(job).state == JobState.DONE
    assert AuditEvent.objects.get(kind="job.retried").actor_id == volunteer_user.pk


def test_stop_that_comes_too_late_says_so(client, silent, coordinator):
    job = now_do(jobs.start("tests.list", by=coordinator))
    client.force_login(coordinator)
    answer = client.post(reverse("core:job-cancel", args=[job.pk]), follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Opgaven var færdig, før du stoppede den."
    ]
    assert not AuditEvent.objects.filter(kind="job.cancelled").exists()
    waiting = jobs.start("tests.list", by=coordinator)
    answer = client.post(reverse("core:job-cancel", args=[waiting.pk]), follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Opgaven er stoppet."]


@pytest.mark.parametrize(
    ("name", "said", "asked"),
    [
        ("tests.cancels_itself", "Det, der er gjort, bliver.", "hvor den slap"),
        ("tests.list", "Den begynder forfra", "begynde forfra"),
    ],
)
def test_stopped_job_says_where_it_goes_on(client, silent, coordinator, name, said, asked):
    job = jobs.start(name, by=coordinator)
    if name == "tests.list":
        jobs.stop(job, by=coordinator)
    else:
        now_do(job)
    client.force_login(coordinator)
    assert said in page(client, job).text
    assert asked in page(client, job, "core:job-resume").text


def test_who_lost_the_lease_writes_nothing_to_the_file(silent, volunteer_user):
    now_do(jobs.start("tests.overtaken_writer", by=volunteer_user))
    assert not JobResultPart.objects.exists()


def test_a_large_file_is_kept_in_parts(silent, volunteer_user, monkeypatch):
    monkeypatch.setattr(results, "PART_BYTES", 4)
    job = now_do(jobs.start("tests.list", by=volunteer_user))
    assert {len(part) for part in results.chunks(job.result)} == {4}


def test_the_owner_reads_progress_and_fetches_the_file(client, silent, manager, monkeypatch):
    monkeypatch.setattr(User, "has_perm", lambda self, name, row=None: name == "tests.fetch")
    job = jobs.start("tests.list", by=manager, stumbles_at=6)
    client.force_login(manager)
    now_do(job)
    waiting = page(client, job)
    assert 'value="40"' in waiting.text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in waiting.text
    assert page(client, job, HX_Request="true").status_code == 200
    now_do(job)
    assert page(client, job, HX_Request="true").status_code == 286  # htmx asks no more
    assert "refresh" not in page(client, job).text
    fetched = page(client, job, "core:job-result")
    assert fetched.getvalue().decode().split() == [str(number) for number in range(10)]
    assert fetched["Content-Disposition"] == 'attachment; filename="liste.txt"'
    assert set(AccessSubject.objects.values_list("person_id", flat=True)) == {*range(100, 110)}


def test_the_file_is_for_nobody_else(client, silent, manager, coordinator):
    job = now_do(jobs.start("tests.list", by=manager))
    client.force_login(coordinator)
    names = ("core:job", "core:job-result", "core:job-cancel", "core:job-resume")
    assert [page(client, job, name).status_code for name in names] == [404] * 4


def test_the_file_is_not_for_an_owner_who_lost_the_right(client, silent, coordinator):
    job = now_do(jobs.start("tests.list", by=coordinator))
    client.force_login(coordinator)
    assert page(client, job, "core:job-result").status_code == 403
    assert not AccessSubject.objects.exists()


def test_the_file_is_gone_when_its_time_is_up(client, silent, coordinator):
    job = now_do(jobs.start("tests.list", by=coordinator))
    JobResult.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client.force_login(coordinator)
    assert page(client, job, "core:job-result").status_code == 404
    results.drop(results.expired())
    assert not JobResultPart.objects.exists()
    assert page(client, job).context["result"] is None


def test_a_job_that_lost_its_half_file_starts_from_the_beginning(silent, volunteer_user):
    job = now_do(jobs.start("tests.list", by=volunteer_user, stumbles_at=6))
    JobResult.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    results.drop(results.expired())
    assert Job.objects.get(pk=job.pk).reached is None


def test_a_job_that_hangs_is_interrupted(silent, volunteer_user):
    job = now_do(jobs.start("tests.endless", by=volunteer_user))
    assert job.state == JobState.QUEUED
    assert job.last_error.startswith("TimeUp in core/tests/test_long_jobs.py")


def test_progress_gives_more_time():
    with pytest.raises(timelimit.TimeUp), timelimit.limit(0.05):
        timelimit.again(0.2)
        begun = time.monotonic()
        while time.monotonic() - begun < 10:
            elapsed = time.monotonic() - begun
    assert elapsed > 0.15


def test_a_worker_that_cannot_be_interrupted_ends():
    """It blocks the signal, as a library that never returns to the interpreter does."""
    source = """
import signal
from core import timelimit
timelimit.end_process, timelimit.GRACE_SECONDS = True, 0.2
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
with timelimit.limit(0.1):
    signal.pause()
"""
    ended = subprocess.run(
        [sys.executable, "-c", source],
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert b"Timeout" in ended.stderr


def test_a_job_speaks_its_owners_language(silent, volunteer_user):
    User.objects.filter(pk=volunteer_user.pk).update(language="en")
    volunteer_user.refresh_from_db()
    assert now_do(jobs.start("tests.speaks", by=volunteer_user)).step == "en"
