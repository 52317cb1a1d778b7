"""Delivery against a real SMTP server on loopback that can refuse, stumble and hang up."""

import socket
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings

from core import delivery, mail
from core.models import Message, MessageState

pytestmark = pytest.mark.usefixtures("kinds_of_tests")

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def write(name):
    return mail.send("tests.letter", to=mail.Recipient(f"{name}@example.dk", name), key=name)


def outcome(message):
    return Message.objects.values_list("state", "last_error").get(pk=message.pk)


def test_mails_go_to_one_person_each_over_one_connection(db, office):
    for name in ("anna", "bo", "carl"):
        write(name)
    assert delivery.deliver() == 3
    assert office.connections == 1
    assert sorted(letter["To"] for letter in office.letters) == [
        "anna <anna@example.dk>",
        "bo <bo@example.dk>",
        "carl <carl@example.dk>",
    ]


def test_mail_arrives_whole(db, office):
    message = mail.send("tests.letter", to=mail.Recipient("ase@example.dk", "Åse"))
    delivery.deliver()
    (letter,) = office.letters
    assert letter["Message-ID"] == message.message_id
    assert letter["Subject"] == "Hej Åse"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["From"].addresses[0].addr_spec == django_settings.DEFAULT_FROM_EMAIL
    parts = [part.get_content_type() for part in letter.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]


def test_server_that_is_down_costs_nobody_the_mail(db, office, clock):
    office.stop()
    messages = [write("anna"), write("bo")]
    assert delivery.deliver() == 0
    assert outcome(messages[0]) == (MessageState.WAITING, "mail server down")
    assert outcome(messages[1]) == (MessageState.WAITING, "")
    assert Message.objects.get(pk=messages[1].pk).attempts == 0
    assert Message.objects.get(pk=messages[0].pk).not_before >= NOW + timedelta(seconds=60)


def test_recipient_refused_for_good_has_failed_and_the_others_go(db, office):
    office.rcpt["anna@example.dk"] = "550 No such person, Anna Hansen"
    refused, taken = write("anna"), write("bo")
    assert delivery.deliver() == 1
    assert outcome(refused) == (MessageState.FAILED, "SMTP 550")
    assert outcome(taken) == (MessageState.SENT, "")


def test_content_refused_for_good_has_failed(db, office):
    office.data["anna@example.dk"] = "554 Spam"
    refused = write("anna")
    assert delivery.deliver() == 0
    assert outcome(refused) == (MessageState.FAILED, "SMTP 554")


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_recipient_put_off_is_tried_again(db, office, clock, stage):
    getattr(office, stage)["anna@example.dk"] = "451 Greylisted"
    put_off, taken = write("anna"), write("bo")
    assert delivery.deliver() == 1
    assert outcome(put_off) == (MessageState.WAITING, "SMTP 451")
    assert outcome(taken) == (MessageState.SENT, "")
    getattr(office, stage).clear()
    assert delivery.deliver() == 0  # not yet
    clock.shift(timedelta(minutes=2))
    assert delivery.deliver() == 1
    assert outcome(put_off) == (MessageState.SENT, "")


def test_server_that_closes_the_connection_loses_nothing(db, office):
    office.rcpt["anna@example.dk"] = "421 Closing"
    put_off, taken = write("anna"), write("bo")
    assert delivery.deliver() == 1
    assert outcome(put_off) == (MessageState.WAITING, "SMTP 421")
    assert outcome(taken) == (MessageState.SENT, "")
    assert office.connections == 2


def test_server_that_hangs_up_after_the_text_gets_it_again_with_the_same_id(db, office, clock):
    office.hang_up_after_data.add("anna@example.dk")
    message = write("anna")
    assert delivery.deliver() == 0
    assert outcome(message)[0] == MessageState.WAITING
    clock.shift(timedelta(minutes=2))
    assert delivery.deliver() == 1
    assert [letter["Message-ID"] for letter in office.letters] == [message.message_id] * 2


def test_server_that_hangs_up_half_way_gets_it_again_and_the_others_go(db, office, clock):
    office.hang_up_at_rcpt.add("anna@example.dk")
    put_off, taken = write("anna"), write("bo")
    assert delivery.deliver() == 1
    assert outcome(put_off)[0] == MessageState.WAITING
    assert outcome(taken) == (MessageState.SENT, "")
    clock.shift(timedelta(minutes=2))
    assert delivery.deliver() == 1
    assert sorted(letter["Message-ID"] for letter in office.letters) == sorted(
        [put_off.message_id, taken.message_id]
    )


def test_server_that_never_says_a_word_is_left_alone_soon(db, office, clock, settings):
    """It takes the connection and is silent: one mail finds out, the others are not tried."""
    office.stop()
    settings.EMAIL_TIMEOUT = 0.2
    messages = [write("anna"), write("bo")]
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        deaf.bind(("127.0.0.1", settings.EMAIL_PORT))
        deaf.listen(5)
        assert delivery.deliver() == 0
    assert outcome(messages[0]) == (MessageState.WAITING, "mail server down")
    assert Message.objects.get(pk=messages[1].pk).attempts == 0


@pytest.mark.parametrize("midnight", [datetime(2026, 3, 29), datetime(2026, 10, 25)], ids=str)
def test_in_the_nights_of_the_clock_change_a_mail_goes_once(db, office, midnight):
    """The sender looks every quarter of an hour, and at three the machine's clock is set back."""
    begin = midnight.replace(tzinfo=UTC) - timedelta(hours=1)
    for quarter in range(0, 24, 3):
        mail.send(
            "tests.letter",
            to=mail.Recipient(f"q{quarter}@example.dk", f"q{quarter}"),
            key=f"q{quarter}",
            not_before=begin + timedelta(minutes=15 * quarter),
        )
    for quarter in [*range(16), *range(12, 24)]:
        with time_machine.travel(begin + timedelta(minutes=15 * quarter), tick=False):
            delivery.deliver()
    assert office.subjects() == sorted(f"Hej q{quarter}" for quarter in range(0, 24, 3))


def test_server_that_never_recovers_ends_in_failure(db, office, clock):
    office.rcpt["anna@example.dk"] = "451 Later"
    message = write("anna")
    for _attempt in range(delivery.MAX_ATTEMPTS):
        delivery.deliver()
        clock.shift(timedelta(hours=8))
    assert outcome(message) == (MessageState.FAILED, "SMTP 451")
