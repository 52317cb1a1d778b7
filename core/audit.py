"""The audit: what happened (`record`) and who looked at whom (`record_access`).

Events hold ids and field names, never content, and are written in the transaction of what they
tell about. Sealing, verification and retention of events: `core/sealing.py`.
"""

import re
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from core import scope
from core.models import (
    AccessEvent,
    AccessSubject,
    ActorKind,
    AuditEvent,
    AuditSubject,
)

ACCESS_FIELDS = ("at", "actor_kind", "actor_id", "request_id", "purpose")
INSERT_ACCESS = """
    WITH event AS (
        INSERT INTO core_accessevent (at, actor_kind, actor_id, request_id, purpose)
        VALUES (%s, %s, %s, %s, %s) RETURNING id
    )
    INSERT INTO core_accesssubject (event_id, person_id)
    SELECT event.id, person_id FROM event, UNNEST(%s::bigint[]) AS person_id
    RETURNING event_id
"""
FIELD_NAME = re.compile(r"[A-Za-z_][\w.]{0,79}")

_kinds = {}
_purposes = {}


@dataclass(frozen=True)
class Actor:
    """Who did it: a kind and, for users and persons, an id."""

    kind: ActorKind
    id: int | None = None


SYSTEM = Actor(ActorKind.SYSTEM)
ANONYMOUS = Actor(ActorKind.ANONYMOUS)


def person(person_id):
    """The actor who is known by a link, not by a sign-in: someone who signs or answers."""
    return Actor(ActorKind.PERSON, person_id)


def kind(key, label):
    """Register a kind of event beside the action that records it; returns the key.

    Raises ValueError if the key is taken.
    """
    return _register(_kinds, key, label)


def purpose(key, label):
    """Register the words in which a person is told why their data was shown; returns the key."""
    return _register(_purposes, key, label)


def kind_label(key):
    return _kinds.get(key, key)


def purpose_label(key):
    return _purposes.get(key, key)


def kinds():
    """All registered kinds of event as {key: label}."""
    return dict(_kinds)


def purposes():
    """All registered purposes of accesses as {key: label}."""
    return dict(_purposes)


def record(kind, *, by, about, fields=(), person_ids=(), branch_path=""):
    """Write that `kind` happened to the row `about`, and return the AuditEvent.

    `by` is a user, an Actor, or None for the system (in a request: for a visitor). `fields` are
    names of changed fields, `person_ids` the people concerned, `branch_path` where.
    Raises LookupError for an unregistered kind, ValueError for a field that is not a name, and
    RuntimeError outside a transaction. One query, two with persons.
    """
    if kind not in _kinds:
        raise LookupError(
            f'Unknown event kind "{kind}": register it with audit.kind("{kind}", _("...")) '
            "in the module of the action."
        )
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f'"{kind}" must be recorded in the transaction of what happened.')
    actor = actor_of(by)
    event = AuditEvent.objects.create(
        kind=kind,
        object_type=about._meta.label_lower,
        object_id=str(about.pk),
        fields=_field_names(fields),
        branch_path=branch_path,
        actor_kind=actor.kind,
        actor_id=actor.id,
        request_id=_request_id(),
    )
    _add_subjects(AuditSubject, event, person_ids)
    return event


def record_access(request, person_ids, purpose):
    """Write that this request showed data about these people; return the event's id.

    Nobody shown, nothing written (returns None). 1 query on PostgreSQL, else 2, however many
    people.
    """
    person_ids = sorted(set(person_ids))
    if not person_ids:
        return None
    actor = actor_of(getattr(request, "user", None))
    event = (timezone.now(), str(actor.kind), actor.id, _request_id(), purpose)
    return _WRITE_ACCESS.get(connection.vendor, _write_access)(event, person_ids)


def _write_access(event, person_ids):
    """The event and its people."""
    with transaction.atomic():
        event = AccessEvent.objects.create(**dict(zip(ACCESS_FIELDS, event, strict=True)))
        _add_subjects(AccessSubject, event, person_ids)
    return event.pk


def _write_access_at_once(event, person_ids):
    """The same as one statement: every page that shows people writes it, so it is kept cheap."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT_ACCESS, [*event, person_ids])
        return cursor.fetchone()[0]


_WRITE_ACCESS = {"postgresql": _write_access_at_once}


def events_about(person_id):
    """What happened to a person, newest first."""
    return AuditEvent.objects.filter(subjects__person_id=person_id).order_by("-at", "-pk")


def changes_of(rows):
    """{(model, pk): [(kind, instant)]} of the events about these (model, pk) pairs, in order.

    1 query, whatever the models.
    """
    labels = {model._meta.label_lower: model for model, _pk in rows}
    about = Q(pk__in=[])
    for label, model in labels.items():
        pks = [str(pk) for other, pk in rows if other is model]
        about |= Q(object_type=label, object_id__in=pks)
    found = {}
    for label, pk, kind, at in (
        AuditEvent.objects.filter(about)
        .order_by("at", "pk")
        .values_list("object_type", "object_id", "kind", "at")
    ):
        found.setdefault((labels[label], int(pk)), []).append((kind, at))
    return found


def events_by(user_id):
    """What a user has done, newest first."""
    return AuditEvent.objects.filter(actor_kind=ActorKind.USER, actor_id=user_id).order_by(
        "-at", "-pk"
    )


def accesses_to(person_id):
    """Who has looked at a person, when and why, newest first.

    *Source:* CJEU C-579/21; Datatilsynet 2024-32-0283 (logs are covered by the right of access).
    """
    return AccessEvent.objects.filter(subjects__person_id=person_id).order_by("-at", "-pk")


def actor_of(by):
    """The Actor for a user, an Actor or None."""
    if isinstance(by, Actor):
        return by
    if isinstance(by, get_user_model()):
        return Actor(ActorKind.USER, by.pk)
    running = scope.current()
    return ANONYMOUS if running is not None and running.is_request else SYSTEM


def _register(register, key, label):
    if key in register:
        raise ValueError(f'"{key}" is already registered: one key, one meaning.')
    register[key] = label
    return key


def _request_id():
    running = scope.current()
    return running.request_id if running is not None else ""


def _field_names(fields):
    names = list(fields)
    for name in names:
        if not FIELD_NAME.fullmatch(name):
            raise ValueError("An event holds names of fields, never their content.")
    return names


def _add_subjects(model, event, person_ids):
    subjects = [model(event=event, person_id=person_id) for person_id in sorted(set(person_ids))]
    if subjects:
        model.objects.bulk_create(subjects)
