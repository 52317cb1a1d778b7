"""Series: shifts that come again, and the days on which they do not."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.activity import Site
from coordination.states import SignUpWay
from core.periods import ends_after_start

LONGEST_ROLES = 700


class Series(models.Model):
    """Shifts that come again at a site (faste vagter), by a rule and on Copenhagen's wall clock.

    `rule` is an RRULE as `coordination.series.Rhythm` writes it. An end of the clock that is not
    after the start is the next day's. `ends_on` None: until somebody ends it. The days of a period
    are inclusive. Its shifts are rows of their own (`Shift.series`).
    """

    branch_lookup = "site__branch"

    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="series", verbose_name=_("site")
    )
    rule = models.CharField(_("how often"), max_length=200)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))
    title = models.CharField(_("title"), max_length=120, blank=True)
    capacity = models.PositiveSmallIntegerField(_("places"))
    minimum = models.PositiveSmallIntegerField(_("at least"), default=1)
    place = models.CharField(_("meeting place"), max_length=120, blank=True)
    note = models.CharField(_("note to the volunteers"), max_length=500, blank=True)
    roles = models.TextField(_("roles"), max_length=LONGEST_ROLES, blank=True)
    way = models.CharField(
        _("who signs up"),
        max_length=12,
        choices=SignUpWay,
        blank=True,
        help_text=_("Empty: as the activity has it."),
    )
    skip_holidays = models.BooleanField(_("not on public holidays"), default=True)
    skip_local_days = models.BooleanField(_("not on the municipality's days off"), default=True)
    skip_school_holidays = models.BooleanField(_("not in the school holidays"), default=True)

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("series of shifts")
        verbose_name_plural = _("series of shifts")
        ordering = ["-starts_on", "-pk"]
        indexes = [models.Index(fields=["ends_on"], name="series_ends")]
        constraints = [
            models.CheckConstraint(
                condition=ends_after_start(),
                name="series_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                condition=~Q(starts=F("ends")),
                name="series_has_a_length",
                violation_error_message=_("The shift must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1),
                name="series_has_a_place",
                violation_error_message=_("A shift needs at least one place."),
            ),
            models.CheckConstraint(
                condition=Q(minimum__lte=F("capacity")),
                name="series_minimum_within_capacity",
                violation_error_message=_("The least number cannot be above the places."),
            ),
            models.CheckConstraint(
                condition=Q(way__in=["", *SignUpWay.values]),
                name="series_way_known",
                violation_error_message=_("Choose who signs people up."),
            ),
        ]

    def __str__(self):
        return self.title or str(self.site.activity)


class KeptDay(models.Model):
    """A day on which a series has its shift although the day would be left out."""

    branch_lookup = "series__site__branch"

    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="kept_days", verbose_name=_("series")
    )
    day = models.DateField(_("day"))

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("day that is kept")
        verbose_name_plural = _("days that are kept")
        constraints = [
            models.UniqueConstraint(
                fields=["series", "day"],
                name="kept_day_once",
                violation_error_message=_("That day is kept already."),
            )
        ]

    def __str__(self):
        return f"{self.series} · {self.day:%d-%m-%Y}"


class SchoolHoliday(models.Model):
    """The schools' holiday from day to day, inclusive: one list for the municipality."""

    title = models.CharField(_("what it is called"), max_length=80)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("school holiday")
        verbose_name_plural = _("school holidays")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=ends_after_start(),
                name="school_holiday_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.UniqueConstraint(
                fields=["starts_on", "title"],
                name="school_holiday_once",
                violation_error_message=_("That holiday is on the list already."),
            ),
        ]

    def __str__(self):
        return self.title
