"""Sealing the audit: closed batches bound by a chain of digests, and the end of their time.

Whoever changes, removes or slips in an event after its batch was sealed breaks a digest that
every later seal builds on. A batch whose time is up is released and dropped whole; its seal and
release stay, so the chain still closes. The newest digest belongs outside the system as well
(docs/operations.md): a chain proves nothing to someone who can rewrite all of it.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, timedelta

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import audit, periods, policies
from core.models import (
    AccessEvent,
    AccessSubject,
    AuditEvent,
    AuditRelease,
    AuditSeal,
    AuditSubject,
    Stream,
)
from core.privacy import register_rule

# An id is given when a row is inserted, not when its transaction ends: young events may still
# get a neighbour with a lower id.
SETTLED = timedelta(hours=1)
LARGEST_BATCH = 10_000
SHORTEST_KEPT_DAYS = 180

MODELS = {
    Stream.AUDIT: (AuditEvent, AuditSubject),
    Stream.ACCESS: (AccessEvent, AccessSubject),
}

audit.kind("audit.dropped", _("Batch of old events deleted"))


@dataclass(frozen=True)
class Fault:
    """One broken link of the chain."""

    stream: str
    number: int
    reason: str


def seal_all(*, now=None):
    """Seal every settled event of both streams; returns the new AuditSeals."""
    now = now or timezone.now()
    seals = []
    for stream in Stream:
        while seal := seal_next(stream, now=now):
            seals.append(seal)
    return seals


@transaction.atomic
def seal_next(stream, *, now):
    """Seal the next batch of settled events and return its AuditSeal, or None.

    Two at a time cannot make two seals of one number: the second fails on a unique constraint.
    """
    model, _subjects = MODELS[stream]
    last = AuditSeal.objects.filter(stream=stream).order_by("-number").first()
    first_id = last.last_id + 1 if last else 1
    settled = model.objects.filter(pk__gte=first_id, at__lte=now - SETTLED)
    newest = settled.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return None
    batch = model.objects.filter(pk__gte=first_id, pk__lte=newest).order_by("pk")
    edge = batch.values_list("pk", flat=True)[LARGEST_BATCH - 1 : LARGEST_BATCH].first()
    seal = AuditSeal(
        stream=stream,
        number=last.number + 1 if last else 1,
        first_id=first_id,
        last_id=edge or newest,
        previous_digest=last.digest if last else "",
        sealed_at=now,
    )
    span = _rows(seal).aggregate(count=Count("pk"), first=Min("at"), last=Max("at"))
    seal.count, seal.first_at, seal.last_at = span["count"], span["first"], span["last"]
    seal.digest = digest_of(seal)
    seal.save(force_insert=True)
    return seal


def digest_of(seal):
    """SHA-256 (hex) over the previous digest, the seal's numbers and its rows as they are now."""
    sha = hashlib.sha256()
    header = [seal.previous_digest, seal.stream, seal.number, seal.first_id, seal.last_id]
    sha.update(_line(header))
    for event in _rows(seal).prefetch_related("subjects").order_by("pk").iterator(chunk_size=500):
        sha.update(_line(_content(event)))
    return sha.hexdigest()


def verify_chain():
    """Compute every seal anew; returns the Faults found, an empty list if all is whole."""
    return [fault for stream in Stream for fault in _faults(stream)]


def drop_expired(stream, *, today):
    """Release and delete the batches whose last event is older than the policy; returns events.

    Oldest first and only from the front of the chain. Side effects per batch, in one
    transaction: release row, subjects and events deleted, one new event.
    """
    kept_days = max(policies.get(_POLICIES[stream]), SHORTEST_KEPT_DAYS)
    limit = periods.start_of(today - timedelta(days=kept_days))
    return sum(_drop(seal, kept_days) for seal in _expired(stream, limit))


@dataclass(frozen=True)
class BatchRule:
    """The retention rule of one stream of events: whole sealed batches, never single rows."""

    stream: Stream
    label: str
    basis: str = "databeskyttelsesforordningen art. 5(1)(e)"

    @property
    def key(self):
        return f"{self.stream}.batches"

    @property
    def policy(self):
        return _POLICIES[self.stream]

    def count(self, today):
        kept_days = max(policies.get(self.policy), SHORTEST_KEPT_DAYS)
        limit = periods.start_of(today - timedelta(days=kept_days))
        return sum(seal.count for seal in _expired(self.stream, limit))

    def apply(self, today):
        return drop_expired(self.stream, today=today)

    def again(self, object_id):
        """Nothing: a restored batch is dropped by the next nightly run."""
        return False


def register_rules():
    """Called once, from `CoreConfig.ready`."""
    register_rule(BatchRule(Stream.AUDIT, _("Events older than their period")))
    register_rule(BatchRule(Stream.ACCESS, _("Accesses older than their period")))


_POLICIES = {Stream.AUDIT: "audit.kept_days", Stream.ACCESS: "access_log.kept_days"}


def _expired(stream, limit):
    released = AuditRelease.objects.filter(stream=stream).values("number")
    seals = AuditSeal.objects.filter(stream=stream).exclude(number__in=released)
    for seal in seals.order_by("number"):
        if seal.last_at >= limit:
            return
        yield seal


@transaction.atomic
def _drop(seal, kept_days):
    _model, subjects = MODELS[seal.stream]
    release = AuditRelease.objects.create(
        stream=seal.stream,
        number=seal.number,
        first_id=seal.first_id,
        last_id=seal.last_id,
        kept_days=kept_days,
    )
    subjects.objects.filter(event__gte=seal.first_id, event__lte=seal.last_id).delete()
    _rows(seal).delete()
    audit.record("audit.dropped", by=audit.SYSTEM, about=release)
    return seal.count


def _rows(seal):
    model, _subjects = MODELS[seal.stream]
    return model.objects.filter(pk__gte=seal.first_id, pk__lte=seal.last_id)


def _content(event):
    names = [field.attname for field in event._meta.concrete_fields if field.attname != "at"]
    return [
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        *(getattr(event, name) for name in names),
        sorted(subject.person_id for subject in event.subjects.all()),
    ]


def _line(values):
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _faults(stream):
    released = {row.number: row for row in AuditRelease.objects.filter(stream=stream)}
    previous = None
    for seal in AuditSeal.objects.filter(stream=stream).order_by("number"):
        reason = _fault(seal, previous, released.pop(seal.number, None))
        if reason:
            yield Fault(stream.value, seal.number, reason)
        previous = seal
    for number in released:
        yield Fault(stream.value, number, "released without a seal")


def _fault(seal, previous, release):
    expected = (
        (previous.number + 1, previous.last_id + 1, previous.digest) if previous else (1, 1, "")
    )
    if (seal.number, seal.first_id, seal.previous_digest) != expected:
        return "does not follow the seal before it"
    if release is not None:
        return "released, but not empty" if _rows(seal).exists() else None
    if _rows(seal).count() != seal.count:
        return "events are missing or added"
    if digest_of(seal) != seal.digest:
        return "events were changed"
    return None
