"""When messages go: quiet hours, the cap, the day's gathered mail; and what gathering promises."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core import mail as django_mail
from django.db import transaction

from core import delivery, gathering, kinds, mail, necessity, policies
from core.models import Channel, Message, MessageChoice, MessageState, User

FRIDA = mail.Recipient("frida@example.dk", "Frida Frivillig", person_id=7)
ODIN = mail.Recipient("odin@example.dk", "Odin", person_id=8)
NOON = datetime(2026, 3, 3, 11, tzinfo=UTC)  # 12 in Copenhagen


@pytest.fixture(autouse=True)
def letters(monkeypatch, settings, db):
    digest = kinds.kinds()[gathering.DIGEST]
    monkeypatch.setattr(kinds, "_kinds", {gathering.DIGEST: digest})
    settings.TEMPLATES = [
        django_settings.TEMPLATES[0]
        | {"DIRS": [*django_settings.TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]}
    ]
    make_kind("tests.nice", necessity=kinds.NICE)
    make_kind("tests.gathered", necessity=kinds.NICE, gatherable=True)
    make_kind("tests.reminder", declinable=True, gatherable=True)
    make_kind("tests.work")
    make_kind("tests.resting", rests=True)
    make_kind("tests.law", necessity=kinds.LAW)
    make_kind("tests.code", necessity=kinds.ASKED)


def make_kind(name, **values):
    """A kind whose text says its `matter`; "gone" has lost its sense, "bad" cannot be written."""

    def context(message):
        matter = message.params.get("matter", "noget")
        if matter == "gone":
            return None
        return {} if matter == "bad" else {"matter": matter}

    kinds.register(
        name,
        context=context,
        group="tests",
        placeholders=(kinds.Placeholder("matter", "", "x"),),
        **values,
    )


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def user(db):
    return User.objects.create_user("leder@example.dk")


def send(kind, to=FRIDA, **values):
    return mail.send(f"tests.{kind}", to=to, **values)


def deliver():
    """The subjects of what goes out in one run."""
    before = len(django_mail.outbox)
    delivery.deliver()
    return sorted(sent.subject for sent in django_mail.outbox[before:])


def fresh(message):
    return Message.objects.get(pk=message.pk)


# --- Quiet hours ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("local", "quiet"),
    [((20, 59), False), ((21, 0), True), ((23, 59), True), ((7, 59), True), ((8, 0), False)],
)
def test_quiet_hours_are_those_of_copenhagen(clock, local, quiet):
    hour, minute = local
    assert necessity.is_quiet(datetime(2026, 3, 3, hour - 1, minute, tzinfo=UTC)) is quiet
    assert necessity.is_quiet(datetime(2026, 7, 3, hour - 2, minute, tzinfo=UTC)) is quiet


@pytest.mark.parametrize(
    ("before", "morning"),
    [
        # The night to 29 March is an hour shorter, the night to 25 October an hour longer.
        (datetime(2026, 3, 28, 21, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        (datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        (datetime(2026, 3, 3, 22, tzinfo=UTC), datetime(2026, 3, 4, 7, tzinfo=UTC)),
    ],
)
def test_quiet_hours_end_at_eight_also_when_the_clock_changes(db, before, morning):
    assert necessity.quiet_ends(before) == morning
    assert necessity.is_quiet(morning - timedelta(seconds=1))
    assert not necessity.is_quiet(morning)


@pytest.mark.parametrize(
    ("kind", "goes"),
    [
        ("nice", False),
        ("reminder", False),
        ("resting", False),
        ("work", True),
        ("law", True),
        ("code", True),
    ],
)
def test_at_night_what_can_wait_rests(clock, kind, goes):
    clock.move_to(datetime(2026, 3, 3, 22, tzinfo=UTC))
    send(kind)
    assert bool(deliver()) is goes
    assert delivery.wake_if_due() is False
    clock.move_to(datetime(2026, 3, 4, 7, tzinfo=UTC))
    assert bool(deliver()) is not goes


def test_what_is_urgent_does_not_rest(clock):
    clock.move_to(datetime(2026, 3, 3, 22, tzinfo=UTC))
    send("reminder", urgent=True)
    assert deliver() == ["Om noget"]


def test_no_quiet_hours_where_beginning_and_end_are_the_same(clock, user):
    policies.set(necessity.QUIET_UNTIL, 21, by=user)
    clock.move_to(datetime(2026, 3, 3, 22, tzinfo=UTC))
    assert not necessity.is_quiet(datetime(2026, 3, 3, 22, tzinfo=UTC))


def test_at_night_no_phone_rings(clock):
    night = datetime(2026, 3, 3, 22, tzinfo=UTC)
    message = send("work")
    message.channel = Channel.SMS
    assert necessity.rests(message, night)
    assert not necessity.rests(message, NOON)
    message.priority = kinds.URGENT
    assert not necessity.rests(message, night)


# --- The cap -------------------------------------------------------------------------------


def test_cap_counts_what_is_nice_and_nothing_else(clock):
    for number in range(5):
        send("nice", matter=f"nr. {number}")
        send("work")
    assert len([subject for subject in deliver() if "nr." in subject]) == 3
    waiting = Message.objects.filter(state=MessageState.WAITING)
    assert set(waiting.values_list("reason", "attempts")) == {("capped", 0)}


def test_above_the_cap_waits_until_the_week_has_room(clock):
    for number in range(3):
        send("nice", matter=f"nr. {number}")
    deliver()
    clock.shift(timedelta(days=2))
    late = send("nice", matter="nr. 4")
    assert deliver() == []
    assert fresh(late).not_before == NOON + necessity.WEEK
    clock.move_to(NOON + necessity.WEEK)
    assert deliver() == ["Om nr. 4"]


def test_above_the_cap_is_let_go_after_two_weeks(clock, user):
    policies.set(necessity.WEEKLY_CAP, 1, by=user)
    message = send("nice", matter="gammel")
    Message.objects.update(created_at=NOON - timedelta(days=15))
    send("nice", matter="ny")
    Message.objects.filter(pk=message.pk).update(priority=-10)
    assert deliver() == ["Om ny"]
    assert (fresh(message).state, fresh(message).reason) == (MessageState.SKIPPED, "capped")


def test_cap_is_each_persons_own(clock):
    for number in range(3):
        send("nice", matter=f"nr. {number}")
    send("nice", to=ODIN, matter="til Odin")
    assert "Om til Odin" in deliver()


# --- Gathering -----------------------------------------------------------------------------


def test_what_is_nice_waits_for_the_days_hour_and_is_gathered(clock):
    first, second = send("gathered", matter="fest"), send("gathered", matter="tur")
    assert deliver() == []
    clock.move_to(datetime(2026, 3, 4, 9, tzinfo=UTC))
    assert deliver() == ["2 beskeder til dig fra Kommunen"]
    digest = Message.objects.get(kind=gathering.DIGEST)
    assert {fresh(first).digest_id, fresh(second).digest_id} == {digest.pk}
    assert {fresh(row).state for row in (first, second, digest)} == {MessageState.SENT}
    assert {fresh(first).sent_at, fresh(second).sent_at} == {digest.sent_at}
    assert (fresh(first).subject, fresh(first).attempts) == ("Om fest", 1)
    assert "Det handler om fest." in django_mail.outbox[-1].body
    assert "Det handler om tur." in django_mail.outbox[-1].body
    assert deliver() == []


def test_one_alone_goes_as_itself(clock):
    send("gathered", matter="fest")
    clock.move_to(datetime(2026, 3, 4, 9, tzinfo=UTC))
    assert deliver() == ["Om fest"]


def test_what_the_work_needs_is_not_held_and_takes_along_what_is(clock):
    send("gathered", matter="fest")
    send("reminder", matter="vagt")
    assert deliver() == ["2 beskeder til dig fra Kommunen"]


def test_gathering_can_be_set_off(clock, user):
    policies.set(necessity.GATHER, necessity.GATHER_NOTHING, by=user)
    send("gathered", matter="fest")
    send("reminder", matter="vagt")
    assert deliver() == ["Om fest", "Om vagt"]


def test_gathering_can_leave_reminders_alone(clock, user):
    policies.set(necessity.GATHER, necessity.GATHER_NICE, by=user)
    send("reminder", matter="a")
    send("reminder", matter="b")
    assert deliver() == ["Om a", "Om b"]


def test_not_gathered_across_people_addresses_or_languages(clock):
    send("reminder", matter="a")
    send("reminder", to=ODIN, matter="b")
    send("reminder", to=mail.Recipient("anden@example.dk", "Frida", person_id=7), matter="c")
    assert deliver() == ["Om a", "Om b", "Om c"]


def test_not_gathered_where_the_person_wants_it_another_way(clock):
    MessageChoice.objects.create(person_id=7, group="tests", wish="none")
    send("reminder", matter="a")
    send("reminder", matter="b")
    assert deliver() == []
    assert not Message.objects.filter(kind=gathering.DIGEST).exists()


def test_gathered_mail_counts_as_one_under_the_cap(clock):
    for day in range(3):
        clock.move_to(datetime(2026, 3, 4 + day, 9, tzinfo=UTC))
        send("gathered", matter="a")
        send("gathered", matter="b")
        assert deliver() == ["2 beskeder til dig fra Kommunen"]
    found = necessity.full_for({7}, NOON + timedelta(days=4))
    assert (found.counts, set(found)) == ({7: 3}, {7})


def test_moot_and_broken_do_not_stop_the_others(clock):
    rows = {matter: send("reminder", matter=matter) for matter in ("a", "b", "gone", "bad")}
    assert deliver() == ["2 beskeder til dig fra Kommunen"]
    assert fresh(rows["a"]).state == MessageState.SENT
    assert (fresh(rows["gone"]).state, fresh(rows["gone"]).reason) == ("skipped", "moot")
    bad = fresh(rows["bad"])
    assert (bad.state, bad.digest_id, "KeyError" in bad.last_error) == ("waiting", None, True)


def test_gathered_mail_that_lost_all_its_sense_is_skipped(clock):
    rows = [send("reminder", matter="gone") for _number in range(2)]
    assert deliver() == []
    assert {fresh(row).state for row in rows} == {MessageState.SKIPPED}
    assert Message.objects.get(kind=gathering.DIGEST).state == MessageState.SKIPPED


def test_sender_that_dies_leaves_nothing_lost_and_nothing_twice(clock):
    """Killed after the mail was handed over and before that was written down."""
    rows = [send("reminder", matter=matter) for matter in "ab"]
    gathering.gather(NOON)
    (lost,) = delivery.claim_batch()
    assert {fresh(row).state for row in rows} == {MessageState.WAITING}
    assert deliver() == []  # the lease holds
    clock.shift(delivery.LEASE + timedelta(seconds=1))
    assert deliver() == ["2 beskeder til dig fra Kommunen"]
    assert django_mail.outbox[-1].extra_headers["Message-ID"] == lost.message_id
    assert {fresh(row).state for row in rows} == {MessageState.SENT}
    delivery._close(lost, state=MessageState.FAILED)  # the dead one wakes: it owns nothing
    assert {fresh(row).state for row in rows} == {MessageState.SENT}


def test_gathered_mail_that_fails_lets_its_messages_go_alone(clock):
    rows = [send("reminder", matter=matter) for matter in "ab"]
    gathering.gather(NOON)
    (digest,) = delivery.claim_batch()
    delivery._close(digest, state=MessageState.FAILED)
    assert {(fresh(row).digest_id, fresh(row).state) for row in rows} == {(None, "waiting")}
    assert deliver() == ["Om a", "Om b"]


def test_what_hangs_on_a_mail_that_somebody_else_ended_goes_alone(clock):
    [send("reminder", matter=matter) for matter in "ab"]
    gathering.gather(NOON)
    Message.objects.filter(kind=gathering.DIGEST).update(state=MessageState.SKIPPED)
    assert deliver() == ["Om a", "Om b"]


def test_row_that_another_sender_has_claimed_is_not_gathered(clock):
    """Two senders at once: the claim and the gathering are both conditional."""
    first, second = send("reminder", matter="a"), send("reminder", matter="b")
    waiting = [fresh(first), fresh(second)]
    Message.objects.filter(pk=first.pk).update(
        state=MessageState.SENDING,
        lease_token="12345678-1234-5678-1234-567812345678",
        lease_until=NOON + timedelta(minutes=3),
    )
    with transaction.atomic():
        assert gathering._together(waiting, NOON) == 0
    assert not Message.objects.filter(kind=gathering.DIGEST).exists()
    assert fresh(second).digest_id is None


def test_delivery_without_anything_to_send_costs_five_queries(clock, django_assert_num_queries):
    with django_assert_num_queries(1 + 2 + 2):  # policies, gathering, claiming
        delivery.deliver()
