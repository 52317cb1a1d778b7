"""Associations declare each year that they obtain child certificates, and for whom.

Source: domain.md 1.2, 1.4 and rule 17.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import renewal
from agreements.authority import refuse_own, require
from agreements.models import (
    AssociationDeclaration,
    Attestation,
    AttestationKind,
    AttestationRoute,
)
from agreements.states import CLOSING, AttestationState
from agreements.trail import record
from coordination.access import Permission, scope_of
from coordination.actions import clearances
from coordination.locks import lock_people
from coordination.models import ClearanceKind, Engagement
from core import audit, policies
from core.errors import DomainError
from core.periods import today

audit.kind("declaration.registered", gettext_lazy("Declaration of an association registered"))
audit.kind("attestation.confirmed", gettext_lazy("Certificate confirmed by the association"))


@transaction.atomic
def register(*, association, signed_on, signer_name, engagement_ids=(), by):
    """Register a dated, named declaration; the volunteers named in it are cleared as long as it
    counts. Returns the AssociationDeclaration.

    Naming somebody needs the permission to assess at their branch. Raises DomainError
    not_allowed, in_future, too_old, not_through_it, already_cleared, own_matter.
    """
    if not scope_of(by).holds(Permission.ORDER_ATTESTATION) and not engagement_ids:
        _require_assessor(by)
    if signed_on > today():
        raise DomainError(
            _("The day of signing cannot lie ahead."), code="in_future", field="signed_on"
        )
    months = policies.get("association.declaration_months")
    valid_until = renewal.months_after(signed_on, months) - timedelta(days=1)
    if valid_until < today():
        raise DomainError(
            _("A declaration of that day no longer counts. Ask for a new one."),
            code="too_old",
            field="signed_on",
        )
    declaration = AssociationDeclaration.objects.create(
        association=association,
        signed_on=signed_on,
        signer_name=signer_name,
        valid_until=valid_until,
        registered_at=timezone.now(),
        registered_by=by,
    )
    audit.record("declaration.registered", by=by, about=declaration)
    for engagement in _named(association, engagement_ids):
        _confirm(declaration, engagement, by=by)
    return declaration


def _require_assessor(by):
    if not scope_of(by).holds(Permission.ASSESS_ATTESTATION):
        raise DomainError(
            _("You may not register declarations. Ask the coordinator."), code="not_allowed"
        )


def _named(association, engagement_ids):
    """The engagements through the association, one per volunteer; people locked."""
    rows = Engagement.objects.filter(pk__in=engagement_ids, association=association)
    rows = rows.not_ended(today()).select_related("site__branch", "volunteer__person__user")
    found = {one.volunteer_id: one for one in rows.order_by("pk")}
    if len(set(engagement_ids)) > rows.count():
        raise DomainError(
            _("Somebody chosen does not come through this association any more."),
            code="not_through_it",
            field="volunteers",
        )
    lock_people(list(found))
    return list(found.values())


def _confirm(declaration, engagement, *, by):
    require(by, Permission.ASSESS_ATTESTATION, engagement.site.branch)
    refuse_own(by, engagement.volunteer)
    _require_not_closed(engagement.volunteer)
    now = timezone.now()
    attestation = Attestation.objects.create(
        volunteer=engagement.volunteer,
        branch=engagement.site.branch,
        kind=AttestationKind.CHILD_CERTIFICATE,
        route=AttestationRoute.ASSOCIATION,
        association=declaration.association,
        declaration=declaration,
        state=AttestationState.APPROVED,
        opened_at=now,
        opened_by=by,
        assessed_at=now,
        assessed_by=by,
        valid_from=today(),
        renew_by=declaration.valid_until,
        valid_until=declaration.valid_until,
    )
    clearances.issue(
        volunteer=engagement.volunteer,
        kind=ClearanceKind.CHILD_CERTIFICATE,
        source=attestation,
        valid_from=attestation.valid_from,
        valid_until=attestation.valid_until,
        by=by,
    )
    record("attestation.confirmed", attestation, by=by, fields=("state", "valid_until"))


def _require_not_closed(volunteer):
    """Who was refused here is not opened by an association's word."""
    if volunteer.child_certificate_from is None:
        return
    newest = (
        Attestation.objects.about_children()
        .filter(volunteer=volunteer)
        .exclude(state=AttestationState.WITHDRAWN)
        .order_by("-opened_at", "-pk")
        .first()
    )
    if newest is not None and newest.state in CLOSING:
        raise DomainError(
            _("Activities with children are closed to somebody chosen. Ask the branch leader."),
            code="closed",
            field="volunteers",
        )
