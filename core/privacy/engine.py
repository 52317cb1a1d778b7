"""Export, erasure and replay of one person's data, from the register alone."""

from dataclasses import dataclass

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit
from core.errors import DomainError
from core.models import Deletion, Message, MessageState
from core.models.message import OVER
from core.privacy.listing import entry_of, obstacles, prepare_erasure, registered
from core.privacy.retention import rules

PERSON_RULE = "person.erased"

log = structlog.get_logger(__name__)

audit.kind("person.exported", gettext_lazy("Data about a person handed out"))
audit.kind("person.erased", gettext_lazy("Data about a person erased"))


@dataclass(frozen=True)
class PlanLine:
    """What erasure does to a person's rows of one model."""

    model: type
    rows: int
    deletes_rows: bool
    emptied: tuple
    kept: dict

    @property
    def title(self):
        return self.model._meta.verbose_name_plural


def export_person(person_id):
    """Everything the system holds about a person, as plain JSON values.

    {"person_id", "made_at", "data": {model: [{field: value}]}, "accesses": [...], "events":
    [...]}. Accesses name time and purpose, not the employee. One query per listed model.
    *Source:* GDPR art. 15 and 20; CJEU C-579/21.
    """
    return {
        "person_id": person_id,
        "made_at": timezone.now().isoformat(),
        "data": {
            entry.label: rows for entry in registered() if (rows := _exported(entry, person_id))
        },
        "accesses": [
            {"at": at.isoformat(), "purpose": str(audit.purpose_label(purpose)), "by": by}
            for at, purpose, by in audit.accesses_to(person_id).values_list(
                "at", "purpose", "actor_kind"
            )
        ],
        "events": [
            {"at": at.isoformat(), "event": str(audit.kind_label(kind)), "fields": fields}
            for at, kind, fields in audit.events_about(person_id).values_list(
                "at", "kind", "fields"
            )
        ],
    }


def erasure_plan(person_id):
    """The PlanLines of what erasure would delete, empty and keep; changes nothing."""
    lines = []
    for entry in registered():
        if not entry.personal_fields:
            continue
        rows = entry.rows_of(person_id).count()
        if rows:
            lines.append(
                PlanLine(
                    entry.model, rows, entry.deletes_row, tuple(entry.changes), entry.kept_fields
                )
            )
    return lines


@transaction.atomic
def erase(person_id, *, by):
    """Delete and empty what the register says, keep the rest; returns the PlanLines done.

    Writes the deletion log and one event. Raises DomainError("erasure_must_wait") with reasons
    while something stands in the way. Side effects, in order: rows deleted or emptied, dependents
    first; log; event.
    """
    reasons = obstacles(person_id)
    if reasons:
        raise DomainError(
            _("The data cannot be erased yet: %(reasons)s") % {"reasons": " ".join(reasons)},
            code="erasure_must_wait",
            reasons=reasons,
        )
    plan = erasure_plan(person_id)
    _erase_rows(person_id)
    log = Deletion.objects.create(rule=PERSON_RULE, object_type="person", object_id=str(person_id))
    audit.record("person.erased", by=by, about=log, person_ids=(person_id,))
    return plan


@transaction.atomic
def replay(entries):
    """Erase again what a restored backup brought back; returns how many entries had an effect.

    `entries` are (rule, object_type, object_id) of the deletion log, oldest first. To be run
    before the restored system is opened: later, a number may have been given to somebody else.
    """
    row_rules = {rule.key: rule for rule in rules()}
    effects = 0
    for rule, object_type, object_id in entries:
        if rule == PERSON_RULE:
            if not erasure_plan(int(object_id)):
                continue
            _erase_rows(int(object_id))
        elif rule not in row_rules or not row_rules[rule].again(object_id):
            continue
        Deletion.objects.create(rule=rule, object_type=object_type, object_id=object_id)
        effects += 1
    return effects


def erase_fields(model, rows):
    """Empty a queryset's personal fields as the register says; used by retention rules."""
    changes = entry_of(model).changes
    return rows.update(**changes) if changes else 0


def anonymise_people(people):
    """Do to every person of a queryset of persons what `erase` does; for retention rules.

    Whom something stands in the way of is left for another night and reported in the log by
    number, so that one such person does not keep the others waiting. Returns the numbers done.
    """
    done = []
    for person_id in list(people.order_by("pk").values_list("pk", flat=True)):
        reasons = obstacles(person_id)
        if reasons:
            log.warning("erasure_waits", person_id=person_id, obstacles=len(reasons))
            continue
        _erase_rows(person_id)
        done.append(person_id)
    return done


def _erase_rows(person_id):
    _stop_messages(person_id)
    prepare_erasure(person_id)
    # Found first, changed after: emptying a link would hide the rows beyond it.
    found = [
        (entry, list(entry.rows_of(person_id).values_list("pk", flat=True)))
        for entry in registered()
        if entry.personal_fields
    ]
    for entry, keys in found:
        rows = entry.model._base_manager.filter(pk__in=keys)
        if not keys:
            continue
        if entry.deletes_row:
            rows.delete()
        elif entry.changes:
            rows.update(**entry.changes)


def _stop_messages(person_id):
    """Nothing is sent any more to somebody who is not here; a sender at work loses its lease."""
    waiting = entry_of(Message).rows_of(person_id).exclude(state__in=OVER)
    keys = list(waiting.values_list("pk", flat=True))
    Message.objects.filter(pk__in=keys).update(
        state=MessageState.SKIPPED, lease_token=None, lease_until=None
    )


def _exported(entry, person_id):
    names = [name for name, mark in entry.fields.items() if mark.export]
    if not names:
        return []
    fields = [entry.model._meta.get_field(name) for name in names]
    return [
        {str(found.verbose_name): _plain(found, row) for found in fields}
        for row in entry.rows_of(person_id).order_by("pk")
    ]


def _plain(found, row):
    value = found.value_from_object(row)
    if isinstance(value, bytes | memoryview):
        return _("a file of %(size)s bytes, handed out separately") % {"size": len(value)}
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
