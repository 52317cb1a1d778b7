"""Run the whole site on one machine: web server, worker and the clock that starts jobs."""

import socket
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.models import Queue
from core.supervisor import Program, Supervisor, python_module


class Command(BaseCommand):
    help = (
        "Serve the site and run its jobs until Ctrl-C. A program that crashes is started "
        "again. Behind a proxy in production the three may also be run as services of their "
        "own; see docs/operations.md."
    )

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
        parser.add_argument("--port", type=int, default=8000, help="default: %(default)s")
        parser.add_argument("--workers", type=int, default=2, help="web processes, 4 threads each")

    def handle(self, *, host, port, workers, **options):
        if not _port_is_free(host, port):
            raise CommandError(
                f"Port {port} on {host} is in use. Stop the program that uses it, or choose "
                f"another port, for example --port {port + 1}."
            )
        programs = [web(host=host, port=port, workers=workers), *jobs(embedded=settings.EMBEDDED)]
        supervisor = Supervisor(programs, say=self._say)
        code = supervisor.run(
            is_ready=lambda: _answers(host, port),
            on_ready=lambda: self._say(f"Frivillig: {settings.SITE_URL}/   (Ctrl-C stops)"),
        )
        sys.exit(code)

    def _say(self, sentence):
        self.stdout.write(sentence)
        self.stdout.flush()


def web(*, host, port, workers):
    """Threads because pages wait for the database; processes because Python computes in one."""
    return Program(
        "web",
        python_module(
            "gunicorn",
            *("--bind", f"{host}:{port}"),
            *("--worker-class", "gthread", "--workers", workers, "--threads", 4),
            *("--timeout", 60, "--graceful-timeout", 10, "--keep-alive", 15),
            *("--max-requests", 5000, "--max-requests-jitter", 500),
            *("--log-level", "warning", "--no-control-socket"),
            _project() + ".wsgi",
        ),
    )


def jobs(*, embedded):
    """A worker for each queue, and the clock: inside a worker where everything is one machine.

    A queue of its own is a process of its own: a long list or a mail server that hangs never
    keeps somebody waiting who looks at the page.
    """
    celery = ("--quiet", "--app", _project())
    quiet = ("--loglevel", "WARNING")
    lean = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    programs = []
    for queue in Queue.values:
        work = ["worker", "--concurrency", 1, "--queues", queue, "--hostname", f"{queue}@%h"]
        if embedded and queue == Queue.MAIL:
            work.append("--beat")
        programs.append(
            Program(f"worker {queue}", python_module("celery", *celery, *work, *lean, *quiet))
        )
    if not embedded:
        clock = ("beat", "--pidfile", "", *quiet)
        programs.append(Program("clock", python_module("celery", *celery, *clock)))
    return programs


def _project():
    return settings.WSGI_APPLICATION.partition(".")[0]


def _port_is_free(host, port):
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _answers(host, port):
    with socket.socket(_family(host)) as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((host, port)) == 0


def _family(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET
