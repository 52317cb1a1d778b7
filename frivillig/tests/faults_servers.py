"""Servers of the fault tests' own, to be stopped, killed and emptied without harm to the suite."""

import contextlib
import os
import pwd
import secrets
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import redis
from machine import packages, servers

START_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition, what, seconds=START_SECONDS):
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come")
        pause.wait(0.05)


class Server:
    """A program that can be stopped and started again, on the same port and data."""

    stop_signal = signal.SIGTERM
    options = {}

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None

    def command(self):
        raise NotImplementedError

    def start(self):
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(part) for part in self.command()],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.options,
            )
        wait_for(lambda: answers(self.port), f"{type(self).__name__} on {self.port}")

    def stop(self):
        """As an administrator stops it: open connections are closed."""
        self._end(self.stop_signal)

    def kill(self):
        self._end(signal.SIGKILL)

    def _end(self, number):
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number) if number == signal.SIGKILL else (
                self.process.send_signal(number)
            )
            self.process.wait(timeout=START_SECONDS)


class OwnRedis(Server):
    def command(self):
        return ["redis-server", "--bind", "127.0.0.1", "--port", self.port, "--save", "",
                "--appendonly", "no"]  # fmt: skip

    @property
    def address(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def empty(self):
        with redis.Redis.from_url(self.address) as client:
            client.flushall()


class OwnPostgres(Server):
    """A copy of the database at `address`: its tables, and what the migrations put in them."""

    stop_signal = signal.SIGINT  # "fast": open transactions are rolled back

    def __init__(self, folder, address):
        super().__init__(folder)
        self.original, self.password = address, secrets.token_hex(16)
        self.programs = packages.postgres_programs()
        self.options = _account(folder)
        secret = folder / "password"
        secret.write_text(self.password)
        if self.options:
            os.chown(secret, self.options["user"], self.options["group"])
        self._run(
            "initdb", "--pgdata", folder / "data", "--username", "faults", "--no-sync",
            "--auth", "scram-sha-256", "--pwfile", secret, "--encoding", "UTF8",
            "--locale", "C.UTF-8", "--wal-segsize", "1",
        )  # fmt: skip

    def command(self):
        chosen = servers.POSTGRES_SETTINGS | {"shared_buffers": "32MB", "max_connections": "50"}
        settings = [f"--{name}={value}" for name, value in chosen.items()]
        return [self.programs / "postgres", "-D", self.folder / "data", "-p", self.port, *settings]

    @property
    def address(self):
        return f"postgres://faults:{self.password}@127.0.0.1:{self.port}/postgres"

    def copy(self):
        dump = self._run("pg_dump", "--no-owner", "--dbname", self.original)
        self._run(
            "psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", self.address, given=dump
        )

    def _run(self, program, *arguments, given=None):
        return subprocess.run(
            [str(self.programs / program), *map(str, arguments)],
            input=given,
            check=True,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            **(self.options if program == "initdb" else {}),
        ).stdout


def _account(folder):
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return {}
    found = pwd.getpwnam("postgres")
    os.chown(folder, found.pw_uid, found.pw_gid)
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def deaf(port):
    """A mail server that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(50)
        yield


def settings_of(address):
    """Django's entry for the database at this address, as far as it differs."""
    parts = urlsplit(address)
    return {
        "HOST": parts.hostname,
        "PORT": parts.port,
        "USER": parts.username,
        "PASSWORD": parts.password,
        "NAME": parts.path[1:],
    }


class SmallDisk:
    """A disk of its own in memory at `folder`, to be filled and freed. Mounting is root's."""

    def __init__(self, folder, megabytes=160):
        self.folder, self.megabytes = folder, megabytes

    def __enter__(self):
        size = f"size={self.megabytes}m,mode=755"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", self.folder], check=True)
        return self

    def __exit__(self, *exception):
        subprocess.run(["umount", "--lazy", self.folder], check=True)

    @property
    def _ballast(self):
        return self.folder / "ballast"

    def fill(self):
        """Take all the space that is left."""
        with contextlib.suppress(OSError), self._ballast.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def free(self):
        self._ballast.unlink()


def may_mount():
    """True if this account may mount a disk in memory."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with SmallDisk(Path(folder), megabytes=1):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False
