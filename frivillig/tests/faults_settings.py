"""Settings of the worker and web processes that the fault tests start, and kill.

The test tells them by environment variables where its database, broker and mail server are.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

import time_machine

from frivillig.environment import Environment
from frivillig.settings_test import *  # noqa: F403

if os.environ.get("FAULTS_CLOCK"):  # this process, and what it forks, thinks it is then
    time_machine.travel(datetime.fromisoformat(os.environ["FAULTS_CLOCK"]), tick=True).start()

FAULTS_DIR = Path(os.environ["FAULTS_DIR"])

if not os.environ.get("REDIS_URL"):
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = Environment.broker_options(
        type("WithoutRedis", (), {"redis_url": ""}), FAULTS_DIR
    )
CELERY_IMPORTS = ["frivillig.tests.faults_jobs"]
CELERY_BEAT_SCHEDULE_FILENAME = str(FAULTS_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE["schedule"]["schedule"] = timedelta(seconds=0.5)  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ["FAULTS_SMTP_PORT"])
EMAIL_TIMEOUT = 4
TEMPLATES[0]["DIRS"].append(BASE_DIR / "core" / "tests" / "templates")  # noqa: F405
