"""Core's Celery tasks: names and ids, one call each. Messages only wake; rows hold the truth."""

from celery import shared_task

from core import delivery, jobs


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
    jobs.sweep()
    delivery.wake_if_due()


@shared_task(name="core.run_schedule")
def run_schedule():
    """Enqueue the periodic rules whose time has come."""
    jobs.run_schedule()
