"""Does every clearance have its source, and every source its clearance?

The nightly check of the gate's facts against the agreements and attestations behind them. It
changes nothing; what it finds is for people to look at.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q

from agreements.models import (
    Agreement,
    Attestation,
    AttestationKind,
    Coverage,
    ThresholdCrossing,
)
from agreements.states import CLOSING, OPENING, SIGNED_BY_ALL
from coordination.models import Clearance, ClearanceKind, Volunteer
from core.periods import covering, today

DAY = timedelta(days=1)
AGREEMENT = Agreement._meta.label_lower
ATTESTATION = Attestation._meta.label_lower


@dataclass(frozen=True)
class Discrepancy:
    """A clearance or a source that disagree: which row, and a code for what is wrong."""

    model: str
    pk: int
    code: str


def discrepancies(on=None):
    """Everything that is wrong on the day, as Discrepancies. 6 queries."""
    on = on or today()
    return [
        *_found(_unknown_sources(), "unknown_source"),
        *_found(_without_agreement(on), "agreement_does_not_carry_it"),
        *_found(_without_attestation(on), "attestation_does_not_carry_it"),
        *_found(_agreements_without(on), "agreement_without_clearance"),
        *_found(_attestations_without(on), "attestation_without_clearance"),
        *_found(_volunteers_not_asked(), "required_of_person_but_not_asked"),
    ]


def _found(rows, code):
    label = rows.model._meta.label_lower
    return [Discrepancy(label, pk, code) for pk in rows.values_list("pk", flat=True)]


def _unknown_sources():
    return Clearance.objects.exclude(source_type__in=(AGREEMENT, ATTESTATION))


def _counting(source_type, on):
    """Clearances of a kind of source that hold today or later; older ones may outlast its row."""
    today_or_later = Q(valid_until__isnull=True) | Q(valid_until__gte=on)
    return Clearance.objects.filter(today_or_later, source_type=source_type)


def _inside(start, end):
    """Q on a source: its period holds the outer clearance's days."""
    began = Q(**{f"{start}__lte": OuterRef("valid_from")})
    endless = Q(**{f"{end}__isnull": True})
    return began & (endless | Q(**{f"{end}__gte": OuterRef("valid_until")}))


def _without_agreement(on):
    """Agreement clearances that no concluded agreement of that person and site carries."""
    carrying = Coverage.objects.filter(
        _inside("agreement__in_force_from", "agreement__ends_on"),
        agreement=OuterRef("source_id"),
        agreement__state__in=SIGNED_BY_ALL,
        agreement__volunteer=OuterRef("volunteer"),
        engagement__site=OuterRef("site"),
    )
    wrong_kind = ~Q(kind=ClearanceKind.AGREEMENT)
    return _counting(AGREEMENT, on).filter(wrong_kind | ~Exists(carrying))


def _without_attestation(on):
    """Certificate clearances that no approved attestation of that person carries."""
    carrying = Attestation.objects.filter(
        _inside("valid_from", "valid_until"),
        pk=OuterRef("source_id"),
        volunteer=OuterRef("volunteer"),
        state__in=OPENING,
    )
    about_children = Q(kind=ClearanceKind.CHILD_CERTIFICATE)
    right_kind = (about_children & Exists(carrying.about_children())) | (
        Q(kind=ClearanceKind.CRIMINAL_RECORD)
        & Exists(carrying.exclude(kind=AttestationKind.CHILD_CERTIFICATE))
    )
    return _counting(ATTESTATION, on).exclude(right_kind)


def _agreements_without(on):
    """What is covered and in force today, and yet not cleared."""
    cleared = Clearance.objects.valid_on(on).filter(
        source_type=AGREEMENT, source_id=OuterRef("agreement"), site=OuterRef("engagement__site")
    )
    binding = covering(on, start="binding_from", end="binding_until")
    return Coverage.objects.filter(binding, ~Exists(cleared))


def _volunteers_not_asked():
    """A threshold was crossed, or an outcome closes, and the gate does not ask in time."""
    crossing = ThresholdCrossing.objects.filter(volunteer=OuterRef("pk"))
    closed = Attestation.objects.about_children().filter(
        volunteer=OuterRef("pk"), state__in=CLOSING
    )
    never = Q(child_certificate_from__isnull=True)
    too_late = crossing.filter(due_on__lt=OuterRef("child_certificate_from") - DAY)
    return Volunteer.objects.filter(
        (never & (Exists(crossing) | Exists(closed))) | Exists(too_late)
    )


def _attestations_without(on):
    cleared = Clearance.objects.valid_on(on).filter(
        source_type=ATTESTATION, source_id=OuterRef("pk"), volunteer=OuterRef("volunteer")
    )
    return Attestation.objects.valid_on(on).filter(~Exists(cleared))
