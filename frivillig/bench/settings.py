"""The site as it is, plus a middleware that counts queries and the pages of the floors.

Only the bench's own web process runs with these.
"""

import os
from pathlib import Path

from frivillig.settings import *  # noqa: F403
from frivillig.settings import MIDDLEWARE as _SITE
from frivillig.settings import env as _env

_FOLDER = Path(os.environ["BENCH_FOLDER"])

MIDDLEWARE = ["frivillig.bench.counting.CountQueriesMiddleware", *_SITE]
ROOT_URLCONF = "frivillig.bench.urls"
SECOND_FACTOR_REQUIRED = False
CELERY_BROKER_TRANSPORT_OPTIONS = _env.broker_options(_FOLDER)
STATIC_ROOT = _FOLDER
STORAGES = STORAGES | {  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
