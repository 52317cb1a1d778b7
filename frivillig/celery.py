"""The Celery application. Messages only wake workers; the job row is the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frivillig.settings")

app = Celery("frivillig")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
