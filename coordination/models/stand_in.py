"""Somebody cannot come: a stand-in is looked for, or two volunteers swap their shifts."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.engagement import Engagement
from coordination.models.shift import Assignment
from coordination.states import AssignmentState, StandInState, SwapState
from core.periods import set_together, today

LONGEST_REASON = 200


class StandInQuerySet(BranchScopedQuerySet):
    def own(self, user):
        """Those at the sites that this user, as a volunteer, is or will be tied to."""
        if not user.is_authenticated:
            return self.none()
        ties = Engagement.objects.own(user).not_ended(today())
        return self.filter(assignment__shift__site__in=ties.values("site"))

    def open(self, now):
        """Those that somebody can still help with: the shift has not begun, and they are on it."""
        return self.filter(
            state=StandInState.OPEN,
            assignment__state=AssignmentState.BOOKED,
            assignment__starts_at__gt=now,
        )


class StandIn(models.Model):
    """A volunteer who cannot come looks for a stand-in, and keeps the shift until there is one.

    Over by the clock when the shift begins, and when they are no longer on it: both are read, never
    written. `reason` is voluntary, told to nobody but coordinators, and gone when it is over.
    """

    branch_lookup = "assignment__shift__site__branch"

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="stand_ins")
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)
    state = models.CharField(
        _("status"), max_length=12, choices=StandInState, default=StandInState.OPEN
    )
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(_("over"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = StandInQuerySet.as_manager()

    class Meta:
        verbose_name = _("search for a stand-in")
        verbose_name_plural = _("searches for stand-ins")
        ordering = ["assignment__starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(state=StandInState.OPEN),
                name="stand_in_one_open",
                violation_error_message=_("A stand-in is looked for already."),
            ),
            models.CheckConstraint(
                condition=set_together("closed_at", "closed_by"),
                name="stand_in_closed_at_and_by",
                violation_error_message=_("An end needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=Q(state=StandInState.OPEN, closed_at__isnull=True)
                | Q(
                    state__in=(StandInState.TAKEN, StandInState.WITHDRAWN),
                    closed_at__isnull=False,
                    reason="",
                ),
                name="stand_in_state_matches_times",
                violation_error_message=_("The status and its times disagree."),
            ),
        ]

    def __str__(self):
        return str(self.assignment)

    def end(self, state, *, by, at):
        """Save that it is over; the reason is forgotten. The action has asked the table."""
        self.state, self.reason, self.closed_at, self.closed_by = state, "", at, by
        self.save(update_fields=["state", "reason", "closed_at", "closed_by"])

    def is_open(self, now):
        """True while somebody can take over; read with its assignment."""
        return (
            self.state == StandInState.OPEN
            and self.assignment.state == AssignmentState.BOOKED
            and self.assignment.starts_at > now
            and not self.assignment.lets_go(now)
        )


class SwapQuerySet(BranchScopedQuerySet):
    def own(self, user):
        """Those that this user proposed as a volunteer, or was asked about."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Q(mine__volunteer__person__user=user) | Q(theirs__volunteer__person__user=user)
        )

    def open(self, now):
        """Those that can still be answered: in time, and both are on their shifts."""
        return self.filter(
            state=SwapState.PROPOSED,
            answer_until__gt=now,
            mine__state=AssignmentState.BOOKED,
            theirs__state=AssignmentState.BOOKED,
            mine__starts_at__gt=now,
            theirs__starts_at__gt=now,
        )


class Swap(models.Model):
    """Who holds `mine` proposes to who holds `theirs` that they take each other's shift.

    It can be answered until `answer_until`, read from the clock wherever it matters.
    """

    branch_lookup = "mine__shift__site__branch"

    mine = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="swaps_proposed")
    theirs = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="swaps_asked")
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    answer_until = models.DateTimeField(_("can be answered until"))
    state = models.CharField(
        _("status"), max_length=12, choices=SwapState, default=SwapState.PROPOSED
    )
    closed_at = models.DateTimeField(_("over"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = SwapQuerySet.as_manager()

    class Meta:
        verbose_name = _("swap of shifts")
        verbose_name_plural = _("swaps of shifts")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["mine"],
                condition=Q(state=SwapState.PROPOSED),
                name="swap_one_open",
                violation_error_message=_("You have proposed a swap for this shift already."),
            ),
            models.CheckConstraint(
                condition=~Q(mine=F("theirs")),
                name="swap_of_two",
                violation_error_message=_("A swap is between two shifts."),
            ),
            models.CheckConstraint(
                condition=set_together("closed_at", "closed_by"),
                name="swap_closed_at_and_by",
                violation_error_message=_("An end needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=(SwapState.PROPOSED, SwapState.LAPSED), closed_at__isnull=True
                )
                | Q(
                    state__in=(SwapState.ACCEPTED, SwapState.DECLINED, SwapState.WITHDRAWN),
                    closed_at__isnull=False,
                ),
                name="swap_state_matches_times",
                violation_error_message=_("The status and its times disagree."),
            ),
        ]

    def __str__(self):
        return f"{self.mine} – {self.theirs}"

    def is_open(self, now):
        """True while it can be answered; read with both assignments."""
        places = (self.mine, self.theirs)
        return (
            self.state == SwapState.PROPOSED
            and self.answer_until > now
            and all(one.state == AssignmentState.BOOKED and one.starts_at > now for one in places)
            and not any(one.lets_go(now) for one in places)
        )
