"""Consents, and the declaration of confidentiality."""

from dataclasses import dataclass

from django.db.models import F, Q

from agreements.consents import UNASKED
from agreements.models import Consent, ConsentKind
from coordination.access import Permission, scope_of
from coordination.models import Volunteer


@dataclass(frozen=True)
class Offer:
    """Something a volunteer may consent to unasked, and the consent that holds, or None."""

    kind: str
    label: str
    consent: object


def consents():
    """Consents with person, branch and the text's version."""
    return Consent.objects.select_related("volunteer__person", "branch", "text")


def consents_of(volunteer, user):
    """A volunteer's consents that this user may see: to pictures only those of their branches."""
    ours = scope_of(user).within("branch", Permission.VIEW_PEOPLE)
    shown = Q(branch__isnull=True) | ours if ours else ours  # an empty Q means everywhere
    return list(consents().filter(shown, volunteer=volunteer))


def consent_of(volunteer, pk):
    """One of a volunteer's consents, or None."""
    return consents().filter(volunteer=volunteer, pk=pk).first()


def volunteers():
    """Volunteers with their person."""
    return Volunteer.objects.select_related("person")


def own_volunteer(user):
    """The Volunteer who is this user, with the person, or None."""
    return volunteers().own(user).first()


def consent_offers(volunteer):
    """An Offer for each thing one may consent to unasked. 1 query."""
    held = {
        one.kind: one
        for one in Consent.objects.holding().filter(volunteer=volunteer, kind__in=UNASKED)
    }
    return [Offer(kind, kind.label, held.get(kind)) for kind in UNASKED]


def photo_consents(volunteer):
    """What was asked about pictures of the volunteer, the open ones first. 1 query."""
    rows = Consent.objects.filter(volunteer=volunteer, kind=ConsentKind.PHOTO)
    return list(rows.order_by(F("withdrawn_at").desc(nulls_first=True), "-pk")[:20])


def declaration_of(volunteer):
    """The volunteer's newest declaration of confidentiality, or None."""
    return volunteer.confidentiality_declarations.order_by("-signed_on", "-pk").first()
