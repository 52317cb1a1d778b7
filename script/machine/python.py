"""The virtual environment and what is installed in it, from pins with hashes."""

import os
import shutil
import subprocess
import sys

from . import base, packages

VENV = base.ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def ensure_packages(*files):
    """Make the virtual environment and install requirement `files`, each once per content."""
    ensure_venv()
    for name in files:
        stamp = _stamp(name)
        if not stamp.holds():
            base.say(f"Installing what {name} pins")
            command = [*_installer(), "--require-hashes", "-r", base.ROOT / name]
            base.run(command, doing=f"Installing {name}")
            stamp.write()


def has_packages(name):
    """True if what the requirement file `name` pins is installed as it stands."""
    return _venv_works() and _stamp(name).holds()


def ensure_venv():
    """Make .venv unless it is there and its Python still runs."""
    if _venv_works():
        return
    base.say("Making the virtual environment .venv")
    uv = shutil.which("uv")
    if uv:
        command = [uv, "venv", "--clear", "--python", sys.executable, VENV]
    else:
        packages.ensure_venv_module()
        command = [sys.executable, "-m", "venv", "--clear", VENV]
    base.run(command, doing="Making the virtual environment")


def _venv_works():
    if not PYTHON.exists():
        return False
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", check], check=False).returncode == 0


def _installer():
    """uv where there is one (ten times faster), else the environment's own pip."""
    uv = shutil.which("uv", path=f"{os.environ.get('PATH', '')}{os.pathsep}{VENV / 'bin'}")
    if uv:
        return [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", PYTHON]
    return [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def _stamp(name):
    return base.Stamp(VENV / "stamps" / name, base.file_hash(base.ROOT / name))


def site_packages():
    """The folder of .venv that installed packages lie in."""
    return next((VENV / "lib").glob("python3*/site-packages"))
