"""The fixtures of the fault tests: a workshop with workers, a web server and a mail server."""

import http.client
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from celery import Celery
from django.conf import settings as django_settings
from django.db import connection

from core import kinds, mail, wake
from core.models import Queue
from core.tests.mail_server import Office, Server
from frivillig.environment import Environment
from frivillig.tests.faults_servers import OwnPostgres, free_port, settings_of, wait_for

PATIENCE_SECONDS = 480
PAGE = "/was"  # public, from templates, with settings from the database
SLOWEST_SECONDS = 1.0


@dataclass
class Site:
    """A gunicorn on loopback."""

    port: int
    usual: float = 0.0

    def get(self, path=PAGE, timeout=120):
        """(status, seconds) of one request."""
        begun = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            line.request("GET", path)
            answer = line.getresponse()
            answer.read()
            return answer.status, time.monotonic() - begun
        except OSError:
            return 0, time.monotonic() - begun
        finally:
            line.close()

    @contextmanager
    def watched(self):
        """Ask for a page all the time; each must come, and most within a second, or within ten
        times what it took before on a machine that is slow itself: one that stands still for a
        moment is not the site that waits for a dead server. Yields the list of answers.
        """
        limit = max(SLOWEST_SECONDS, 10 * max(self.get()[1] for _time in range(3)))
        pages, stop = [], threading.Event()

        def ask():
            while not stop.wait(0.1):
                pages.append(self.get())

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            yield pages
        finally:
            stop.set()
            asking.join()
        assert {status for status, _seconds in pages} == {200}
        assert statistics.median(seconds for _status, seconds in pages) < limit


@dataclass
class Workshop:
    """A folder, an environment for processes, and those that were started in it."""

    folder: Path
    environment: dict
    office: Office
    servers: list = field(default_factory=list)
    workers: list = field(default_factory=list)
    others: list = field(default_factory=list)

    def start_worker(self, *more, preexec=None, clock=""):
        """A worker of all queues with one process, and a beat in it; `clock`: what time it thinks
        it is, and goes on from there.
        """
        number = len(self.workers)
        worker = self._start(
            f"worker{number}",
            "celery", "--app", "frivillig", "worker", "--beat",
            "--concurrency", "1", "--queues", "interactive,mail,bulk",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
            "--schedule", self.folder / f"beat{number}", "--loglevel", "INFO", *more,
            preexec_fn=preexec,
            env=self.environment | {"FAULTS_CLOCK": clock},
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def start_site(self):
        site = Site(free_port())
        self.others.append(
            self._start(
                "site",
                "gunicorn",
                "--bind",
                f"127.0.0.1:{site.port}",
                "--worker-class",
                "gthread",
                "--workers",
                "1",
                "--threads",
                "4",
                "--no-control-socket",
                "frivillig.wsgi",
            )
        )
        wait_for(lambda: site.get("/sundhed/")[0] == 200, "the site", PATIENCE_SECONDS)
        wait_for(lambda: site.get()[0] == 200, "the page", PATIENCE_SECONDS)
        return site

    def _start(self, name, module, *arguments, **options):
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", module, *map(str, arguments)],
                cwd=django_settings.BASE_DIR,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **{"env": self.environment} | options,
            )

    def kill(self, worker):
        """SIGKILL for the process and all its children at once."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def stop(self):
        for process in (*self.workers, *self.others):
            if process.poll() is None:
                self.kill(process)
        self.stop_office()

    def start_office(self, port):
        """The counting mail server; what it has taken in is kept over a stop."""
        self.servers.append(Server(self.office, hostname="127.0.0.1", port=port))
        self.servers[-1].start()

    def stop_office(self):
        """Stop the mail server and return its port."""
        server = self.servers[-1]
        if server.server is not None:
            server.stop()
        return server.port

    def empty_broker(self):
        """The broker forgets every wake-up."""
        for message in (self.folder / "broker" / "queue").glob("*.msg"):
            message.unlink()
        if self.environment["REDIS_URL"]:
            with redis.Redis.from_url(self.environment["REDIS_URL"]) as client:
                client.flushdb()

    def cut_off_wake_ups(self, queue):
        """Wake-ups that were not written to their end, first in the folder of the broker."""
        for number, so_far in enumerate(("", '{"body": "W1swXSwge30s')):
            name = f"0_{number}{time.monotonic_ns()}.{queue}.msg"
            (self.folder / "broker" / "queue" / name).write_text(so_far)

    def wake_ups_cut_off(self):
        return list((self.folder / "broker" / "queue").glob("0_*.msg"))

    def cut_off_bindings(self):
        """What the broker knows of its queues was not written to its end either."""
        for queue in Queue.values:
            (self.folder / "broker" / "control" / f"{queue}.exchange").write_text("[[")

    def ticks(self):
        """How often each worker's clock has been heard in its log."""
        return [
            log.read_text(errors="replace").count("core.run_schedule")
            for log in sorted(self.folder.glob("worker*.log"))
        ]

    def looks(self):
        """How often the newest worker has gone through the rules, by its log."""
        log = (self.folder / f"worker{len(self.workers) - 1}.log").read_text(errors="replace")
        return len(re.findall(r"core\.run_schedule\[[^]]*\] succeeded", log))

    def wait_until(self, condition, *, alive=True):
        """Ask until it is so; fail with the workers' last words if it never is, or they ended."""
        deadline, pause = time.monotonic() + PATIENCE_SECONDS, threading.Event()
        while not condition():
            ended = alive and self.workers and self.workers[-1].poll() is not None
            if time.monotonic() > deadline or ended:
                logs = sorted(self.folder.glob("*.log"))
                pytest.fail("".join(log.read_text(errors="replace")[-3000:] for log in logs))
            pause.wait(0.05)


@pytest.fixture
def database(transactional_db, tmp_path):
    """The address of a database that other processes can open: the suite's own on PostgreSQL,
    and on SQLite, where that one is open here alone, a copy of it in a file."""
    if connection.vendor == "postgresql":
        known = connection.settings_dict
        yield (
            f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST'] or '127.0.0.1'}"
            f":{known['PORT'] or 5432}/{known['NAME']}"
        )
        return
    file = tmp_path / "faults.sqlite3"
    connection.ensure_connection()
    with sqlite3.connect(file) as copy:
        connection.connection.backup(copy)
    copy.close()
    name, memory = connection.settings_dict["NAME"], connection.connection
    connection.settings_dict["NAME"], connection.connection = str(file), None
    yield f"sqlite:///{file}"
    connection.close()
    connection.settings_dict["NAME"], connection.connection = name, memory


@pytest.fixture
def broker_address():
    """The Redis that the suite was given, a database of it that nothing else uses; or none."""
    if not os.environ.get("REDIS_URL"):
        return ""
    return urlsplit(os.environ["REDIS_URL"])._replace(path="/9").geturl()


@pytest.fixture
def workshop(tmp_path, monkeypatch, database, broker_address):
    """Workers can be started, and this process wakes them as the site would."""
    options = {}
    if not broker_address:
        options = Environment.broker_options(type("NoRedis", (), {"redis_url": ""}), tmp_path)
    sender = Celery("faults", set_as_current=False)
    sender.conf.update(
        broker_url=broker_address or "filesystem://", broker_transport_options=options
    )
    monkeypatch.setattr(wake, "current_app", sender)
    monkeypatch.setattr(wake, "_broker_back_at", 0.0)
    monkeypatch.setattr(kinds, "_kinds", dict(mail.kinds()))
    mail.register("tests.letter", context=lambda message: {})
    port = free_port()
    shop = Workshop(
        tmp_path,
        os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "frivillig.tests.faults_settings",
            "DATABASE_URL": database,
            "REDIS_URL": broker_address,
            "SWEEP_SECONDS": "0.5",
            "WATCH_SECONDS": "5",
            "FAULTS_DIR": str(tmp_path),
            "FAULTS_SMTP_PORT": str(port),
        },
        Office(),
    )
    shop.start_office(port)
    if broker_address:
        shop.empty_broker()
    yield shop
    shop.stop()
    sender.close()


@pytest.fixture
def postgres_folder():
    """Where a PostgreSQL of the test's own keeps its files."""
    with tempfile.TemporaryDirectory(prefix="frivillig-faults-") as folder:
        yield Path(folder)


@pytest.fixture
def own_postgres(transactional_db, postgres_folder):
    """A PostgreSQL that may be stopped; this process too works in it while the test runs."""
    known = connection.settings_dict
    address = (
        f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}"
        f"/{known['NAME']}"
    )
    server = OwnPostgres(postgres_folder, address)
    server.start()
    server.copy()
    before = {name: known[name] for name in settings_of(server.address)}
    connection.close()
    known.update(settings_of(server.address))
    yield server
    connection.close()
    known.update(before)
    server.kill()
