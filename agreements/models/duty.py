"""Why a certificate is asked for: the answers about an activity, and the threshold of a person."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from agreements.models.terms import AttestationDuty
from coordination.access import BranchScopedQuerySet
from coordination.models import Activity, Branch, Tie, Volunteer
from core.periods import ends_after_start


class DutyAssessment(models.Model):
    """The three questions as they were answered about an activity, and what followed.

    Every answer is a row; the newest holds. `answer` is what the questions lead to, `chosen`
    what was decided, `reasoning` the explanation in Danish as it was shown.
    """

    branch_lookup = "activity__branch"

    activity = models.ForeignKey(
        Activity, on_delete=models.CASCADE, related_name="duty_assessments"
    )
    direct_contact = models.BooleanField(_("direct contact with children under 15"))
    moves_among = models.BooleanField(_("regularly among children under 15"))
    usual_tie = models.CharField(_("usual tie"), max_length=12, choices=Tie)
    answer = models.CharField(_("what follows"), max_length=12, choices=AttestationDuty)
    chosen = models.CharField(_("decided"), max_length=12, choices=AttestationDuty)
    other_reason = models.CharField(_("why another answer"), max_length=300, blank=True)
    legal_order = models.CharField(_("order that applies"), max_length=200, blank=True)
    reasoning = models.TextField(_("reasoning"), max_length=3000)
    decided_at = models.DateTimeField(_("decided"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment of the need for a child certificate")
        verbose_name_plural = _("assessments of the need for a child certificate")
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__in=AttestationDuty.values)
                & Q(chosen__in=AttestationDuty.values),
                name="duty_assessment_answer_known",
                violation_error_message=_("Choose whether it is required or possible."),
            ),
            models.CheckConstraint(
                condition=Q(usual_tie__in=Tie.values),
                name="duty_assessment_tie_known",
                violation_error_message=_("Choose whether the tie is fixed or occasional."),
            ),
            models.CheckConstraint(
                condition=Q(chosen=models.F("answer")) | ~Q(other_reason=""),
                name="duty_assessment_other_has_reason",
                violation_error_message=_("Write why another answer was chosen."),
            ),
        ]

    def __str__(self):
        return f"{self.activity}: {self.get_chosen_display()}"


class CrossedBy(models.TextChoices):
    """Which of the two thresholds was crossed."""

    TIMES = "times", _("more times than the limit within the months")
    DAYS = "days", _("more days in a row than the limit")


class ThresholdCrossing(models.Model):
    """A volunteer has been with children so often that a certificate becomes a duty.

    Counted over every branch; told of at `branch`, where it was crossed. Until and including
    `due_on` the gate stays as it was. Source: domain.md 1.2 and rules 8-9.
    """

    branch_lookup = "branch"

    volunteer = models.OneToOneField(
        Volunteer, on_delete=models.CASCADE, primary_key=True, related_name="threshold_crossing"
    )
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("threshold"), max_length=8, choices=CrossedBy)
    number = models.PositiveSmallIntegerField(_("how many"))
    crossed_on = models.DateField(_("crossed"))
    due_on = models.DateField(_("certificate no later than"))
    noticed_at = models.DateTimeField(_("noticed"))

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("threshold crossed")
        verbose_name_plural = _("thresholds crossed")
        ordering = ["due_on", "volunteer"]
        indexes = [models.Index(fields=["due_on"], name="crossing_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=CrossedBy.values),
                name="crossing_reason_known",
                violation_error_message=_("Choose one of the thresholds."),
            ),
            models.CheckConstraint(
                condition=ends_after_start(start="crossed_on", end="due_on"),
                name="crossing_due_after_crossed",
                violation_error_message=_("The last day must not be before the first."),
            ),
        ]

    def __str__(self):
        return f"{self.volunteer}: {date_format(self.due_on, 'DATE_FORMAT')}"
