"""What volunteers do (Activity), and where (Site)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.branch import Branch
from coordination.states import ActivityState


class ActivityKind(models.TextChoices):
    CONTINUOUS = "continuous", _("Continuous")
    EVENT = "event", _("Event")


class Activity(models.Model):
    """Something volunteers do; continuous or an event; at one or more sites.

    The owning branch decides who may edit it. Public texts have a Danish and an English
    field; an empty English one falls back to Danish. `minimum_age` None means the
    municipality's own minimum (policy `volunteer.minimum_age`).
    """

    branch_lookup = "branch"

    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="activities", verbose_name=_("owning branch")
    )
    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    kind = models.CharField(
        _("kind"), max_length=20, choices=ActivityKind, default=ActivityKind.CONTINUOUS
    )
    state = models.CharField(
        _("status"), max_length=20, choices=ActivityState, default=ActivityState.RUNNING
    )
    purpose = models.TextField(_("purpose"), blank=True, max_length=2000)
    description = models.TextField(_("description"), blank=True, max_length=5000)
    description_en = models.TextField(_("description in English"), blank=True, max_length=5000)
    target_group = models.CharField(_("target group"), max_length=200, blank=True)
    minimum_age = models.PositiveSmallIntegerField(_("minimum age"), null=True, blank=True)
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contact_for_activities",
        verbose_name=_("contact"),
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deputy_for_activities",
        verbose_name=_("deputy"),
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = [Collate("title", "da-x-icu"), "pk"]
        indexes = [models.Index(Collate("title", "da-x-icu"), "id", name="activity_title_danish")]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "title"],
                name="activity_title_unique_in_branch",
                violation_error_message=_("The branch already has an activity with this title."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=ActivityState.values),
                name="activity_state_known",
                violation_error_message=_("Choose one of the statuses."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ActivityKind.values),
                name="activity_kind_known",
                violation_error_message=_("Choose one of the kinds."),
            ),
            models.CheckConstraint(
                condition=Q(minimum_age__isnull=True) | Q(minimum_age__range=(13, 99)),
                name="activity_minimum_age_plausible",
                violation_error_message=_("The minimum age must lie between 13 and 99."),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_event(self):
        return self.kind == ActivityKind.EVENT


class Site(models.Model):
    """An activity at a branch: what engagements, shifts and opportunities point to."""

    branch_lookup = "branch"

    activity = models.ForeignKey(
        Activity, on_delete=models.PROTECT, related_name="sites", verbose_name=_("activity")
    )
    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="sites", verbose_name=_("branch")
    )
    place = models.CharField(_("room or meeting place"), max_length=120, blank=True)
    closed_on = models.DateField(_("closed from"), null=True, blank=True)

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "branch"],
                name="site_unique",
                violation_error_message=_("The activity already takes place at this branch."),
            )
        ]

    def __str__(self):
        return f"{self.activity} · {self.branch}"
