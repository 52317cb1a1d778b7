"""The chain of seals shows every change, and retention drops whole batches from its front."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from core import audit, periods, sealing
from core.models import AccessEvent, AuditEvent, AuditRelease, AuditSeal, AuditSubject, User
from core.tests.guards import guards_lifted

pytestmark = pytest.mark.django_db

audit.kind("seal.tested", "Sealing was tested")


@pytest.fixture
def user():
    return User.objects.create_user("karen@example.dk")


@pytest.fixture
def record(user):
    """Record an event some days ago."""

    def record(days_ago=1, person_ids=(1,), **values):
        event = AuditEvent.objects.create(
            kind="seal.tested",
            at=timezone.now() - timedelta(days=days_ago),
            object_type="core.user",
            object_id=str(user.pk),
            actor_kind="user",
            actor_id=user.pk,
            **values,
        )
        AuditSubject.objects.bulk_create(
            AuditSubject(event=event, person_id=person_id) for person_id in person_ids
        )
        return event

    return record


def test_sealing_closes_what_has_settled_and_leaves_the_young(record):
    record()
    last = record()
    young = record(days_ago=0)

    [seal] = sealing.seal_all()

    assert (seal.stream, seal.number, seal.last_id, seal.count) == ("audit", 1, last.pk, 2)
    assert young.pk > seal.last_id


def test_sealing_again_without_news_makes_no_seal(record):
    record()
    sealing.seal_all()
    assert sealing.seal_all() == []


def test_seals_follow_each_other(record):
    record()
    [first] = sealing.seal_all()
    record()
    [second] = sealing.seal_all()

    assert (second.number, second.first_id) == (2, first.last_id + 1)
    assert second.previous_digest == first.digest
    assert sealing.verify_chain() == []


def test_sealing_splits_large_batches(record, monkeypatch):
    monkeypatch.setattr(sealing, "LARGEST_BATCH", 2)
    for _number in range(5):
        record()
    assert [seal.count for seal in sealing.seal_all()] == [2, 2, 1]
    assert sealing.verify_chain() == []


def test_accesses_have_a_chain_of_their_own():
    AccessEvent.objects.create(
        purpose="x", actor_kind="user", at=timezone.now() - timedelta(days=1)
    )
    [seal] = sealing.seal_all()
    assert seal.stream == "access"
    assert sealing.verify_chain() == []


def reasons():
    return [(fault.number, fault.reason) for fault in sealing.verify_chain()]


def test_a_changed_event_breaks_the_chain(record):
    event = record()
    sealing.seal_all()
    with guards_lifted():
        AuditEvent.objects.filter(pk=event.pk).update(actor_id=999)
    assert reasons() == [(1, "events were changed")]


def test_a_removed_person_breaks_the_chain(record):
    event = record(person_ids=(1, 2))
    sealing.seal_all()
    with guards_lifted():
        event.subjects.filter(person_id=2).delete()
    assert reasons() == [(1, "events were changed")]


def test_a_removed_event_breaks_the_chain(record):
    event = record()
    record()
    sealing.seal_all()
    with guards_lifted():
        event.subjects.all().delete()
        event.delete()
    assert reasons() == [(1, "events are missing or added")]


def test_a_slipped_in_event_breaks_the_chain(record):
    first = record()
    unused = first.pk + 1
    record(pk=first.pk + 2)
    sealing.seal_all()
    record(pk=unused)
    assert reasons() == [(1, "events are missing or added")]


def test_a_removed_seal_breaks_the_chain(record):
    record()
    sealing.seal_all()
    record()
    sealing.seal_all()
    with guards_lifted():
        AuditSeal.objects.filter(number=1).delete()
    assert reasons() == [(2, "does not follow the seal before it")]


def test_a_seal_made_to_fit_breaks_the_next_one(record):
    event = record()
    sealing.seal_all()
    record()
    sealing.seal_all()
    with guards_lifted():
        AuditEvent.objects.filter(pk=event.pk).update(actor_id=999)
        seal = AuditSeal.objects.get(number=1)
        AuditSeal.objects.filter(number=1).update(digest=sealing.digest_of(seal))
    assert reasons() == [(2, "does not follow the seal before it")]


def test_retention_drops_old_batches_whole_and_keeps_the_chain(record):
    old = record(days_ago=800)
    sealing.seal_all()
    kept = record(days_ago=10)
    sealing.seal_all()

    assert sealing.drop_expired("audit", today=periods.today()) == 1

    left = AuditEvent.objects.filter(kind="seal.tested")
    assert list(left) == [kept]
    assert not AuditSubject.objects.filter(event=old.pk).exists()
    assert AuditRelease.objects.get().number == 1
    assert AuditEvent.objects.filter(kind="audit.dropped").count() == 1
    assert sealing.verify_chain() == []


def test_retention_never_drops_part_of_a_batch(record):
    record(days_ago=800)
    record(days_ago=10)
    sealing.seal_all()

    assert sealing.drop_expired("audit", today=periods.today()) == 0
    assert AuditEvent.objects.filter(kind="seal.tested").count() == 2


def test_retention_leaves_unsealed_events(record):
    record(days_ago=800)
    assert sealing.drop_expired("audit", today=periods.today()) == 0


def test_an_event_put_back_into_a_dropped_batch_is_found(record):
    old = record(days_ago=800)
    sealing.seal_all()
    sealing.drop_expired("audit", today=periods.today())

    with transaction.atomic():
        AuditEvent.objects.create(
            pk=old.pk, kind="seal.tested", object_type="x", object_id="1", actor_kind="system"
        )

    assert reasons() == [(1, "released, but not empty")]
