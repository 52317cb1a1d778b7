"""The Celery application. Messages only wake workers; the job row is the truth."""

import os

from celery import Celery, bootsteps

from core import folder_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frivillig.settings")


class Watch(bootsteps.StartStopStep):
    """Each worker sends a task to each of its own queues now and then.

    Whoever takes it shows that the queue is served, and does the clock's work where the clock is
    gone. It goes through the queue, not past it: a worker that cannot take work is not seen.
    """

    requires = {"celery.worker.components:Timer"}
    timer = None

    def start(self, worker):
        seconds = worker.app.conf.watch_seconds
        queues = list(worker.app.amqp.queues.consume_from)

        def send():
            for queue in queues:
                worker.app.send_task(
                    "core.watch", args=(str(queue),), queue=queue, retry=False, expires=seconds
                )

        worker.timer.call_after(1, send)
        self.timer = worker.timer.call_repeatedly(seconds, send)

    def stop(self, worker):
        if self.timer is not None:
            self.timer.cancel()


folder_broker.install()
app = Celery("frivillig")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(Watch)
