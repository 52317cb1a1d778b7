"""Faults on real processes: workers that are killed in the middle of what they do.

Each test runs Celery workers of its own on the suite's database, with Redis where REDIS_URL is
given and else with the broker that needs no server; the two ways to run the suite cover both.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from celery import Celery
from django.conf import settings as django_settings
from django.db import connection

from core import jobs, kinds, mail, wake
from core.models import Job, JobState, Message, MessageState, User
from core.tests.test_mail_smtp import office  # noqa: F401 - a mail server that counts
from frivillig.environment import Environment
from frivillig.tests import faults_jobs

PATIENCE_SECONDS = 40


@dataclass
class Workshop:
    """A folder, an environment for workers, and the workers that were started in it."""

    folder: Path
    environment: dict
    workers: list = field(default_factory=list)

    def start_worker(self):
        number = len(self.workers)
        log = (self.folder / f"worker{number}.log").open("wb")
        with log:
            worker = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "--app", "frivillig", "worker", "--beat"),
                    *("--concurrency", "2", "--queues", "interactive,mail,bulk"),
                    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
                    *("--schedule", str(self.folder / f"beat{number}"), "--loglevel", "INFO"),
                ],
                cwd=django_settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.workers.append(worker)
        return worker

    def kill(self, worker):
        """SIGKILL for the worker and all its children at once."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def stop(self):
        for worker in self.workers:
            if worker.poll() is None:
                self.kill(worker)

    def wait_until(self, condition):
        """Ask until it is so; fail with the workers' last words if it never is, or they ended."""
        deadline, pause = time.monotonic() + PATIENCE_SECONDS, threading.Event()
        while not condition():
            if time.monotonic() > deadline or self.workers[-1].poll() is not None:
                pytest.fail("".join(log.read_text()[-3000:] for log in self._logs()))
            pause.wait(0.05)

    def _logs(self):
        return sorted(self.folder.glob("worker*.log"))


@pytest.fixture
def database(transactional_db, tmp_path):
    """The address of a database that other processes can open: the suite's own on PostgreSQL,
    and on SQLite, where that one lives in memory, a copy of it in a file."""
    if connection.vendor == "postgresql":
        known = connection.settings_dict
        yield (
            f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST'] or '127.0.0.1'}"
            f":{known['PORT'] or 5432}/{known['NAME']}"
        )
        return
    file = tmp_path / "faults.sqlite3"
    connection.ensure_connection()
    with sqlite3.connect(file) as copy:
        connection.connection.backup(copy)
    copy.close()
    name, memory = connection.settings_dict["NAME"], connection.connection
    connection.settings_dict["NAME"], connection.connection = str(file), None
    yield f"sqlite:///{file}"
    connection.close()
    connection.settings_dict["NAME"], connection.connection = name, memory


@pytest.fixture
def workshop(tmp_path, monkeypatch, database, office, settings):  # noqa: F811
    """Workers can be started, and this process wakes them as the site would."""
    address = ""
    options = Environment.broker_options(type("NoRedis", (), {"redis_url": ""}), tmp_path)
    if os.environ.get("REDIS_URL"):
        given = urlsplit(os.environ["REDIS_URL"])
        address, options = given._replace(path="/9").geturl(), {}
        redis.Redis.from_url(address).flushdb()
    sender = Celery("faults", set_as_current=False)
    sender.conf.update(broker_url=address or "filesystem://", broker_transport_options=options)
    monkeypatch.setattr(wake, "current_app", sender)
    monkeypatch.setattr(wake, "_broker_back_at", 0.0)
    monkeypatch.setattr(kinds, "_kinds", dict(mail.kinds()))
    mail.register("tests.letter", context=lambda message: {})
    shop = Workshop(
        tmp_path,
        os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "frivillig.tests.faults_settings",
            "DATABASE_URL": database,
            "REDIS_URL": address,
            "SWEEP_SECONDS": "0.5",
            "FAULTS_DIR": str(tmp_path),
            "FAULTS_SMTP_PORT": str(settings.EMAIL_PORT),
        },
    )
    yield shop
    shop.stop()
    sender.close()


def test_job_of_a_killed_worker_is_done_once(workshop):
    first = workshop.start_worker()
    job = jobs.enqueue("faults.killed", key="killed")
    workshop.wait_until((workshop.folder / faults_jobs.STARTED).exists)
    workshop.kill(first)
    assert not User.objects.exists()  # its effect died with its transaction
    assert Job.objects.get(pk=job.pk).state == JobState.RUNNING
    workshop.start_worker()
    workshop.wait_until(lambda: Job.objects.get(pk=job.pk).is_finished)
    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    assert User.objects.count() == 1


def test_job_whose_wake_up_was_lost_is_swept_up(workshop):
    """Enqueued twice, woken never: the broker forgot, the row did not."""
    for _time in range(2):
        jobs.enqueue("faults.simple", key="simple", number=1)
    for message in (workshop.folder / "broker" / "queue").glob("*.msg"):
        message.unlink()
    if workshop.environment["REDIS_URL"]:
        redis.Redis.from_url(workshop.environment["REDIS_URL"]).flushdb()
    Job.objects.update(woken_at=None)
    workshop.start_worker()
    workshop.wait_until(lambda: not Job.objects.exclude(state=JobState.DONE).exists())
    assert Job.objects.count() == 1
    assert User.objects.count() == 1


def test_mails_of_a_killed_sender_arrive_with_at_most_one_twice(workshop, office):  # noqa: F811
    first = workshop.start_worker()
    mail.send_many(
        mail.Draft("tests.letter", mail.Recipient(f"f{n}@example.dk"), key=f"letter{n}")
        for n in range(60)
    )
    workshop.wait_until(lambda: len(office.letters) >= 25)
    workshop.kill(first)
    assert Message.objects.exclude(state=MessageState.SENT).exists()
    workshop.start_worker()
    workshop.wait_until(lambda: not Message.objects.exclude(state=MessageState.SENT).exists())
    taken = Counter(letter["Message-ID"] for letter in office.letters)
    assert set(taken) == set(Message.objects.values_list("message_id", flat=True))
    assert sum(taken.values()) - len(taken) <= 2  # two processes of one worker were killed
