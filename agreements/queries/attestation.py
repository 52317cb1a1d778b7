"""Attestations, lists of orders, and thresholds crossed."""

from django.db.models import Count, Exists, OuterRef, Subquery

from agreements import cpr
from agreements.models import Attestation, DutyAssessment, HeldCpr, OrderBatch, ThresholdCrossing
from agreements.states import AttestationState
from coordination.access import Permission
from coordination.models import Clearance, ClearanceKind, Engagement


def attestations():
    """Attestations with branch and person."""
    return Attestation.objects.select_related("branch", "volunteer__person")


def with_cpr_held(rows):
    """The attestations with `has_cpr`: True while a CPR number is held for the order."""
    return rows.annotate(has_cpr=Exists(HeldCpr.objects.filter(attestation=OuterRef("pk"))))


def batches():
    """Lists of orders with their branch and who made them."""
    return (
        OrderBatch.objects.select_related("branch", "made_by", "ordered_by")
        .annotate(number=Count("attestations"))
        .order_by("-made_at", "-pk")
    )


def people_on(batch_ids):
    """The ids of the volunteers on these lists. 1 query."""
    rows = Attestation.objects.filter(batch__in=batch_ids)
    return list(rows.values_list("volunteer_id", flat=True))


def cases_on(batch):
    """What is on a list, in the order of its lines, CPR numbers along. 1 query."""
    rows = attestations().filter(batch=batch).select_related("held_cpr")
    return [(row, _masked(row)) for row in rows.order_by("opened_at", "pk")]


def _masked(attestation):
    held = getattr(attestation, "held_cpr", None)
    return cpr.masked(held) if held else ""


def waiting_for_order(user, most=200):
    """Cases that wait to be ordered where the user may order, oldest first; `has_cpr`. 1 query."""
    rows = with_cpr_held(attestations().filter(state=AttestationState.DETAILS))
    rows = rows.permitted(user, Permission.ORDER_ATTESTATION)
    return list(rows.order_by("opened_at", "pk")[:most])


def assessment_of(activity):
    """The newest answer to the three questions, or None. 1 query."""
    return DutyAssessment.objects.filter(activity=activity).select_related("decided_by").first()


def crossings(on):
    """Thresholds crossed by people who have no child certificate on the day, the first due first.
    `engagement` is where one can be ordered.
    """
    cleared = Clearance.objects.valid_on(on).filter(
        volunteer=OuterRef("volunteer"), kind=ClearanceKind.CHILD_CERTIFICATE
    )
    tie = Engagement.objects.filter(
        volunteer=OuterRef("volunteer"), site__branch=OuterRef("branch")
    )
    return (
        ThresholdCrossing.objects.filter(~Exists(cleared))
        .select_related("branch", "volunteer__person")
        .annotate(
            engagement=Subquery(tie.not_ended(on).order_by("pk").values("pk")[:1]),
            under_way=Exists(
                Attestation.objects.under_way().filter(volunteer=OuterRef("volunteer"))
            ),
        )
        .order_by("due_on", "volunteer")
    )
