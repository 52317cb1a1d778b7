"""Reminders: computed from dates, sent once per recipient, matter and due day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core import jobs, kinds, mail, policies, schedule
from core.models import Job, Message, ScheduledRun, User

TODAY = date(2026, 3, 3)


@pytest.fixture(autouse=True)
def registers(monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", {})
    monkeypatch.setattr(jobs, "_rules", {})
    monkeypatch.setattr(schedule, "_reminders", {})
    monkeypatch.setattr(policies, "_register", {})
    mail.register("tests.reminder", context=lambda message: {})
    schedule.register(REMINDER)


@pytest.fixture
def people(db):
    return [User.objects.create_user(f"u{number}@example.dk") for number in range(3)]


def tomorrow_for_all(today):
    """Everybody is reminded of tomorrow; a user stands in for the matter."""
    for user in User.objects.order_by("pk"):
        recipient = mail.Recipient(user.email, person_id=user.pk)
        yield schedule.Due(recipient, user, today + timedelta(days=1), "", {"place": "Bolbro"})


REMINDER = schedule.Reminder("tests.tomorrow", kind="tests.reminder", due=tomorrow_for_all)


def test_reminder_is_written_once(people):
    assert schedule.remind(REMINDER, today=TODAY) == 3
    assert schedule.remind(REMINDER, today=TODAY) == 0
    assert Message.objects.count() == 3
    assert Message.objects.first().params == {"place": "Bolbro"}


def test_reminder_of_another_day_is_another(people):
    schedule.remind(REMINDER, today=TODAY)
    assert schedule.remind(REMINDER, today=TODAY + timedelta(days=1)) == 3


def test_reminder_reaches_who_came_later(people):
    schedule.remind(REMINDER, today=TODAY)
    User.objects.create_user("new@example.dk")
    assert schedule.remind(REMINDER, today=TODAY) == 1


@pytest.mark.parametrize("number", [1, 3, 30])
def test_reminder_costs_the_same_for_any_number(db, django_assert_num_queries, number):
    for count in range(number):
        User.objects.create_user(f"u{count}@example.dk")
    with django_assert_num_queries(4):
        schedule.remind(REMINDER, today=TODAY)
    with django_assert_num_queries(3):
        schedule.remind(REMINDER, today=TODAY)


def test_key_names_rule_matter_recipient_and_day(people):
    known = schedule.Due(mail.Recipient("u@example.dk", person_id=7), people[0], TODAY, "")
    staff = schedule.Due(mail.Recipient("u@example.dk", user=people[1]), people[0], TODAY, "")
    unknown = schedule.Due(mail.Recipient("u@example.dk"), people[0], TODAY, "")
    matter = f"core.user:{people[0].pk}"
    assert schedule.key(REMINDER, known) == f"tests.tomorrow:{matter}:7:2026-03-03"
    assert schedule.key(REMINDER, staff).endswith(f":user{people[1].pk}:2026-03-03")
    assert "u@example.dk" not in schedule.key(REMINDER, unknown)
    assert schedule.key(REMINDER, unknown) != schedule.key(REMINDER, known)


def test_two_recipients_of_one_matter_get_one_each(people):
    def both(today):
        for user in people[:2]:
            yield schedule.Due(mail.Recipient(user.email, person_id=user.pk), people[2], today, "")

    reminder = schedule.Reminder("tests.both", "tests.reminder", both)
    schedule.register(reminder)
    assert schedule.remind(reminder) == 2


def test_registered_reminder_runs_by_the_clock_and_a_second_beat_does_nothing(people):
    assert jobs.run_schedule() == ["tests.tomorrow"]
    assert jobs.run_schedule() == []
    job = Job.objects.get()
    assert jobs.run(job.pk)
    assert Message.objects.count() == 3
    assert ScheduledRun.objects.get().finished_at is not None


def test_rule_that_fails_leaves_no_half_of_its_messages(people):
    def faulty(today):
        yield from tomorrow_for_all(today)
        raise ZeroDivisionError

    schedule.register(schedule.Reminder("tests.faulty", "tests.reminder", faulty))
    jobs.run_schedule()
    assert not jobs.run(Job.objects.get(name="tests.faulty").pk)
    assert not Message.objects.exists()
    assert ScheduledRun.objects.get(rule="tests.faulty").finished_at is None


def test_one_name_is_one_rule():
    with pytest.raises(ValueError, match=r"tests\.tomorrow"):
        schedule.register(schedule.Reminder("tests.tomorrow", "x", jobs.run))


# --- Clocks --------------------------------------------------------------------------------

BEFORE = schedule.Clock("%(days)s days before", before=(60, 30, 7))
AFTER = schedule.Clock("%(days)s days after", after=(3, 7, 12))


def test_clock_in_words():
    with translation.override("en"):
        assert str(BEFORE) == "60, 30 and 7 days before"
        assert str(AFTER) == "3, 7 and 12 days after"


@pytest.mark.parametrize(
    ("ahead", "due"),
    [(61, None), (60, 60), (59, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)],
)
def test_of_missed_warnings_only_the_tightest_is_due(ahead, due):
    last_day = TODAY + timedelta(days=ahead)
    expected = None if due is None else last_day - timedelta(days=due)
    assert BEFORE.reached(last_day, TODAY) == expected


@pytest.mark.parametrize(
    ("ago", "due"), [(2, None), (3, 3), (6, 3), (7, 7), (12, 12), (19, 12), (20, None)]
)
def test_what_follows_is_due_until_it_is_too_late(ago, due):
    day = TODAY - timedelta(days=ago)
    expected = None if due is None else day + timedelta(days=due)
    assert AFTER.reached(day, TODAY) == expected


def test_clock_reads_settings(db, registers):
    policies.register(policies.Policy("tests.days", int, 5, label="Days"))
    clock = schedule.Clock("%(days)s days before", before=("tests.days",))
    assert clock.reached(TODAY + timedelta(days=5), TODAY) == TODAY
    policies.set("tests.days", 4, by=None)
    assert clock.reached(TODAY + timedelta(days=5), TODAY) is None


@given(
    anchor=st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    runs=st.lists(st.integers(-70, 25), max_size=40),
    clock=st.sampled_from([BEFORE, AFTER]),
)
def test_any_history_of_runs_sends_each_once_and_nothing_out_of_date(anchor, runs, clock):
    """Runs at any days, in any order, any number of times: what is due is a set of days, each run
    adds at most one, and a run on the day itself always adds that day's."""
    sent = set()
    for offset in runs:
        today = anchor + timedelta(days=offset)
        due = clock.reached(anchor, today)
        if due is None:
            continue
        assert due <= today
        assert not clock.before or today <= anchor
        assert clock.before or today - due <= schedule.GRACE
        sent.add(due)
    days = {anchor + timedelta(days=offset) for offset in clock.offsets()}
    assert sent <= days
    assert {anchor + timedelta(days=offset) for offset in runs} & days <= sent


# --- On and off ----------------------------------------------------------------------------


def at_two_branches(today):
    """The same matter at two branches, told by their paths."""
    user = User.objects.order_by("pk").first()
    for number, path in enumerate(("/1/2/", "/1/3/")):
        yield schedule.Due(mail.Recipient(f"{number}@example.dk"), user, today, path)


def test_a_branch_turns_a_rule_off_and_the_municipality_too(people):
    reminder = schedule.Reminder("tests.two", "tests.reminder", at_two_branches)
    schedule.register(reminder)
    policies.set(reminder.setting, False, path="/1/2/", by=None)
    assert schedule.remind(reminder, today=TODAY) == 1
    assert Message.objects.get().recipient_email == "1@example.dk"
    policies.set(reminder.setting, False, by=None)
    assert schedule.remind(reminder, today=TODAY + timedelta(days=1)) == 0
    policies.set(reminder.setting, True, path="/1/2/", by=None)
    assert schedule.remind(reminder, today=TODAY + timedelta(days=2)) == 1


def test_an_instant_is_another_matter_than_its_day(people):
    moment = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    due = schedule.Due(mail.Recipient("u@example.dk", person_id=7), people[0], moment, "")
    assert schedule.key(REMINDER, due).endswith(":2026-10-25T01:30Z")
