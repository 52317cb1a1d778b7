"""Associations whose volunteers are with children, and their declarations."""

from django.db.models import Count, Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from agreements.models import AssociationDeclaration
from agreements.queries.engagement import with_everything
from coordination.access import Permission
from coordination.models import Association, Clearance, ClearanceKind, Engagement


def associations():
    """All of them; an association belongs to no branch."""
    return Association.objects.select_related("contact")


def with_children():
    return Engagement.objects.filter(
        site__activity__requirements__kind=ClearanceKind.CHILD_CERTIFICATE
    )


def associations_with_children(user, on):
    """Associations through which somebody in the user's branches is with children: `people` how
    many, `lacking` how many of them are not cleared, `declared_until` and `declared_by` of the
    newest declaration that counts, `ran_out_on` of the newest that no longer does.
    """
    through = with_children().not_ended(on).permitted(user, Permission.VIEW_ATTESTATIONS)
    cleared = Clearance.objects.valid_on(on).filter(
        volunteer=OuterRef("volunteer"), kind=ClearanceKind.CHILD_CERTIFICATE
    )
    mine = through.filter(association=OuterRef("pk")).order_by()
    declared = AssociationDeclaration.objects.valid_on(on).filter(association=OuterRef("pk"))
    newest = declared.order_by("-valid_until", "-pk")
    over = AssociationDeclaration.objects.filter(association=OuterRef("pk"), valid_until__lt=on)
    return (
        associations()
        .annotate(
            people=_count(mine),
            lacking=_count(mine.filter(~Exists(cleared))),
            declared_until=Subquery(newest.values("valid_until")[:1]),
            declared_by=Subquery(newest.values("signer_name")[:1]),
            ran_out_on=Subquery(over.order_by("-valid_until").values("valid_until")[:1]),
        )
        .filter(people__gt=0)
        .order_by(F("declared_until").asc(nulls_first=True), "name")
    )


def _count(engagements):
    """How many volunteers the outer association's engagements have, as an expression."""
    counted = engagements.values("association").annotate(number=Count("volunteer", distinct=True))
    return Coalesce(Subquery(counted.values("number")), 0)


def undeclared(on):
    """Engagements of associations whose volunteers are with children and who have no declaration
    that counts on the day: the first one for each association and branch.
    """
    through = with_children().not_ended(on).filter(association__isnull=False)
    earlier = through.filter(
        association=OuterRef("association"), site__branch=OuterRef("site__branch")
    ).filter(pk__lt=OuterRef("pk"))
    declared = AssociationDeclaration.objects.valid_on(on).filter(
        association=OuterRef("association")
    )
    return through.filter(~Exists(declared), ~Exists(earlier)).order_by(
        "association__name", "site__branch__name", "pk"
    )


def to_confirm(association, user, on):
    """Engagements through the association, with children and not cleared, that the user may
    assess: one per volunteer. 1 query.
    """
    cleared = Clearance.objects.valid_on(on).filter(
        volunteer=OuterRef("volunteer"), kind=ClearanceKind.CHILD_CERTIFICATE
    )
    rows = with_everything(with_children().not_ended(on)).filter(
        ~Exists(cleared), association=association
    )
    found = rows.permitted(user, Permission.ASSESS_ATTESTATION).order_by("volunteer", "pk")
    return list({one.volunteer_id: one for one in found}.values())
