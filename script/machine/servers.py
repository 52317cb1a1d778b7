"""Throw-away PostgreSQL and Redis for one test run: loopback only, a free port, a random
password (anyone on this machine could connect), no syncing to disk, gone afterwards.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from . import base, packages, processes

PREFIX = "frivillig-servers-"
POSTGRES_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "fatal",
    "timezone": "UTC",
}


@contextlib.contextmanager
def postgres():
    """Run a PostgreSQL of our own and yield its address for DATABASE_URL."""
    programs = packages.postgres_programs()
    with _folder() as folder:
        account = _unprivileged_account(folder)
        password = secrets.token_hex(16)
        data, password_file = folder / "data", folder / "password"
        _write_private(password_file, password, account)
        base.run(
            [
                *(programs / "initdb", "--pgdata", data, "--username", "frivillig"),
                *("--auth", "scram-sha-256", "--pwfile", password_file, "--no-sync"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8"),
            ],
            doing="Making a PostgreSQL for the tests",
            cwd=folder,
            **account,
        )
        port = _free_port()
        settings = [f"--{name}={value}" for name, value in POSTGRES_SETTINGS.items()]
        with _running(
            [programs / "postgres", "-D", data, "-p", port, *settings],
            log=folder / "log",
            port=port,
            stop_with=signal.SIGQUIT,  # at once: nothing in it is worth keeping
            **account,
        ):
            yield f"postgres://frivillig:{password}@127.0.0.1:{port}/frivillig"


@contextlib.contextmanager
def redis():
    """Run a Redis of our own, in memory, and yield its address for REDIS_URL."""
    with _folder() as folder:
        port, password = _free_port(), secrets.token_hex(16)
        settings = folder / "redis.conf"
        _write_private(
            settings,
            f"bind 127.0.0.1\nport {port}\nrequirepass {password}\n"
            f'save ""\nappendonly no\ndir {folder}\nlogfile {folder / "log"}\n',
            {},
        )
        command = [shutil.which("redis-server"), settings]
        with _running(command, log=folder / "log", port=port, stop_with=signal.SIGTERM):
            yield f"redis://:{password}@127.0.0.1:{port}/0"


@contextlib.contextmanager
def _running(command, *, log, port, stop_with, **options):
    """Run a server in a session of its own, so that Ctrl-C ends the tests first."""
    with log.open("ab") as output:
        server = processes.start(
            command,
            dies_with_signal=stop_with,
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **options,
        )
    try:
        _wait_until_it_answers(server, port, log)
        yield server
    finally:
        processes.stop(server, with_signal=stop_with)


def _wait_until_it_answers(server, port, log, *, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    last_words = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    raise base.Stop(f"{Path(server.args[0]).name} did not start. Its last words:\n{last_words}")


@contextlib.contextmanager
def _folder():
    """A temporary folder named after this process; those of dead processes are cleared away.

    It lies in the system's temporary folder because the account that runs PostgreSQL may not
    be able to look into the clone.
    """
    _clear_away_the_dead()
    path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _clear_away_the_dead():
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = path.name.removeprefix(PREFIX).partition("-")[0]
        if not Path(f"/proc/{owner}").exists():
            shutil.rmtree(path, ignore_errors=True)


def _unprivileged_account(folder):
    """PostgreSQL refuses to run as root: give `folder` to an account that it may run as."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            os.chown(folder, account.pw_uid, account.pw_gid)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise base.Stop("PostgreSQL does not run as root, and there is no account postgres or nobody.")


def _write_private(path, text, account):
    path.touch(mode=0o600)
    path.write_text(text)
    if account:
        os.chown(path, account["user"], account["group"])


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
