"""Why nobody sees a shift, and why somebody cannot join it: for the coordinator.

The reasons are those of the sign-up itself (`joining`, `eligibility`, `scheduling`): a test
compares them person by person.
"""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from coordination import eligibility, joining, line, load, scheduling, shift_roles
from coordination.models import Assignment, Engagement
from coordination.states import HOLDING_A_PLACE

ON_IT = "already_on_it"


@dataclass(frozen=True)
class Stop:
    """One reason that stops people: how it is said, what to do, and whom it stops."""

    code: str
    reason: str
    next_step: str
    people: tuple


@dataclass(frozen=True)
class WhoCan:
    """Everybody tied to a shift's site, by whether they can join. Ids of volunteers.

    `of_the_shift` stops all volunteers (it is full, closed, or for coordinators); `able` are those
    whom nothing of their own stops; `on_it` are there or have asked; `without_sign_in` are the able
    who cannot see the shift on a page of their own. `roles`: a RoleStand for each of its roles.
    """

    total: int
    able: tuple
    on_it: tuple
    stops: tuple
    of_the_shift: tuple
    without_sign_in: tuple
    roles: tuple = ()


def who_can(shift, now):
    """The WhoCan of a shift, read with its site, activity and rules. 3 queries for ten thousand,
    and one for its line.
    """
    tied = eligibility.tied_at(shift.site, shift.day)
    times, standing = _Times(shift), line.read(shift, now)
    able, on_it, stopped, texts = [], [], {}, {}
    for one in tied:
        reasons = [*one.obstacles, *times.reasons(one)]
        if any(reason.code in (ON_IT, "already_asked") for reason in reasons):
            on_it.append(one.volunteer_id)
        elif not reasons:
            able.append(one)
        for reason in reasons:
            stopped.setdefault(reason.code, []).append(one.volunteer_id)
            texts.setdefault(reason.code, reason.for_staff)
    return WhoCan(
        total=len(tied),
        able=tuple(one.volunteer_id for one in able),
        on_it=tuple(on_it),
        stops=tuple(_stops(stopped, texts)),
        of_the_shift=tuple(_of_the_shift(shift, standing, now)),
        without_sign_in=tuple(one.volunteer_id for one in able if not one.can_sign_in),
        roles=tuple(shift_roles.stands(shift, standing.in_role)),
    )


def eligible_for(shift):
    """The ids of the volunteers who may take the shift, in no order. 3 queries for ten thousand."""
    tied = eligibility.tied_at(shift.site, shift.day)
    times = _Times(shift)
    return [one.volunteer_id for one in tied if not one.obstacles and not times.reasons(one)]


def why_not(shift, volunteer, now):
    """Obstacles in the way of this volunteer, as their own sign-up would tell them; none: they can.
    4 queries.
    """
    standing = line.read(shift, now)
    return joining.obstacles(shift, volunteer, standing=standing, is_own=True, now=now)


def next_step(code):
    """What a coordinator does about a reason, as a sentence."""
    return _next_steps().get(code, "")


class _Times:
    """What all those tied to a shift's site hold in its week, and who has asked. 1 query."""

    def __init__(self, shift):
        self.shift, self.held, self.pending = shift, {}, {}
        first, last = load.week_around(shift.starts_at)
        rows = (
            Assignment.objects.live()
            .without_late(timezone.now())
            .filter(
                starts_at__lt=max(last, shift.ends_at),
                ends_at__gt=first,
                volunteer__in=Engagement.objects.filter(site=shift.site_id).values("volunteer"),
            )
        )
        for volunteer, state, *held in rows.values_list("volunteer_id", "state", *load.HELD_FIELDS):
            if state in HOLDING_A_PLACE:
                self.held.setdefault(volunteer, []).append(load.Held(*held))
            elif held[0] == shift.pk:
                self.pending[volunteer] = state

    def reasons(self, one):
        """Obstacles of time for one of the Tied."""
        held = self.held.get(one.volunteer_id, ())
        return (
            scheduling.busy_reasons(self.shift, held)
            + load.young_reasons(one.age, self.shift, held)
            + scheduling.pending_reasons(self.pending.get(one.volunteer_id))
        )


def _of_the_shift(shift, standing, now):
    return (
        scheduling.closed_reasons(shift, now)
        + joining.own_reasons(shift, now)
        + scheduling.room_reasons(standing.capacity, standing.taken)
    )


def _stops(stopped, texts):
    """Those that stop most people first."""
    for code, people in sorted(stopped.items(), key=lambda item: (-len(item[1]), item[0])):
        if code not in (ON_IT, "already_asked"):
            yield Stop(code, texts[code], next_step(code), tuple(people))


def _next_steps():
    return {
        "no_engagement": _("End the pause, or add an engagement that covers the day."),
        "agreement": _("Look under Agreements who has not signed yet, and remind them."),
        "child_certificate": _("Order the child certificate, or see how far the order is."),
        "criminal_record": _("See what the activity asks for, and what is missing."),
        "too_young": _("The activity has a minimum age. Find another activity for them."),
        "age_unknown": _("Ask for the year of birth, and write it on their page."),
        "young_day": _("You may put them on, if school is no matter that day."),
        "young_week": _("You may put them on, if school is no matter that week."),
        "overlap": _("They are on another shift. Ask somebody else, or move the shift."),
        "full": _("Raise the number of places, or let the waiting list work."),
        "staff_only": _("Put people on yourself, or let volunteers sign up."),
        "sign_up_closed": _("Put people on yourself; sign-up has closed for volunteers."),
        "cancelled": _("Plan a new shift."),
        "begun": _("Choose a later one."),
    }
