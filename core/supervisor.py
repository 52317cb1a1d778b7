"""Keep a few programs running: start them, start a crashed one again, stop them all.

Used by `manage.py serve`. Nothing stays behind: the programs are told to stop when the
supervisor stops, and the kernel tells them when it is killed (Linux, PR_SET_PDEATHSIG).
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field

PR_SET_PDEATHSIG = 1
STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
WATCHED_SIGNALS = STOP_SIGNALS | {signal.SIGCHLD}
LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass
class Program:
    """One program to keep running. `stop_seconds`: how long it may take to finish its work."""

    name: str
    command: list[str]
    stop_seconds: float = 15
    process: subprocess.Popen | None = field(default=None, repr=False)
    started: float = 0
    restarts: deque = field(default_factory=lambda: deque(maxlen=6), repr=False)


class Supervisor:
    """Runs programs until a stop signal or until one of them cannot stay up.

    A program that ends is started again, unless it lived less than `crash_seconds` or has
    ended more than five times in a minute: then something is wrong that a restart does not
    mend, and everything is stopped.
    """

    def __init__(self, programs, *, say, crash_seconds=2):
        self.programs = programs
        self.say = say
        self.crash_seconds = crash_seconds

    def run(self, *, is_ready=None, on_ready=None):
        """Block until stopped; return the exit code: 0 when asked to stop, 1 after a crash loop.

        `is_ready` is asked every 0.1 s until it answers True, then `on_ready` is called once.
        """
        before = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED_SIGNALS)
        waiting = is_ready is not None
        try:
            for program in self.programs:
                self._start(program)
            while True:
                received = signal.sigtimedwait(WATCHED_SIGNALS, 0.1 if waiting else 3600)
                if received and received.si_signo in STOP_SIGNALS:
                    self.say("Stopping.")
                    return 0
                if not self._restart_ended():
                    return 1
                if waiting and is_ready():
                    waiting = False
                    on_ready()
        finally:
            self._stop_all()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _start(self, program):
        supervisor = os.getpid()

        def in_child():
            # Asks the kernel for SIGTERM when the supervisor dies, however it dies.
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            signal.pthread_sigmask(signal.SIG_SETMASK, set())
            if os.getppid() != supervisor:  # it died before we asked
                os._exit(1)

        program.started = time.monotonic()
        program.process = subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops in order
            preexec_fn=in_child,
        )

    def _restart_ended(self):
        """Start again what has ended. False when a program cannot stay up."""
        for program in self.programs:
            code = program.process.poll()
            if code is None:
                continue
            now = time.monotonic()
            _kill_group(program.process.pid)  # what it may have left behind
            program.restarts.append(now)
            too_often = len(program.restarts) == 6 and now - program.restarts[0] < 60
            if now - program.started < self.crash_seconds or too_often:
                self.say(f"{program.name} cannot stay up (exit code {code}). Stopping.")
                return False
            self.say(f"{program.name} ended (exit code {code}). Starting it again.")
            self._start(program)
        return True

    def _stop_all(self):
        """TERM to all at once, KILL to the whole group of each that overstays its time."""
        running = [program for program in self.programs if program.process]
        for program in running:
            if program.process.poll() is None:
                program.process.terminate()
        begun = time.monotonic()
        for program in running:
            left = program.stop_seconds - (time.monotonic() - begun)
            try:
                program.process.wait(timeout=max(left, 0.1))
            except subprocess.TimeoutExpired:
                self.say(f"{program.name} did not stop in time and was killed.")
            _kill_group(program.process.pid)
            program.process.wait()


def _kill_group(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def python_module(name, *arguments):
    """The command that runs module `name` with this very Python."""
    return [sys.executable, "-m", name, *map(str, arguments)]
