"""What the scripts know about the machine they run on. Standard library only: these modules
run before anything is installed.

Importing the package on a Python older than 3.11 starts the same script again with a newer
one from PATH, or stops with a sentence. This file must therefore parse on old Pythons.
"""

import os
import shutil
import sys

OLDEST_PYTHON = (3, 11)
RESTARTED = "FRIVILLIG_RESTARTED_PYTHON"


def _require_python():
    if sys.version_info >= OLDEST_PYTHON:
        return
    newer = [shutil.which(f"python3.{minor}") for minor in range(14, OLDEST_PYTHON[1] - 1, -1)]
    newer = [path for path in newer if path]
    if newer and RESTARTED not in os.environ:
        os.environ[RESTARTED] = "1"
        os.execv(newer[0], [newer[0], *sys.argv])
    sys.exit(
        "Frivillig needs Python 3.11 or newer; this is Python "
        f"{sys.version_info[0]}.{sys.version_info[1]}. On Debian 12 or Ubuntu:\n"
        "    sudo apt-get install python3.11 python3.11-venv"
    )


_require_python()
