"""Core's Celery tasks: names and ids, one call each. Messages only wake; rows hold the truth."""

import time

from celery import shared_task
from celery.signals import worker_process_init

from core import alerts, delivery, jobs, operations, timelimit
from core.models import Queue

NOTED_AGAIN_SECONDS = 30
_noted = {}


@worker_process_init.connect
def prepare(**kwargs):
    """A worker's process that hangs where nothing can interrupt it ends, and is replaced."""
    timelimit.end_process = True


@shared_task(name="core.run_job", bind=True)
def run_job(self, job_id):
    """Do one job, if it is still to be done; in a long queue first one that somebody waits for."""
    note_work(self.request.delivery_info)
    for pk in dict.fromkeys((*_awaited(self.request.delivery_info), job_id)):
        jobs.run(pk)


def _awaited(arrived):
    if (arrived or {}).get("routing_key") == Queue.BULK:
        yield from jobs.awaited(Queue.BULK)


@shared_task(name="core.deliver_mail", bind=True)
def deliver_mail(self):
    """Send what is due in the outbox."""
    note_work(self.request.delivery_info)
    delivery.deliver()


def note_work(arrived):
    """Who takes work is there, though in a long queue the sign of life behind it comes too late.

    `arrived`: what Celery knows of how the message came. Noted every half minute.
    """
    queue = (arrived or {}).get("routing_key")
    if queue in Queue.values and time.monotonic() >= _noted.get(queue, 0):
        _noted[queue] = time.monotonic() + NOTED_AGAIN_SECONDS
        operations.seen(operations.worker_name(queue))


@shared_task(name="core.sweep")
def sweep():
    """Wake what was forgotten: due jobs, jobs of lost workers, due messages."""
    operations.seen(operations.CLOCK)
    tick()


@shared_task(name="core.run_schedule")
def run_schedule():
    """Enqueue the periodic rules whose time has come."""
    operations.seen(operations.CLOCK)
    jobs.run_schedule()


@shared_task(name="core.watch")
def watch(queue):
    """What each worker sends to its own queue (`frivillig/celery.py`): it is there, and looks.

    Where the clock is not heard of, the workers do its work: twice does no harm.
    """
    operations.seen(operations.worker_name(queue))
    if operations.clock_is_late():
        jobs.run_schedule()
        tick()
    alerts.check()


def tick():
    """What the clock does every few seconds."""
    jobs.sweep()
    delivery.wake_if_due()
