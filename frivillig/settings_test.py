"""The test run's settings: the real ones with a fixed key and fast password hashing.

The database and broker come from DATABASE_URL and REDIS_URL as in production, so that the
same suite runs on PostgreSQL with Redis and on the embedded default.
"""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("FRIVILLIG_DOTENV", "off")
os.environ.setdefault("SECRET_KEY", "test-only-" + "x" * 60)
os.environ.setdefault("SITE_URL", "http://127.0.0.1:8000")

# Tests that run side by side (pytest-xdist) have a broker and a cache of their own each.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
if os.environ.get("REDIS_URL", "").endswith("/0"):
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].removesuffix("0") + _WORKER

from frivillig.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["*"]
WHITENOISE_AUTOREFRESH = True
if not os.environ.get("REDIS_URL"):
    CELERY_BROKER_URL = "memory://"  # a test's wake-ups shall not reach a site that runs here
    CELERY_BROKER_TRANSPORT_OPTIONS = {}
SECOND_FACTOR_REQUIRED = False  # its own tests switch it on

# A file, as in the real thing: in memory, threads would share one cache and refuse each other.
if "sqlite" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    DATABASES["default"]["TEST"] = {  # noqa: F405
        "NAME": Path(tempfile.gettempdir()) / f"frivillig-test-{os.getpid()}.sqlite3"
    }
