"""Telling a worker that there is something to do, after commit and without depending on it.

A wake-up that is lost costs time and nothing else: the rows are the truth, and the sweep wakes
what was forgotten. So a broker that is down never fails a request, and is left alone for a
while, so that not every request waits for it.
"""

import time
from dataclasses import dataclass

import structlog
from celery import current_app
from django.conf import settings
from django.core import checks
from django.db import connection, transaction

BROKER_REST_SECONDS = 10

log = structlog.get_logger(__name__)
_broker_back_at = 0.0


@dataclass(frozen=True)
class Wake:
    """One Celery message: task name, plain arguments, queue."""

    task: str
    args: tuple = ()
    queue: str = "interactive"

    def __call__(self):
        send(self)


def after_commit(wake, *, once=False):
    """Send the wake-up when the running transaction commits; at once if there is none.

    With `once`, equal wake-ups of one transaction become one message.
    """
    if once and any(waiting == wake for _sids, waiting, _robust in connection.run_on_commit):
        return
    transaction.on_commit(wake, robust=True)


def send(wake):
    """Send a wake-up now; True if the broker took it. Never raises for a broker that is down."""
    global _broker_back_at
    if time.monotonic() < _broker_back_at:
        return False
    try:
        current_app.send_task(
            wake.task,
            args=wake.args,
            queue=wake.queue,
            retry=False,
            ignore_result=True,
        )
    except Exception as error:  # whatever the broker does, the request has done its work
        _broker_back_at = time.monotonic() + BROKER_REST_SECONDS
        log.warning("wake_failed", task=wake.task, error=type(error).__name__)
        return False
    return True


@checks.register()
def check_celery(app_configs, **kwargs):
    """A process that has not imported the project's Celery app would send its messages to a
    default broker that is not there, and only the sweep would notice."""
    if current_app.conf.broker_url == settings.CELERY_BROKER_URL:
        return []
    return [
        checks.Error(
            "The Celery app of this project is not the current one.",
            hint="Import it in the project package's __init__.py.",
            id="core.E001",
        )
    ]
