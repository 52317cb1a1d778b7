"""One gunicorn on loopback: one process, so that everything measured is equally warm."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

from django.conf import settings


@contextmanager
def web(name="", *, seconds=60):
    """Serve the site, or with `name` "bare_" the bare project, on a free port, which is yielded."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", "4"),
        *("--keep-alive", "120", "--timeout", "120", "--log-level", "warning"),
        *("--no-control-socket", f"frivillig.bench.{name}wsgi"),
    ]
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": f"frivillig.bench.{name}settings", "LOG_LEVEL": "ERROR"},
    )
    try:
        _wait_for(process, port, seconds)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=15)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(process, port, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("The web process did not start; its words are above.")
