"""Declining from the mail itself: headers, one click, and taking it back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from django.core import mail as outbox
from django.test import Client

from core import delivery, kinds, mail
from core.channels import reach, unsubscribe
from core.channels.choosing import Reach
from core.models import MessageChoice

FRIDA = mail.Recipient("frida@example.dk", "Frida", person_id=1)


@pytest.fixture(autouse=True)
def by_day():
    """What may be declined does not go at night."""
    with time_machine.travel(datetime(2026, 6, 3, 10, tzinfo=UTC)):
        yield


@pytest.fixture(autouse=True)
def news(monkeypatch, kinds_of_tests):
    known = {1: Reach(name="Frida", email="frida@example.dk")}
    monkeypatch.setattr(reach, "_finders", {"reach": lambda ids: known})
    monkeypatch.setattr(kinds, "_groups", {})
    mail.group("news", label="Nyt", help="Når der er nyt.")
    monkeypatch.setitem(
        kinds._kinds,
        "tests.letter",
        replace(kinds.kinds()["tests.letter"], group="news", necessity=mail.NICE, declinable=True),
    )


def send():
    mail.send("tests.letter", to=FRIDA)
    delivery.deliver()
    return outbox.outbox[-1]


def address():
    return (
        send().extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")
    )


def test_mail_that_may_be_declined_says_how(db):
    headers = send().extra_headers
    assert headers["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/afmeld/")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_mail_that_is_needed_does_not(db):
    mail.send("tests.urgent", to=FRIDA)
    message = mail.Message.objects.get()
    assert unsubscribe.headers(message) == {}


def test_looking_changes_nothing(db, client):
    page = client.get(address())
    assert page.status_code == 200
    assert not MessageChoice.objects.exists()


def test_one_click_of_a_mail_program_declines(db):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(address(), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    choice = MessageChoice.objects.get()
    assert (choice.person_id, choice.group, choice.wish) == (1, "news", "none")
    mail.send("tests.letter", to=FRIDA)
    assert delivery.deliver() == 0


def test_declining_is_taken_back_on_the_page(db, client):
    path = address()
    client.post(path, {"deed": "decline"})
    client.post(path, {"deed": "back"})
    assert not MessageChoice.objects.exists()


def test_link_that_was_made_elsewhere_opens_nothing(db, client):
    path = address()
    for wrong in (path[:-3] + "x/", "/afmeld/1/", f"/afmeld/{unsubscribe.token(1, 'gone')}/"):
        assert client.post(wrong).status_code == 404
    assert not MessageChoice.objects.exists()
