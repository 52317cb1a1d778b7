"""What one request, job or command may remember while it runs, and the id it logs under."""

import contextlib
import uuid
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Scope:
    """One unit of work: its id, whether a visitor's request started it, and its memory."""

    request_id: str
    is_request: bool
    memory: dict = field(default_factory=dict)


_current = ContextVar("core.scope", default=None)


def current():
    """The running Scope, or None outside requests, jobs and commands that opened one."""
    return _current.get()


@contextlib.contextmanager
def scope(*, is_request=False):
    """Open a scope: what `remembered` builds inside it is built once. Scopes may be nested."""
    token = _current.set(Scope(request_id=uuid.uuid4().hex, is_request=is_request))
    try:
        yield _current.get()
    finally:
        _current.reset(token)


def remembered(key, build):
    """`build()`, called once per scope and key; outside a scope called each time."""
    running = current()
    if running is None:
        return build()
    if key not in running.memory:
        running.memory[key] = build()
    return running.memory[key]


def forget(key):
    """Make the next `remembered` of this key build anew."""
    running = current()
    if running is not None:
        running.memory.pop(key, None)
