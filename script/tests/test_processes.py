import os
import select
import signal
import subprocess
import sys
import tempfile

from machine import base, processes, servers

# Starts a program, says its number, and waits: killed meanwhile, it cannot tidy up.
SCRIPT = """
import signal, sys
sys.path.insert(0, sys.argv[1])
from machine import processes
print(processes.start([sys.executable, "-c", "import signal; signal.pause()"]).pid, flush=True)
signal.pause()
"""


def test_nothing_outlives_a_script_that_is_killed():
    script = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, base.ROOT / "script"], stdout=subprocess.PIPE, text=True
    )
    with script, os.fdopen(os.pidfd_open(int(script.stdout.readline()))) as started:
        script.send_signal(signal.SIGKILL)

        ended, _, _ = select.select([started], [], [], 20)

    assert ended == [started]


def test_a_program_that_does_not_stop_is_killed():
    stubborn = processes.start(
        [
            sys.executable,
            "-c",
            "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
            "print('deaf', flush=True); signal.pause()",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    with stubborn:
        assert stubborn.stdout.readline() == "deaf\n"

        processes.stop(stubborn, seconds=0.1)

    assert stubborn.returncode == -signal.SIGKILL


def test_folders_of_dead_runs_are_cleared_away(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    beyond_any = int((base.Path("/proc/sys/kernel/pid_max")).read_text()) + 1
    dead = tmp_path / f"{servers.PREFIX}{beyond_any}-abc"
    alive = tmp_path / f"{servers.PREFIX}{os.getpid()}-abc"
    dead.mkdir()
    alive.mkdir()

    with servers._folder() as ours:
        assert sorted(tmp_path.iterdir()) == sorted([alive, ours])

    assert list(tmp_path.iterdir()) == [alive]
