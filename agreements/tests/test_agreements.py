"""The life of an agreement: draft, sent, signed, ended; and the gate that follows."""

import itertools
import subprocess
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from agreements import queries
from agreements.actions import agreements, documents, signatures
from agreements.models import (
    Coverage,
    DocumentKind,
    Party,
    Signature,
)
from agreements.states import AGREEMENT, AgreementState
from agreements.tests import factories
from coordination import eligibility, events
from coordination.models import Clearance, Engagement
from coordination.tests import factories as people
from core import jobs, pdf
from core.constraints import explained
from core.errors import DomainError
from core.models import Job, JobState, Message
from core.periods import today

pytestmark = pytest.mark.django_db

ALLOWED = {
    ("draft", "sent"),
    ("draft", "withdrawn"),
    ("sent", "concluded"),
    ("sent", "withdrawn"),
    ("concluded", "ended"),
    ("concluded", "replaced"),
}


def _gate_is_open(engagement, day=None):
    return eligibility.cleared(Engagement.objects.filter(pk=engagement.pk), day).exists()


@pytest.mark.parametrize(("state", "target"), list(itertools.product(AgreementState, repeat=2)))
def test_state_table_full_matrix(state, target):
    assert AGREEMENT.allows(state, target) == ((state.value, target.value) in ALLOWED)


def test_draft_takes_version_branch_and_engagement(engagement, coordinator):
    made = agreements.draft(engagements=[engagement], by=coordinator)

    assert made.state == AgreementState.DRAFT
    assert made.branch == engagement.site.branch
    assert made.version.number == 1
    assert made.number == f"{made.created_at.year}-{made.pk:06d}"
    assert [one.engagement for one in made.coverage_set.all()] == [engagement]


def test_draft_refused_without_template(volunteer, coordinator):
    with pytest.raises(DomainError) as error:
        factories.make_draft(volunteer, by=coordinator)
    assert error.value.code == "no_template"


def test_draft_refused_for_a_branch_where_one_may_not(engagement, coordinator_elsewhere):
    with pytest.raises(DomainError) as error:
        agreements.draft(engagements=[engagement], by=coordinator_elsewhere)
    assert error.value.code == "not_allowed"


def test_second_draft_for_the_same_engagement_refused(engagement, coordinator):
    agreements.draft(engagements=[engagement], by=coordinator)

    with pytest.raises(DomainError) as error:
        agreements.draft(engagements=[engagement], by=coordinator)
    assert error.value.code == "agreement_exists"


def test_draft_for_two_branches_refused(engagement, elsewhere, volunteer, manager):
    other = people.make_engagement(volunteer, people.make_site(elsewhere))

    with pytest.raises(DomainError) as error:
        agreements.draft(engagements=[engagement, other], by=manager)
    assert error.value.code == "one_volunteer_one_branch"


def test_send_freezes_the_text_and_mails_the_link(engagement, coordinator, volunteer):
    sent = factories.make_sent(volunteer, by=coordinator)

    text = sent.documents.get()
    assert sent.state == AgreementState.SENT
    assert text.kind == DocumentKind.TEXT
    assert pdf.sha256(bytes(text.content)) == text.sha256
    assert text.size == len(text.content)
    assert [m.kind for m in Message.objects.filter(kind="agreements.link")] == ["agreements.link"]
    assert Clearance.objects.count() == 0


def test_send_twice_refused(engagement, coordinator, volunteer):
    sent = factories.make_sent(volunteer, by=coordinator)

    with pytest.raises(DomainError) as error:
        agreements.send(agreement=sent, by=coordinator)
    assert error.value.code == "wrong_state"


def test_frozen_text_stays_after_rename_and_new_terms(
    engagement, coordinator, volunteer, manager, tmp_path
):
    sent = factories.make_sent(volunteer, by=coordinator)
    before = bytes(sent.documents.get().content)

    volunteer.person.name = "Et Helt Andet Navn"
    volunteer.person.save()
    factories.make_terms(engagement.site.activity, by=manager, may="Noget andet")
    factories.sign_on_paper(sent, by=coordinator)
    signed = documents.seal(agreement_id=sent.pk, finish=transaction.atomic)

    text = sent.documents.get(kind=DocumentKind.TEXT)
    assert bytes(text.content) == before
    assert {one.text_sha256 for one in sent.signatures.all()} == {pdf.sha256(before)}
    printed = _printed(signed, tmp_path)
    assert "Frida Frivillig" in printed
    assert "Andet Navn" not in printed
    assert "Noget andet" not in printed


def _printed(document, folder):
    """What stands on the pages of a document."""
    path = folder / "aftale.pdf"
    path.write_bytes(bytes(document.content))
    read = ["pdftotext", "-layout", path, "-"]
    return subprocess.run(read, capture_output=True, text=True, check=True).stdout


def test_database_refuses_to_change_a_frozen_document(engagement, coordinator, volunteer):
    text = factories.make_sent(volunteer, by=coordinator).documents.get()

    text.content = b"noget andet"
    with pytest.raises(IntegrityError), transaction.atomic():
        text.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        text.delete()


def test_database_refuses_to_change_a_signature(engagement, coordinator, volunteer):
    sent = factories.make_sent(volunteer, by=coordinator)
    factories.sign_on_paper(sent, by=coordinator, parties=[Party.VOLUNTEER])

    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.update(signer_name="En Anden")


@pytest.mark.parametrize(
    "order", [(Party.VOLUNTEER, Party.LEADER), (Party.LEADER, Party.VOLUNTEER)]
)
def test_concluded_when_both_have_signed_in_either_order(
    engagement, coordinator, leader, volunteer, order
):
    sent = factories.make_sent(volunteer, by=coordinator)
    routes = {
        Party.VOLUNTEER: lambda: signatures.sign_on_own_page(
            agreement=sent, by=volunteer.person.user
        ),
        Party.LEADER: lambda: signatures.sign_as_leader(agreement=sent, by=leader),
    }

    routes[order[0]]()
    assert not _gate_is_open(engagement)
    routes[order[1]]()

    sent.refresh_from_db()
    clearance = Clearance.objects.get()
    assert sent.state == AgreementState.CONCLUDED
    assert _gate_is_open(engagement)
    assert (clearance.kind, clearance.site) == ("agreement", engagement.site)
    assert Job.objects.filter(name=signatures.SEAL_JOB).count() == 1


def test_nobody_signs_for_both_parties(engagement, coordinator, volunteer, here):
    user = volunteer.person.user
    here.role_assignments.create(user=user, role="branch_leader", starts_on=today())
    sent = factories.make_sent(volunteer, by=coordinator)
    signatures.sign_on_own_page(agreement=sent, by=user)

    with pytest.raises(DomainError) as error:
        signatures.sign_as_leader(agreement=sent, by=user)
    assert error.value.code == "own_matter"


def test_only_a_leader_of_the_branch_signs_for_it(engagement, coordinator, volunteer):
    sent = factories.make_sent(volunteer, by=coordinator)

    with pytest.raises(DomainError) as error:
        signatures.sign_as_leader(agreement=sent, by=coordinator)
    assert error.value.code == "not_allowed"


def test_own_page_is_for_oneself_only(engagement, coordinator, volunteer, volunteer_elsewhere):
    sent = factories.make_sent(volunteer, by=coordinator)

    with pytest.raises(DomainError) as error:
        signatures.sign_on_own_page(agreement=sent, by=volunteer_elsewhere.person.user)
    assert error.value.code == "not_yours"


def test_signing_twice_refused(engagement, coordinator, volunteer):
    sent = factories.make_sent(volunteer, by=coordinator)
    signatures.sign_on_own_page(agreement=sent, by=volunteer.person.user)

    with pytest.raises(DomainError) as error:
        signatures.sign_on_own_page(agreement=sent, by=volunteer.person.user)
    assert error.value.code == "already_signed"


@pytest.mark.parametrize(
    ("days", "name", "code"),
    [(1, "Frida", "signed_in_future"), (-1, "Frida", "signed_before_sent"), (0, " ", "no_signer")],
)
def test_paper_signature_must_make_sense(engagement, coordinator, volunteer, days, name, code):
    sent = factories.make_sent(volunteer, by=coordinator)

    with pytest.raises(DomainError) as error:
        signatures.register_paper(
            agreement=sent,
            party=Party.VOLUNTEER,
            signed_on=today() + timedelta(days=days),
            signer_name=name,
            by=coordinator,
        )
    assert error.value.code == code


def test_signed_document_is_made_once_and_its_hash_is_its_bytes(engagement, coordinator, volunteer):
    concluded = factories.make_concluded(volunteer, by=coordinator)

    first = documents.seal(agreement_id=concluded.pk, finish=transaction.atomic)
    second = documents.seal(agreement_id=concluded.pk, finish=transaction.atomic)

    assert first == second
    assert pdf.sha256(bytes(first.content)) == first.sha256
    assert Message.objects.filter(kind="agreements.signed").count() == 1


def test_a_document_that_cannot_be_made_is_tried_again_and_then_seen(
    engagement, coordinator, volunteer, client
):
    """The frozen text is gone: each attempt fails, and what was signed stays as it was."""
    agreement = _concluded_without_text(volunteer, coordinator)
    job = jobs.enqueue(signatures.SEAL_JOB, key="seal", agreement_id=agreement.pk)

    assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 1)
    assert not queries.unsealed(timezone.now()).exists()
    for _attempt in range(job.max_attempts - 1):
        Job.objects.update(not_before=timezone.now())
        jobs.run(job.pk)

    job.refresh_from_db()
    agreement.refresh_from_db()
    assert (job.state, agreement.state) == (JobState.FAILED, AgreementState.CONCLUDED)
    assert not agreement.documents.exists()
    assert not Message.objects.filter(kind="agreements.signed").exists()
    client.force_login(coordinator)
    page = client.get(reverse("agreements:agreement-detail", args=[agreement.pk]))
    assert page.context["document_is_late"]
    listed = client.get(reverse("agreements:agreement-list"), {"state": "unsealed"})
    assert list(listed.context["rows"]) == [agreement]


def test_a_document_that_is_being_made_is_not_late(engagement, coordinator, volunteer, client):
    agreement = factories.make_concluded(volunteer, by=coordinator)
    client.force_login(coordinator)
    page = client.get(reverse("agreements:agreement-detail", args=[agreement.pk]))
    assert not page.context["document_is_late"]


def _concluded_without_text(volunteer, by):
    """Signed by all two hours ago."""
    agreement = factories.make_draft(volunteer, by=by)
    agreement.state, agreement.sent_by = AgreementState.CONCLUDED, by
    agreement.sent_at = agreement.concluded_at = timezone.now() - timedelta(hours=2)
    agreement.in_force_from = today()
    agreement.save()
    return agreement


def test_gate_follows_the_agreements_days(engagement, coordinator, volunteer):
    first, last = today() + timedelta(days=3), today() + timedelta(days=10)
    factories.make_concluded(volunteer, by=coordinator, starts_on=first, ends_on=last)

    days = [first - timedelta(days=1), first, last, last + timedelta(days=1)]
    assert [_gate_is_open(engagement, day) for day in days] == [False, True, True, False]


def test_end_closes_the_gate_after_the_last_day(engagement, coordinator, volunteer):
    concluded = factories.make_concluded(volunteer, by=coordinator)
    last = today() + timedelta(days=5)

    agreements.end(agreement=concluded, last_day=last, by=coordinator)

    assert _gate_is_open(engagement, last)
    assert not _gate_is_open(engagement, last + timedelta(days=1))


def test_engagement_ended_ends_its_agreement(engagement, coordinator, volunteer):
    concluded = factories.make_concluded(volunteer, by=coordinator)
    Engagement.objects.filter(pk=engagement.pk).update(ends_on=today())
    engagement.refresh_from_db()

    events.publish(events.EngagementEnded(engagement=engagement, by=coordinator))

    concluded.refresh_from_db()
    assert (concluded.state, concluded.ends_on) == (AgreementState.ENDED, today())
    assert Clearance.objects.get().valid_until == today()


def test_engagement_ended_leaves_an_agreement_that_covers_more(
    engagement, coordinator, volunteer, here, manager
):
    other = people.make_engagement(volunteer, people.make_site(here))
    factories.make_terms(other.site.activity, by=manager)
    concluded = factories.make_concluded(volunteer, by=coordinator)
    Engagement.objects.filter(pk=engagement.pk).update(ends_on=today())
    engagement.refresh_from_db()

    events.publish(events.EngagementEnded(engagement=engagement, by=coordinator))

    concluded.refresh_from_db()
    assert concluded.state == AgreementState.CONCLUDED


def _end_on(engagement, day, by):
    Engagement.objects.filter(pk=engagement.pk).update(ends_on=day)
    engagement.refresh_from_db()
    events.publish(events.EngagementEnded(engagement=engagement, by=by))


def test_the_agreement_ends_with_the_last_of_what_it_covers_in_any_order(
    engagement, coordinator, volunteer, here, manager
):
    """First the one that stops late gets its day, then the one that stops early."""
    other = people.make_engagement(volunteer, people.make_site(here))
    factories.make_terms(other.site.activity, by=manager)
    concluded = factories.make_concluded(volunteer, by=coordinator)
    late = today() + timedelta(days=60)

    _end_on(engagement, late, coordinator)
    _end_on(other, today() + timedelta(days=30), coordinator)

    concluded.refresh_from_db()
    assert (concluded.state, concluded.ends_on) == (AgreementState.ENDED, late)


def test_an_agreement_that_waits_does_not_outlive_the_engagement(
    engagement, coordinator, volunteer
):
    """Left open for ever it could be signed after the end, and would keep the person for ever."""
    sent = factories.make_sent(volunteer, by=coordinator)
    last = today() + timedelta(days=30)

    _end_on(engagement, last, coordinator)
    sent.refresh_from_db()
    assert (sent.state, sent.ends_on) == (AgreementState.SENT, last)

    factories.sign_on_paper(sent, by=coordinator)
    assert Clearance.objects.get().valid_until == last


def test_withdrawn_agreement_cannot_be_signed(engagement, coordinator, leader, volunteer):
    sent = factories.make_sent(volunteer, by=coordinator)
    agreements.withdraw(agreement=sent, by=coordinator)

    with pytest.raises(DomainError) as error:
        signatures.sign_as_leader(agreement=sent, by=leader)
    assert error.value.code == "not_waiting"


def test_new_agreement_after_the_end_of_the_old(engagement, coordinator, volunteer):
    old = factories.make_concluded(volunteer, by=coordinator)
    agreements.end(agreement=old, last_day=today(), by=coordinator)

    new = factories.make_concluded(volunteer, by=coordinator, starts_on=today() + timedelta(days=1))

    assert new.state == AgreementState.CONCLUDED


def test_database_refuses_two_agreements_at_a_time(engagement, coordinator, volunteer):
    old = factories.make_concluded(volunteer, by=coordinator)
    agreements.end(agreement=old, last_day=today() + timedelta(days=9), by=coordinator)
    new = factories.make_draft(volunteer, by=coordinator, starts_on=today() + timedelta(days=10))

    with pytest.raises(DomainError) as error, explained(), transaction.atomic():
        Coverage.objects.filter(agreement=new).update(binding_from=today())
    assert error.value.code == "coverage_one_at_a_time"
