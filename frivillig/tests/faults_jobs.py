"""What the workers of the fault tests do, with leases and waits short enough to wait for.

A lease and a mail server's time to answer are still long for what they are about: on a machine
that stands still for a second nobody may take a living worker for a dead one.
"""

import os
import signal
from datetime import time, timedelta

from core import delivery, jobs, mail, wake
from core.models import User

RULE, HOURLY, NIGHTLY = "faults.each_minute", "faults.each_hour", "faults.each_night"
EVERY = timedelta(seconds=60)

UNWRITABLE = "unwritable"


def letter(message):
    """A value for every placeholder, but for whom the text cannot be written."""
    return {} if message.params.get("matter") == UNWRITABLE else {"matter": "vagten"}


def effect(name):
    """One more user of this name."""
    User.objects.create_user(f"{name}{User.objects.count()}@example.dk")


if "FAULTS_DIR" in os.environ:  # a worker; the test itself imports this file for the names
    delivery.LEASE = timedelta(seconds=20)
    delivery.MAX_ATTEMPTS = 10_000  # so that a machine that is slow itself gives nothing up
    delivery.backoff = lambda attempts, first: timedelta(seconds=0.5)
    jobs.backoff = lambda attempts: timedelta(seconds=0.5)
    jobs.WOKEN_AGAIN_AFTER = timedelta(seconds=1)
    wake.BROKER_REST_SECONDS = 0.2
    mail.register(
        "tests.letter",
        context=letter,
        placeholders=(mail.Placeholder("matter", "What it is about", "vagten"),),
    )

    @jobs.scheduled(RULE, every=EVERY)
    def each_minute(run):
        effect("minute")

    @jobs.scheduled(HOURLY, every=timedelta(hours=1))
    def each_hour(run):
        effect("hour")

    @jobs.scheduled(NIGHTLY, every=timedelta(days=1), at=time(2, 30))
    def each_night(run):
        effect("night")


@jobs.job("faults.killed", lease=10)
def killed(run):
    """At the first attempt it has made its effect and not committed, and all of its worker's
    processes are killed."""
    User.objects.create_user("effect@example.dk")
    if run.job.attempts == 1:
        os.killpg(os.getpgid(0), signal.SIGKILL)


@jobs.job("faults.simple", lease=30, max_attempts=200)
def simple(run, *, number):
    User.objects.create_user(f"effect{number}@example.dk")
