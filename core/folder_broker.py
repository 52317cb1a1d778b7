"""The broker without a server: kombu's folder of files, which no broken file can stop.

Kombu writes a wake-up straight into the folder that is polled, and ends the worker when it cannot
read one: a sender that is killed between creating and writing, a full disk or a reader that is
quicker than the writer leave an empty or half a file. Here a file appears when it is whole, and
what cannot be read is thrown away: the rows are the truth, and the sweep wakes again.

    broker_url = "filesystem://"          # after `install()`, see frivillig/celery.py
"""

import fcntl
import tempfile
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

import structlog
from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

log = structlog.get_logger(__name__)


def install():
    """Let `filesystem://` mean this transport, in workers and in who wakes them."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"


class Channel(filesystem.Channel):
    """Reads and writes the folder; a broken file costs a line in the log."""

    def _put(self, queue, payload, **kwargs):
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out, name), payload)

    def _get(self, queue):
        while True:
            try:
                return super()._get(queue)  # it has removed the file before it reads what it says
            except ValueError:
                log.warning("wake_up_unreadable", queue=queue)

    def get_table(self, exchange):
        try:
            return super().get_table(exchange)
        except ValueError:
            log.warning("bindings_unreadable", exchange=exchange)
            return []

    def _queue_bind(self, exchange, routing_key, pattern, queue):
        file = self._exchange_file(exchange)
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._changing_bindings():
            known = self.get_table(exchange)
            if binding not in known:
                _write_whole(file, [binding, *known])

    def _delete(self, queue, exchange, routing_key, pattern, *args, **kwargs):
        file = self._exchange_file(exchange)
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._purge(queue)
        with self._changing_bindings():
            known = self.get_table(exchange)
            if binding in known:
                _write_whole(file, [other for other in known if other != binding])

    @contextmanager
    def _changing_bindings(self):
        """One process at a time; the lock goes with the process that holds it."""
        self.control_folder.mkdir(exist_ok=True)
        with (self.control_folder / "lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    Channel = Channel


def _write_whole(file, content):
    """Write JSON so that whoever looks finds all of it or nothing. Raises ChannelError."""
    draft = None
    try:
        with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=".", delete=False) as out:
            draft = Path(out.name)
            out.write(dumps(content))
        draft.replace(file)
    except OSError as error:
        if draft is not None:
            with suppress(OSError):
                draft.unlink()
        raise ChannelError(f"Cannot write {file}") from error
