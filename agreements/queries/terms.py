"""An activity's terms: what is missing in them, and who is at risk by them."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from django.db.models import F, Max, Q
from django.utils.translation import gettext as _

from agreements.models import ActivityTerms, AttestationDuty, Insurance
from coordination.models import Activity, ClearanceKind, Engagement
from coordination.papers import Papers
from coordination.states import AssignmentState
from core.periods import day_of, start_of, today
from core.prepared import Prepared, moment, number


def activities():
    """Activities with their terms."""
    return Activity.objects.select_related("branch", "terms__template")


def terms_of(activity):
    """The activity's ActivityTerms, or None."""
    terms = next(iter(_terms_question().rows(activity=activity.pk)), None)
    if terms is not None:
        terms.activity = activity
    return terms


@cache
def _terms_question():
    rows = ActivityTerms.objects.filter(activity=number("activity"))
    return Prepared(rows.select_related("template"))


def terms_warnings(terms):
    """Sentences on what an activity's terms still lack. Warnings, never obstacles."""
    if terms is None:
        return [_("The activity has no terms yet: what volunteers may do, and what is required.")]
    warnings = []
    if terms.insurance == Insurance.TO_BE_SETTLED:
        warnings.append(_("It is not settled whether the insurance covers the volunteers."))
    if terms.med_discussed_on is None:
        warnings.append(_("It is not noted when the activity was discussed in the local MED."))
    if terms.staff_informed_on is None:
        warnings.append(_("It is not noted when the staff were informed."))
    if not terms.notification_recipient:
        warnings.append(_("Nobody is named to receive a concern about a child."))
    if terms.child_certificate != AttestationDuty.NOT_RELEVANT and not terms.legal_order:
        warnings.append(_("The order that applies to the child certificate is not named."))
    if not terms.may:
        warnings.append(_("It is not written what volunteers may do."))
    if not terms.may_not:
        warnings.append(_("It is not written what volunteers may not do."))
    if not terms.refer_to_staff:
        warnings.append(_("It is not written what volunteers leave to the staff."))
    if terms.activity.contact_id is None:
        warnings.append(_("The activity has no contact person. The agreement names the leader."))
    if terms.activity.deputy_id is None:
        warnings.append(_("Nobody is named to stand in for the contact person."))
    return warnings


@dataclass(frozen=True)
class AtRisk:
    """Somebody on a coming shift who will not be cleared on its day."""

    engagement: Engagement
    shift_day: date
    kinds: tuple


def at_risk(activity):
    """People on the activity's coming shifts whom the gate would refuse on the last of them.

    Asked when requirements change, and shown until they are dealt with. At most 3 queries, 4 where
    somebody is.
    """
    rows = _booked_question().rows(activity=activity.pk, now=start_of(today()))
    ties = [BookedTie(*row) for row in rows]
    papers = Papers({tie.volunteer_id for tie in ties}, [activity.pk], since=today())
    kinds = {tie: papers.lacking(tie, activity.pk, day_of(tie.last_at)) for tie in ties}
    found = {tie.pk: tie for tie in ties if kinds[tie]}
    if not found:
        return []
    rows = Engagement.objects.select_related("volunteer__person", "site__branch")
    return [
        AtRisk(
            one,
            day_of(found[one.pk].last_at),
            tuple(ClearanceKind(kind).label for kind in kinds[found[one.pk]]),
        )
        for one in rows.filter(pk__in=found).order_by("pk")
    ]


class BookedTie(NamedTuple):
    """An engagement with the start of the last shift its volunteer is on there."""

    pk: int
    volunteer_id: int
    site_id: int
    tie: str
    last_at: datetime


@cache
def _booked_question():
    booked = Q(
        site__shifts__assignments__volunteer=F("volunteer"),
        site__shifts__assignments__state=AssignmentState.BOOKED,
        site__shifts__starts_at__gte=moment("now"),
    )
    rows = Engagement.objects.filter(booked, site__activity=number("activity")).order_by()
    rows = rows.values("pk", "volunteer", "site", "tie")
    return Prepared(
        rows.annotate(last=Max("site__shifts__starts_at")).values_list(
            "pk", "volunteer", "site", "tie", "last"
        )
    )
