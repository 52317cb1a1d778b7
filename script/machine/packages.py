"""The operating system's packages: found, installed with apt where that is possible, or
named in a sentence that says exactly what to install.
"""

import ctypes
import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import base

WEASYPRINT = {
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
TEST_PROGRAMS = {
    "redis-server": ("redis-server",),
    "chromium": CHROMIUM,
    "poppler-utils": ("pdffonts",),
    "qpdf": ("qpdf",),
}


@dataclass(frozen=True)
class Apt:
    """What this user can do with the operating system's packages here."""

    can_install: bool

    @classmethod
    def here(cls):
        return cls(can_install=os.geteuid() == 0 and shutil.which("apt-get") is not None)

    def install(self, names, *, why):
        """Install packages `names`; raise Stop with the command to run where we cannot."""
        listed = " ".join(names)
        if not self.can_install:
            raise base.Stop(
                f"Something is missing on this machine: {why}. Install it and start again:\n"
                f"    sudo apt-get update && sudo apt-get install -y --no-install-recommends "
                f"{listed}\n(On a system without apt, install what corresponds to these "
                f"Debian packages.)"
            )
        base.say(f"Installing {listed} (apt-get)")
        environment = base.commands_environment() | {
            "DEBIAN_FRONTEND": "noninteractive",
            "RUNLEVEL": "1",  # services are not started by being installed
        }
        command = ["apt-get", "install", "-y", "--no-install-recommends", *names]
        try:
            base.run(command, doing="apt-get install", environment=environment)
        except base.Stop:  # no package lists yet, or old ones
            base.run(["apt-get", "update"], doing="apt-get update", environment=environment)
            base.run(command, doing="apt-get install", environment=environment)


def ensure_libraries(apt=None):
    """The libraries that WeasyPrint loads to draw a PDF."""
    missing = [name for name, library in WEASYPRINT.items() if not _loads(library)]
    if missing:
        (apt or Apt.here()).install(missing, why="the libraries that draw the agreements as PDF")


def ensure_venv_module(apt=None):
    """Debian keeps the part of Python that makes virtual environments in its own package."""
    if importlib.util.find_spec("ensurepip") is None:
        (apt or Apt.here()).install(["python3-venv"], why="Python's venv module")


def ensure_test_programs(*, servers, apt=None):
    """What the tests run beside Python: Chromium, PDF checkers and, if `servers`, the servers."""
    missing = [name for name, programs in TEST_PROGRAMS.items() if not program(programs)]
    if not servers and "redis-server" in missing:
        missing.remove("redis-server")
    if servers and postgres_programs() is None:
        missing.append("postgresql")
    if missing:
        (apt or Apt.here()).install(missing, why="what the tests run")


def program(names):
    """The path of the first of these programs that is on PATH, or None."""
    return next(filter(None, map(shutil.which, names)), None)


def postgres_programs():
    """The folder with initdb and postgres of the newest PostgreSQL here (15+), or None."""
    debian = Path("/usr/lib/postgresql")
    versions = [folder for folder in debian.glob("*") if folder.name.isdigit()]
    for version in sorted(versions, key=lambda folder: int(folder.name), reverse=True):
        if int(version.name) >= 15 and (version / "bin" / "initdb").exists():
            return version / "bin"
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _loads(library):
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
