"""Make the trial site's database and static files ready, print who can sign in, and serve.

Runs inside .venv, unlike its neighbours: one process for all steps, since each start of
Django costs seconds. Every step is harmless when there is nothing to do.
Usage: trial.py PORT
"""

import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connections


def main(port):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frivillig.settings")
    try:
        django.setup()
        prepare()
        call_command("serve", port=port)
    except (ImproperlyConfigured, CommandError) as error:  # a sentence that says what to do
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)


def prepare():
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    collect_static_files()
    if not _holds_people():
        print("Making the demo municipality", flush=True)
        call_command("demo")
    call_command("demo", "--logins")
    connections.close_all()


def _holds_people():
    models = (get_user_model(), apps.get_model("coordination.Person"))
    return any(model._base_manager.exists() for model in models)


def collect_static_files():
    """Compress and name the static files by content, once per change of any of them."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".frivillig-stamp"
    state = "\n".join(sorted(_static_files()))
    if stamp.is_file() and stamp.read_text() == state:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(state)


def _static_files():
    for finder in finders.get_finders():
        for path, storage in finder.list(["CVS", ".*", "*~"]):
            found = Path(storage.path(path)).stat()
            yield f"{path} {found.st_size} {found.st_mtime_ns}"


main(int(sys.argv[1]))
