"""Reminders of papers that wait: not signed by the one whose turn it is, no consent yet."""

from datetime import timedelta
from email.utils import parseaddr

import pytest
import time_machine
from django.utils import timezone

from agreements import emails, library
from agreements import reminder_emails as mails
from agreements.actions import agreements, attestations
from agreements.models import Agreement, Attestation, Party, TemplateKind
from agreements.tests import factories
from coordination.actions import associations, guardians
from core import delivery, policies, schedule
from core.models import Message
from core.periods import today


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


# --- The others who sign, and associations --------------------------------------------------


@pytest.fixture
def partner_agreement(engagement, here, coordinator):
    """Sent to an association that has a contact; the engagement brings the ready texts."""
    association = associations.create_association(name="Læsevennerne", by=coordinator)
    association = associations.set_contact(
        association=association, name="Karla Kontakt", email="karla@example.dk", by=coordinator
    )
    made = agreements.draft_with_association(
        association=association,
        branch=here,
        template=library.published().get(kind=TemplateKind.PARTNER),
        ends_on=today() + timedelta(days=30),
        by=coordinator,
    )
    return agreements.send(agreement=made, by=coordinator)


def _addresses(mails):
    return {parseaddr(to)[1] for mail in mails for to in mail.to}


def _back(agreement, days):
    at = timezone.now() - timedelta(days=days)
    Agreement.objects.filter(pk=agreement.pk).update(sent_at=at, created_at=at)


def test_an_association_that_has_not_signed_gets_the_link_again(
    partner_agreement, coordinator, leader, mailoutbox, client
):
    _back(partner_agreement, 14)
    Message.objects.all().delete()
    assert [remind(f"unsigned{who}") for who in ("", "_guardian", "_association")] == [0, 0, 1]
    assert [remind("unsigned_leader"), remind("unsigned_staff")] == [0, 1]
    delivery.deliver()
    assert _addresses(mailoutbox) == {coordinator.email, "karla@example.dk"}
    [mail] = [one for one in mailoutbox if _addresses([one]) == {"karla@example.dk"}]
    link = next(word for word in mail.body.split() if "/skriv-under/" in word)
    assert client.get("/" + link.split("/", 3)[3]).status_code == 200


def test_it_is_the_leaders_turn_after_an_association(
    partner_agreement, coordinator, leader, mailoutbox
):
    _back(partner_agreement, 14)
    partner_agreement.refresh_from_db()
    with time_machine.travel(timezone.now() - timedelta(days=8), tick=False):
        factories.sign_on_paper(partner_agreement, by=coordinator, parties=[Party.ASSOCIATION])
    assert remind("unsigned_leader") == 1
    delivery.deliver()
    assert Message.objects.get(kind=mails.UNSIGNED_LEADER).state == "sent"


def test_guardian_who_has_not_signed_gets_the_link_again(
    engagement, coordinator, leader, volunteer, mailoutbox
):
    volunteer.person.birth_year = today().year - 16
    volunteer.person.save()
    guardians.register_guardian(
        ward=volunteer.person, name="Vera Værge", email="vera@example.dk", by=coordinator
    )
    sent(volunteer, coordinator, days=7)
    Message.objects.all().delete()
    assert [remind(f"unsigned{who}") for who in ("", "_guardian", "_association")] == [1, 1, 0]
    delivery.deliver()
    assert _addresses(mailoutbox) == {volunteer.person.email, "vera@example.dk"}


def test_an_association_is_told_that_its_agreement_runs_out(
    partner_agreement, coordinator, mailoutbox
):
    factories.sign_on_paper(partner_agreement, by=coordinator)
    Message.objects.all().delete()
    rules = ("expiring", "expiring_association", "expiring_staff")
    assert [remind(rule) for rule in rules] == [0, 1, 1]
    assert [remind(rule) for rule in rules] == [0, 0, 0]
    delivery.deliver()
    assert _addresses(mailoutbox) == {coordinator.email, "karla@example.dk"}
    assert all("Læsevennerne" in mail.body for mail in mailoutbox)
    assert not any("frivilligs aftale" in mail.body for mail in mailoutbox)


def test_an_association_that_has_a_new_agreement_is_left_in_peace(partner_agreement, coordinator):
    old = factories.sign_on_paper(partner_agreement, by=coordinator)
    new = agreements.renew(agreement=old, by=coordinator)
    factories.sign_on_paper(agreements.send(agreement=new, by=coordinator), by=coordinator)
    assert [remind("expiring_association"), remind("expiring_staff")] == [0, 0]
