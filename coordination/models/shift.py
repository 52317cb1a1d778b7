"""Shifts (vagter) and who is on them."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.activity import Site
from coordination.models.engagement import Engagement
from coordination.models.series import LONGEST_ROLES, Series
from coordination.models.volunteer import Volunteer
from coordination.states import (
    HOLDING_A_PLACE,
    IN_LINE,
    LIVE,
    PENDING,
    AssignmentState,
    ShiftState,
    SignUpWay,
)
from core.periods import day_of, minutes_between, set_together, today

LONGEST_SHIFT = timedelta(hours=24)
LONGEST_ROLE = 40


class ShiftQuerySet(BranchScopedQuerySet):
    """Shifts, with how full they are."""

    def own(self, user):
        """Shifts at the sites that this user, as a volunteer, is or will be tied to."""
        if not user.is_authenticated:
            return self.none()
        ties = Engagement.objects.own(user).not_ended(today())
        return self.filter(site__in=ties.values("site"))

    def with_taken(self):
        """Annotate `taken`: how many places are held, those of groups among them."""
        people = Count("assignments", filter=Q(assignments__state__in=HOLDING_A_PLACE))
        return self.annotate(taken=people + F("group_seats"))

    def not_over(self, now):
        """What has not ended. No shift is longer than the longest, so that the index by start,
        which is the order of every list, leaves out the past."""
        return self.filter(ends_at__gte=now, starts_at__gte=now - LONGEST_SHIFT)

    def upcoming(self, now=None):
        return self.not_over(now or timezone.now()).filter(state=ShiftState.OPEN)


class Shift(models.Model):
    """A time at a site for which volunteers are wanted: from instant to instant, half-open.

    `roles`: a line each, as `coordination.shift_roles` reads them; `capacity` and `minimum` are
    then their sums.

    One of a series knows for which day it was made; `detached`: it was changed by itself since,
    and the series leaves it as it is. `group_seats` of the places are held by groups; it is
    changed with their bookings, under the shift's lock, so that no list has to count them.
    """

    branch_lookup = "site__branch"

    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="shifts", verbose_name=_("site")
    )
    title = models.CharField(_("title"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    capacity = models.PositiveSmallIntegerField(_("places"))
    minimum = models.PositiveSmallIntegerField(_("at least"), default=1)
    group_seats = models.PositiveSmallIntegerField(_("places held by groups"), default=0)
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
    state = models.CharField(
        _("status"), max_length=12, choices=ShiftState, default=ShiftState.OPEN
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    series = models.ForeignKey(
        Series,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="shifts",
        verbose_name=_("series"),
    )
    series_day = models.DateField(_("day of the series"), null=True, blank=True)
    detached = models.BooleanField(_("changed by itself"), default=False)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="shift_starts"),
            models.Index(fields=["site", "starts_at"], name="shift_site_starts"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="shift_ends_after_start",
                violation_error_message=_("The shift must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1),
                name="shift_has_a_place",
                violation_error_message=_("A shift needs at least one place."),
            ),
            models.CheckConstraint(
                condition=Q(minimum__lte=F("capacity")),
                name="shift_minimum_within_capacity",
                violation_error_message=_("The least number cannot be above the places."),
            ),
            models.CheckConstraint(
                condition=Q(group_seats__lte=F("capacity")),
                name="shift_groups_within_capacity",
                violation_error_message=_("There are not so many places left."),
            ),
            models.CheckConstraint(
                condition=set_together("cancelled_at", "cancelled_by"),
                name="shift_cancelled_at_and_by",
                violation_error_message=_("A cancellation needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=Q(state=ShiftState.CANCELLED, cancelled_at__isnull=False)
                | Q(state=ShiftState.OPEN, cancelled_at__isnull=True),
                name="shift_state_matches_cancelled_at",
                violation_error_message=_("The status and the time of cancellation disagree."),
            ),
            models.CheckConstraint(
                condition=set_together("series", "series_day"),
                name="shift_series_and_day",
                violation_error_message=_("A shift of a series needs its day in the series."),
            ),
            models.CheckConstraint(
                condition=Q(detached=False) | Q(series__isnull=False),
                name="shift_detached_from_a_series",
                violation_error_message=_("Only a shift of a series can leave it."),
            ),
            models.UniqueConstraint(
                fields=["series", "series_day"],
                condition=Q(state=ShiftState.OPEN),
                name="shift_once_per_series_day",
                violation_error_message=_("The series has a shift on that day already."),
            ),
            models.CheckConstraint(
                condition=Q(way__in=["", *SignUpWay.values]),
                name="shift_way_known",
                violation_error_message=_("Choose who signs people up."),
            ),
        ]

    def __str__(self):
        start = timezone.localtime(self.starts_at)
        return f"{self.title or self.site.activity} · {start:%d-%m-%Y %H.%M}"

    @property
    def day(self):
        """The Copenhagen day on which the shift starts: the day the gate asks about."""
        return day_of(self.starts_at)

    @property
    def is_cancelled(self):
        return self.state == ShiftState.CANCELLED

    @property
    def has_started(self):
        return self.starts_at <= timezone.now()

    @property
    def minutes(self):
        """The length in minutes, computed from UTC: right on the nights of the clock change."""
        return minutes_between(self.starts_at, self.ends_at)


def _late(now):
    """What a row looks like whose person the clock has taken off a shift to come."""
    return {"state": AssignmentState.BOOKED, "confirm_until__lte": now, "starts_at__gt": now}


class AssignmentQuerySet(BranchScopedQuerySet):
    def own(self, user):
        return self.filter(volunteer__person__user=user) if user.is_authenticated else self.none()

    def holding_a_place(self):
        return self.filter(state__in=HOLDING_A_PLACE)

    def live(self):
        """Those who are on a shift, or have asked and wait."""
        return self.filter(state__in=LIVE)

    def pending(self):
        return self.filter(state__in=PENDING)

    def in_line(self):
        return self.filter(state__in=IN_LINE)

    def spoken_for(self, now):
        """What a newcomer cannot have: a place held, offered right now, or waited for."""
        return self.filter(
            Q(state__in=(*HOLDING_A_PLACE, AssignmentState.WAITING))
            | Q(state=AssignmentState.OFFERED, offer_until__gt=now)
        ).in_time(now)

    def held_or_offered(self, now):
        """Those who hold a place, and those for whom one is held right now until they answer."""
        return self.spoken_for(now).exclude(state=AssignmentState.WAITING)

    def in_time(self, now):
        """Without those who had to say yes again to a changed shift, and did not in time."""
        return self.exclude(state=AssignmentState.BOOKED, confirm_until__lte=now)

    def late(self, now):
        """Those whom the clock has taken off a shift to come, while the rows still say booked."""
        return self.filter(**_late(now))

    def without_late(self, now):
        """Without those whom the clock has taken off. From a begun shift nobody is: they may be
        there."""
        return self.exclude(**_late(now))

    def taking_time(self, now):
        """What takes its person's time: the places held, judged by the clock as the places are."""
        return self.holding_a_place().without_late(now)


class Assignment(models.Model):
    """A volunteer on a shift, or asking to be (tilmelding).

    `role`: the one they have of the shift's roles, if it has any; of who asks or waits the one
    they wish for, none for whichever there is.

    Whoever asks or waits has `asked_at`, which is the order of the line; `booked_at` is when they
    signed up or asked, and after a yes when they got the place. An offer holds the place until
    `offer_until`, read from the clock wherever it matters.

    `starts_at`/`ends_at` are the shift's, copied so that the database can refuse two
    assignments of one person at the same time; only the reschedule action changes them.
    Lock order everywhere: person, then shift.

    Who is on a shift that was changed may have to say yes again between `confirm_asked_at` and
    `confirm_until`. Until they do the place is theirs, not confirmed; after that it is not, read
    from the clock wherever it matters (`lets_go`).
    """

    branch_lookup = "shift__site__branch"

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="assignments")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="assignments")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(
        _("status"), max_length=12, choices=AssignmentState, default=AssignmentState.BOOKED
    )
    booked_at = models.DateTimeField(_("signed up"))
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(_("role"), max_length=LONGEST_ROLE, blank=True)
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    offer_until = models.DateTimeField(_("the offer holds until"), null=True, blank=True)
    confirm_asked_at = models.DateTimeField(_("asked to say yes again"), null=True, blank=True)
    confirm_until = models.DateTimeField(_("to say yes again by"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    attendance_at = models.DateTimeField(_("attendance registered"), null=True, blank=True)
    attendance_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes = [
            models.Index(fields=["volunteer", "starts_at"], name="assignment_volunteer_starts"),
            models.Index(fields=["shift", "state", "confirm_until"], name="assignment_shift_state"),
            models.Index(fields=["starts_at"], name="assignment_starts"),
            models.Index(
                fields=["offer_until"],
                condition=Q(state__in=IN_LINE),
                name="assignment_line",
            ),
            models.Index(
                fields=["confirm_until"],
                condition=Q(confirm_until__isnull=False),
                name="assignment_confirm",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "volunteer"],
                condition=Q(state__in=LIVE),
                name="assignment_once_per_shift",
                violation_error_message=_("You are already signed up for this shift."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="assignment_ends_after_start",
                violation_error_message=_("The shift must end after it starts."),
            ),
            models.CheckConstraint(
                condition=set_together("cancelled_at", "cancelled_by"),
                name="assignment_cancelled_at_and_by",
                violation_error_message=_("A cancellation needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("attendance_at", "attendance_by"),
                name="assignment_attendance_at_and_by",
                violation_error_message=_("Attendance needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state=AssignmentState.BOOKED,
                    cancelled_at__isnull=True,
                    attendance_at__isnull=True,
                )
                | Q(
                    state__in=(AssignmentState.CANCELLED, AssignmentState.DECLINED),
                    cancelled_at__isnull=False,
                )
                | Q(
                    state__in=(*PENDING, AssignmentState.LAPSED),
                    asked_at__isnull=False,
                    cancelled_at__isnull=True,
                    attendance_at__isnull=True,
                )
                | Q(
                    state=AssignmentState.LAPSED,
                    confirm_until__isnull=False,
                    cancelled_at__isnull=True,
                    attendance_at__isnull=True,
                )
                | Q(
                    state__in=(AssignmentState.ATTENDED, AssignmentState.ABSENT),
                    attendance_at__isnull=False,
                    cancelled_at__isnull=True,
                ),
                name="assignment_state_matches_times",
                violation_error_message=_("The status and its times disagree."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=(AssignmentState.OFFERED, AssignmentState.LAPSED),
                    offer_until__isnull=False,
                )
                | Q(
                    state=AssignmentState.LAPSED,
                    offer_until__isnull=True,
                    confirm_until__isnull=False,
                )
                | (
                    ~Q(state__in=(AssignmentState.OFFERED, AssignmentState.LAPSED))
                    & Q(offer_until__isnull=True)
                ),
                name="assignment_offer_has_an_end",
                violation_error_message=_("An offer, and only an offer, has a time to answer."),
            ),
            models.CheckConstraint(
                condition=Q(confirm_until__isnull=True, confirm_asked_at__isnull=True)
                | Q(confirm_until__gt=F("confirm_asked_at")),
                name="assignment_confirm_ends_after_start",
                violation_error_message=_("The time to answer must end after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(confirm_until__isnull=True) | ~Q(state__in=PENDING),
                name="assignment_confirms_what_it_has",
                violation_error_message=_("Only who has a place says yes to it again."),
            ),
        ]

    def __str__(self):
        return f"{self.volunteer} · {self.shift}"

    @property
    def is_pending(self):
        return self.state in PENDING

    @property
    def is_unconfirmed(self):
        """On the shift, and has not said yes to its change yet."""
        return self.state == AssignmentState.BOOKED and self.confirm_until is not None

    def lets_go(self, now):
        """True if they had to say yes again and did not in time: the place is not theirs."""
        return self.is_unconfirmed and self.confirm_until <= now

    def has_offer(self, now):
        """True while the place is theirs to say yes to."""
        return self.state == AssignmentState.OFFERED and self.offer_until > now
