"""Save an activity's terms, and with them what the gate requires."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agreements.authority import require
from agreements.models import ActivityTerms, AttestationDuty
from coordination.access import Permission
from coordination.models import Activity, ClearanceKind, Necessity, Requirement
from core import audit

audit.kind("terms.saved", _("Terms of an activity saved"))

NECESSITY = {
    AttestationDuty.DUTY: Necessity.DUTY,
    AttestationDuty.OPTION: Necessity.OPTION,
}
NOT_COPIED = ("activity", "med_discussed_on", "staff_informed_on", "med_link")
COPIED = tuple(
    field.name for field in ActivityTerms._meta.concrete_fields if field.name not in NOT_COPIED
)


@transaction.atomic
def save(*, activity, by, **fields):
    """Write the activity's terms and its Requirements; return the ActivityTerms.

    `fields` are those of ActivityTerms; what is not named stays. A duty of a child certificate
    holds for a fixed tie before start; an occasional tie gives the option (domain.md rule 8).
    Who is on a coming shift and lacks something now: `queries.at_risk`.
    """
    activity = Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)
    require(by, Permission.EDIT_TERMS, activity.branch)
    terms = ActivityTerms.objects.filter(activity=activity).first() or ActivityTerms(
        activity=activity
    )
    for name, value in fields.items():
        setattr(terms, name, value)
    terms.save()
    _require_kind(
        activity,
        ClearanceKind.AGREEMENT,
        Necessity.DUTY if terms.agreement_required else None,
    )
    duty = AttestationDuty(terms.child_certificate)
    _require_kind(
        activity,
        ClearanceKind.CHILD_CERTIFICATE,
        NECESSITY.get(duty),
        fixed_tie_only=duty == AttestationDuty.DUTY,
    )
    _require_kind(
        activity,
        ClearanceKind.CRIMINAL_RECORD,
        NECESSITY.get(AttestationDuty(terms.criminal_record)),
    )
    audit.record(
        "terms.saved",
        by=by,
        about=activity,
        fields=sorted(fields),
        branch_path=activity.branch.path,
    )
    return terms


@transaction.atomic
def copy(*, source, activity, by):
    """Give the activity the terms of another; return them, or None where that has none.

    What was discussed in MED and told the staff was about the other activity, and stays there.
    Raises DomainError("not_allowed") where `by` may not edit terms.
    """
    found = ActivityTerms.objects.filter(activity=source).first()
    if found is None:
        return None
    return save(activity=activity, by=by, **{name: getattr(found, name) for name in COPIED})


def _require_kind(activity, kind, necessity, *, fixed_tie_only=False):
    if necessity is None:
        Requirement.objects.filter(activity=activity, kind=kind).delete()
        return
    Requirement.objects.update_or_create(
        activity=activity,
        kind=kind,
        defaults={"necessity": necessity, "fixed_tie_only": fixed_tie_only},
    )
