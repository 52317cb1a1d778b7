"""Reminders: computed from dates, sent once per recipient, matter and due day."""

from datetime import date, timedelta

import pytest

from core import jobs, kinds, mail, schedule
from core.models import Job, Message, ScheduledRun, User

TODAY = date(2026, 3, 3)


@pytest.fixture(autouse=True)
def registers(monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", {})
    monkeypatch.setattr(jobs, "_rules", {})
    monkeypatch.setattr(schedule, "_reminders", {})
    mail.register("tests.reminder", context=lambda message: {})


@pytest.fixture
def people(db):
    return [User.objects.create_user(f"u{number}@example.dk") for number in range(3)]


def tomorrow_for_all(today):
    """Everybody is reminded of tomorrow; a user stands in for the matter."""
    for user in User.objects.order_by("pk"):
        recipient = mail.Recipient(user.email, person_id=user.pk)
        yield schedule.Due(recipient, user, today + timedelta(days=1), {"place": "Bolbro"})


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
    with django_assert_num_queries(3):
        schedule.remind(REMINDER, today=TODAY)
    with django_assert_num_queries(2):
        schedule.remind(REMINDER, today=TODAY)


def test_key_names_rule_matter_recipient_and_day(people):
    known = schedule.Due(mail.Recipient("u@example.dk", person_id=7), people[0], TODAY)
    unknown = schedule.Due(mail.Recipient("u@example.dk"), people[0], TODAY)
    matter = f"core.user:{people[0].pk}"
    assert schedule.key(REMINDER, known) == f"tests.tomorrow:{matter}:7:2026-03-03"
    assert "u@example.dk" not in schedule.key(REMINDER, unknown)
    assert schedule.key(REMINDER, unknown) != schedule.key(REMINDER, known)


def test_two_recipients_of_one_matter_get_one_each(people):
    def both(today):
        for user in people[:2]:
            yield schedule.Due(mail.Recipient(user.email, person_id=user.pk), people[2], today)

    assert schedule.remind(schedule.Reminder("tests.both", "tests.reminder", both)) == 2


def test_registered_reminder_runs_by_the_clock_and_a_second_beat_does_nothing(people):
    schedule.register(REMINDER)
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
    assert not jobs.run(Job.objects.get().pk)
    assert not Message.objects.exists()
    assert ScheduledRun.objects.get().finished_at is None


def test_one_name_is_one_rule():
    schedule.register(REMINDER)
    with pytest.raises(ValueError, match=r"tests\.tomorrow"):
        schedule.register(schedule.Reminder("tests.tomorrow", "x", jobs.run))
