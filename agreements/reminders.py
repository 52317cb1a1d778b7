"""Reminders of what runs out, computed from dates: to the volunteer and the coordinators.

Each rule yields, for a row, the tightest warning that has been reached, so an outage or a short
agreement gives one mail and not three. What is renewed already is left out.
"""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q

from agreements import emails, queries
from agreements.models import Agreement, Attestation, Coverage
from agreements.states import UNDER_WAY, AgreementState, AttestationState
from core import policies
from core.schedule import Due


def warning_days():
    """The municipality's three warnings, the tightest first."""
    names = ("first", "second", "last")
    return sorted({policies.get(f"expiry.{name}_warning_days") for name in names})


def reached(last_day, today):
    """The day of the tightest warning that has been reached, or None."""
    for days in warning_days():
        if last_day - timedelta(days=days) <= today:
            return last_day - timedelta(days=days)
    return None


def expiring_agreements(today, within):
    """Agreements in force that run out within so many days and are not renewed."""
    return running_out(today, today + timedelta(days=within))


def running_out(first, last):
    """Agreements in force whose last day is one of these (days, or `given`), not renewed."""
    renewed = Coverage.objects.filter(
        engagement=OuterRef("engagement"), binding_from__gt=OuterRef("binding_until")
    )
    ends_anyway = Q(engagement__ends_on__lte=OuterRef("ends_on"))
    going_on = Coverage.objects.filter(~Exists(renewed), agreement=OuterRef("pk"))
    return Agreement.objects.filter(
        Exists(going_on.exclude(ends_anyway)),
        state=AgreementState.CONCLUDED,
        ends_on__range=(first, last),
    )


def expiring_attestations(today, within):
    """Approved attestations that run out within so many days and have no successor."""
    newer = Attestation.objects.filter(
        Q(state__in=UNDER_WAY)
        | Q(state=AttestationState.APPROVED, valid_until__isnull=True)
        | Q(state=AttestationState.APPROVED, valid_until__gt=OuterRef("valid_until")),
        volunteer=OuterRef("volunteer"),
        kind=OuterRef("kind"),
    )
    return Attestation.objects.filter(
        ~Exists(newer),
        state=AttestationState.APPROVED,
        valid_until__range=(today, today + timedelta(days=within)),
    )


def agreements_for_volunteers(today):
    """Due messages to the volunteers whose agreement runs out."""
    rows = expiring_agreements(today, warning_days()[-1])
    for agreement in rows.select_related("volunteer__person").iterator(chunk_size=500):
        yield from _to_volunteer(agreement, agreement.ends_on, today)


def agreements_for_staff(today):
    """Due messages to the coordinators of the agreement's branch."""
    rows = expiring_agreements(today, warning_days()[-1])
    yield from _to_coordinators(rows, "ends_on", today)


def attestations_for_volunteers(today):
    """Due messages to the volunteers; the text says only that something waits."""
    rows = expiring_attestations(today, warning_days()[-1])
    for attestation in rows.select_related("volunteer__person").iterator(chunk_size=500):
        yield from _to_volunteer(attestation, attestation.valid_until, today)


def attestations_for_staff(today):
    """Due messages to the coordinators of the branch that ordered."""
    rows = expiring_attestations(today, warning_days()[-1])
    yield from _to_coordinators(rows, "valid_until", today)


def _to_volunteer(row, last_day, today):
    person = row.volunteer.person
    day = reached(last_day, today)
    if person.email and day is not None:
        yield Due(emails.recipient(person), row, day)


def _to_coordinators(rows, last_day, today):
    coordinators = queries.coordinators()
    for row in rows.select_related("branch").iterator(chunk_size=500):
        day = reached(getattr(row, last_day), today)
        if day is not None:
            for user in coordinators(row.branch.path):
                yield Due(emails.staff_recipient(user), row, day)
