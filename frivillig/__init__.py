"""The project package: how the apps are put together. Nobody imports it.

The Celery app is imported here so that every process that enqueues (web, command,
worker) talks to the configured broker; without this, tasks would go to a default
broker on localhost and vanish.
"""

from frivillig.celery import app as celery_app

__all__ = ["celery_app"]
