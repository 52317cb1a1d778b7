"""A process that sets documents: HTML in, PDF out. Several of them share the demo's agreements.

Setting one takes some 200 ms of one core, and the demo has well over a hundred. `press_all`
starts a few of these beside the caller, by this module's own name.
"""

import base64
import json
import os
import subprocess
import sys

import django
from django.conf import settings

from core import pdf

MOST_PROCESSES = 4


def press_all(sheets):
    """PDF bytes of each (html, identifier), in order. Raises CalledProcessError if one fails."""
    sheets = list(sheets)
    processes = max(1, min(MOST_PROCESSES, len(os.sched_getaffinity(0)), len(sheets)))
    running = [_start(sheets[number::processes]) for number in range(processes)]
    pressed = [None] * len(sheets)
    for number, process in enumerate(running):
        pressed[number::processes] = _collect(process)
    return pressed


def _start(sheets):
    process = subprocess.Popen(
        [sys.executable, "-m", "frivillig.demo.press"],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    process.stdin.write(json.dumps(sheets).encode())
    process.stdin.close()
    return process


def _collect(process):
    with process.stdout as output:
        lines = output.read().splitlines()
    if process.wait():
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return [base64.b64decode(line) for line in lines]


def _work():
    for html, identifier in json.load(sys.stdin):
        content = pdf.render_html(html, identifier=identifier)
        sys.stdout.write(base64.b64encode(content).decode() + "\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frivillig.settings")
    django.setup()
    _work()
