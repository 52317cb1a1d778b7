"""A public call for volunteers at a site (frivilligopslag)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models import Site
from core.periods import covering, ends_after_start
from recruitment.states import OpportunityState


class OpportunityQuerySet(BranchScopedQuerySet):
    def public_on(self, day):
        """What citizens see on the day: open, in its period, and the site not closed."""
        return self.filter(
            covering(day, start="published_from", end="published_until"),
            Q(site__closed_on__isnull=True) | Q(site__closed_on__gt=day),
            state=OpportunityState.OPEN,
        )


class Opportunity(models.Model):
    """Volunteers are wanted for an activity at a branch. An empty English text is the Danish."""

    branch_lookup = "site__branch"

    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="opportunities", verbose_name=_("site")
    )
    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    summary = models.CharField(_("in short"), max_length=300)
    summary_en = models.CharField(_("in short, in English"), max_length=300, blank=True)
    body = models.TextField(_("text"), max_length=5000, blank=True)
    body_en = models.TextField(_("text in English"), max_length=5000, blank=True)
    when = models.CharField(_("when"), max_length=200, blank=True)
    when_en = models.CharField(_("when, in English"), max_length=200, blank=True)
    state = models.CharField(
        _("status"), max_length=10, choices=OpportunityState, default=OpportunityState.DRAFT
    )
    published_from = models.DateField(_("shown from"))
    published_until = models.DateField(_("shown until and including"), null=True, blank=True)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        ordering = ["-published_from", "-pk"]
        indexes = [
            models.Index(fields=["state", "-published_from", "-id"], name="opportunity_public")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=OpportunityState.values),
                name="opportunity_state_known",
                violation_error_message=_("Choose one of the statuses."),
            ),
            models.CheckConstraint(
                condition=ends_after_start(start="published_from", end="published_until"),
                name="opportunity_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
        ]

    def __str__(self):
        return self.title
