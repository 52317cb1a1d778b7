"""When people are reminded of shifts: what an activity decides, and what a volunteer wishes."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet, PersonScopedQuerySet
from coordination.models.activity import Activity
from coordination.models.volunteer import Volunteer

MOST_DAYS, MOST_HOURS = 30, 48


def _days(**options):
    return models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(MOST_DAYS)], **options
    )


def _hours(**options):
    return models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(MOST_HOURS)], **options
    )


def _within():
    """Q for check constraints: unknown, or not more than makes sense."""
    return (Q(days__isnull=True) | Q(days__lte=MOST_DAYS)) & (
        Q(hours__isnull=True) | Q(hours__lte=MOST_HOURS)
    )


class ActivityReminders(models.Model):
    """An activity's own times. Nothing written is what the branch has decided; 0 is none."""

    branch_lookup = "activity__branch"

    activity = models.OneToOneField(
        Activity, on_delete=models.CASCADE, primary_key=True, related_name="reminders"
    )
    days = _days(verbose_name=_("days before the shift"))
    hours = _hours(verbose_name=_("hours before the shift"))

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminders of the activity's shifts")
        verbose_name_plural = _("reminders of the activities' shifts")
        constraints = [
            models.CheckConstraint(
                condition=_within(),
                name="activity_reminders_plausible",
                violation_error_message=_("A reminder so long before the shift helps nobody."),
            )
        ]

    def __str__(self):
        return str(self.activity)


class ReminderWishesQuerySet(PersonScopedQuerySet):
    person_field = "volunteer_id"

    def own(self, user):
        return self.filter(volunteer__person__user=user) if user.is_authenticated else self.none()


class ReminderWishes(models.Model):
    """What a volunteer has chosen. Nothing written: as the activity has it; 0 is none."""

    volunteer = models.OneToOneField(
        Volunteer, on_delete=models.CASCADE, primary_key=True, related_name="reminder_wishes"
    )
    days = _days(verbose_name=_("days before the shift"))
    hours = _hours(verbose_name=_("hours before the shift"))

    objects = ReminderWishesQuerySet.as_manager()

    class Meta:
        verbose_name = _("a volunteer's reminders")
        verbose_name_plural = _("volunteers' reminders")
        constraints = [
            models.CheckConstraint(
                condition=_within(),
                name="reminder_wishes_plausible",
                violation_error_message=_("A reminder so long before the shift helps nobody."),
            )
        ]

    def __str__(self):
        return str(self.volunteer)
