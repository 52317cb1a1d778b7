"""Attestations: the outcome of a certificate, never the certificate."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from agreements.models.declaration import AssociationDeclaration
from agreements.states import AT_THE_POLICE, OPENING, UNDER_WAY, AttestationState
from coordination.access import BranchScopedQuerySet
from coordination.models import Association, Branch, ClearanceKind, Volunteer
from core.periods import covering, covers, day_of, ends_after_start, set_together


class AttestationKind(models.TextChoices):
    """Source: domain.md 1.4-1.5. Either kind of criminal record certificate clears the same."""

    CHILD_CERTIFICATE = "child_certificate", _("Child certificate")
    PRIVATE_RECORD = "private_record", _("Criminal record certificate, private")
    PUBLIC_RECORD = "public_record", _("Criminal record certificate, for authorities")

    @property
    def clears(self):
        """The ClearanceKind that an approved one gives."""
        if self == AttestationKind.CHILD_CERTIFICATE:
            return ClearanceKind.CHILD_CERTIFICATE
        return ClearanceKind.CRIMINAL_RECORD


class AttestationRoute(models.TextChoices):
    """How it comes: by Digital Post, on paper, shown by the volunteer, or by an association."""

    DIGITAL = "digital", _("Through Digital Post")
    PAPER = "paper", _("On paper")
    SEEN = "seen", _("Shown by the volunteer")
    ASSOCIATION = "association", _("Confirmed by the association")


class AttestationQuerySet(BranchScopedQuerySet):
    def own(self, user):
        return self.filter(volunteer__person__user=user) if user.is_authenticated else self.none()

    def valid_on(self, day):
        """Approved or not needed yet, and the day lies in the period."""
        return self.filter(covering(day, start="valid_from", end="valid_until"), state__in=OPENING)

    def not_over(self, day):
        """Those whose period ends on the day or later, or never."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day))

    def about_children(self):
        return self.filter(kind=AttestationKind.CHILD_CERTIFICATE)

    def under_way(self):
        """Those that somebody waits for."""
        return self.filter(state__in=UNDER_WAY)

    def unanswered(self, day):
        """Ordered, and the time to consent ran out before the day."""
        return self.filter(state=AttestationState.ORDERED, consent_until__lt=day)


class OrderBatch(models.Model):
    """So many orders at a time, for the police's form: made, then ordered in one step."""

    branch_lookup = "branch"

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="order_batches")
    kind = models.CharField(_("kind"), max_length=20, choices=AttestationKind)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ordered_at = models.DateTimeField(_("ordered"), null=True, blank=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("order list")
        verbose_name_plural = _("order lists")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=AttestationKind.values),
                name="batch_kind_known",
                violation_error_message=_("Choose one of the kinds."),
            ),
            models.CheckConstraint(
                condition=set_together("ordered_at", "ordered_by"),
                name="batch_ordered_at_and_by",
                violation_error_message=_("An order needs both a time and a person."),
            ),
        ]

    def __str__(self):
        made = date_format(day_of(self.made_at), "DATE_FORMAT")
        return f"{self.get_kind_display()} · {self.branch} · {made}"

    @property
    def is_ordered(self):
        return self.ordered_at is not None


class Attestation(models.Model):
    """A certificate that a branch asked for on a volunteer, and how it was assessed.

    Visible to the branch that asked only; other branches see the clearance that follows. There
    is no upload field and no free text about criminal matters, on purpose: `case_reference`
    holds the number of a case in the municipality's own system, and nothing else.
    `valid_until` is the last day it opens the gate, the grace included; `renew_by` the last day
    of the interval itself. Source: domain.md section 1.4 and rules 7 and 10.
    """

    branch_lookup = "branch"

    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="attestations")
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=AttestationKind,
        default=AttestationKind.CHILD_CERTIFICATE,
    )
    route = models.CharField(
        _("how it comes"),
        max_length=12,
        choices=AttestationRoute,
        default=AttestationRoute.DIGITAL,
    )
    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="attestations", verbose_name=_("ordered by")
    )
    association = models.ForeignKey(
        Association,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attestations",
        verbose_name=_("obtained by the association"),
    )
    declaration = models.ForeignKey(
        AssociationDeclaration,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attestations",
        verbose_name=_("confirmed in the declaration"),
    )
    batch = models.ForeignKey(
        OrderBatch,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attestations",
        verbose_name=_("order list"),
    )
    state = models.CharField(
        _("status"), max_length=14, choices=AttestationState, default=AttestationState.DETAILS
    )
    opened_at = models.DateTimeField(_("asked for"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ordered_at = models.DateTimeField(_("ordered"), null=True, blank=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ordered by"),
    )
    consent_until = models.DateField(_("consent no later than"), null=True, blank=True)
    consented_on = models.DateField(_("consented"), null=True, blank=True)
    received_at = models.DateTimeField(_("answer received"), null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    declined_at = models.DateTimeField(_("consent refused"), null=True, blank=True)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    assessed_at = models.DateTimeField(_("assessed"), null=True, blank=True)
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assessed by"),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    renew_by = models.DateField(_("to be renewed by"), null=True, blank=True)
    valid_until = models.DateField(_("valid until and including"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)
    suspended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    case_reference = models.CharField(_("case number"), max_length=40, blank=True)

    objects = AttestationQuerySet.as_manager()

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(fields=["volunteer", "kind", "state"], name="attestation_volunteer"),
            models.Index(fields=["state", "valid_until"], name="attestation_expiry"),
            models.Index(fields=["state", "consent_until"], name="attestation_consent"),
            models.Index(fields=["-opened_at", "-id"], name="attestation_newest"),
            models.Index(
                fields=["ordered_at"],
                name="attestation_waiting",
                condition=Q(state=AttestationState.ORDERED),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "kind"],
                condition=Q(state__in=UNDER_WAY),
                name="attestation_one_order_at_a_time",
                violation_error_message=_("A certificate has been ordered already."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AttestationKind.values),
                name="attestation_kind_known",
                violation_error_message=_("Choose one of the kinds."),
            ),
            models.CheckConstraint(
                condition=Q(route__in=AttestationRoute.values),
                name="attestation_route_known",
                violation_error_message=_("Choose how it comes."),
            ),
            models.CheckConstraint(
                condition=~Q(route=AttestationRoute.ASSOCIATION)
                | Q(association__isnull=False, declaration__isnull=False),
                name="attestation_association_declared",
                violation_error_message=_("Register the association's declaration first."),
            ),
            models.CheckConstraint(
                condition=set_together("ordered_at", "ordered_by"),
                name="attestation_ordered_at_and_by",
                violation_error_message=_("An order needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("received_at", "received_by"),
                name="attestation_received_at_and_by",
                violation_error_message=_("An answer needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("declined_at", "declined_by"),
                name="attestation_declined_at_and_by",
                violation_error_message=_("A refusal needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("assessed_at", "assessed_by"),
                name="attestation_assessed_at_and_by",
                violation_error_message=_("An assessment needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("withdrawn_at", "withdrawn_by"),
                name="attestation_withdrawn_at_and_by",
                violation_error_message=_("A withdrawal needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("suspended_at", "suspended_by"),
                name="attestation_suspended_at_and_by",
                violation_error_message=_("A suspension needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=ends_after_start(start="valid_from", end="valid_until"),
                name="attestation_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                condition=Q(renew_by__isnull=True) | Q(renew_by__lte=models.F("valid_until")),
                name="attestation_renewed_before_its_end",
                violation_error_message=_("It cannot count for less time than its interval."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state=AttestationState.DETAILS,
                    ordered_at__isnull=True,
                    consent_until__isnull=True,
                    assessed_at__isnull=True,
                    valid_from__isnull=True,
                    withdrawn_at__isnull=True,
                    suspended_at__isnull=True,
                )
                | Q(
                    Q(state=AttestationState.ORDERED, received_at__isnull=True)
                    | Q(
                        state=AttestationState.CONSENTED,
                        consented_on__isnull=False,
                        received_at__isnull=True,
                    )
                    | Q(state=AttestationState.RECEIVED, received_at__isnull=False),
                    ordered_at__isnull=False,
                    assessed_at__isnull=True,
                    valid_from__isnull=True,
                    withdrawn_at__isnull=True,
                    suspended_at__isnull=True,
                )
                | Q(
                    state=AttestationState.APPROVED,
                    assessed_at__isnull=False,
                    valid_from__isnull=False,
                    suspended_at__isnull=True,
                )
                | Q(
                    state=AttestationState.NOT_APPROVED,
                    assessed_at__isnull=False,
                    valid_from__isnull=True,
                )
                | Q(
                    state=AttestationState.DECLINED,
                    declined_at__isnull=False,
                    assessed_at__isnull=True,
                    valid_from__isnull=True,
                )
                | Q(
                    state=AttestationState.WITHDRAWN,
                    withdrawn_at__isnull=False,
                    assessed_at__isnull=True,
                )
                | Q(state=AttestationState.SUSPENDED, suspended_at__isnull=False)
                | Q(
                    state=AttestationState.EXEMPT,
                    assessed_at__isnull=False,
                    valid_from__isnull=False,
                    valid_until__isnull=False,
                    suspended_at__isnull=True,
                ),
                name="attestation_state_matches_times",
                violation_error_message=_("The status and its times disagree."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.volunteer}"

    @property
    def person_ids(self):
        return [self.volunteer_id]

    @property
    def is_under_way(self):
        """True while there is something to wait for or to do."""
        return self.state in UNDER_WAY

    @property
    def is_at_the_police(self):
        return self.state in AT_THE_POLICE

    def is_valid_on(self, day):
        """True if it opens the gate on the day."""
        return self.state in OPENING and covers(self.valid_from, self.valid_until, day)

    def consent_has_expired(self, on):
        """No answer within the consent period: the order must be made again."""
        return (
            self.state == AttestationState.ORDERED
            and self.consent_until is not None
            and on > self.consent_until
        )

    def has_expired(self, on):
        return self.state in OPENING and self.valid_until is not None and on > self.valid_until


class HeldCpr(models.Model):
    """A CPR number while an order needs it: sealed, with the key outside the database.

    Deleted when the outcome is registered, when the order is taken back, and by retention.
    Never listed, searched or exported; read by `actions.cpr.reveal` and the order's own lines.
    Source: domain.md rule 11.
    """

    branch_lookup = "attestation__branch"

    attestation = models.OneToOneField(
        Attestation, on_delete=models.CASCADE, primary_key=True, related_name="held_cpr"
    )
    sealed = models.TextField(editable=False)
    given_at = models.DateTimeField(_("given"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("CPR number that an order needs")
        verbose_name_plural = _("CPR numbers that orders need")

    def __str__(self):
        return "••••••-••••"
