"""The bottom of the script library: where the project is, how commands are run, how a
finished step is remembered, and how a script stops with a sentence.
"""

import contextlib
import fcntl
import hashlib
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"


class Stop(Exception):
    """Ends the script with a sentence that says what the person can do."""


def main(function):
    """Run a script's entry function; a Stop becomes its sentence and exit code 1.

    A TERM from outside ends the script as Ctrl-C does: what it started is stopped.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(function() or 0)
    except Stop as stop:
        sys.exit(f"\n{stop}")
    except KeyboardInterrupt:
        sys.exit(130)


def say(sentence):
    print(sentence, flush=True)


def run(command, *, doing, environment=None, cwd=ROOT, **options):
    """Run `command` quietly; raise Stop with the end of its output when it fails."""
    finished = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment or commands_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        **options,
    )
    if finished.returncode:
        tail = "\n".join(finished.stdout.splitlines()[-25:])
        raise Stop(
            f"{doing} failed (exit code {finished.returncode}). The command was:\n"
            f"    {shlex.join(map(str, command))}\nIts last words:\n{tail}"
        )
    return finished.stdout


def commands_environment():
    """The environment for installers: with caches of our own where HOME cannot hold them."""
    environment = dict(os.environ)
    home = Path(environment.get("HOME") or "/nonexistent")
    if not (home.is_dir() and os.access(home, os.W_OK)):
        caches = VAR / "cache"
        environment |= {
            "HOME": str(caches / "home"),
            "PIP_CACHE_DIR": str(caches / "pip"),
            "UV_CACHE_DIR": str(caches / "uv"),
            "npm_config_cache": str(caches / "npm"),
        }
        (caches / "home").mkdir(parents=True, exist_ok=True)
    return environment


@contextlib.contextmanager
def one_at_a_time():
    """Wait while another script makes this clone ready; two installers would mix their work."""
    VAR.mkdir(mode=0o700, exist_ok=True)  # the trial's database and mails come to lie in it
    with (VAR / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Stamp:
    """Remembers that a step was finished for certain inputs.

    The file lies inside what it vouches for, so that deleting the thing deletes the stamp,
    and it is written last, so that an interrupted step is done again.
    """

    def __init__(self, path, *inputs):
        self.path = path
        self.value = hashlib.sha256("\0".join(inputs).encode()).hexdigest()

    def holds(self):
        return self.path.is_file() and self.path.read_text() == self.value

    def write(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.value)


def file_hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
