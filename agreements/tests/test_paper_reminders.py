"""Reminders of papers that wait: not signed by the one whose turn it is, no consent yet."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from agreements import emails
from agreements import reminder_emails as mails
from agreements.actions import attestations
from agreements.models import Agreement, Attestation, Party
from agreements.tests import factories
from core import delivery, policies, schedule
from core.models import Message


def remind(name):
    return schedule.remind(schedule.reminders()[f"agreements.{name}_reminder"])


def sent(volunteer, coordinator, *, days):
    agreement = factories.make_sent(volunteer, by=coordinator)
    at = timezone.now() - timedelta(days=days)
    Agreement.objects.filter(pk=agreement.pk).update(sent_at=at, created_at=at)
    agreement.refresh_from_db()
    return agreement


def remind_all():
    return [remind(name) for name in ("unsigned", "unsigned_leader", "unsigned_staff")]


@pytest.mark.parametrize(
    ("days", "written"), [(6, [0, 0, 0]), (7, [1, 0, 0]), (14, [1, 0, 1]), (22, [0, 0, 0])]
)
def test_volunteer_after_7_and_14_days_coordinator_at_14(
    engagement, coordinator, leader, volunteer, days, written
):
    sent(volunteer, coordinator, days=days)
    assert remind_all() == written
    assert remind_all() == [0, 0, 0]


def test_when_it_is_the_leaders_turn(engagement, coordinator, leader, volunteer):
    agreement = sent(volunteer, coordinator, days=14)
    with time_machine.travel(timezone.now() - timedelta(days=8), tick=False):
        factories.sign_on_paper(agreement, by=coordinator, parties=[Party.VOLUNTEER])
        assert remind("unsigned_leader") == 0
    assert remind_all() == [0, 1, 1]
    assert Message.objects.get(kind=mails.UNSIGNED_LEADER).user == leader


def test_signed_in_the_meantime_is_skipped(engagement, coordinator, leader, volunteer, mailoutbox):
    agreement = sent(volunteer, coordinator, days=14)
    remind_all()
    factories.sign_on_paper(agreement, by=coordinator)
    delivery.deliver()
    states = Message.objects.filter(kind__contains="unsigned").values_list("state", flat=True)
    assert set(states) == {"skipped"}


def test_reminder_holds_a_link_that_works(engagement, coordinator, volunteer, mailoutbox, client):
    sent(volunteer, coordinator, days=7)
    Message.objects.filter(kind=emails.LINK).delete()
    remind("unsigned")
    delivery.deliver()
    [mail] = mailoutbox
    link = next(word for word in mail.body.split() if "/skriv-under/" in word)
    assert client.get("/" + link.split("/", 3)[3]).status_code == 200


def ordered(child_engagement, coordinator, *, days):
    row = attestations.order(
        volunteer=child_engagement.volunteer, branch=child_engagement.site.branch, by=coordinator
    )
    at = timezone.now() - timedelta(days=days)
    Attestation.objects.filter(pk=row.pk).update(
        ordered_at=at, consent_until=timezone.localdate(at) + timedelta(days=14)
    )
    Message.objects.all().delete()
    return row


@pytest.mark.parametrize(
    ("days", "written"),
    [(2, [0, 0]), (3, [1, 0]), (7, [1, 0]), (12, [1, 1]), (14, [1, 1]), (15, [0, 0])],
)
def test_consent_on_day_3_7_and_12(child_engagement, coordinator, days, written):
    ordered(child_engagement, coordinator, days=days)
    assert [remind("consent"), remind("consent_staff")] == written
    assert [remind("consent"), remind("consent_staff")] == [0, 0]


def test_an_outage_of_a_week_gives_one_reminder(child_engagement, coordinator):
    ordered(child_engagement, coordinator, days=12)
    assert remind("consent") == 1


def test_consent_mails_reveal_nothing(child_engagement, coordinator, mailoutbox):
    ordered(child_engagement, coordinator, days=12)
    remind("consent")
    remind("consent_staff")
    delivery.deliver()
    assert len(mailoutbox) == 2
    for mail in mailoutbox:
        text = (mail.subject + mail.body).lower().replace("/attester/", "")
        for word in ("attest", "straf", "politi", "barn", "børn", "certificate"):
            assert word not in text


def test_decided_in_the_meantime_is_skipped(child_engagement, coordinator, leader, mailoutbox):
    row = ordered(child_engagement, coordinator, days=12)
    remind("consent")
    attestations.assess(attestation=row, outcome="approved", by=leader)
    delivery.deliver()
    assert Message.objects.get(kind=mails.CONSENT).state == "skipped"


def test_branch_off(engagement, coordinator, leader, volunteer, manager):
    agreement = sent(volunteer, coordinator, days=14)
    for name in ("unsigned", "unsigned_staff"):
        key = f"reminders.agreements.{name}_reminder"
        policies.set(key, False, path=agreement.branch.path, by=manager)
    assert remind_all() == [0, 0, 0]


@pytest.mark.parametrize("number", [3, 300])
def test_queries_do_not_grow_with_what_is_due(
    engagement, coordinator, volunteer, number, django_assert_max_num_queries
):
    first = sent(volunteer, coordinator, days=7)
    rows = [
        Agreement(
            **{
                field.attname: getattr(first, field.attname)
                for field in Agreement._meta.concrete_fields
                if field.name not in ("id", "number")
            },
            number=f"X-{n}",
        )
        for n in range(number - 1)
    ]
    Agreement.objects.bulk_create(rows)
    # settings, the rows, used keys, the insert (a few on SQLite)
    with django_assert_max_num_queries(4 + number // 30):
        assert remind("unsigned") == number
