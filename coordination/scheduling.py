"""The rules of time and room: overlap, capacity, deadlines, the clock. Pure functions.

Each returns its reasons (Obstacles with what to do), never a bare boolean. Who is cleared is
the gate's matter (`eligibility`).
"""

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.eligibility import Obstacle
from coordination.models.shift import LONGEST_SHIFT
from coordination.states import AssignmentState, SignUpWay

# With less time than this left, a place is offered to nobody: it is for whoever comes first.
SHORTEST_OFFER = timedelta(minutes=30)

# --- Who may join, and when ----------------------------------------------------------------


def closed_reasons(shift, now):
    """Why nobody can join this shift any more: it is cancelled, or it has begun."""
    if shift.is_cancelled:
        return [Obstacle("cancelled", _("The shift is cancelled. Choose another one."))]
    if shift.starts_at <= now:
        return [
            Obstacle(
                "begun",
                _("The shift has begun. Talk to the staff on the spot."),
                _("The shift has begun. Register who came on its page."),
            )
        ]
    return []


def room_reasons(capacity, taken):
    """Why there is no room: all places are taken."""
    if taken < capacity:
        return []
    return [
        Obstacle(
            "full",
            _("All places are taken. You can put yourself on the waiting list."),
            _("All places are taken."),
        )
    ]


def role_reasons(role):
    """Why there is no room in the role that somebody would like."""
    return [
        Obstacle(
            "full",
            _(
                "All places as %(role)s are taken. Choose another role, or put yourself on the "
                "waiting list."
            )
            % {"role": role},
            _("All places as %(role)s are taken.") % {"role": role},
        )
    ]


def way_reasons(way):
    """Why a volunteer cannot sign up by themselves: coordinators put people on this one."""
    if way != SignUpWay.STAFF:
        return []
    return [
        Obstacle(
            "staff_only",
            _(
                "The coordinator puts people on this shift. Tell the coordinator that you would "
                "like to come."
            ),
            _("Only coordinators put people on this shift."),
        )
    ]


def join_closed_reasons(starts_at, now, hours):
    """Why a volunteer cannot sign up by themselves any more: the deadline has passed."""
    if now <= starts_at - timedelta(hours=hours):
        return []
    return [
        Obstacle(
            "sign_up_closed",
            _(
                "Sign-up closed %(hours)s hours before the shift. Ring the place, they may still "
                "be glad of you."
            )
            % {"hours": hours},
            _("Sign-up closed %(hours)s hours before the shift.") % {"hours": hours},
        )
    ]


def pending_reasons(state):
    """Why somebody who has asked already cannot ask again; `state`: their pending one, or None."""
    texts = {
        AssignmentState.REQUESTED: (
            _("You have asked to join this shift. The coordinator answers you."),
            _("Has asked to join this shift."),
        ),
        AssignmentState.WAITING: (
            _("You are on the waiting list for this shift."),
            _("Is on the waiting list for this shift."),
        ),
        AssignmentState.OFFERED: (
            _("A place on this shift is held for you. Say yes or no on your page."),
            _("Has been offered a place on this shift, and has not answered yet."),
        ),
    }
    return [Obstacle("already_asked", *texts[state])] if state in texts else []


def overlaps(start, end, other_start, other_end):
    """True if two half-open times share an instant; back to back is no overlap."""
    return start < other_end and other_start < end


def overlap_reasons(starts_at, ends_at, held):
    """Why the person is busy: `held` is their assignments that hold a place elsewhere."""
    if any(overlaps(starts_at, ends_at, other.starts_at, other.ends_at) for other in held):
        return [
            Obstacle(
                "overlap",
                _("You have another shift at that time. Cancel that one first."),
                _("Has another shift at that time."),
            )
        ]
    return []


def busy_reasons(shift, held):
    """Why the person has no time for the shift: they are on it already, or on another one."""
    if any(other.shift_id == shift.pk for other in held):
        return [
            Obstacle(
                "already_on_it",
                _("You are already signed up for this shift."),
                _("Is already signed up for this shift."),
            )
        ]
    return overlap_reasons(shift.starts_at, shift.ends_at, held)


def length_reasons(starts_at, ends_at):
    """Why these instants are not a shift: the end is not after the start, or far away."""
    if ends_at <= starts_at:
        return [Obstacle("ends_before_start", _("The shift must end after it starts."))]
    if ends_at - starts_at > LONGEST_SHIFT:
        return [
            Obstacle(
                "too_long",
                _("A shift lasts at most 24 hours. Look at the times, or plan several shifts."),
            )
        ]
    return []


def cancel_deadline(starts_at, hours):
    """The last instant at which volunteers cancel by themselves."""
    return starts_at - timedelta(hours=hours)


def late_reasons(starts_at, now, hours):
    """Why a volunteer cannot cancel here any more: the shift has begun, or begins soon."""
    if starts_at <= now:
        return [Obstacle("begun", _("The shift has begun. Talk to the staff, they will help you."))]
    if now > cancel_deadline(starts_at, hours):
        return [
            Obstacle(
                "too_late",
                _(
                    "The shift starts in less than %(hours)s hours. Ring the place, "
                    "so that they know it in time. It is quite all right."
                )
                % {"hours": hours},
            )
        ]
    return []


def offer_until(now, *, wakes_at, closes_at, hours):
    """The instant until which a place offered now is held; None where it is too late to offer.

    The clock starts when the quiet hours end (`wakes_at`), unless sign-up closes before that. An
    offer takes at most half of what is left, so that the next in line has a chance too.
    """
    start = wakes_at if wakes_at < closes_at else now
    left = closes_at - start
    if left < SHORTEST_OFFER:
        return None
    return start + min(timedelta(hours=hours), left / 2)


# --- The wall clock ------------------------------------------------------------------------


def instants_of(day, clock):
    """The instants at which a Copenhagen clock shows this time on this day, in order.

    One as a rule; two in the hour that comes twice when summer time ends; none in the hour that
    is left out when it begins.
    """
    naive = datetime.combine(day, clock)
    zone = timezone.get_default_timezone()
    found = []
    for fold in (0, 1):
        instant = naive.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == naive and instant not in found:
            found.append(instant)
    return found


def missing_clock_reasons(day, clock):
    """Why there is no such time: the clock is put forward over it that night."""
    if instants_of(day, clock):
        return []
    return [
        Obstacle(
            "no_such_time",
            _(
                "The clock is put forward from 2.00 to 3.00 that night, so this time does not "
                "exist. Write a time before 2.00 or from 3.00."
            ),
        )
    ]


def period_on_clock(starts_on, start, ends_on, end):
    """The pair of instants for two clock times, each of which must exist.

    In the hour that comes twice the start is its first time, and the end the first time that
    comes after the start.
    """
    starts_at = instants_of(starts_on, start)[0]
    ends = instants_of(ends_on, end)
    return starts_at, next((instant for instant in ends if instant > starts_at), ends[0])
