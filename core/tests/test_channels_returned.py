"""Mails that come back: read from a real IMAP server, counted, and harmless when forged."""

import imaplib
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core import delivery, mail
from core.channels import bounces, postbox, reach, reports, returned
from core.channels.choosing import Reach
from core.models import AddressRecord, AuditEvent, Message, MessageChoice, MessageState
from core.tests import returned_mails as made

USER, PASSWORD = "retur", "hemmelig"


@pytest.fixture(autouse=True)
def people(monkeypatch, kinds_of_tests):
    known = {1: Reach(name="Frida", email="frida@example.dk", address=("Algade 1", "5000 Odense"))}
    monkeypatch.setattr(reach, "_finders", {"reach": lambda ids: known})
    monkeypatch.setattr(bounces, "_listeners", [])
    return known


def sent(person_id=1, key=None):
    message = mail.send(
        "tests.letter", to=mail.Recipient("frida@example.dk", "Frida", person_id=person_id), key=key
    )
    delivery.deliver()
    return Message.objects.get(pk=message.pk, state=MessageState.SENT)


def take_in(content):
    report = reports.parse(content)
    return report is not None and returned.take_in(report)


# --- Reading -------------------------------------------------------------------------------


@pytest.mark.parametrize("headers_only", [True, False])
def test_delivery_report_names_the_mail_and_the_status(headers_only):
    found = reports.parse(made.bounce("<1@x.dk>", headers_only=headers_only))
    assert found == reports.Report("bounce", "<1@x.dk>", "5.1.1")


def test_complaint_names_the_mail():
    assert reports.parse(made.complaint("<1@x.dk>")) == reports.Report("complaint", "<1@x.dk>")


@pytest.mark.parametrize(
    "content",
    [
        made.answer(),
        made.bounce("<1@x.dk>", status="4.4.7", action="delayed"),
        made.bounce("<1@x.dk>", status="5.1.1", action="delivered"),
        made.bounce("<1@x.dk>", status="4.2.2"),
        made.bounce("not an id"),
        *made.HOSTILE.values(),
    ],
    ids=["answer", "delayed", "delivered", "temporary", "no id", *made.HOSTILE],
)
def test_all_else_is_no_report(content):
    assert reports.parse(content) is None


def test_reading_what_is_hostile_takes_no_time():
    started = time.process_time()
    for content in made.HOSTILE.values():
        reports.parse(content)
    assert time.process_time() - started < 1


# --- What it does --------------------------------------------------------------------------


def test_bounce_is_written_on_the_message_and_it_goes_another_way(db):
    message = sent()
    assert take_in(made.bounce(message.message_id))
    message.refresh_from_db()
    assert (message.state, message.last_error) == (MessageState.BOUNCED, "SMTP 5.1.1")
    assert delivery.deliver() == 1
    assert Message.objects.get(key=f"again:{message.pk}").state == MessageState.TO_POST


def test_same_report_twice_counts_once(db):
    message = sent()
    assert take_in(made.bounce(message.message_id))
    assert not take_in(made.bounce(message.message_id))
    assert AddressRecord.objects.get().bounces == 1
    assert Message.objects.count() == 2


def test_forged_report_changes_nothing(db):
    sent()
    before = list(Message.objects.values())
    assert not take_in(made.bounce("<forged@127.0.0.1>"))
    assert not take_in(made.complaint("<forged@127.0.0.1>"))
    assert list(Message.objects.values()) == before
    assert not AddressRecord.objects.exists()


def test_address_is_marked_after_three_and_gets_no_more_mail(db):
    for number in range(3):
        take_in(made.bounce(sent(key=f"k{number}").message_id))
    assert AddressRecord.objects.get().marked_at is not None
    message = mail.send("tests.letter", to=mail.Recipient("frida@example.dk", person_id=1))
    delivery.deliver()
    message.refresh_from_db()
    assert (message.state, message.reason) == (MessageState.TO_POST, "marked")


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1"])
def test_full_mailbox_and_unwanted_mail_do_not_blame_the_address(db, status):
    message = sent()
    assert take_in(made.bounce(message.message_id, status=status))
    assert not AddressRecord.objects.exists()


def test_complaint_declines_what_may_be_declined_once(db, monkeypatch):
    message = sent()
    monkeypatch.setattr(returned, "declinable_groups", lambda: ["news"])
    assert take_in(made.complaint(message.message_id))
    assert not take_in(made.complaint(message.message_id))
    choice = MessageChoice.objects.get()
    assert (choice.person_id, choice.group, choice.wish) == (1, "news", "none")
    assert AuditEvent.objects.filter(kind="address.complained").count() == 1


# --- A real IMAP server --------------------------------------------------------------------


class Mailbox:
    """pymap on a free port, holding one empty mailbox."""

    def __init__(self, log):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        program = Path(sys.executable).parent / "pymap"
        self.process = subprocess.Popen(
            [program, "--host", "127.0.0.1", "--port", str(self.port), "--no-tls",
             "--no-service", "admin", "--no-service", "managesieve", "dict",
             "--demo-user", USER, "--demo-password", PASSWORD],
            stdout=log, stderr=log,
        )  # fmt: skip
        self.url = f"imap://{USER}:{PASSWORD}@127.0.0.1:{self.port}/INBOX"
        self._wait()

    def _wait(self):
        pause = threading.Event()
        for _attempt in range(300):
            if self.process.poll() is not None:
                raise RuntimeError("pymap ended at once")
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                pause.wait(0.1)
        raise RuntimeError("pymap does not answer")

    def open(self):
        box = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        box.login(USER, PASSWORD)
        return box

    def put(self, *contents):
        box = self.open()
        for content in contents:
            assert box.append("INBOX", None, None, content)[0] == "OK"
        box.logout()

    def held(self):
        """The flags of every mail in the mailbox."""
        box = self.open()
        box.select("INBOX", readonly=True)
        _state, found = box.fetch("1:*", "(FLAGS)")
        box.logout()
        return [row for row in found if row]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with (tmp_path_factory.mktemp("imap") / "pymap.log").open("wb") as log:
        running = Mailbox(log)
        yield running
        running.stop()


@pytest.fixture
def mailbox(server):
    box = server.open()
    box.select("INBOX")
    box.store("1:*", "+FLAGS", r"(\Deleted)")
    box.expunge()
    box.logout()
    return server


def test_reports_are_read_from_the_mailbox_and_deleted_and_answers_stay(db, mailbox):
    message = sent()
    mailbox.put(made.bounce(message.message_id), made.answer(), made.bounce("<forged@x.dk>"))
    assert postbox.read(mailbox.url) == 1
    message.refresh_from_db()
    assert message.state == MessageState.BOUNCED
    (left,) = mailbox.held()
    assert rb"\Seen" in left
    assert postbox.read(mailbox.url) == 0


def test_hostile_mailbox_is_read_through(db, mailbox):
    message = sent()
    # What the test's own server will not even take in is left out.
    kept = {name: content for name, content in made.HOSTILE.items() if name != "nested"}
    mailbox.put(*filter(None, kept.values()))
    mailbox.put(made.bounce(message.message_id))
    assert postbox.read(mailbox.url) == 1
    assert all(rb"\Seen" in flags for flags in mailbox.held())


def test_only_so_many_mails_are_read_at_a_time(db, mailbox):
    mailbox.put(*[made.answer()] * 5)
    postbox.read(mailbox.url, most=2)
    assert sum(rb"\Seen" in flags for flags in mailbox.held()) == 2


def test_wrong_password_is_an_error_that_says_nothing(db, mailbox):
    with pytest.raises(imaplib.IMAP4.error):
        postbox.read(mailbox.url.replace(PASSWORD, "forkert"))


def test_without_a_mailbox_the_rule_does_nothing(settings):
    settings.IMAP_URL = ""
    postbox.read_returned_mail(None)
