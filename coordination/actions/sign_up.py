"""An activity's own rules of signing up."""

from django.db import transaction
from django.utils.translation import gettext_lazy

from coordination import joining
from coordination.models import SignUpRules
from coordination.states import SignUpWay
from core import audit, policies

audit.kind("activity.sign_up_rules", gettext_lazy("Rules of signing up changed"))


@transaction.atomic
def set_rules(*, activity, way, join_hours, leave_hours, by):
    """Decide who signs up for the activity's shifts and until when (hours before; None: as the
    branch has it); return the SignUpRules."""
    rules, _is_new = SignUpRules.objects.update_or_create(
        activity=activity,
        defaults={"way": way, "join_hours": join_hours, "leave_hours": leave_hours},
    )
    audit.record(
        "activity.sign_up_rules",
        by=by,
        about=activity,
        fields=("way", "join_hours", "leave_hours"),
        branch_path=activity.branch.path,
    )
    return rules


def rules_of(activity):
    """The activity's rules as a form shows them. 1 query."""
    known = SignUpRules.objects.filter(activity=activity).first()
    rules = known or SignUpRules(activity=activity, way=SignUpWay.SELF)
    return {name: getattr(rules, name) for name in ("way", "join_hours", "leave_hours")}


def usual_at(path):
    """The branch's deadlines, in hours before the shift."""
    return {
        "usual_join": policies.get(joining.JOIN_DEADLINE, path=path),
        "usual_leave": policies.get(joining.CANCEL_DEADLINE, path=path),
    }
