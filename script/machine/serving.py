"""The trial site on one machine: settings file, database, demo data, server."""

import errno
import os
import secrets
import socket

from . import base, python, setup

DOTENV = base.ROOT / ".env"
DEFAULT_PORT = 8000


def serve(*, port=None):
    """Make everything ready and become trial.py, which serves; does not return.

    A `port` of one's own is also the address that links in e-mails lead to.
    """
    _require_free_port(port or DEFAULT_PORT)
    setup.bootstrap()
    write_dotenv(DOTENV)
    environment = os.environ | {"PYTHONPATH": str(base.ROOT)}
    if port:
        environment["SITE_URL"] = f"http://127.0.0.1:{port}"
    os.chdir(base.ROOT)
    command = [python.PYTHON, "script/machine/trial.py", port or DEFAULT_PORT]
    os.execve(command[0], [str(part) for part in command], environment)


def write_dotenv(path):
    """Write a settings file with a new secret key, readable by its owner only, unless there
    is one."""
    if path.exists():
        return
    text = (
        "# Written by script/server for this machine. What else can be set: .env.example\n"
        f"SECRET_KEY={secrets.token_urlsafe(64)}\n"
        "# For the demo only: its staff walk in with a password. Real staff: delete this line.\n"
        "SECOND_FACTOR_REQUIRED=false\n"
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _require_free_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "is in use (is Frivillig already running?)" if taken else "is not for us"
            raise base.Stop(
                f"Port {port} {reason}. Stop the program that uses it, or choose another port: "
                f"script/server --port {max(port, 8000) + 1}"
            ) from error
