"""The frame of an activity: language, what keeps the young out, the pilot, partners."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import NOT_FOR_THE_YOUNG, Activity, Frame
from core import audit
from core.errors import DomainError

audit.kind("activity.frame_changed", gettext_lazy("Frame of an activity changed"))

OF_AGE = 18
EDITABLE = (
    "language",
    *NOT_FOR_THE_YOUNG,
    "pilot_goal",
    "starts_on",
    "ends_on",
    "evaluation",
)


@transaction.atomic
def change_frame(*, activity, partners, by, **values):
    """Save the frame; return it. `values` are those of EDITABLE, `partners` associations.

    Work that is not for the young makes 18 the minimum age at least, which is what the gate asks.
    Raises DomainError "no_period", "ends_before_start".
    """
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise TypeError(f"Not of the frame: {sorted(unknown)}")
    activity = _locked(activity)
    frame = Frame.objects.filter(activity=activity).first() or Frame(activity=activity)
    for name, value in values.items():
        setattr(frame, name, value)
    _require_period(frame)
    frame.save()
    frame.partners.set(partners)
    if frame.keeps_out_the_young and (activity.minimum_age or 0) < OF_AGE:
        activity.minimum_age = OF_AGE
        activity.save(update_fields=["minimum_age"])
    audit.record(
        "activity.frame_changed",
        by=by,
        about=activity,
        fields=sorted(values),
        branch_path=activity.branch.path,
    )
    return frame


def _locked(activity):
    rows = Activity.objects.select_for_update(of=("self",)).select_related("branch")
    return rows.get(pk=activity.pk)


def _require_period(frame):
    days = frame.starts_on, frame.ends_on
    if None in days and (frame.pilot_goal or any(days)):
        raise DomainError(
            _("A pilot has both a first and a last day."), code="no_period", field="ends_on"
        )
    if None not in days and frame.ends_on < frame.starts_on:
        raise DomainError(
            _("The last day must not be before the first."),
            code="ends_before_start",
            field="ends_on",
        )
