"""The tie between a volunteer and a site (tilknytning), and its pauses."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.activity import Site
from coordination.models.association import Association
from coordination.models.volunteer import Volunteer
from core.periods import (
    covering,
    covers,
    ends_after_start,
    is_over,
    seen_from_inside,
    set_together,
)


class Tie(models.TextChoices):
    """Fixed tie (fast tilknytning) or occasional. Source: boerneattestloven § 2."""

    FIXED = "fixed", _("Fixed tie")
    OCCASIONAL = "occasional", _("Occasional")


class EndReason(models.TextChoices):
    """A short list on purpose: no free text about why somebody stopped."""

    OWN_WISH = "own_wish", _("Own wish")
    MOVED = "moved", _("Moved")
    ACTIVITY_ENDED = "activity_ended", _("The activity ended")
    PERIOD_OVER = "period_over", _("The agreed period is over")
    OTHER = "other", _("Other")


class EngagementQuerySet(BranchScopedQuerySet):
    """Engagements by day. "Active" also asks the gate: see `eligibility.active`."""

    def own(self, user):
        return self.filter(volunteer__person__user=user) if user.is_authenticated else self.none()

    def running_on(self, day):
        """Accepted, started, not ended and not paused on the day (a date or an expression)."""
        paused = Pause.objects.filter(covering(seen_from_inside(day)), engagement=OuterRef("pk"))
        return self.filter(covering(day)).exclude(Exists(paused))

    def not_ended(self, day):
        """Running on the day, paused, or still to start."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


class Engagement(models.Model):
    """A volunteer's tie to a site, from day to day inclusive, direct or through an association.

    Whether it is active is derived from these dates, the pauses and the gate; nothing is
    flipped by a job.
    """

    branch_lookup = "site__branch"

    volunteer = models.ForeignKey(
        Volunteer,
        on_delete=models.PROTECT,
        related_name="engagements",
        verbose_name=_("volunteer"),
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="engagements", verbose_name=_("site")
    )
    tie = models.CharField(_("tie"), max_length=12, choices=Tie, default=Tie.FIXED)
    association = models.ForeignKey(
        Association,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="engagements",
        verbose_name=_("through the association"),
        help_text=_("Leave it empty if the volunteer is tied directly to the branch."),
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"))
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("end registered"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    end_reason = models.CharField(_("reason"), max_length=20, choices=EndReason, blank=True)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        indexes = [
            models.Index(fields=["site", "starts_on"], name="engagement_site"),
            models.Index(fields=["volunteer", "site"], name="engagement_volunteer_site"),
            models.Index(fields=["site", "volunteer"], name="engagement_site_volunteer"),
            models.Index(fields=["starts_on"], name="engagement_starts_on"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=ends_after_start(),
                name="engagement_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                condition=set_together("ended_at", "ended_by"),
                name="engagement_ended_at_and_by",
                violation_error_message=_("An end needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ends_on__isnull=False),
                name="engagement_end_has_last_day",
                violation_error_message=_("Write the last day."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False, end_reason__in=EndReason.values)
                | Q(ended_at__isnull=True, end_reason=""),
                name="engagement_end_reason_iff_ended",
                violation_error_message=_("Choose the reason for the end."),
            ),
            models.CheckConstraint(
                condition=Q(tie__in=Tie.values),
                name="engagement_tie_known",
                violation_error_message=_("Choose whether the tie is fixed or occasional."),
            ),
            models.UniqueConstraint(
                fields=["volunteer", "site"],
                condition=Q(ends_on__isnull=True),
                name="engagement_one_open_per_site",
                violation_error_message=_("The volunteer is already tied to this activity here."),
            ),
        ]

    def __str__(self):
        return f"{self.volunteer} · {self.site}"

    @property
    def is_fixed(self):
        return self.tie == Tie.FIXED

    def covers_day(self, day):
        return covers(self.starts_on, self.ends_on, day)

    def has_ended(self, on):
        """True if its last day lies before this one."""
        return is_over(self.ends_on, on)


class Pause(models.Model):
    """A time in which an engagement rests, inclusive days."""

    branch_lookup = "engagement__site__branch"

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="pauses")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until and including"), null=True, blank=True)

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [
            models.CheckConstraint(
                condition=ends_after_start(),
                name="pause_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            )
        ]

    def __str__(self):
        return f"{self.engagement}: {self.starts_on} - {self.ends_on or ''}"
