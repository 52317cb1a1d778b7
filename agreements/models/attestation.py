"""Attestations: the outcome of a certificate, never the certificate."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.states import OPENING, AttestationState
from coordination.access import BranchScopedQuerySet
from coordination.models import Association, Branch, Volunteer
from core.periods import covering, covers, ends_after_start, set_together


class AttestationKind(models.TextChoices):
    CHILD_CERTIFICATE = "child_certificate", _("Child certificate")


class AttestationQuerySet(BranchScopedQuerySet):
    def own(self, user):
        return self.filter(volunteer__person__user=user) if user.is_authenticated else self.none()

    def valid_on(self, day):
        """Approved or not needed yet, and the day lies in the period."""
        return self.filter(covering(day, start="valid_from", end="valid_until"), state__in=OPENING)

    def not_over(self, day):
        """Those whose period ends on the day or later, or never."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day))


class Attestation(models.Model):
    """A certificate that a branch ordered on a volunteer, and how it was assessed.

    Visible to the ordering branch only; other branches see the clearance that follows. There
    is no upload field and no free text about criminal matters, on purpose.
    Source: domain.md section 1.4 and rule 10.
    """

    branch_lookup = "branch"

    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="attestations")
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=AttestationKind,
        default=AttestationKind.CHILD_CERTIFICATE,
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
    state = models.CharField(
        _("status"), max_length=14, choices=AttestationState, default=AttestationState.ORDERED
    )
    ordered_at = models.DateTimeField(_("ordered"))
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    consent_until = models.DateField(_("consent no later than"))
    assessed_at = models.DateTimeField(_("assessed"), null=True, blank=True)
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until and including"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)
    suspended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AttestationQuerySet.as_manager()

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        ordering = ["-ordered_at", "-pk"]
        indexes = [
            models.Index(fields=["volunteer", "kind", "state"], name="attestation_volunteer"),
            models.Index(fields=["state", "valid_until"], name="attestation_expiry"),
            models.Index(fields=["-ordered_at", "-id"], name="attestation_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "kind"],
                condition=Q(state=AttestationState.ORDERED),
                name="attestation_one_order_at_a_time",
                violation_error_message=_("A certificate has been ordered already."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AttestationKind.values),
                name="attestation_kind_known",
                violation_error_message=_("Choose one of the kinds."),
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
                condition=Q(
                    state=AttestationState.ORDERED,
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
    def is_decided(self):
        """True once there is nothing to wait for."""
        return self.state != AttestationState.ORDERED

    def is_valid_on(self, day):
        """True if it opens the gate on the day."""
        return self.state in OPENING and covers(self.valid_from, self.valid_until, day)

    def consent_has_expired(self, on):
        """No answer within the consent period: the order must be made again."""
        return self.state == AttestationState.ORDERED and on > self.consent_until

    def has_expired(self, on):
        return self.state in OPENING and self.valid_until is not None and on > self.valid_until
