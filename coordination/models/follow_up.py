"""A good start and what follows: welcome steps, a mentor, talks after a week, a month and later.

What is due is derived from the first day of the engagement; only what has been done is a row.
Source: domain.md 3 (welcome) and rule 35.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.engagement import Engagement
from coordination.models.volunteer import Volunteer


class StepOwner(models.TextChoices):
    """Who sees to a step."""

    COORDINATOR = "coordinator", _("The coordinator")
    MENTOR = "mentor", _("The mentor")


class WelcomeStep(models.Model):
    """One line of the municipality's list for new volunteers, so many days after the first day.

    It concerns engagements with a fixed tie that were accepted from `since` on and, where it has
    been retired, before that day: a list that changes gives nobody old homework.
    """

    title = models.CharField(_("what"), max_length=120)
    title_en = models.CharField(_("what, in English"), max_length=120, blank=True)
    days = models.SmallIntegerField(
        _("days after the first day"),
        default=0,
        help_text=_("Below zero: so many days before, for example -7 for a call a week ahead."),
    )
    owner = models.CharField(
        _("who sees to it"), max_length=12, choices=StepOwner, default=StepOwner.COORDINATOR
    )
    since = models.DateField(
        _("for those accepted from"), help_text=_("Those who were accepted earlier are left out.")
    )
    retired_on = models.DateField(
        _("no longer for those accepted from"),
        null=True,
        blank=True,
        help_text=_("Leave it empty while the step is in use."),
    )

    class Meta:
        verbose_name = _("welcome step")
        verbose_name_plural = _("welcome steps")
        ordering = ["days", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__in=StepOwner.values),
                name="welcome_step_owner_known",
                violation_error_message=_("Choose who sees to it."),
            ),
            models.CheckConstraint(
                condition=Q(days__range=(-60, 400)),
                name="welcome_step_days_plausible",
                violation_error_message=_("Write a number of days between -60 and 400."),
            ),
            models.CheckConstraint(
                condition=Q(retired_on__isnull=True) | Q(retired_on__gte=F("since")),
                name="welcome_step_retired_after_since",
                violation_error_message=_("A step cannot be retired before it is in use."),
            ),
        ]

    def __str__(self):
        return self.title


class WelcomeTick(models.Model):
    """A welcome step was done for an engagement."""

    branch_lookup = "engagement__site__branch"

    engagement = models.ForeignKey(
        Engagement, on_delete=models.CASCADE, related_name="welcome_ticks"
    )
    step = models.ForeignKey(WelcomeStep, on_delete=models.PROTECT, related_name="ticks")
    done_at = models.DateTimeField(_("done"))
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("welcome step done")
        verbose_name_plural = _("welcome steps done")
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "step"],
                name="welcome_tick_once",
                violation_error_message=_("This step is done already."),
            )
        ]

    def __str__(self):
        return f"{self.engagement}: {self.step}"


class TalkMoment(models.TextChoices):
    """When a volunteer is asked how it goes. Source: CFSA; issue 3."""

    WEEK = "week", _("After a week")
    MONTH = "month", _("After a month")
    QUARTER = "quarter", _("After three months")
    YEAR = "year", _("After a year")


class FollowUpTalk(models.Model):
    """A talk about how it goes (trivselssamtale) was held, or not wanted (`held_on` empty).

    What was said stays between the two; only an agreed next step may be written.
    """

    branch_lookup = "engagement__site__branch"

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="talks")
    moment = models.CharField(_("which talk"), max_length=8, choices=TalkMoment)
    held_on = models.DateField(_("held on"), null=True, blank=True)
    next_step = models.CharField(_("agreed next step"), max_length=200, blank=True)
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up talk")
        verbose_name_plural = _("follow-up talks")
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "moment"],
                name="talk_once_per_moment",
                violation_error_message=_("This talk is registered already."),
            ),
            models.CheckConstraint(
                condition=Q(moment__in=TalkMoment.values),
                name="talk_moment_known",
                violation_error_message=_("Choose which talk it was."),
            ),
            models.CheckConstraint(
                condition=Q(held_on__isnull=False) | Q(next_step=""),
                name="talk_next_step_needs_a_talk",
                violation_error_message=_("A next step is agreed in a talk. Write its day."),
            ),
        ]

    def __str__(self):
        return f"{self.engagement}: {self.get_moment_display()}"


class Mentorship(models.Model):
    """A volunteer who has said yes to helping a new one find their feet."""

    branch_lookup = "engagement__site__branch"

    engagement = models.OneToOneField(
        Engagement, on_delete=models.CASCADE, primary_key=True, related_name="mentorship"
    )
    mentor = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, related_name="mentorships", verbose_name=_("mentor")
    )
    agreed_at = models.DateTimeField(_("agreed"))
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentor")
        verbose_name_plural = _("mentors")

    def __str__(self):
        return f"{self.engagement}: {self.mentor}"
