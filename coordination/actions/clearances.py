"""Issue and revoke clearances: the only way in which the gate's facts change."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.locks import lock_people
from coordination.models import Clearance, Volunteer
from core import audit
from core.periods import today

audit.kind("clearance.issued", _("Cleared"))
audit.kind("clearance.revoked", _("Clearance ended"))
audit.kind("clearance.required_of_person", _("Child certificate required from a day on"))


@transaction.atomic
def issue(*, volunteer, kind, source, valid_from, valid_until=None, site=None, by):
    """Say that the volunteer is cleared for `kind`, at the site or everywhere; return it.

    `source` is the row that proves it. Issuing again for the same source moves the period.
    Called by the app that owns the source, in the transaction that made it true.
    """
    lock_people([volunteer.pk])
    clearance, _created = Clearance.objects.update_or_create(
        source_type=source._meta.label_lower,
        source_id=source.pk,
        volunteer=volunteer,
        kind=kind,
        site=site,
        revoked_at=None,
        defaults={"valid_from": valid_from, "valid_until": valid_until},
    )
    audit.record(
        "clearance.issued",
        by=by,
        about=clearance,
        fields=("valid_from", "valid_until"),
        person_ids=[volunteer.pk],
        branch_path=site.branch.path if site else "",
    )
    return clearance


@transaction.atomic
def revoke(*, source, last_day=None, by):
    """End every clearance that this source gave, after `last_day` (default: yesterday's end).

    Returns how many were ended. A revoked clearance does not hold on any later day, and one that
    had run out before keeps its day. The people
    are locked first, so that a sign-up for a shift comes wholly before this or sees it.
    """
    end = last_day if last_day is not None else _yesterday()
    given = Clearance.objects.filter(
        Q(revoked_at=None) | Q(valid_until__gt=end),  # one that was cut short may still hold
        source_type=source._meta.label_lower,
        source_id=source.pk,
    )
    lock_people(given.values_list("volunteer_id", flat=True))
    standing = given.select_for_update(of=("self",))
    ended = 0
    for clearance in standing.select_related("site__branch"):
        clearance.valid_until = min(end, clearance.valid_until or end)
        clearance.revoked_at = timezone.now()
        clearance.save(update_fields=["valid_until", "revoked_at"])
        audit.record(
            "clearance.revoked",
            by=by,
            about=clearance,
            fields=("valid_until",),
            person_ids=[clearance.volunteer_id],
            branch_path=clearance.site.branch.path if clearance.site else "",
        )
        ended += 1
    return ended


@transaction.atomic
def require_of_person(*, volunteer, from_day, by):
    """Have the gate ask this person for a child certificate from the day on, wherever there are
    children and whatever the tie; None for no longer. Returns the volunteer.
    """
    lock_people([volunteer.pk])
    row = Volunteer.objects.get(pk=volunteer.pk)
    row.child_certificate_from = volunteer.child_certificate_from = from_day
    row.save(update_fields=["child_certificate_from"])
    audit.record(
        "clearance.required_of_person",
        by=by,
        about=row,
        fields=("child_certificate_from",),
        person_ids=[row.pk],
    )
    return volunteer


def _yesterday():
    return today() - timedelta(days=1)
