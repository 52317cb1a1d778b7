"""A branch as citizens meet it: when it is open, when it is closed, and who its ambassadors are."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.branch import Branch
from core.periods import ends_after_start


class Weekday(models.IntegerChoices):
    """Monday is 0. The names are Django's own: in Danish they have a small letter."""

    MONDAY = 0, WEEKDAYS[0]
    TUESDAY = 1, WEEKDAYS[1]
    WEDNESDAY = 2, WEEKDAYS[2]
    THURSDAY = 3, WEEKDAYS[3]
    FRIDAY = 4, WEEKDAYS[4]
    SATURDAY = 5, WEEKDAYS[5]
    SUNDAY = 6, WEEKDAYS[6]


class OpeningHours(models.Model):
    """A branch is open on a weekday from one time of the clock to another. One row a weekday."""

    branch_lookup = "branch"

    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="opening_hours", verbose_name=_("branch")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "weekday"],
                name="opening_hours_once_a_weekday",
                violation_error_message=_("That weekday has its opening hours already."),
            ),
            models.CheckConstraint(
                condition=Q(weekday__in=Weekday.values),
                name="opening_hours_weekday_known",
                violation_error_message=_("Choose one of the weekdays."),
            ),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="opening_hours_close_after_opening",
                violation_error_message=_("It must close after it opens."),
            ),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens:%H.%M}-{self.closes:%H.%M}"


class ClosingDay(models.Model):
    """A branch, and what lies under it, is closed from day to day, inclusive, for a reason."""

    branch_lookup = "branch"

    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="closing_days", verbose_name=_("branch")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    reason = models.CharField(_("why"), max_length=120)

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("closing day")
        verbose_name_plural = _("closing days")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=ends_after_start(),
                name="closing_day_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.UniqueConstraint(
                fields=["branch", "starts_on", "ends_on"],
                name="closing_day_once",
                violation_error_message=_("The branch is closed on those days already."),
            ),
        ]

    def __str__(self):
        return self.reason


class AmbassadorProfile(models.Model):
    """An ambassador's own yes to stand on the public page of their branches, and what it says.

    Only they write it, and they take it away again. Who is an ambassador where is a role.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="ambassador_profile",
    )
    text = models.CharField(_("about you"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    shows_email = models.BooleanField(_("show my e-mail address"), default=False)
    agreed_at = models.DateTimeField(_("said yes"))

    class Meta:
        verbose_name = _("ambassador's page")
        verbose_name_plural = _("ambassadors' pages")

    def __str__(self):
        return self.user.get_full_name()
