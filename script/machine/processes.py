"""Programs that must not outlive the script that starts them."""

import contextlib
import ctypes
import os
import signal
import subprocess

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def start(command, *, dies_with_signal=signal.SIGTERM, **options):
    """Start `command`; the kernel sends it `dies_with_signal` when this process dies."""
    parent = os.getpid()

    def in_child():
        LIBC.prctl(PR_SET_PDEATHSIG, dies_with_signal, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return subprocess.Popen([str(part) for part in command], preexec_fn=in_child, **options)


def stop(process, *, with_signal=signal.SIGTERM, seconds=15):
    """Ask `process` to stop, wait, and kill it where it does not."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(with_signal)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
