"""How long an assessed certificate counts, and what makes it to be renewed earlier.

The interval is a setting of the municipality or branch, and an activity may have its own; of all
the volunteer's activities the shortest holds. Source: domain.md 1.4 and rule 15.
"""

from calendar import monthrange
from datetime import date, timedelta

from agreements.models import ActivityTerms, AttestationDuty, AttestationKind
from coordination.models import Engagement
from core import policies
from core.periods import today

DAY = timedelta(days=1)


def period_of(attestation, start):
    """(renew by, last day it counts) from a first day; (None, None) until further notice."""
    months = months_for(attestation)
    if months is None:
        return None, None
    renew_by = months_after(start, months) - DAY
    return renew_by, renew_by + timedelta(days=policies.get("attestation.expiry_grace_days"))


def months_for(attestation):
    """The interval in months, None for none. 1 query for one about children."""
    path = attestation.branch.path
    usual = policies.get("attestation.validity_months", path=path)
    if attestation.kind != AttestationKind.CHILD_CERTIFICATE:
        return usual
    own = [months or usual for months in _intervals(attestation.volunteer_id)] or [usual]
    return min((months for months in own if months is not None), default=None)


def months_after(day, months):
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _intervals(volunteer_id):
    """The activities' own intervals (None: the usual) where the volunteer is with children."""
    ties = Engagement.objects.filter(volunteer=volunteer_id).not_ended(today())
    terms = ActivityTerms.objects.filter(activity__sites__engagements__in=ties)
    return list(
        terms.exclude(child_certificate=AttestationDuty.NOT_RELEVANT)
        .values_list("certificate_months", flat=True)
        .distinct()
    )
