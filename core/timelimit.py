"""How long work may take: first an exception inside it, then the end of the process.

    with timelimit.limit(60):
        work()              # TimeUp is raised in it after 60 seconds
        timelimit.again(60) # … counted anew from here

A worker that hangs in a library that never comes back cannot be asked: there the process ends
(`end_process`, set in worker processes only), and the row's lease lets another one go on.
"""

import faulthandler
import signal
import sys
import threading
from contextlib import contextmanager

RING_AGAIN_SECONDS = 5
GRACE_SECONDS = 30

end_process = False


class TimeUp(BaseException):
    """The work has had its time. No ordinary exception: a loop that goes on after every
    `Exception` must not go on after this."""


@contextmanager
def limit(seconds):
    """Raise TimeUp in the block after `seconds`. Only the main thread can be interrupted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    try:
        again(seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if end_process:
            faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


def again(seconds):
    """Count anew; nothing outside `limit`."""
    if signal.getsignal(signal.SIGALRM) is not _ring:
        return
    signal.setitimer(signal.ITIMER_REAL, seconds, RING_AGAIN_SECONDS)
    if end_process:  # files and lines, no values: it may be read by anybody
        faulthandler.dump_traceback_later(seconds + GRACE_SECONDS, exit=True, file=sys.__stderr__)


def _ring(number, frame):
    raise TimeUp
