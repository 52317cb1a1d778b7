"""What an activity asks of its volunteers, and what they may and may not do."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.models.template import AgreementTemplate
from coordination.access import BranchScopedQuerySet
from coordination.models import Activity


class AttestationDuty(models.TextChoices):
    """Three-valued, since a temporary tie gives permission without a duty.

    Source: domain.md sections 1.1-1.2 and rule 6.
    """

    DUTY = "duty", _("Required")
    OPTION = "option", _("Possible")
    NOT_RELEVANT = "not_relevant", _("Not relevant")


class Insurance(models.TextChoices):
    """Source: serviceloven § 18 a; domain.md rule 38."""

    COVERED = "covered", _("Covered by the municipality")
    NOT_COVERED = "not_covered", _("Not covered")
    TO_BE_SETTLED = "to_be_settled", _("To be settled")


class ActivityTerms(models.Model):
    """The terms of one activity. Saving them (by the action) writes its Requirements.

    `may`, `may_not` and `refer_to_staff` hold one task a line.
    """

    branch_lookup = "activity__branch"

    activity = models.OneToOneField(
        Activity,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="terms",
        verbose_name=_("activity"),
    )
    agreement_required = models.BooleanField(_("an agreement is required"), default=True)
    template = models.ForeignKey(
        AgreementTemplate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agreement template"),
    )
    may = models.TextField(_("volunteers may"), blank=True, max_length=3000)
    may_not = models.TextField(_("volunteers may not"), blank=True, max_length=3000)
    refer_to_staff = models.TextField(_("refer to staff"), blank=True, max_length=3000)
    child_certificate = models.CharField(
        _("child certificate"),
        max_length=12,
        choices=AttestationDuty,
        default=AttestationDuty.NOT_RELEVANT,
    )
    direct_contact_under_15 = models.BooleanField(
        _("the tasks bring direct contact with children under 15"), default=False
    )
    moves_among_under_15 = models.BooleanField(
        _("the volunteer regularly moves among children under 15"), default=False
    )
    legal_order = models.CharField(_("order that applies"), max_length=200, blank=True)
    certificate_months = models.PositiveSmallIntegerField(
        _("child certificate renewed after so many months"), null=True, blank=True
    )
    criminal_record = models.CharField(
        _("criminal record certificate"),
        max_length=12,
        choices=AttestationDuty,
        default=AttestationDuty.NOT_RELEVANT,
    )
    public_record = models.BooleanField(
        _("the criminal record certificate for authorities"), default=False
    )
    notification_recipient = models.CharField(
        _("who receives a notification of concern about a child"), max_length=200, blank=True
    )
    insurance = models.CharField(
        _("insurance"), max_length=16, choices=Insurance, default=Insurance.TO_BE_SETTLED
    )
    insurance_note = models.CharField(_("note on the insurance"), max_length=500, blank=True)
    med_discussed_on = models.DateField(_("discussed in local MED"), null=True, blank=True)
    staff_informed_on = models.DateField(_("staff informed"), null=True, blank=True)
    med_link = models.URLField(_("link to the minutes"), blank=True)

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
        constraints = [
            models.CheckConstraint(
                condition=Q(child_certificate__in=AttestationDuty.values),
                name="terms_child_certificate_known",
                violation_error_message=_("Choose whether it is required or possible."),
            ),
            models.CheckConstraint(
                condition=Q(criminal_record__in=AttestationDuty.values),
                name="terms_criminal_record_known",
                violation_error_message=_("Choose whether it is required or possible."),
            ),
            models.CheckConstraint(
                condition=Q(certificate_months__isnull=True)
                | Q(certificate_months__range=(1, 120)),
                name="terms_certificate_months_sensible",
                violation_error_message=_("Write a number of months from 1 to 120."),
            ),
            models.CheckConstraint(
                condition=~Q(child_certificate=AttestationDuty.DUTY)
                | Q(direct_contact_under_15=True)
                | Q(moves_among_under_15=True),
                name="terms_duty_has_a_reason",
                violation_error_message=_(
                    "Say why the child certificate is required: direct contact, or moving "
                    "regularly among children under 15."
                ),
            ),
            models.CheckConstraint(
                condition=Q(agreement_required=False) | Q(template__isnull=False),
                name="terms_agreement_has_template",
                violation_error_message=_("Choose the template that the agreement is made from."),
            ),
        ]

    def __str__(self):
        return str(self.activity)
