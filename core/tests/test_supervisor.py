"""The supervisor is tried from outside, as the process that it is: with signals and pipes."""

import os
import select
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.conf import settings

from core.management.commands import serve
from core.models import Queue

# A supervisor over one program; what is said goes to the pipe that the test reads.
SCRIPT = """
import sys
from core.supervisor import Program, Supervisor
source, crash_seconds = sys.argv[1], float(sys.argv[2])
program = Program("worker", [sys.executable, "-c", source], stop_seconds=0.5)
supervisor = Supervisor(
    [program], say=lambda sentence: print(sentence, flush=True), crash_seconds=crash_seconds
)
sys.exit(supervisor.run())
"""
WAITS = "import os, signal; os.write(1, b'%d\\n' % os.getpid()); signal.pause()"
IGNORES_TERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + WAITS
HAS_A_CHILD = "import os; os.fork();" + WAITS
CRASHES = "raise SystemExit(7)"


@contextmanager
def supervised(source, *, crash_seconds=0):
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, source, str(crash_seconds)],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield supervisor
    finally:
        supervisor.kill()
        supervisor.wait()
        supervisor.stdout.close()  # not read to its end: what was started may hold it open


def watch(pid):
    """A handle that becomes readable when process `pid`, not our child, has ended."""
    return os.fdopen(os.pidfd_open(pid))


def ended(*processes):
    """True when all these end within 20 s."""
    return all(select.select([process], [], [], 20)[0] for process in processes)


def test_a_killed_program_is_started_again():
    with supervised(WAITS) as supervisor:
        first = int(supervisor.stdout.readline())
        os.kill(first, signal.SIGKILL)

        said = supervisor.stdout.readline()
        second = int(supervisor.stdout.readline())

    assert said == "worker ended (exit code -9). Starting it again.\n"
    assert second != first


def test_a_program_that_ends_at_once_stops_everything():
    with supervised(CRASHES, crash_seconds=30) as supervisor:
        said = supervisor.stdout.readline()

        assert supervisor.wait(timeout=20) == 1
    assert said == "worker cannot stay up (exit code 7). Stopping.\n"


def test_a_program_that_keeps_ending_stops_everything():
    with supervised(CRASHES) as supervisor:
        said = supervisor.stdout.readlines()

        assert supervisor.wait(timeout=20) == 1
    assert said == [
        *["worker ended (exit code 7). Starting it again.\n"] * 5,
        "worker cannot stay up (exit code 7). Stopping.\n",
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_stops_its_programs(number):
    with supervised(WAITS) as supervisor, watch(int(supervisor.stdout.readline())) as program:
        supervisor.send_signal(number)

        assert supervisor.wait(timeout=20) == 0
        assert ended(program)


def test_a_program_that_does_not_stop_is_killed():
    with (
        supervised(IGNORES_TERM) as supervisor,
        watch(int(supervisor.stdout.readline())) as program,
    ):
        supervisor.send_signal(signal.SIGTERM)

        assert supervisor.stdout.readlines() == [
            "Stopping.\n",
            "worker did not stop in time and was killed.\n",
        ]
        assert supervisor.wait(timeout=20) == 0
        assert ended(program)


def test_what_a_program_started_is_stopped_with_it():
    with (
        supervised(HAS_A_CHILD) as supervisor,
        watch(int(supervisor.stdout.readline())) as parent,
        watch(int(supervisor.stdout.readline())) as child,
    ):
        supervisor.send_signal(signal.SIGTERM)

        assert ended(parent, child)


def test_a_killed_supervisor_leaves_no_orphan():
    with supervised(WAITS) as supervisor, watch(int(supervisor.stdout.readline())) as program:
        supervisor.send_signal(signal.SIGKILL)

        assert ended(program)


def test_each_queue_has_a_worker_of_its_own():
    workers = [program for program in serve.jobs(embedded=True) if "worker" in program.command]

    assert [
        program.command[program.command.index("--queues") + 1] for program in workers
    ] == Queue.values


def test_the_embedded_default_has_the_clock_inside_one_worker():
    programs = serve.jobs(embedded=True)

    assert [program.name for program in programs if "--beat" in program.command] == ["worker mail"]
    assert all("worker" in program.command for program in programs)


def test_with_a_broker_there_is_one_clock_beside_the_workers():
    *workers, clock = serve.jobs(embedded=False)

    assert not any("--beat" in worker.command for worker in workers)
    assert clock.command[-5:] == ["beat", "--pidfile", "", "--loglevel", "WARNING"]
