"""Look once whether the work is done, and help where no worker lives."""

from django.core.management.base import BaseCommand, CommandError

from core import alerts, delivery, jobs, operations
from core.models import Queue
from core.tasks import tick


class Command(BaseCommand):
    help = (
        "Look how the machinery is doing and write to those who look after it. Where the mail "
        "worker is gone, what waits is sent from here, so the alert gets out too. Ends with 1 "
        "when something is wrong. Run it every five minutes (docs/operations.md)."
    )

    def handle(self, **options):
        if operations.clock_is_late():
            jobs.run_schedule()
            tick()
        troubles = alerts.check()
        if f"program:{operations.worker_name(Queue.MAIL)}" in [one.kind for one in troubles]:
            delivery.deliver()
        if troubles:
            raise CommandError("\n".join(one.label for one in troubles))
        self.stdout.write("Everything runs as it should.")
