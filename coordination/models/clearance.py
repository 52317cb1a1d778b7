"""The gate's two sides: what an activity requires, and what a volunteer is cleared for."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.models.activity import Activity, Site
from coordination.models.volunteer import Volunteer
from core.periods import covering, covers, ends_after_start


class ClearanceKind(models.TextChoices):
    """What one can be cleared for. A new kind is a new line here and one writer above."""

    AGREEMENT = "agreement", _("Agreement")
    CHILD_CERTIFICATE = "child_certificate", _("Child certificate")
    CRIMINAL_RECORD = "criminal_record", _("Criminal record certificate")


class Necessity(models.TextChoices):
    """Duty (pligt), option (mulighed). Not relevant is: no requirement row."""

    DUTY = "duty", _("Required")
    OPTION = "option", _("Possible")


class Requirement(models.Model):
    """An activity requires (or allows) a kind of clearance. All the gate reads of the terms.

    Allowing a child certificate says that there are children: see `Volunteer`.

    `fixed_tie_only`: it is a duty only for a fixed tie; for an occasional tie it is an option.
    """

    branch_lookup = "activity__branch"

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="requirements")
    kind = models.CharField(_("kind"), max_length=20, choices=ClearanceKind)
    necessity = models.CharField(_("necessity"), max_length=10, choices=Necessity)
    fixed_tie_only = models.BooleanField(_("only for a fixed tie"), default=False)

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "kind"],
                name="requirement_unique",
                violation_error_message=_("The activity already has this requirement."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ClearanceKind.values),
                name="requirement_kind_known",
                violation_error_message=_("Choose one of the kinds."),
            ),
            models.CheckConstraint(
                condition=Q(necessity__in=Necessity.values),
                name="requirement_necessity_known",
                violation_error_message=_("Choose whether it is required or possible."),
            ),
        ]

    def __str__(self):
        return f"{self.activity}: {self.get_kind_display()}"


class ClearanceQuerySet(models.QuerySet):
    def valid_on(self, day):
        """Clearances that hold on the day (a date or a query expression)."""
        return self.filter(covering(day, start="valid_from", end="valid_until"))


class Clearance(models.Model):
    """This volunteer is cleared for this kind, at this site (or everywhere), from, until.

    Issued and revoked only through `actions.clearances`, by the app that knows the source.
    `source_type`/`source_id` name the row behind it without pointing up to it; revoking sets
    `valid_until`, never deletes.
    """

    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="clearances")
    kind = models.CharField(_("kind"), max_length=20, choices=ClearanceKind)
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="clearances"
    )
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until and including"), null=True, blank=True)
    source_type = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ClearanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("clearance")
        verbose_name_plural = _("clearances")
        indexes = [
            models.Index(fields=["volunteer", "kind", "site", "valid_from"], name="clearance_gate"),
            models.Index(fields=["valid_until"], name="clearance_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=ends_after_start(start="valid_from", end="valid_until")
                | Q(revoked_at__isnull=False),
                name="clearance_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ClearanceKind.values),
                name="clearance_kind_known",
                violation_error_message=_("Choose one of the kinds."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(valid_until__isnull=False),
                name="clearance_revoked_has_end",
                violation_error_message=_("A revoked clearance needs its last day."),
            ),
            models.UniqueConstraint(
                fields=["source_type", "source_id", "volunteer", "kind", "site"],
                condition=Q(revoked_at__isnull=True, site__isnull=False),
                name="clearance_once_per_source_and_site",
                violation_error_message=_("This clearance has been issued already."),
            ),
            models.UniqueConstraint(
                fields=["source_type", "source_id", "volunteer", "kind"],
                condition=Q(revoked_at__isnull=True, site__isnull=True),
                name="clearance_once_per_source_everywhere",
                violation_error_message=_("This clearance has been issued already."),
            ),
        ]

    def __str__(self):
        return f"{self.volunteer}: {self.get_kind_display()}"

    def is_valid_on(self, day):
        return covers(self.valid_from, self.valid_until, day)
