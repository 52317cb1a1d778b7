import subprocess
import sys

import pytest
from machine import base, packages

OLD_PYTHON = """
import os, sys
sys.version_info = (3, 9, 2)
os.environ["PATH"] = "/nonexistent"
sys.path.insert(0, sys.argv[1])
import machine
"""


def test_missing_packages_are_named_where_they_cannot_be_installed():
    visitor = packages.Apt(can_install=False)

    with pytest.raises(base.Stop) as stopped:
        visitor.install(["redis-server", "qpdf"], why="what the tests run")

    assert str(stopped.value).splitlines() == [
        "Something is missing on this machine: what the tests run. Install it and start again:",
        "    sudo apt-get update && sudo apt-get install -y --no-install-recommends "
        "redis-server qpdf",
        "(On a system without apt, install what corresponds to these Debian packages.)",
    ]


def test_a_missing_library_is_named_by_its_package(monkeypatch):
    monkeypatch.setitem(packages.WEASYPRINT, "libpango-1.0-0", "libpango-9.9.so.9")

    with pytest.raises(base.Stop, match=r"--no-install-recommends libpango-1\.0-0\n"):
        packages.ensure_libraries(packages.Apt(can_install=False))


def test_nothing_is_installed_where_nothing_is_missing():
    packages.ensure_libraries(packages.Apt(can_install=False))
    packages.ensure_test_programs(servers=False, apt=packages.Apt(can_install=False))


def test_the_embedded_default_needs_no_servers(monkeypatch):
    monkeypatch.setitem(packages.TEST_PROGRAMS, "redis-server", ("no-such-program",))
    monkeypatch.setattr(packages, "postgres_programs", lambda: None)

    packages.ensure_test_programs(servers=False, apt=packages.Apt(can_install=False))
    with pytest.raises(base.Stop, match="--no-install-recommends redis-server postgresql\n"):
        packages.ensure_test_programs(servers=True, apt=packages.Apt(can_install=False))


def test_an_old_python_is_told_what_to_install():
    """Stands in for Python 3.9, which the machine does not have: only the number is changed."""
    old = subprocess.run(
        [sys.executable, "-c", OLD_PYTHON, base.ROOT / "script"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert old.returncode == 1
    assert old.stderr.splitlines() == [
        "Frivillig needs Python 3.11 or newer; this is Python 3.9. On Debian 12 or Ubuntu:",
        "    sudo apt-get install python3.11 python3.11-venv",
    ]
