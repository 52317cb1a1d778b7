"""Reminders of what runs out, and the nightly check of clearances against their sources."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from agreements import emails, reminders, sources, summary, tasks
from agreements.actions import agreements, attestations
from agreements.tests import factories
from coordination.models import Clearance
from core import jobs, mailbody, policies, schedule
from core.models import Message
from core.periods import today
from core.scope import scope

pytestmark = pytest.mark.django_db


def _remind(name, day=None):
    return schedule.remind(schedule.reminders()[name], today=day)


def _dues(rule, day):
    with scope():
        return [(due.recipient.email, due.due_day) for due in rule(day)]


def test_tightest_warning_only(engagement, coordinator, volunteer):
    last = today() + timedelta(days=20)
    factories.make_concluded(volunteer, by=coordinator, ends_on=last)

    assert _dues(reminders.agreements_for_volunteers, today()) == [
        (volunteer.person.email, last - timedelta(days=30))
    ]
    assert _dues(reminders.agreements_for_staff, today()) == [
        (coordinator.email, last - timedelta(days=30))
    ]
    assert _dues(reminders.agreements_for_volunteers, last - timedelta(days=7)) == [
        (volunteer.person.email, last - timedelta(days=7))
    ]
    assert _dues(reminders.agreements_for_volunteers, last + timedelta(days=1)) == []


def test_run_twice_sends_once(engagement, coordinator, volunteer):
    factories.make_concluded(volunteer, by=coordinator, ends_on=today() + timedelta(days=20))

    counts = [_remind("agreements.expiring_reminder") for _time in range(2)]

    assert counts == [1, 0]
    assert Message.objects.filter(kind=emails.EXPIRING).count() == 1


def test_reminder_that_lost_its_sense_is_skipped(engagement, coordinator, volunteer):
    concluded = factories.make_concluded(
        volunteer, by=coordinator, ends_on=today() + timedelta(days=20)
    )
    _remind("agreements.expiring_reminder")
    agreements.end(agreement=concluded, last_day=today(), by=coordinator)

    assert emails._expiring(Message.objects.get(kind=emails.EXPIRING)) is None


def test_attestation_mail_reveals_nothing(child_engagement, coordinator, leader, manager):
    policies.set("attestation.validity_months", 1, by=manager)
    ordered = attestations.order(
        volunteer=child_engagement.volunteer,
        branch=child_engagement.site.branch,
        by=coordinator,
    )
    attestations.assess(attestation=ordered, outcome="approved", by=leader)
    _remind("agreements.attestation_expiring_reminder")
    _remind("agreements.attestation_expiring_staff_reminder")

    kinds = (emails.ATTESTATION_EXPIRING, emails.ATTESTATION_EXPIRING_STAFF)
    messages = list(Message.objects.filter(kind__in=kinds))
    assert len(messages) == 2
    for message in messages:
        body = mailbody.render(message, emails._attestation_expiring(message))
        for word in ("attest", "straf", "politi", "barn", "børn", "certificate"):
            assert word not in (body.subject + body.text).lower().replace("/attester/", "")


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_mail_renders(engagement, coordinator, volunteer, language):
    volunteer.person.language = language
    volunteer.person.save()
    sent = factories.make_sent(volunteer, by=coordinator)
    message = Message.objects.get(kind=emails.LINK)

    body = mailbody.render(message, emails._link(message))

    assert message.language == language
    assert "/skriv-under/" in body.text
    assert sent.number not in body.text


# --- Clearances and sources ----------------------------------------------------------------------


def test_nothing_is_wrong_after_ordinary_work(child_engagement, coordinator, leader, volunteer):
    factories.make_concluded(volunteer, by=coordinator)
    ordered = attestations.order(
        volunteer=volunteer, branch=child_engagement.site.branch, by=coordinator
    )
    attestations.assess(attestation=ordered, outcome="approved", by=leader)

    assert sources.discrepancies() == []
    call_command("check_clearances")


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"source_id": 999_999}, ["agreement_does_not_carry_it", "agreement_without_clearance"]),
        ({"source_type": "x.y"}, ["unknown_source", "agreement_without_clearance"]),
        (
            {"kind": "child_certificate"},
            ["agreement_does_not_carry_it"],
        ),
        (
            {"valid_until": today() - timedelta(days=1), "valid_from": today() - timedelta(days=9)},
            ["agreement_without_clearance"],
        ),
    ],
)
def test_a_planted_fault_is_found(engagement, coordinator, volunteer, change, codes):
    factories.make_concluded(volunteer, by=coordinator)
    Clearance.objects.update(**change)

    found = sources.discrepancies()

    assert [one.code for one in found] == codes
    with pytest.raises(jobs.GiveUp):
        tasks.report_discrepancies(found)
    with pytest.raises(CommandError):
        call_command("check_clearances")


def test_a_clearance_that_outlives_its_agreement_is_found(engagement, coordinator, volunteer):
    concluded = factories.make_concluded(volunteer, by=coordinator)
    agreements.end(agreement=concluded, last_day=today(), by=coordinator)
    Clearance.objects.update(valid_until=today() + timedelta(days=1))

    assert [one.code for one in sources.discrepancies()] == ["agreement_does_not_carry_it"]


# --- The start page ------------------------------------------------------------------------------


def test_summary_counts_what_waits(child_engagement, coordinator, leader, volunteer):
    def numbers(user):
        with scope():
            return {row.url: row.number for row in summary.staff_summary(user)}

    assert numbers(coordinator) == {"/aftaler/mangler/": 1, "/attester/mangler/": 1}
    assert numbers(leader) == {}

    factories.make_sent(volunteer, by=coordinator)
    assert numbers(leader) == {"/aftaler/?state=leader": 1}
