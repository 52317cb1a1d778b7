"""The CPR number of an order: given, shown when it must be, deleted. Source: domain.md rule 11."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import cpr
from agreements.actions.attestations import locked
from agreements.authority import is_party, require
from agreements.models import HeldCpr
from agreements.states import AttestationState
from agreements.trail import record
from coordination.access import Permission
from core import audit, secret_box
from core.errors import DomainError

audit.kind("cpr.given", gettext_lazy("CPR number given for an order"))
audit.kind("cpr.revealed", gettext_lazy("CPR number shown"))
audit.kind("cpr.deleted", gettext_lazy("CPR number deleted"))


@transaction.atomic
def give(*, attestation, number, by):
    """Keep the number, sealed, until the order needs it no more; return the Attestation.

    By the volunteer, or by who may order. Given again it replaces what is held. Modulus 11 is
    not asked. Raises ValidationError for what is not ten digits, DomainError not_needed.
    """
    attestation = locked(attestation.pk)
    if not is_party(by, attestation.volunteer):
        require(by, Permission.ORDER_ATTESTATION, attestation.branch)
    if attestation.state != AttestationState.DETAILS:
        raise DomainError(
            _("The CPR number is not needed now. Thank you all the same."), code="not_needed"
        )
    if attestation.batch_id is not None:
        raise DomainError(
            _("The order is being made right now, so the number cannot be changed."),
            code="being_ordered",
        )
    HeldCpr.objects.update_or_create(
        attestation=attestation,
        defaults={
            "sealed": secret_box.seal(cpr.digits(number)),
            "given_at": timezone.now(),
            "given_by": by,
        },
    )
    record("cpr.given", attestation, by=by, fields=("held_cpr",))
    return attestation


@transaction.atomic
def forget(*, attestation, by):
    """Delete the number before it was used, because the volunteer or staff want it; return it."""
    attestation = locked(attestation.pk)
    if not is_party(by, attestation.volunteer):
        require(by, Permission.ORDER_ATTESTATION, attestation.branch)
    deleted, _rows = HeldCpr.objects.filter(attestation=attestation).delete()
    if deleted:
        record("cpr.deleted", attestation, by=by, fields=("held_cpr",))
    return attestation


@transaction.atomic
def reveal(*, attestation, by):
    """The whole number, for somebody who may see it; every time is written down.

    Raises DomainError not_allowed, not_held.
    """
    attestation = locked(attestation.pk)
    require(by, Permission.REVEAL_CPR, attestation.branch)
    held = HeldCpr.objects.filter(attestation=attestation).first()
    number = cpr.opened(held) if held else None
    if number is None:
        raise DomainError(_("No CPR number is kept here."), code="not_held")
    record("cpr.revealed", attestation, by=by, fields=("held_cpr",))
    return cpr.written(number)
