"""Who looks for a stand-in, whom one may ask, and who can swap with whom. Nothing is written here.

The answer to "can they take it?" is the one of signing up (`joining`): the gate, and free at that
time. Deadlines for signing up do not bind whoever helps somebody out.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from coordination import eligibility, joining, load, scheduling
from coordination.access import Permission
from coordination.eligibility import Obstacle
from coordination.models import Assignment, Engagement, StandIn, Swap, Volunteer
from coordination.states import AssignmentState, ShiftState, SignUpWay
from core import choices
from core.models import Message

# The group of messages that a volunteer chooses to be asked by.
ASKED_BY = "stand_ins"
# So far ahead one looks for somebody to swap with, and so many are looked at.
SWAP_AHEAD, MOST_SWAPS = timedelta(days=60), 60
SHIFT_OF = "shift__site__activity__sign_up_rules", "shift__site__branch"
# Whoever is expected so soon hears at once, also at night.
SOON = timedelta(days=1)


# --- Who looks for one ---------------------------------------------------------------------


def looking():
    """Searches for stand-ins with all that a page shows of them."""
    place = "assignment__"
    return StandIn.objects.select_related(
        f"{place}volunteer__person", *(f"{place}{name}" for name in SHIFT_OF)
    )


def looking_on(shifts, now=None):
    """{assignment id: StandIn} of those on the shifts who look for a stand-in: for the page of a
    shift, the list of who is in, and the sheet on the wall. 1 query.
    """
    rows = StandIn.objects.open(now or timezone.now())
    rows = rows.filter(assignment__shift__in=[shift.pk for shift in shifts])
    return {row.assignment_id: row for row in rows}


def search_of(assignment, now):
    """The open StandIn of an assignment, or None. 1 query."""
    return StandIn.objects.open(now).filter(assignment=assignment.pk).first()


def number_asked(search):
    """How many have been asked by mail. 1 query."""
    return Message.objects.about(search).count()


# --- Whom one may ask ----------------------------------------------------------------------


def volunteers_decide(shift):
    """True where volunteers take over by themselves; else a coordinator decides who is on it."""
    return joining.way_of(shift) == SignUpWay.SELF


def people_to_ask(shift):
    """The volunteers who have said yes to being asked, are cleared for the shift and free then.

    Nobody where a coordinator decides who is on the shift. 6 queries for any number.
    """
    if not volunteers_decide(shift):
        return []
    tied = Engagement.objects.running_on(shift.day).filter(site=shift.site_id)
    wanting = choices.who_want(ASKED_BY, tied.order_by().values("volunteer"))
    people = Volunteer.objects.select_related("person").filter(
        pk__in=wanting, person__anonymised_at__isnull=True
    )
    people = list(people.order_by("pk"))
    found = joining.obstacles_of_many(shift, people, with_hours=True)
    return [volunteer for volunteer in people if not found[volunteer.pk]]


def way_reasons(shift):
    """Why volunteers do not take over or swap by themselves, where a coordinator decides."""
    if volunteers_decide(shift):
        return []
    return [
        Obstacle(
            "staff_decides",
            _(
                "The coordinator decides who is on this shift. Ring, and you will find a way "
                "together."
            ),
        )
    ]


@dataclass(frozen=True)
class Help:
    """A search as another volunteer sees it: `obstacles` are why they cannot take over."""

    search: StandIn
    obstacles: tuple

    @property
    def can_take(self):
        return not self.obstacles

    @property
    def shift(self):
        return self.search.assignment.shift


def help_for(searches, volunteer):
    """A Help for each of the searches (`looking`). 3 queries for any number, none for none."""
    searches = list(searches)
    if not searches:
        return []
    shifts = [one.assignment.shift for one in searches]
    now, gate = timezone.now(), eligibility.obstacles_to_shifts(shifts, volunteer)
    held = held_by(volunteer, shifts)
    return [
        Help(
            one,
            (
                *scheduling.closed_reasons(shift, now),
                *way_reasons(shift),
                *gate[shift.pk],
                *_time_reasons(shift, volunteer, held),
            ),
        )
        for one, shift in zip(searches, shifts, strict=True)
    ]


def held_by(volunteer, shifts):
    """What the volunteer holds from the first week of the shifts to the last, as Held. 1 query."""
    first = load.week_around(min(shift.starts_at for shift in shifts))[0]
    last = load.week_around(max(shift.ends_at for shift in shifts))[1]
    rows = volunteer.assignments.taking_time(timezone.now())
    rows = rows.filter(starts_at__lt=last, ends_at__gt=first)
    return [load.Held(*row) for row in rows.values_list(*load.HELD_FIELDS)]


def _time_reasons(shift, volunteer, held, leaving=(), with_hours=True):
    """Busy then, or the hours of somebody young; what they leave for it does not count."""
    first, last = load.week_around(shift.starts_at)
    held = [one for one in held if one.shift_id not in leaving]
    found = scheduling.busy_reasons(shift, held)
    if with_hours:
        in_week = [one for one in held if one.starts_at < last and one.ends_at > first]
        found += load.young_reasons(volunteer.person.youngest_age_on(shift.day), shift, in_week)
    return found


# --- Swaps ---------------------------------------------------------------------------------


def swaps():
    """Swaps with both places, whose they are, and what is shown of their shifts."""
    return Swap.objects.select_related(
        *("mine__volunteer__person", "theirs__volunteer__person"),
        *(f"{place}__{name}" for place in ("mine", "theirs") for name in SHIFT_OF),
    )


def swap_reasons(mine, theirs, *, with_hours):
    """[(volunteer, Obstacle)]: why these two cannot take each other's shift. 6 queries.

    Both places come with their volunteer and their shift, site, activity and rules.
    """
    found = []
    for shift, place in ((theirs.shift, mine), (mine.shift, theirs)):
        reasons = joining.obstacles_of_many(
            shift, [place.volunteer], with_hours=with_hours, leaving=[place.shift_id]
        )
        found += [(place.volunteer, one) for one in reasons[place.volunteer_id]]
    return found


def swappable(assignment, now):
    """Assignments of others at the same activity whose holder and this one's can swap; soonest
    first, read with what a page shows. 7 queries for any number.

    Who has a protected identity is shown to nobody, and where a coordinator decides nobody swaps.
    """
    if not volunteers_decide(assignment.shift):
        return []
    rows = _others(assignment, now).filter(volunteer__person__protected_identity=False)
    rows = [row for row in rows[:MOST_SWAPS] if volunteers_decide(row.shift)]
    return _both_able(assignment, rows, with_hours=True)


def swappable_by(user, assignment, now):
    """The same for a coordinator, in the branches where they decide who is on a shift."""
    rows = _others(assignment, now).permitted(user, Permission.EDIT_SHIFTS)
    return _both_able(assignment, list(rows[:MOST_SWAPS]), with_hours=False)


def _both_able(assignment, rows, *, with_hours):
    """Those of the rows whose holder and the assignment's can take each other's shift."""
    if not rows:
        return []
    mine, volunteer = assignment.shift, assignment.volunteer
    shifts = {row.shift_id: row.shift for row in rows}
    gate = eligibility.obstacles_to_shifts(list(shifts.values()), volunteer)
    held = held_by(volunteer, list(shifts.values()))
    able = {
        pk
        for pk, shift in shifts.items()
        if not gate[pk] and not _time_reasons(shift, volunteer, held, [mine.pk], with_hours)
    }
    rows = [row for row in rows if row.shift_id in able]
    theirs = _able_to_take(mine, rows, with_hours) if rows else ()
    return [row for row in rows if row.pk in theirs]


def own_swappable(theirs, volunteer, now):
    """The volunteer's own places at the same activity that they can give for `theirs`. Few: each
    is asked about by itself.
    """
    if not volunteers_decide(theirs.shift):
        return []
    rows = _coming(now).filter(
        volunteer=volunteer.pk, shift__site__activity=theirs.shift.site.activity_id
    )
    rows = [row for row in rows.exclude(shift=theirs.shift_id)[:10] if volunteers_decide(row.shift)]
    return [row for row in rows if not swap_reasons(row, theirs, with_hours=True)]


def _others(assignment, now):
    rows = _coming(now).filter(
        shift__site__activity=assignment.shift.site.activity_id,
        starts_at__lt=now + SWAP_AHEAD,
    )
    there = assignment.shift.assignments.live().values("volunteer")
    return rows.exclude(volunteer__in=there)


def _coming(now):
    rows = Assignment.objects.in_time(now).filter(
        state=AssignmentState.BOOKED, shift__state=ShiftState.OPEN, starts_at__gt=now
    )
    return rows.select_related("volunteer__person", *SHIFT_OF).order_by("starts_at", "pk")


def _able_to_take(shift, rows, with_hours):
    """The ids of the rows whose holder can take the shift and leave their own for it. 3 queries."""
    people = {row.volunteer_id: row.volunteer for row in rows}
    gate = eligibility.obstacles_of(people.values(), site=shift.site, day=shift.day)
    first, last = load.week_around(shift.starts_at)
    held = {}
    rows_held = Assignment.objects.taking_time(timezone.now()).filter(
        volunteer__in=list(people), starts_at__lt=max(last, shift.ends_at), ends_at__gt=first
    )
    for pk, *values in rows_held.values_list("volunteer_id", *load.HELD_FIELDS):
        held.setdefault(pk, []).append(load.Held(*values))
    return {
        row.pk
        for row in rows
        if not gate[row.volunteer_id]
        and not _time_reasons(
            shift, row.volunteer, held.get(row.volunteer_id, ()), [row.shift_id], with_hours
        )
    }
