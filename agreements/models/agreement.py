"""The collaboration agreement (samarbejdsaftale) and its signatures."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.models.template import TemplateVersion
from agreements.states import AgreementState
from coordination.access import BranchScopedQuerySet
from coordination.models import Association, Branch, Engagement, Volunteer
from core.periods import covering, covers, ends_after_start, set_together


class AgreementQuerySet(BranchScopedQuerySet):
    def own(self, user):
        """The agreements of the volunteer who is this user, drafts left out."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(volunteer__person__user=user).exclude(state=AgreementState.DRAFT)

    def in_force(self, day):
        """Signed by all, begun and not past the last day."""
        return self.filter(
            covering(day), state__in=(AgreementState.CONCLUDED, AgreementState.ENDED)
        )


class Agreement(models.Model):
    """An agreement between a branch and exactly one other party, for one or more engagements.

    Sending freezes the text (`Document` of kind TEXT); what is signed is its SHA-256. Whether
    it is in force is derived from its state and its days.
    """

    branch_lookup = "branch"

    number = models.CharField(_("number"), max_length=20, unique=True)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="agreements")
    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    version = models.ForeignKey(
        TemplateVersion, on_delete=models.PROTECT, related_name="agreements"
    )
    engagements = models.ManyToManyField(Engagement, through="Coverage", related_name="agreements")
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    state = models.CharField(
        _("status"), max_length=12, choices=AgreementState, default=AgreementState.DRAFT
    )
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    concluded_at = models.DateTimeField(_("signed by all"), null=True, blank=True)
    ended_at = models.DateTimeField(_("end registered"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["branch", "state"], name="agreement_branch_state"),
            models.Index(fields=["ends_on"], name="agreement_ends_on"),
            models.Index(
                fields=["sent_at"],
                name="agreement_waiting",
                condition=Q(state=AgreementState.SENT),
            ),
            models.Index(fields=["-created_at", "-id"], name="agreement_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(volunteer__isnull=False, association__isnull=True)
                | Q(volunteer__isnull=True, association__isnull=False),
                name="agreement_one_other_party",
                violation_error_message=_("The other party is one person or one association."),
            ),
            models.CheckConstraint(
                condition=ends_after_start(),
                name="agreement_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                condition=set_together("sent_at", "sent_by"),
                name="agreement_sent_at_and_by",
                violation_error_message=_("Sending needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("ended_at", "ended_by"),
                name="agreement_ended_at_and_by",
                violation_error_message=_("An end needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("withdrawn_at", "withdrawn_by"),
                name="agreement_withdrawn_at_and_by",
                violation_error_message=_("A withdrawal needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state=AgreementState.DRAFT,
                    sent_at__isnull=True,
                    concluded_at__isnull=True,
                    ended_at__isnull=True,
                    withdrawn_at__isnull=True,
                )
                | Q(
                    state=AgreementState.SENT,
                    sent_at__isnull=False,
                    concluded_at__isnull=True,
                    ended_at__isnull=True,
                    withdrawn_at__isnull=True,
                )
                | Q(
                    state=AgreementState.CONCLUDED,
                    sent_at__isnull=False,
                    concluded_at__isnull=False,
                    ended_at__isnull=True,
                    withdrawn_at__isnull=True,
                )
                | Q(
                    state=AgreementState.ENDED,
                    concluded_at__isnull=False,
                    ended_at__isnull=False,
                    ends_on__isnull=False,
                    withdrawn_at__isnull=True,
                )
                | Q(
                    state=AgreementState.WITHDRAWN,
                    concluded_at__isnull=True,
                    withdrawn_at__isnull=False,
                ),
                name="agreement_state_matches_times",
                violation_error_message=_("The status and its times disagree."),
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def other_party(self):
        return self.volunteer or self.association

    @property
    def is_open(self):
        """Made or sent, and still to be signed by all."""
        return self.state in (AgreementState.DRAFT, AgreementState.SENT)

    def is_in_force(self, on):
        """Signed by all, and the day lies in its period."""
        concluded = self.state in (AgreementState.CONCLUDED, AgreementState.ENDED)
        return concluded and covers(self.starts_on, self.ends_on, on)


class Coverage(models.Model):
    """An agreement covers an engagement; all of one agreement belong to its branch.

    `binding_from`/`binding_until` are the days on which it binds, copied from the agreement when
    it is concluded and when it ends, so that the database can refuse two at a time.
    """

    branch_lookup = "agreement__branch"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="coverages")
    binding_from = models.DateField(_("binds from"), null=True, blank=True)
    binding_until = models.DateField(_("binds until and including"), null=True, blank=True)

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("covered engagement")
        verbose_name_plural = _("covered engagements")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "engagement"],
                name="coverage_unique",
                violation_error_message=_("The agreement covers this already."),
            ),
            models.CheckConstraint(
                condition=Q(binding_from__isnull=True, binding_until__isnull=True)
                | Q(binding_from__isnull=False)
                & ends_after_start(start="binding_from", end="binding_until"),
                name="coverage_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
        ]

    def __str__(self):
        return f"{self.agreement}: {self.engagement}"


class Party(models.TextChoices):
    VOLUNTEER = "volunteer", _("Volunteer")
    LEADER = "leader", _("Branch leader")


class SigningMethod(models.TextChoices):
    LINK = "link", _("Link and code by e-mail")
    OWN_PAGE = "own_page", _("Signed in")
    PAPER = "paper", _("On paper")


class Signature(models.Model):
    """One party's signature on the frozen text, named by its SHA-256.

    `signer_name` is the name as it stood when signing. `registered_by` is the user who did it:
    the signer themself when signed in, the coordinator for paper, nobody for a link.
    """

    branch_lookup = "agreement__branch"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="signatures")
    party = models.CharField(_("party"), max_length=12, choices=Party)
    signer_name = models.CharField(_("signed by"), max_length=200)
    method = models.CharField(_("how"), max_length=12, choices=SigningMethod)
    signed_on = models.DateField(_("signed on"))
    text_sha256 = models.CharField(_("SHA-256 of the text"), max_length=64)
    recorded_at = models.DateTimeField(_("recorded"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "party"],
                name="signature_one_per_party",
                violation_error_message=_("This party has signed already."),
            ),
            models.CheckConstraint(
                condition=Q(party__in=Party.values),
                name="signature_party_known",
                violation_error_message=_("Choose one of the kinds."),
            ),
            models.CheckConstraint(
                condition=Q(method__in=SigningMethod.values),
                name="signature_method_known",
                violation_error_message=_("Choose one of the kinds."),
            ),
            models.CheckConstraint(
                condition=Q(method=SigningMethod.LINK) | Q(registered_by__isnull=False),
                name="signature_registered_by_somebody",
                violation_error_message=_("A signature that was not by link needs a user."),
            ),
        ]

    def __str__(self):
        return f"{self.agreement} · {self.get_party_display()}"
