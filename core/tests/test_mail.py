"""The outbox: written once in the causing transaction, rendered and sent later, to one person."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from django.core import mail as django_mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core import delivery, mail, mailbody
from core.models import Message, MessageState, User
from core.models.message import MESSAGE_STATES

pytestmark = pytest.mark.usefixtures("kinds_of_tests")

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
FRIDA = mail.Recipient("frida@example.dk", "Frida Frivillig")


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def deliver_one():
    """Send, and return the one mail that went out as its program would read it."""
    assert delivery.deliver() == 1
    return django_mail.outbox[-1]


def fresh(message):
    return Message.objects.get(pk=message.pk)


# --- Writing -------------------------------------------------------------------------------


def test_send_writes_a_row_and_sends_nothing(db):
    about = User.objects.create_user("about@example.dk")
    message = mail.send("tests.letter", to=FRIDA, about=about, matter="festen")
    assert (message.state, message.recipient_email, message.about_type, message.about_id) == (
        MessageState.WAITING,
        "frida@example.dk",
        "core.user",
        about.pk,
    )
    assert message.params == {"matter": "festen"}
    assert message.message_id.endswith("@127.0.0.1>")
    assert list(Message.objects.about(about)) == [message]
    assert django_mail.outbox == []


def test_send_twice_with_one_key_writes_one(db):
    first = mail.send("tests.letter", to=FRIDA, key="letter:1")
    second = mail.send("tests.letter", to=FRIDA, key="letter:1")
    assert first.pk == second.pk
    assert Message.objects.count() == 1


def test_send_without_a_key_writes_each(db):
    mail.send("tests.letter", to=FRIDA)
    mail.send("tests.letter", to=FRIDA)
    assert Message.objects.count() == 2


@pytest.mark.parametrize(("key", "queries"), [("letter:1", 2), (None, 1)])
def test_send_costs_at_most_two_queries(db, django_assert_num_queries, key, queries):
    with django_assert_num_queries(queries):
        mail.send("tests.letter", to=FRIDA, key=key)


def test_send_rolls_back_with_its_cause(db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        mail.send("tests.letter", to=FRIDA, key="letter:1")
        raise ZeroDivisionError
    assert not Message.objects.exists()


@pytest.mark.parametrize("address", ["", "not an address", "a@b@c.dk", "x\n@example.dk"])
def test_send_without_a_usable_address_is_seen_as_not_delivered(db, address):
    message = mail.send("tests.letter", to=mail.Recipient(address, "Uden Adresse"), key="k")
    assert (message.state, message.last_error) == (MessageState.FAILED, "no usable address")
    assert delivery.deliver() == 0


def test_send_of_an_unknown_kind_is_refused(db):
    with pytest.raises(KeyError):
        mail.send("tests.nothing", to=FRIDA)


def test_send_many_writes_only_the_new(db, django_assert_num_queries):
    mail.send("tests.letter", to=FRIDA, key="k0")
    drafts = [mail.Draft("tests.letter", FRIDA, key=f"k{number}") for number in range(30)]
    with django_assert_num_queries(2):
        assert mail.send_many(drafts) == 29
    assert mail.send_many(drafts) == 0
    assert Message.objects.count() == 30


def test_send_many_needs_keys(db):
    with pytest.raises(ValueError, match="key"):
        mail.send_many([mail.Draft("tests.letter", FRIDA)])


def test_one_name_is_one_kind():
    with pytest.raises(ValueError, match=r"tests\.letter"):
        mail.register("tests.letter", context=delivery.deliver)


# --- Rendering -----------------------------------------------------------------------------


def test_mail_has_text_and_html(db):
    message = mail.send("tests.letter", to=FRIDA)
    sent = deliver_one()
    assert sent.subject == "Hej Frida Frivillig"
    assert sent.to == ["Frida Frivillig <frida@example.dk>"]
    assert sent.extra_headers["Message-ID"] == message.message_id
    assert "Se aftalen: http://127.0.0.1:8000/aftaler/1/\n" in sent.body
    assert "## Det skal du gøre" in sent.body
    html = sent.alternatives[0].content
    assert '<html lang="da">' in html
    assert "Det skal du gøre</h2>" in html
    assert "Læs aftalen</li>" in html
    assert 'href="http://127.0.0.1:8000/aftaler/1/"' in html
    assert "<style" not in html
    assert 'style="' in html
    assert fresh(message).template_version


def test_mail_is_in_the_recipients_language(db):
    mail.send("tests.letter", to=mail.Recipient("f@example.dk", "Frida", "en"))
    sent = deliver_one()
    assert sent.subject == "Hello Frida"
    assert '<html lang="en">' in sent.alternatives[0].content


def test_mail_in_a_language_without_a_template_is_danish(db):
    mail.send("tests.letter", to=mail.Recipient("f@example.dk", "Frida", "so"))
    assert deliver_one().subject == "Hej Frida"


def test_mail_shows_what_people_wrote_as_text(db):
    evil = mail.Recipient("e@example.dk", '<script>alert(1)</script> & "Eve"')
    mail.send("tests.letter", to=evil, matter="Vind nu: https://evil.example/\n\nKlik her")
    sent = deliver_one()
    html = sent.alternatives[0].content
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert 'href="https://evil.example/"' not in html
    assert '<script>alert(1)</script> & "Eve"' in sent.body


@pytest.mark.parametrize(
    "name",
    ["Åse Østergård", "Eve, Adam", 'A "B" C', "Ligatur 🎉", "Ny\r\nBcc: x@example.dk", "מִרְיָם"],
)
def test_mail_takes_any_name(db, name):
    mail.send("tests.letter", to=mail.Recipient("n@example.dk", name))
    written = message_from_bytes(deliver_one().message().as_bytes(), policy=policy.default)
    assert [address.addr_spec for address in written["To"].addresses] == ["n@example.dk"]
    assert written["Bcc"] is None


def test_block_of_each_kind():
    content = "En\nTo\n- tre\n- fire\nSe: http://127.0.0.1:8000/a/\nSe: https://x.dk/\n\n## Fem"
    assert list(mailbody.blocks(content)) == [
        mailbody.Block("text", ("En", "To")),
        mailbody.Block("list", ("tre", "fire")),
        mailbody.Block("button", ("Se",), "http://127.0.0.1:8000/a/"),
        mailbody.Block("text", ("Se: https://x.dk/",)),
        mailbody.Block("heading", ("Fem",)),
    ]


# --- Delivering ----------------------------------------------------------------------------


def test_message_is_sent_once(db):
    message = mail.send("tests.letter", to=FRIDA)
    assert [delivery.deliver(), delivery.deliver()] == [1, 0]
    message = fresh(message)
    assert (message.state, message.attempts, message.sent_at is None) == (
        MessageState.SENT,
        1,
        False,
    )


def test_message_waits_for_its_time(db, clock):
    mail.send("tests.letter", to=FRIDA, not_before=NOW + timedelta(hours=1))
    assert delivery.deliver() == 0
    clock.shift(timedelta(hours=1))
    assert delivery.deliver() == 1


def test_message_that_lost_its_sense_is_skipped(db):
    message = mail.send("tests.moot", to=FRIDA)
    assert delivery.deliver() == 0
    assert fresh(message).state == MessageState.SKIPPED


@pytest.mark.parametrize("kind", ["tests.missing", "tests.headless"])
def test_message_that_cannot_be_rendered_does_not_stop_the_others(db, clock, kind):
    broken = mail.send(kind, to=FRIDA)
    whole = mail.send("tests.letter", to=FRIDA)
    assert delivery.deliver() == 1
    assert fresh(whole).state == MessageState.SENT
    for _attempt in range(5):
        clock.shift(timedelta(hours=7))
        delivery.deliver()
    assert (fresh(broken).state, fresh(broken).attempts) == (MessageState.FAILED, 5)


def about_users(context=lambda message: {"matter": mail.matter(message).name}):
    def load(messages):
        return mail.by_about(User.objects.filter(is_active=True), messages)

    matter = mail.Placeholder("matter", "Whom it is about", "Bo")
    mail.register("tests.reminder", context=context, load=load, placeholders=(matter,))


def test_what_a_batch_is_about_is_read_once(db, django_assert_num_queries):
    about_users()
    for number in range(10):
        user = User.objects.create_user(f"u{number}@example.dk", name=f"Person {number}")
        mail.send("tests.reminder", to=FRIDA, about=user)
    with django_assert_num_queries(6 + 4 + 10 + 1):
        assert delivery.deliver() == 10
    assert [f"om Person {n}." in sent.body for n, sent in enumerate(django_mail.outbox)] == [
        True
    ] * 10


def test_what_one_message_is_about_is_read_when_it_is_asked(db, django_assert_num_queries):
    about_users()
    user = User.objects.create_user("u@example.dk", name="Bo")
    message = mail.send("tests.reminder", to=FRIDA, about=user)
    with django_assert_num_queries(1):
        assert (mail.matter(message), mail.matter(message)) == (user, user)


def test_what_has_been_known_too_long_is_read_again(db, monkeypatch):
    """The first mail takes so long that what was read before it is not relied on."""
    monkeypatch.setattr(delivery, "FRESH_SECONDS", -1)

    def context(message):
        User.objects.filter(pk__gt=message.about_id).update(is_active=False)
        found = mail.matter(message)
        return None if found is None else {"matter": found.name}

    about_users(context)
    users = [User.objects.create_user(f"u{n}@example.dk", name=f"Person {n}") for n in range(2)]
    first, second = [mail.send("tests.reminder", to=FRIDA, about=user) for user in users]
    delivery.deliver()
    assert (fresh(first).state, fresh(second).state) == (MessageState.SENT, MessageState.SKIPPED)


def test_a_matter_that_cannot_be_read_stops_no_other_message(db):
    def load(messages):
        raise OSError

    mail.register("tests.work", context=lambda message: {"matter": mail.matter(message)}, load=load)
    mail.send("tests.work", to=FRIDA)
    whole = mail.send("tests.letter", to=FRIDA)
    assert delivery.deliver() == 1
    assert fresh(whole).state == MessageState.SENT


def test_what_a_lost_sender_left_goes_before_what_is_new(db, clock, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH", 1)
    lost = mail.send("tests.letter", to=FRIDA)
    delivery.claim_batch()
    mail.send("tests.urgent", to=FRIDA)
    clock.shift(delivery.LEASE + timedelta(seconds=1))
    assert delivery.claim_batch() == [lost]


def test_a_long_queue_is_read_in_order_by_its_index(db):
    Message.objects.bulk_create(
        Message(kind="tests.letter", recipient_email="x@example.dk", message_id=f"<{n}@x>")
        for n in range(2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    due = Message.objects.due(timezone.now()).filter(state=MessageState.WAITING)
    plan = delivery._first(due).explain()
    assert "message_queue" in plan
    assert "Sort" not in plan  # PostgreSQL's word
    assert "TEMP B-TREE" not in plan  # SQLite's


def test_urgent_messages_go_first(db):
    first = mail.send("tests.letter", to=FRIDA)
    urgent = mail.send("tests.urgent", to=FRIDA)
    assert delivery.claim_batch() == [urgent, first]


def test_claimed_messages_have_one_sender_until_the_lease_runs_out(db, clock):
    mail.send("tests.letter", to=FRIDA)
    (lost,) = delivery.claim_batch()
    assert delivery.claim_batch() == []
    clock.shift(delivery.LEASE + timedelta(seconds=1))
    (mine,) = delivery.claim_batch()
    delivery._close(lost, state=MessageState.FAILED)
    assert fresh(mine).lease_token == mine.lease_token
    assert mine.attempts == 2


def test_released_messages_were_not_tried(db):
    message = mail.send("tests.letter", to=FRIDA)
    delivery.release(delivery.claim_batch())
    message = fresh(message)
    assert (message.state, message.attempts) == (MessageState.WAITING, 0)


def test_run_that_is_out_of_time_gives_back_what_it_holds(db):
    mail.send("tests.letter", to=FRIDA)
    assert delivery.deliver(seconds=-1) == 0
    assert Message.objects.get().state == MessageState.WAITING


def test_sweep_wakes_a_sender_only_when_something_is_due(db, monkeypatch):
    assert not delivery.wake_if_due()


def test_delivery_of_one_mail_costs_a_fixed_number_of_queries(db, django_assert_num_queries):
    """Claiming a batch, and finding that there is no other: 6; the marks on addresses, the
    policies, the edited texts and what a gathered mail left behind 1 each; each mail: 1, its own
    commit."""
    for number in range(10):
        mail.send("tests.letter", to=FRIDA, matter=number)
    with django_assert_num_queries(6 + 4 + 10):
        delivery.deliver()


@pytest.mark.parametrize(
    "values",
    [
        {"state": "nowhere"},
        {"state": MessageState.SENDING},
        {"state": MessageState.SENT},
        {"sent_at": NOW},
        {"lease_until": NOW},
        {"channel": "pigeon"},
        {"recipient_email": ""},
        {"about_type": "core.user"},
        {"about_id": 1},
    ],
)
def test_row_refuses_what_makes_no_sense(db, values):
    whole = {"kind": "x", "recipient_email": "x@example.dk", "message_id": "<1@x>"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(**(whole | values))


def test_transitions():
    assert {
        (state, following)
        for state in MessageState
        for following in MessageState
        if MESSAGE_STATES.allows(state, following)
    } == {
        ("waiting", "sending"),
        ("waiting", "skipped"),
        ("sending", "sent"),
        ("sending", "failed"),
        ("sending", "skipped"),
        ("sending", "waiting"),
        ("sending", "sending"),
        ("sending", "to_post"),
        ("sending", "by_hand"),
        ("to_post", "sent"),
        ("to_post", "skipped"),
        ("to_post", "waiting"),
        ("by_hand", "waiting"),
        ("by_hand", "sent"),
        ("by_hand", "skipped"),
        ("sent", "bounced"),
        ("failed", "sent"),
        ("failed", "waiting"),
    }


def test_link_is_a_full_address():
    assert mail.link("core:mailbox") == "http://127.0.0.1:8000/post/"
