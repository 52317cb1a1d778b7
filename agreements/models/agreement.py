"""The collaboration agreement (samarbejdsaftale) and its signatures."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.models.template import TemplateVersion
from agreements.states import SIGNED_BY_ALL, AgreementState
from coordination.access import BranchScopedQuerySet, Permission
from coordination.models import Association, Branch, Engagement, Person, Volunteer
from core.periods import covering, covers, ends_after_start, set_together


class AgreementQuerySet(BranchScopedQuerySet):
    def own(self, user):
        """The agreements of the volunteer who is this user, drafts left out."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(volunteer__person__user=user).exclude(state=AgreementState.DRAFT)

    def in_force(self, day):
        """Signed by all, begun and not past the last day."""
        return self.filter(covering(day, start="in_force_from"), state__in=SIGNED_BY_ALL)

    def permitted(self, user, permission):
        """As everywhere; those of people who have been anonymised need a permission of their own,
        which shows nothing else.
        """
        archived = permission == Permission.VIEW_ARCHIVED_AGREEMENTS
        rows = super().permitted(user, permission)
        return rows.filter(archived_at__isnull=not archived)


class Agreement(models.Model):
    """An agreement between a branch and exactly one other party, for one or more engagements.

    Sending freezes the text (`Document` of kind TEXT); what is signed is its SHA-256. Whether
    it is in force is derived from its state and its days: `in_force_from` is the first day on
    which all had signed and it had begun. `guardian` signs too for somebody under age, `contact`
    signs for an association. `replaces` is the agreement it takes over from once all have signed.
    `archived_at`: its person has been anonymised; what was signed is kept for its own time.
    """

    branch_lookup = "branch"

    number = models.CharField(_("number"), max_length=20, unique=True)
    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("branch")
    )
    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    guardian = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("guardian"),
    )
    contact = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signs for the association"),
    )
    replaces = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name=_("replaces"),
    )
    version = models.ForeignKey(
        TemplateVersion,
        on_delete=models.PROTECT,
        related_name="agreements",
        verbose_name=_("version"),
    )
    engagements = models.ManyToManyField(Engagement, through="Coverage", related_name="agreements")
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    state = models.CharField(
        _("status"), max_length=12, choices=AgreementState, default=AgreementState.DRAFT
    )
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("made by"),
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    concluded_at = models.DateTimeField(_("signed by all"), null=True, blank=True)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    ended_at = models.DateTimeField(_("end registered"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
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
                condition=Q(guardian__isnull=True) | Q(volunteer__isnull=False),
                name="agreement_guardian_of_volunteer",
                violation_error_message=_("Only a volunteer can have a guardian."),
            ),
            models.CheckConstraint(
                condition=Q(contact__isnull=True, association__isnull=True)
                | Q(contact__isnull=False, association__isnull=False),
                name="agreement_contact_of_association",
                violation_error_message=_("Say who signs for the association."),
            ),
            models.CheckConstraint(
                condition=Q(in_force_from__isnull=True, concluded_at__isnull=True)
                | Q(in_force_from__isnull=False, concluded_at__isnull=False),
                name="agreement_in_force_from_conclusion",
                violation_error_message=_("What all have signed is in force from a day."),
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=~Q(state=AgreementState.WITHDRAWN),
                name="agreement_one_successor",
                violation_error_message=_("A new agreement is on its way already."),
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
                    state__in=(AgreementState.ENDED, AgreementState.REPLACED),
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
    def person_ids(self):
        """Those on the other side: volunteer and guardian, or who signs for the association."""
        return [pk for pk in (self.volunteer_id, self.guardian_id, self.contact_id) if pk]

    @property
    def is_open(self):
        """Made or sent, and still to be signed by all."""
        return self.state in (AgreementState.DRAFT, AgreementState.SENT)

    def is_in_force(self, on):
        """Signed by all, and the day lies in its period."""
        return self.state in SIGNED_BY_ALL and covers(self.in_force_from, self.ends_on, on)


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
    GUARDIAN = "guardian", _("Guardian")
    ASSOCIATION = "association", _("Association")


class SigningMethod(models.TextChoices):
    LINK = "link", _("Link and code by e-mail")
    OWN_PAGE = "own_page", _("Signed in")
    PAPER = "paper", _("On paper")
    MITID = "mitid", _("With MitID")


class Channel(models.TextChoices):
    """How a one-time code reached the one who signed."""

    EMAIL = "email", _("E-mail")


class Signature(models.Model):
    """One party's signature on the frozen text, named by its SHA-256.

    `signer_name` is the name as it stood when signing. `registered_by` is the user who did it:
    the signer themself when signed in, the coordinator for paper, nobody for a link. By link,
    `channel`, `sent_to` (masked) and `sent_to_sha256` say where the code went: see
    `signing.evidence`.
    """

    branch_lookup = "agreement__branch"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="signatures")
    party = models.CharField(_("party"), max_length=12, choices=Party)
    signer_name = models.CharField(_("signed by"), max_length=200)
    method = models.CharField(_("how"), max_length=12, choices=SigningMethod)
    signed_on = models.DateField(_("signed on"))
    text_sha256 = models.CharField(_("SHA-256 of the text"), max_length=64)
    recorded_at = models.DateTimeField(_("recorded"))
    channel = models.CharField(_("the code came by"), max_length=8, choices=Channel, blank=True)
    sent_to = models.CharField(_("the code went to"), max_length=120, blank=True)
    sent_to_sha256 = models.CharField(_("SHA-256 of the address"), max_length=64, blank=True)
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
                condition=Q(channel="", sent_to="", sent_to_sha256="")
                | Q(channel__in=Channel.values) & ~Q(sent_to="") & ~Q(sent_to_sha256=""),
                name="signature_address_whole",
                violation_error_message=_("Say by which channel and to which address."),
            ),
            models.CheckConstraint(
                condition=~Q(method=SigningMethod.LINK) | ~Q(sent_to_sha256=""),
                name="signature_by_link_names_address",
                violation_error_message=_("A signature by link needs the address of the code."),
            ),
            models.CheckConstraint(
                condition=Q(method__in=[SigningMethod.LINK, SigningMethod.MITID])
                | Q(registered_by__isnull=False),
                name="signature_registered_by_somebody",
                violation_error_message=_("A signature that was not by link needs a user."),
            ),
        ]

    def __str__(self):
        return f"{self.agreement} · {self.get_party_display()}"
