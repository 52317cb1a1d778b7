"""Words for the constraints that no model's Meta can hold (migration 0002_overlap_guards)."""

from django.utils.translation import gettext_lazy as _

from core.constraints import register

register(
    "assignment_no_overlap",
    _("There is already a shift at that time. One person can be on one shift at a time."),
)
register(
    "engagement_no_overlap",
    _("The volunteer is already tied to this activity here in that period."),
)
register("pause_no_overlap", _("There is already a pause in that period."))
