"""How people get on an activity's shifts, where the activity has decided it."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.activity import Activity
from coordination.states import SignUpWay

MOST_HOURS = 24 * 30


def _hours(label):
    return models.PositiveSmallIntegerField(
        label, null=True, blank=True, validators=[MaxValueValidator(MOST_HOURS)]
    )


class SignUpRules(models.Model):
    """An activity's own rules. Hours not written are the branch's (policies `shift.*_hours`)."""

    branch_lookup = "activity__branch"

    activity = models.OneToOneField(
        Activity, on_delete=models.CASCADE, primary_key=True, related_name="sign_up_rules"
    )
    way = models.CharField(
        _("who signs up"), max_length=12, choices=SignUpWay, default=SignUpWay.SELF
    )
    join_hours = _hours(_("sign-up closes, hours before"))
    leave_hours = _hours(_("cancelling closes, hours before"))

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rules of signing up")
        verbose_name_plural = _("rules of signing up")
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=SignUpWay.values),
                name="sign_up_rules_way_known",
                violation_error_message=_("Choose who signs people up."),
            ),
            models.CheckConstraint(
                condition=(Q(join_hours__isnull=True) | Q(join_hours__lte=MOST_HOURS))
                & (Q(leave_hours__isnull=True) | Q(leave_hours__lte=MOST_HOURS)),
                name="sign_up_rules_plausible",
                violation_error_message=_("A deadline so long before the shift helps nobody."),
            ),
        ]

    def __str__(self):
        return str(self.activity)
