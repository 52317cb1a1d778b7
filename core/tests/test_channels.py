"""Messages on their way: letters, text messages by a real gateway, refusals, pace."""

import io
import json
import threading
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pikepdf
import pytest
import time_machine
from django.core import mail as django_mail

from core import delivery, mail, mailbody, mailbox, policies, trial
from core.channels import bounces, letters, pace, reach, sms
from core.channels.choosing import Reach
from core.models import AddressRecord, Channel, DomainPace, Letter, Message, MessageState, User
from core.scope import scope

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
ADDRESS = ("Algade 1", "5000 Odense C")


@pytest.fixture(autouse=True)
def people(monkeypatch, kinds_of_tests):
    """What is known of people 1, 2, …; tests change it as a coordinator would."""
    known = {}
    monkeypatch.setattr(
        reach, "_finders", {"reach": lambda ids: {pk: known[pk] for pk in ids if pk in known}}
    )
    mail.register("tests.nice", context=lambda message: {"matter": "festen"}, necessity=mail.NICE)
    return known


@pytest.fixture(autouse=True)
def clock():
    """Noon: at night nobody's phone rings, and what is nice waits."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def write(person_id, email="", kind="tests.letter", **options):
    to = mail.Recipient(email, f"Person {person_id}", person_id=person_id)
    return mail.send(kind, to=to, **options)


def outcome(message):
    return Message.objects.values_list("state", "channel", "reason").get(pk=message.pk)


def set_policy(key, value):
    policies.set(key, value, by=User.objects.get_or_create(email="chef@example.dk")[0])


# --- Letters -------------------------------------------------------------------------------


def test_person_without_email_or_phone_gets_a_letter(db, people, clock):
    people[1] = Reach(name="Frida Frivillig", address=ADDRESS)
    message = write(1)
    assert delivery.deliver() == 1
    assert outcome(message) == (MessageState.TO_POST, Channel.LETTER, "only_way")
    letter = Letter.objects.get()
    assert (letter.name, letter.address) == ("Frida Frivillig", "Algade 1\n5000 Odense C")
    assert (letter.subject, letter.day) == ("Hej Person 1", date(2026, 3, 3))
    assert "Det handler om vagten." in letter.text
    assert list(letters.waiting()) == [letter]


def test_letters_of_a_day_are_one_pdf_with_each_its_own_page(db, people):
    for number in (1, 2, 3):
        people[number] = Reach(name=f"Person {number}", address=ADDRESS)
        write(number)
    delivery.deliver()
    content = letters.pages(list(letters.waiting()), title="Breve")
    with pikepdf.open(io.BytesIO(content)) as document:
        assert len(document.pages) == 3


def test_letter_is_written_once_when_its_sender_is_lost(db, people, clock):
    people[1] = Reach(name="Frida", address=ADDRESS)
    message = write(1)
    (claimed,) = delivery.claim_batch()
    letters.write(claimed, delivery._body(claimed), people[1])  # and here the sender is killed
    clock.shift(delivery.LEASE + timedelta(seconds=1))
    assert delivery.deliver() == 1
    assert Letter.objects.get().message == message


def test_nobody_can_be_reached_is_somebodys_task(db, people):
    people[1] = Reach(name="Frida")
    message = write(1)
    assert delivery.deliver() == 0
    assert outcome(message) == (MessageState.BY_HAND, Channel.ANY, "no_way")


def test_what_is_nice_is_let_go_where_it_costs_a_letter(db, people):
    people[1] = Reach(name="Frida", address=ADDRESS)
    message = write(1, kind="tests.nice")
    assert delivery.deliver() == 0
    assert outcome(message) == (MessageState.SKIPPED, Channel.ANY, "no_way")


def test_task_is_done_by_trying_again_when_the_address_is_known(db, people):
    people[1] = Reach(name="Frida")
    message = write(1)
    delivery.deliver()
    people[1] = Reach(name="Frida", email="frida@example.dk")
    mail.retry(message.pk)
    assert delivery.deliver() == 1
    assert django_mail.outbox[0].to == ["Person 1 <frida@example.dk>"]


# --- What is refused -----------------------------------------------------------------------


def test_mail_refused_for_good_goes_another_way(db, people, office):
    office.rcpt["frida@example.dk"] = "550 No such user"
    people[1] = Reach(name="Frida", email="frida@example.dk", address=ADDRESS)
    message = write(1, "frida@example.dk")
    assert delivery.deliver() == 1
    assert outcome(message) == (MessageState.TO_POST, Channel.LETTER, "refused")
    record = AddressRecord.objects.get()
    assert (record.address, record.bounces, record.last_status) == (
        "frida@example.dk",
        1,
        "SMTP 550",
    )


def test_mail_refused_where_nothing_else_is_known_is_a_task(db, people, office):
    office.rcpt["frida@example.dk"] = "550 No such user"
    people[1] = Reach(name="Frida", email="frida@example.dk")
    message = write(1, "frida@example.dk")
    assert delivery.deliver() == 0
    assert outcome(message) == (MessageState.BY_HAND, Channel.EMAIL, "refused")


def test_marked_address_gets_no_more_mail_until_it_is_cleared(db, people):
    people[1] = Reach(name="Frida", email="frida@example.dk")
    for _bounce in range(3):
        record = bounces.count("Frida@example.dk", status="5.1.1", person_id=1)
    assert record.marked_at is not None
    message = write(1, "frida@example.dk")
    assert delivery.deliver() == 0
    assert outcome(message)[0] == MessageState.BY_HAND
    assert django_mail.outbox == []
    bounces.clear(record, by=User.objects.create_user("chef@example.dk"))
    mail.retry(message.pk)
    assert delivery.deliver() == 1


def test_corrected_address_is_used_for_what_was_written_to_the_marked_one(db, people):
    for _bounce in range(3):
        bounces.count("old@example.dk", person_id=1)
    people[1] = Reach(name="Frida", email="new@example.dk")
    write(1, "old@example.dk")
    assert delivery.deliver() == 1
    assert django_mail.outbox[0].to == ["Person 1 <new@example.dk>"]


def test_address_is_told_of_once(db, monkeypatch):
    told = []
    monkeypatch.setattr(bounces, "_listeners", [told.append])
    for _bounce in range(5):
        bounces.count("frida@example.dk")
    assert [record.address for record in told] == ["frida@example.dk"]


# --- Text messages -------------------------------------------------------------------------


class Gateway:
    """A gateway on loopback as docs/sms-gateway.md describes it."""

    def __init__(self):
        self.answer, self.requests = 202, []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.requests.append((dict(self.headers), json.loads(body)))
                self.send_response(owner.answer)
                if owner.answer == 302:
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/messages"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def gateway(settings):
    running = Gateway()
    settings.SMS_URL, settings.SMS_TOKEN = running.url, "hemmelig"
    yield running
    running.stop()


def test_text_message_is_handed_over_whole(db, people, gateway):
    people[1] = Reach(name="Frida", phone="+4512345678")
    message = write(1)
    assert delivery.deliver() == 1
    ((headers, body),) = gateway.requests
    assert headers["Authorization"] == "Bearer hemmelig"
    assert headers["Idempotency-Key"] == message.message_id
    assert (body["to"], body["sender"]) == ("+4512345678", "Kommunen")
    assert body["text"].startswith("Hej Person 1\n\nKære Person 1,")
    assert outcome(message) == (MessageState.SENT, Channel.SMS, "only_way")


def test_number_that_is_refused_for_good_gets_a_letter(db, people, gateway):
    gateway.answer = 422
    people[1] = Reach(name="Frida", phone="+4512345678", address=ADDRESS)
    message = write(1)
    delivery.deliver()
    assert outcome(message) == (MessageState.TO_POST, Channel.LETTER, "refused")


@pytest.mark.parametrize("answer", [500, 502, 429, 401, 302])
def test_gateway_that_stumbles_gets_it_again_with_the_same_key(db, people, gateway, clock, answer):
    gateway.answer = answer
    people[1] = Reach(name="Frida", phone="+4512345678")
    message = write(1)
    assert delivery.deliver() == 0
    assert outcome(message)[0] == MessageState.WAITING
    gateway.answer = 200
    clock.shift(timedelta(minutes=2))
    assert delivery.deliver() == 1
    assert len({headers["Idempotency-Key"] for headers, _body in gateway.requests}) == 1


def test_gateway_that_is_gone_stops_no_mail(db, people, gateway):
    gateway.stop()
    people[1] = Reach(name="Frida", phone="+4512345678")
    people[2] = Reach(name="Bo", phone="+4512345679")
    people[3] = Reach(name="Carl", email="carl@example.dk")
    waiting = [write(1), write(2)]
    write(3, "carl@example.dk")
    assert delivery.deliver() == 1
    assert {outcome(message)[0] for message in waiting} == {MessageState.WAITING}


def test_long_text_is_cut_at_a_line():
    plain = "\n".join(["En linje tekst"] * 100)
    text = sms.text_of(mailbody.Body("Emne", "", "", "", plain=plain))
    assert len(text) <= sms.LONGEST
    assert text.endswith("En linje tekst…")


def test_trial_site_shows_text_messages_in_its_letter_box(db, people, settings, tmp_path):
    settings.EMBEDDED, settings.EMAIL_BACKEND = True, trial.FILE_BACKEND
    settings.EMAIL_FILE_PATH = str(tmp_path)
    people[1] = Reach(name="Frida", phone="+4512345678")
    write(1)
    assert delivery.deliver() == 1
    (shown,) = mailbox.mails()
    assert (shown.to, "@" in shown.sender) == ("SMS +4512345678", False)
    assert "Det handler om vagten." in shown.text


# --- Pace ----------------------------------------------------------------------------------


def test_domain_that_is_full_waits_and_the_others_go(db, people, clock):
    set_policy("messages.domain_per_minute", 3)
    for number in range(5):
        write(None, f"{number}@slow.dk", key=f"s{number}")
    for number in range(3):
        write(None, f"{number}@quick.dk", key=f"q{number}")
    assert delivery.deliver() == 6
    waiting = Message.objects.filter(state=MessageState.WAITING)
    assert [row.recipient_email for row in waiting.order_by("pk")] == ["3@slow.dk", "4@slow.dk"]
    assert set(waiting.values_list("attempts", flat=True)) == {0}
    clock.shift(timedelta(minutes=1))
    assert delivery.deliver() == 2


def test_many_for_one_domain_do_not_stand_in_the_way_of_one_for_another(db, people, clock):
    set_policy("messages.domain_per_minute", 10)
    for number in range(100):
        write(None, f"{number}@slow.dk", key=f"s{number}")
    write(None, "one@quick.dk", key="q")
    assert delivery.deliver() == 11
    assert Message.objects.get(key="q").state == MessageState.SENT
    assert DomainPace.objects.get(domain="slow.dk").used == 10


def test_without_a_limit_the_pace_costs_nothing(db, django_assert_num_queries):
    with scope():
        policies.get("municipality.name")
        with django_assert_num_queries(0):
            assert pace.within([]) == ([], [], set())
