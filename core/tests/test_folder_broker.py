"""The broker of files: a wake-up is whole or is not there, and a broken one is passed over."""

import resource
import signal
import subprocess
import sys
from queue import Empty

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

from core import folder_broker


@pytest.fixture
def folders(tmp_path):
    names = {"data_folder_in": "queue", "data_folder_out": "queue", "control_folder": "control"}
    for name in names.values():
        (tmp_path / name).mkdir(exist_ok=True)
    return {option: str(tmp_path / name) for option, name in names.items()}


@pytest.fixture
def channel(folders):
    with Connection(transport=folder_broker.Transport, transport_options=folders) as connection:
        yield connection.channel()


@pytest.fixture
def queue(tmp_path):
    return tmp_path / "queue"


@pytest.mark.parametrize("so_far", [b"", b'{"body": "W1s', b"\xff\xfe"])
def test_broken_wake_up_is_passed_over_and_gone(channel, queue, so_far):
    (queue / "0_a.mail.msg").write_bytes(so_far)
    channel._put("mail", {"a": 1})
    (queue / "9_a.mail.msg").write_bytes(so_far)
    assert channel._get("mail") == {"a": 1}
    with pytest.raises(Empty):
        channel._get("mail")
    assert list(queue.iterdir()) == []


def test_wake_up_is_another_queues_own(channel, queue):
    channel._put("mail", {"a": 1})
    with pytest.raises(Empty):
        channel._get("bulk")
    assert channel._size("mail") == 1


def test_wake_up_that_does_not_fit_leaves_nothing(folders, queue):
    """In a process of its own, whose files may not grow beyond 10 bytes."""

    def nothing_fits():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))

    write = (
        "from kombu import Connection; from core import folder_broker\n"
        f"options = {folders!r}\n"
        "line = Connection(transport=folder_broker.Transport, transport_options=options)\n"
        "line.channel()._put('mail', {'body': 'x' * 100})"
    )
    ended = subprocess.run(
        [sys.executable, "-B", "-c", write], preexec_fn=nothing_fits, capture_output=True, text=True
    )
    assert ChannelError.__name__ in ended.stderr
    assert list(queue.iterdir()) == []


def test_bindings_cut_off_are_written_anew(channel, tmp_path):
    (tmp_path / "control" / "mail.exchange").write_text("[[")
    assert channel.get_table("mail") == []
    channel._queue_bind("mail", "mail", "", "mail")
    channel._queue_bind("mail", "mail", "", "other")
    channel._queue_bind("mail", "mail", "", "mail")
    assert [row.queue for row in channel.get_table("mail")] == ["other", "mail"]
    channel._delete("other", "mail", "mail", "")
    assert [row.queue for row in channel.get_table("mail")] == ["mail"]


def test_project_uses_it():
    transport = Connection("filesystem://localhost").get_transport_cls()
    assert transport is folder_broker.Transport
