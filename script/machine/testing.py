"""A test run: what it needs installed, throw-away servers around it, nothing left behind."""

import contextlib
import os
import signal
import subprocess

from . import base, packages, processes, python, servers, setup

# A process for each core; tests of one file stay together, since some start servers of their own.
# In the order in which they come (conftest.py): the longest walk is one test, and begins first.
WHOLE_SUITE = ["-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder", "-q"]


def run(arguments):
    """Run the suite with pytest `arguments`; return the exit code."""
    embedded = "--sqlite" in arguments
    arguments = [argument for argument in arguments if argument != "--sqlite"]
    environment = dict(os.environ)
    own = _servers_to_start(environment, embedded=embedded)
    packages.ensure_test_programs(servers=bool(own))
    setup.bootstrap(dev=True)
    if not arguments:
        code = _check_form()
        if code:
            return code
        arguments = WHOLE_SUITE
    environment.setdefault("CHROMIUM", packages.program(packages.CHROMIUM))
    with contextlib.ExitStack() as running:
        for key, server in own.items():
            environment[key] = running.enter_context(server())
        return _pytest(arguments, environment)


def _servers_to_start(environment, *, embedded):
    """Which servers are ours to start; on the embedded default none is used at all."""
    if embedded:
        environment.pop("DATABASE_URL", None)
        environment.pop("REDIS_URL", None)
        return {}
    possible = {"DATABASE_URL": servers.postgres, "REDIS_URL": servers.redis}
    return {key: server for key, server in possible.items() if not environment.get(key)}


def _check_form():
    """ruff's rules and layout over the whole project; a second, so before everything else."""
    ruff = python.VENV / "bin" / "ruff"
    for command in ([ruff, "check", "."], [ruff, "format", "--check", "."]):
        code = subprocess.run(command, cwd=base.ROOT, check=False).returncode
        if code:
            return code
    return 0


def _pytest(arguments, environment):
    tests = processes.start(
        [python.PYTHON, "-m", "pytest", *arguments], cwd=base.ROOT, env=environment
    )
    try:
        return tests.wait()
    except KeyboardInterrupt:  # reached pytest too: let it end in its own way first
        with contextlib.suppress(subprocess.TimeoutExpired):
            tests.wait(timeout=10)
        raise
    finally:
        processes.stop(tests, with_signal=signal.SIGINT)
