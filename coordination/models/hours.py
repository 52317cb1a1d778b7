"""Hours besides the shifts, which volunteers tell of, and the trace of what was corrected.

The hours of a shift are no rows: they follow attendance (`coordination.hours`).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.activity import Site
from coordination.models.attendance import LONGEST_DAY
from coordination.models.shift import Assignment
from coordination.models.volunteer import Volunteer
from coordination.states import HoursState
from core.periods import set_together

DECIDED = (HoursState.APPROVED, HoursState.DECLINED)


class HoursAnswer(models.TextChoices):
    """Why hours were not approved: a short list, so that nothing is written in anger."""

    COUNTED = "counted", _("They are counted with a shift already")
    NOT_AGREED = "not_agreed", _("It is not part of what we have agreed on")
    TALK = "talk", _("Let us talk about it")


class HoursEntryQuerySet(BranchScopedQuerySet):
    def own(self, user):
        return self.filter(volunteer__person__user=user) if user.is_authenticated else self.none()

    def waiting(self):
        return self.filter(state=HoursState.WAITING)


class HoursEntry(models.Model):
    """Something done besides the shifts: the day, the minutes and a few words."""

    branch_lookup = "site__branch"

    volunteer = models.ForeignKey(
        Volunteer,
        on_delete=models.PROTECT,
        related_name="hours_entries",
        verbose_name=_("volunteer"),
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="hours_entries", verbose_name=_("activity")
    )
    day = models.DateField(_("day"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    words = models.CharField(_("what I did"), max_length=120, blank=True)
    state = models.CharField(
        _("status"), max_length=12, choices=HoursState, default=HoursState.WAITING
    )
    told_at = models.DateTimeField(_("told"))
    decided_at = models.DateTimeField(_("answered"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(_("answer"), max_length=12, choices=HoursAnswer, blank=True)

    objects = HoursEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("hours besides the shifts")
        verbose_name_plural = _("hours besides the shifts")
        indexes = [
            models.Index(fields=["volunteer", "day"], name="hours_entry_volunteer_day"),
            models.Index(
                fields=["site", "day"],
                condition=Q(state=HoursState.WAITING),
                name="hours_entry_waiting",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__range=(1, LONGEST_DAY)),
                name="hours_entry_minutes_plausible",
                violation_error_message=_("Write a number of minutes within one day."),
            ),
            models.CheckConstraint(
                condition=set_together("decided_at", "decided_by"),
                name="hours_entry_decided_at_and_by",
                violation_error_message=_("An answer needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED, decided_at__isnull=False)
                | Q(state__in=(HoursState.WAITING, HoursState.WITHDRAWN), decided_at__isnull=True),
                name="hours_entry_state_matches_times",
                violation_error_message=_("The status and its times disagree."),
            ),
            models.CheckConstraint(
                condition=Q(answer="")
                | Q(answer__in=HoursAnswer.values, state=HoursState.DECLINED),
                name="hours_entry_answer_known",
                violation_error_message=_("Choose one of the answers."),
            ),
            models.UniqueConstraint(
                fields=["volunteer", "site", "day", "words"],
                condition=Q(state=HoursState.WAITING),
                name="hours_entry_once",
                violation_error_message=_("You have told us this already."),
            ),
        ]

    def __str__(self):
        return f"{self.volunteer} · {self.site} · {self.day}"


class HoursChange(models.Model):
    """The minutes of an attended shift or of an entry became others: the trace."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(
        Assignment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="hours_changes",
    )
    entry = models.ForeignKey(
        HoursEntry, on_delete=models.CASCADE, null=True, blank=True, related_name="changes"
    )
    before = models.PositiveSmallIntegerField(_("before"))
    after = models.PositiveSmallIntegerField(_("after"))
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("correction of hours")
        verbose_name_plural = _("corrections of hours")
        ordering = ["changed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(assignment__isnull=False, entry__isnull=True)
                | Q(assignment__isnull=True, entry__isnull=False),
                name="hours_change_is_about_one_thing",
                violation_error_message=_("A correction is about a shift or about an entry."),
            ),
        ]

    def __str__(self):
        return f"{self.before} - {self.after}"
