"""The messages about shifts: reminders by date, texts in both languages, what lost its sense."""

from datetime import timedelta

import pytest
from django.utils import timezone

from coordination.actions import assignments, recognition, shifts
from coordination.models import Assignment, Shift
from coordination.reminders import shifts as shift_reminders
from coordination.tests import factories
from core import delivery, mail, schedule
from core.models import Message
from core.periods import today
from core.scope import scope

RULE = "coordination.shift_reminder"


@pytest.fixture
def site(here):
    return factories.make_site(here, place="Lokale 2")


@pytest.fixture
def frida(volunteer, site):
    factories.make_engagement(volunteer, site)
    return volunteer


def booked(site, volunteer, *, days, booked_days_ago=10):
    shift = factories.make_shift(site, day=today() + timedelta(days=days), hour=23, hours=1)
    user = volunteer.person.user
    assignment = assignments.sign_up(shift=shift, volunteer=volunteer, by=user)
    Assignment.objects.filter(pk=assignment.pk).update(
        booked_at=timezone.now() - timedelta(days=booked_days_ago)
    )
    return assignment


def remind(day=None):
    return schedule.remind(schedule.reminders()[RULE], today=day)


def sent(mailoutbox):
    """What is written, at once: neither the night nor the day's gathered mail is waited for."""
    Message.objects.update(priority=mail.URGENT)
    delivery.deliver()
    return [(mail.subject, mail.body) for mail in mailoutbox]


# --- Reminders -----------------------------------------------------------------------------


def test_reminder_goes_two_days_before_and_once(site, frida):
    booked(site, frida, days=2)
    booked(site, frida, days=3)
    assert remind() == 1
    assert remind() == 0
    assert remind(today() + timedelta(days=1)) == 1


def test_reminder_after_an_outage_is_not_lost(site, frida):
    booked(site, frida, days=1)
    assert remind() == 1


def test_reminder_is_not_for_those_who_just_signed_up(site, frida):
    booked(site, frida, days=2, booked_days_ago=0)
    assert remind() == 0


def test_reminder_waits_until_eight(site, frida):
    booked(site, frida, days=2)
    remind()
    assert timezone.localtime(Message.objects.get().not_before).hour == 8


def test_reminder_is_not_for_the_cancelled_or_those_without_mail(site, frida, coordinator):
    assignments.cancel(assignment=booked(site, frida, days=2), by=frida.person.user)
    by_phone = factories.make_volunteer(email="")
    factories.make_engagement(by_phone, site)
    shift = factories.make_shift(site, day=today() + timedelta(days=2), hour=23, hours=1)
    row = assignments.sign_up(shift=shift, volunteer=by_phone, by=coordinator)
    Assignment.objects.filter(pk=row.pk).update(booked_at=timezone.now() - timedelta(days=9))
    assert remind() == 0


def test_reminder_text(site, frida, mailoutbox):
    assignment = booked(site, frida, days=2)
    remind()
    Message.objects.update(not_before=timezone.now())
    [(subject, body)] = sent(mailoutbox)
    assert subject.startswith("Husk din vagt ")
    assert str(site.activity) in body
    assert "kl. 23.00" in body
    assert "Lokale 2" in body
    assert f"/vagter/{assignment.shift_id}/" not in body


def test_reminder_of_a_shift_that_moved_is_skipped(site, frida, coordinator, mailoutbox):
    assignment = booked(site, frida, days=2)
    remind()
    shift = assignment.shift
    day = timedelta(days=3)
    shifts.reschedule(
        shift=shift, starts_at=shift.starts_at + day, ends_at=shift.ends_at + day, by=coordinator
    )
    Message.objects.update(not_before=timezone.now())
    assert [subject for subject, _body in sent(mailoutbox)] == ["Din vagt er ændret"]
    assert remind(today() + day) == 1


def test_reminder_one_query_for_any_number(site, coordinator, django_assert_num_queries):
    for _number in range(5):
        person = factories.make_volunteer()
        factories.make_engagement(person, site)
        shift = factories.make_shift(site, day=today() + timedelta(days=2), hour=23, hours=1)
        assignments.sign_up(shift=shift, volunteer=person, by=coordinator)
    Assignment.objects.update(booked_at=timezone.now() - timedelta(days=9))
    with scope(), django_assert_num_queries(4):  # settings, activities' and own times, the rows
        assert len(list(shift_reminders.on_the_day_before(today()))) == 5


# --- Texts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_message_can_be_written(language, here, site, coordinator, mailoutbox):
    """Each kind, in each language, to somebody whose name could be taken for markup."""
    person = factories.make_volunteer("<b>Bo</b> & Co", language=language)
    factories.make_engagement(person, site)
    rows = [
        assignments.sign_up(
            shift=factories.make_shift(site, day=today() + timedelta(days=days), hour=9),
            volunteer=person,
            by=coordinator,
        )
        for days in (3, 4, 5)
    ]
    moved = rows[0].shift
    hour = timedelta(hours=1)
    shifts.reschedule(
        shift=moved, starts_at=moved.starts_at + hour, ends_at=moved.ends_at + hour, by=coordinator
    )
    shifts.cancel_shift(shift=rows[1].shift, by=coordinator)
    assignments.cancel(assignment=rows[2], by=coordinator)
    event = factories.make_recognition_event(here, title_en="Volunteers' Friday")
    recognition.invite_all(event=event, by=coordinator)
    subjects = sorted(subject for subject, _body in sent(mailoutbox))
    start = {"da": "Din vagt er ændret", "en": "Your shift has changed"}[language]
    title = {"da": "Invitation: Frivillig Fredag", "en": "Invitation: Volunteers' Friday"}[language]
    assert len(subjects) == 4
    assert {start, title} <= set(subjects)
    assert not Message.objects.exclude(state="sent").exists()


def test_message_about_a_cancelled_place_is_skipped(site, frida, coordinator, mailoutbox):
    assignment = booked(site, frida, days=5)
    shifts.change(shift=assignment.shift, place="Kælderen", by=coordinator)
    assignments.cancel(assignment=assignment, by=frida.person.user)
    assert sent(mailoutbox) == []
    assert Message.objects.get().state == "skipped"
    assert Shift.objects.get().place == "Kælderen"
