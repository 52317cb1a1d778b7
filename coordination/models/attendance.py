"""Who came: how a mark was given, who may give it at a place, and the poster on the wall."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.activity import Site
from coordination.models.engagement import Engagement
from coordination.models.shift import Assignment, Shift
from core.periods import set_together

LONGEST_DAY = 25 * 60  # minutes: the night on which the clock is put back


class MarkWay(models.TextChoices):
    """In which capacity somebody registered that a volunteer came or did not."""

    STAFF = "staff", _("A coordinator")
    LEAD = "lead", _("The shift lead")
    SELF = "self", _("Themselves, by the poster")


class AbsenceReason(models.TextChoices):
    """Why somebody did not come: a closed list, nothing about health.

    Decision: docs/decisions/absence-reasons.md.
    """

    PREVENTED = "prevented", _("Was prevented")
    FORGOT = "forgot", _("Forgot it")
    MISUNDERSTOOD = "misunderstood", _("A misunderstanding about time or place")
    OTHER = "other", _("Something else")


class Presence(models.Model):
    """What is known of an attendance mark besides who and when: made only where there is something.

    `minutes`: another time was worked than the shift lasted. Without a row a coordinator gave the
    mark, no reason is known and the minutes are the shift's.
    """

    branch_lookup = "assignment__shift__site__branch"

    assignment = models.OneToOneField(
        Assignment, on_delete=models.CASCADE, primary_key=True, related_name="presence"
    )
    way = models.CharField(_("registered by"), max_length=8, choices=MarkWay, default=MarkWay.STAFF)
    reason = models.CharField(_("reason"), max_length=16, choices=AbsenceReason, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes worked"), null=True, blank=True)

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("note on attendance")
        verbose_name_plural = _("notes on attendance")
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=MarkWay.values),
                name="presence_way_known",
                violation_error_message=_("Say who registered it."),
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["", *AbsenceReason.values]),
                name="presence_reason_known",
                violation_error_message=_("Choose one of the reasons, or none."),
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__range=(1, LONGEST_DAY)),
                name="presence_minutes_plausible",
                violation_error_message=_("Write a number of minutes within one day."),
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(reason=""),
                name="presence_minutes_or_reason",
                violation_error_message=_("Who did not come has worked no minutes."),
            ),
        ]

    def __str__(self):
        return f"{self.assignment}: {self.get_way_display()}"


class ShiftLeadQuerySet(BranchScopedQuerySet):
    def in_use(self):
        """Those that nobody has taken back."""
        return self.filter(ended_at__isnull=True)


class ShiftLead(models.Model):
    """A volunteer who may register who came: on one shift, or (shift empty) on every shift of the
    site.

    The right is derived (`attendance.shifts_led`): it rests and ends with the engagement.
    """

    branch_lookup = "engagement__site__branch"

    engagement = models.ForeignKey(
        Engagement,
        on_delete=models.CASCADE,
        related_name="shift_leads",
        verbose_name=_("volunteer"),
    )
    shift = models.ForeignKey(
        Shift,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("only this shift"),
    )
    named_at = models.DateTimeField(_("named"))
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("right taken back"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ShiftLeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift lead")
        verbose_name_plural = _("shift leads")
        constraints = [
            models.CheckConstraint(
                condition=set_together("ended_at", "ended_by"),
                name="shift_lead_ended_at_and_by",
                violation_error_message=_("An end needs both a time and a person."),
            ),
            models.UniqueConstraint(
                fields=["engagement"],
                condition=Q(shift__isnull=True, ended_at__isnull=True),
                name="shift_lead_once_per_site",
                violation_error_message=_("The volunteer is already shift lead here."),
            ),
            models.UniqueConstraint(
                fields=["engagement", "shift"],
                condition=Q(shift__isnull=False, ended_at__isnull=True),
                name="shift_lead_once_per_shift",
                violation_error_message=_("The volunteer is already shift lead here."),
            ),
        ]

    def __str__(self):
        return str(self.engagement)


class CaringCall(models.Model):
    """A coordinator has called a volunteer who had not come several times.

    What was said stays between the two. That a call is suggested is derived
    (`attendance.with_absences`).
    """

    branch_lookup = "engagement__site__branch"

    engagement = models.ForeignKey(
        Engagement, on_delete=models.CASCADE, related_name="caring_calls"
    )
    called_at = models.DateTimeField(_("called"))
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("caring call")
        verbose_name_plural = _("caring calls")

    def __str__(self):
        return str(self.engagement)


class Poster(models.Model):
    """The address behind the QR code on a site's wall, once it has been renewed.

    `serial` is the part of the address that renewing changes; a site without a row has the
    address it was born with. The address itself is stored nowhere (`posters.token`).
    """

    branch_lookup = "site__branch"

    site = models.OneToOneField(
        Site, on_delete=models.CASCADE, primary_key=True, related_name="poster"
    )
    serial = models.CharField(max_length=32)
    renewed_at = models.DateTimeField(_("renewed"))

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("poster")
        verbose_name_plural = _("posters")

    def __str__(self):
        return str(self.site)
