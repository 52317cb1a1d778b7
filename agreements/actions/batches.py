"""Order many at a time: a list of at most 50 lines for the police's form.

Source: domain.md 1.3 and rule 13. Two coordinators at once: the cases are locked, and a case is
on one list at a time.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import cpr
from agreements.actions.attestations import become_ordered
from agreements.authority import require
from agreements.models import Attestation, AttestationRoute, OrderBatch
from agreements.states import AttestationState
from coordination.access import Permission
from coordination.locks import lock_people
from core import audit, policies
from core.errors import DomainError

audit.kind("batch.made", gettext_lazy("List of certificates to order made"))
audit.kind("batch.shown", gettext_lazy("CPR numbers of an order list shown"))
audit.kind("batch.ordered", gettext_lazy("List of certificates ordered"))
audit.kind("batch.given_up", gettext_lazy("Order list given up"))

SEPARATORS = {"space": " ", "tab": "\t", "semicolon": ";", "comma": ","}


def ready(branch):
    """Cases at the branch and below that have a CPR number and are on no list, oldest first."""
    return (
        Attestation.objects.filter(
            state=AttestationState.DETAILS,
            route=AttestationRoute.DIGITAL,
            branch__path__startswith=branch.path,
            batch__isnull=True,
            held_cpr__isnull=False,
        )
        .select_related("branch", "volunteer__person", "held_cpr")
        .order_by("opened_at", "pk")
    )


@transaction.atomic
def make(*, branch, kind, by):
    """Put up to the limit of ready cases of a kind on a new list; return the OrderBatch.

    Whoever comes second gets those that are left. Raises DomainError("nothing_ready").
    """
    require(by, Permission.ORDER_ATTESTATION, branch)
    most = policies.get("attestation.batch_lines")
    waiting = ready(branch).filter(kind=kind)
    lock_people(list(waiting.values_list("volunteer_id", flat=True)[:most]))
    chosen = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True)[:most])
    if not chosen:
        raise DomainError(
            _("Nobody is ready to be ordered on. Somebody else may just have done it."),
            code="nothing_ready",
        )
    batch = OrderBatch.objects.create(branch=branch, kind=kind, made_at=timezone.now(), made_by=by)
    Attestation.objects.filter(pk__in=chosen).update(batch=batch)
    _record("batch.made", batch, by)
    return batch


@transaction.atomic
def lines(*, batch, by):
    """The list's text: one CPR number and name a line, as the police's form takes it.

    Showing it is written down for everybody on it. Raises DomainError not_allowed,
    already_ordered (the text is needed no more), unreadable.
    """
    batch = _locked(batch)
    require(by, Permission.REVEAL_CPR, batch.branch)
    _require_open(batch)
    rows = _cases(batch)
    numbers = [cpr.opened(row.held_cpr) if hasattr(row, "held_cpr") else None for row in rows]
    if None in numbers:
        raise DomainError(
            _("A CPR number on the list is gone. Give the list up, and ask for it again."),
            code="unreadable",
        )
    _record("batch.shown", batch, by)
    separator = SEPARATORS[policies.get("attestation.separator")]
    return "\n".join(
        f"{cpr.written(number)}{separator}{row.volunteer.person.name}"
        for number, row in zip(numbers, rows, strict=True)
    )


@transaction.atomic
def mark_ordered(*, batch, by):
    """The list was sent to the police: every case on it is ordered, and the consent clock runs.

    Returns the batch. Raises DomainError("already_ordered") for the second of two.
    """
    batch = _locked(batch)
    require(by, Permission.ORDER_ATTESTATION, batch.branch)
    _require_open(batch)
    for attestation in _cases(batch):
        become_ordered(attestation=attestation, by=by)
    batch.ordered_at, batch.ordered_by = timezone.now(), by
    batch.save(update_fields=["ordered_at", "ordered_by"])
    _record("batch.ordered", batch, by, fields=("ordered_at",))
    return batch


@transaction.atomic
def give_up(*, batch, by):
    """Take an unordered list apart: its cases are ready for another one. Returns how many."""
    batch = _locked(batch)
    require(by, Permission.ORDER_ATTESTATION, batch.branch)
    _require_open(batch)
    _record("batch.given_up", batch, by)
    freed = Attestation.objects.filter(batch=batch).update(batch=None)
    batch.delete()
    return freed


def _locked(batch):
    """The list as it is now; everybody on it locked first."""
    lock_people(list(Attestation.objects.filter(batch=batch).values_list("volunteer", flat=True)))
    found = (
        OrderBatch.objects.select_for_update(of=("self",))
        .select_related("branch", "ordered_by")
        .filter(pk=batch.pk)
        .first()
    )
    if found is None:
        raise DomainError(
            _("Somebody has just given this list up. Make a new one."), code="given_up"
        )
    return found


def _cases(batch):
    rows = Attestation.objects.filter(batch=batch, state=AttestationState.DETAILS)
    return list(
        rows.select_related("branch", "volunteer__person", "held_cpr").order_by("opened_at", "pk")
    )


def _require_open(batch):
    if batch.is_ordered:
        raise DomainError(
            _("%(name)s has marked this list as ordered already.")
            % {"name": batch.ordered_by.get_full_name()},
            code="already_ordered",
        )


def _record(kind, batch, by, fields=()):
    people = Attestation.objects.filter(batch=batch).values_list("volunteer_id", flat=True)
    audit.record(
        kind,
        by=by,
        about=batch,
        fields=fields,
        person_ids=list(people),
        branch_path=batch.branch.path,
    )
