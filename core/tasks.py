"""Core's Celery tasks: names and ids, one call each. Messages only wake; rows hold the truth."""

from celery import shared_task
from celery.signals import worker_process_init

from core import alerts, delivery, jobs, operations, timelimit


@worker_process_init.connect
def prepare(**kwargs):
    """A worker's process that hangs where nothing can interrupt it ends, and is replaced."""
    timelimit.end_process = True


@shared_task(name="core.run_job")
def run_job(job_id):
    """Do one job, if it is still to be done."""
    jobs.run(job_id)


@shared_task(name="core.deliver_mail")
def deliver_mail():
    """Send what is due in the outbox."""
    delivery.deliver()


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
