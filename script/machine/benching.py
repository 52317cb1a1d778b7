"""A bench run: a database of its own around it, nothing left behind."""

import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

from . import base, packages, processes, python, servers, setup


def run(arguments):
    """Run the bench with `arguments`; return the exit code: 1 where a limit is not kept."""
    embedded = "--sqlite" in arguments
    arguments = [argument for argument in arguments if argument != "--sqlite"]
    environment = os.environ | {
        "FRIVILLIG_DOTENV": "off",
        "SECRET_KEY": "bench-only-" + "x" * 60,
        "SITE_URL": "http://127.0.0.1:8000",
        "LOG_LEVEL": "ERROR",
    }
    setup.bootstrap(dev=python.has_packages("requirements-dev.txt"))
    with contextlib.ExitStack() as running:
        if embedded:
            folder = running.enter_context(tempfile.TemporaryDirectory(prefix="frivillig-bench-"))
            environment["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
            environment["REDIS_URL"] = ""
        else:
            _ensure_servers()
            server = running.enter_context(servers.postgres()).rpartition("/")[0]
            environment["DATABASE_URL"] = f"{server}/postgres"  # initdb made this one
            environment["REDIS_URL"] = running.enter_context(servers.redis())
        return _bench(arguments, environment)


def _ensure_servers():
    missing = [] if packages.postgres_programs() else ["postgresql"]
    if not shutil.which("redis-server"):
        missing.append("redis-server")
    if missing:
        packages.Apt.here().install(missing, why="what the bench runs")


def _bench(arguments, environment):
    bench = processes.start(
        [python.PYTHON, "-m", "frivillig.bench", *arguments], cwd=base.ROOT, env=environment
    )
    try:
        return bench.wait()
    finally:
        processes.stop(bench, with_signal=signal.SIGINT)
