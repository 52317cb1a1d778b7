"""The frame of an activity: language, what keeps the young out, the pilot, partners."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.activity import Activity
from coordination.models.association import Association
from core.periods import ends_after_start, set_together

# Work that nobody under 18 may do. Source: domain.md 4.2.
NOT_FOR_THE_YOUNG = (
    "handles_money",
    "works_alone",
    "keeps_guard",
    "serves_alcohol",
    "lifts_heavily",
)


class Frame(models.Model):
    """What is agreed about an activity beside its texts. No row: nothing is.

    A row of its own, so that the lists that read activities stay light. A pilot has a goal and a
    period, and an evaluation before it goes on.
    """

    branch_lookup = "activity__branch"

    activity = models.OneToOneField(
        Activity, on_delete=models.PROTECT, primary_key=True, related_name="frame"
    )
    language = models.CharField(_("languages spoken"), max_length=120, blank=True)
    handles_money = models.BooleanField(_("handles money"), default=False)
    works_alone = models.BooleanField(_("works alone"), default=False)
    keeps_guard = models.BooleanField(_("keeps guard"), default=False)
    serves_alcohol = models.BooleanField(_("serves alcohol"), default=False)
    lifts_heavily = models.BooleanField(_("lifts heavy things"), default=False)
    pilot_goal = models.CharField(_("goal of the pilot"), max_length=500, blank=True)
    starts_on = models.DateField(_("first day of the pilot"), null=True, blank=True)
    ends_on = models.DateField(_("last day of the pilot"), null=True, blank=True)
    evaluation = models.TextField(_("what the pilot showed"), max_length=2000, blank=True)
    partners = models.ManyToManyField(
        Association, blank=True, related_name="frames", verbose_name=_("associations")
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("frame of an activity")
        verbose_name_plural = _("frames of activities")
        constraints = [
            models.CheckConstraint(
                condition=ends_after_start(),
                name="frame_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                condition=set_together("starts_on", "ends_on"),
                name="frame_pilot_has_a_period",
                violation_error_message=_("A pilot has both a first and a last day."),
            ),
            models.CheckConstraint(
                condition=Q(pilot_goal="") | Q(starts_on__isnull=False),
                name="frame_goal_has_a_period",
                violation_error_message=_("A pilot has both a first and a last day."),
            ),
        ]

    def __str__(self):
        return str(self.activity)

    @property
    def keeps_out_the_young(self):
        return any(getattr(self, name) for name in NOT_FOR_THE_YOUNG)

    @property
    def is_ready_for_pilot(self):
        return bool(self.pilot_goal and self.ends_on)
