"""A citizen's sign-up (henvendelse)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models import Engagement, Person, Site
from core.models import PublishedText
from core.periods import set_together
from recruitment.models.opportunity import Opportunity
from recruitment.states import ApplicationState


class Channel(models.TextChoices):
    """How people heard of it: for measuring what works."""

    PORTAL = "portal", _("The municipality's website")
    NETWORK = "network", _("Somebody I know")
    LIBRARY = "library", _("At the library or another branch")
    ASSOCIATION = "association", _("An association")
    SOCIAL_MEDIA = "social_media", _("Social media")
    NEWS = "news", _("Newspaper, radio or television")
    OTHER = "other", _("Another way")


class ApplicationQuerySet(BranchScopedQuerySet):
    def own(self, user):
        return self.filter(person__user=user) if user.is_authenticated else self.none()

    def waiting(self):
        return self.filter(state=ApplicationState.RECEIVED)


class Application(models.Model):
    """Somebody would like to help at a site. Name and contact stand on the person only."""

    branch_lookup = "site__branch"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="applications")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="applications")
    opportunity = models.ForeignKey(
        Opportunity, on_delete=models.SET_NULL, null=True, blank=True, related_name="applications"
    )
    languages = models.CharField(_("languages"), max_length=200, blank=True)
    availability = models.CharField(_("when you can help"), max_length=300, blank=True)
    channel = models.CharField(_("how you heard of it"), max_length=20, choices=Channel, blank=True)
    message = models.TextField(_("message"), max_length=1000, blank=True)
    notice = models.ForeignKey(
        PublishedText,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("privacy notice shown"),
    )
    state = models.CharField(
        _("status"), max_length=10, choices=ApplicationState, default=ApplicationState.RECEIVED
    )
    received_at = models.DateTimeField(_("received"))
    confirmed_at = models.DateTimeField(_("said again that they want to"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Withdrawn by the applicant, who has no sign-in, or by time: so there is nobody to name.
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    engagement = models.OneToOneField(
        Engagement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="application",
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["site", "state", "-received_at"], name="application_site_state"),
            models.Index(fields=["state", "-received_at", "-id"], name="application_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ApplicationState.values),
                name="application_state_known",
                violation_error_message=_("Choose one of the statuses."),
            ),
            models.CheckConstraint(
                condition=set_together("decided_at", "decided_by"),
                name="application_decided_at_and_by",
                violation_error_message=_("A decision needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=Q(state=ApplicationState.ACCEPTED, engagement__isnull=False)
                | (~Q(state=ApplicationState.ACCEPTED) & Q(engagement__isnull=True)),
                name="application_accepted_iff_engagement",
                violation_error_message=_("An accepted application has an engagement."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state=ApplicationState.RECEIVED,
                    decided_at__isnull=True,
                    withdrawn_at__isnull=True,
                )
                | Q(
                    state=ApplicationState.WITHDRAWN,
                    decided_at__isnull=True,
                    withdrawn_at__isnull=False,
                )
                | Q(
                    state__in=(ApplicationState.ACCEPTED, ApplicationState.DECLINED),
                    decided_at__isnull=False,
                    withdrawn_at__isnull=True,
                ),
                name="application_state_matches_decision",
                violation_error_message=_("The status and the decision disagree."),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.site}"
