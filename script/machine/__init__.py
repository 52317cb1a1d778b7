"""What the scripts know about the machine they run on. Standard library only: these modules
run before anything is installed.

Importing the package on a Python older than 3.11 starts the same script again with a newer
one from PATH, or stops with a sentence. This file must therefore parse on old Pythons.
"""

import os
import shutil
import subprocess
import sys

OLDEST_PYTHON = (3, 11)


def _require_python():
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in range(14, OLDEST_PYTHON[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        # Asked first, because a version manager's stand-in may be there without a Python.
        if newer and not subprocess.call([newer, "-c", ""], stderr=subprocess.DEVNULL):
            os.execv(newer, [newer, *sys.argv])
    sys.exit(
        "Frivillig needs Python 3.11 or newer; this is Python "
        f"{sys.version_info[0]}.{sys.version_info[1]}. On Debian 12 or Ubuntu:\n"
        "    sudo apt-get install python3.11 python3.11-venv"
    )


_require_python()
