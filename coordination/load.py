"""How much one person takes on: hours of the young, a kind word when it is much, short ways.

What counts is what somebody holds in the week of a shift. The hours of the young keep them from
signing up by themselves; a coordinator may decide otherwise. The rest only says something kind:
there are no targets here.

Source: domain.md 4.2 (Aarhus' rules for young volunteers, from arbejdsmiljøloven); users-ask C1.6.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from coordination.eligibility import Obstacle
from coordination.school import is_school_day
from core import policies
from core.periods import day_of, start_of

OF_AGE, OLDER_YOUNG = 18, 15
SCHOOL_DAY, SCHOOL_WEEK = "young.school_day_hours", "young.school_week_hours"
FREE_DAY = {False: "young.free_day_hours", True: "young.free_day_hours_15"}
FREE_WEEK = {False: "young.free_week_hours", True: "young.free_week_hours_15"}
KIND_WEEK, SHORT_WAY = "shift.kind_week_hours", "shift.short_way_minutes"


@dataclass(frozen=True)
class Held:
    """A time somebody has given away: on which shift, where, from when to when."""

    shift_id: int
    branch_id: int
    starts_at: object
    ends_at: object


HELD_FIELDS = ("shift_id", "shift__site__branch_id", "starts_at", "ends_at")


def week_around(instant):
    """The instants at which the Copenhagen week of an instant begins and ends."""
    monday = day_of(instant) - timedelta(days=day_of(instant).weekday())
    return start_of(monday), start_of(monday + timedelta(days=7))


def young_reasons(age, shift, held):
    """Why the hours of somebody under 18 are full; `age` None is not known, and has no limit.

    `held` are their Held of that week. Hours count on the day on which a shift begins.
    """
    if age is None or age >= OF_AGE:
        return []
    day, older = shift.day, age >= OLDER_YOUNG
    school = is_school_day(day)
    per_day = policies.get(SCHOOL_DAY if school else FREE_DAY[older])
    per_week = policies.get(SCHOOL_WEEK if _has_school(day) else FREE_WEEK[older])
    others = [one for one in held if one.shift_id != shift.pk]
    on_day = _hours([shift, *(one for one in others if day_of(one.starts_at) == day)])
    in_week = _hours([shift, *others])
    if on_day > per_day:
        return [_too_many_a_day(per_day)]
    if in_week > per_week:
        return [_too_many_a_week(per_week)]
    return []


def kind_words(shift, held):
    """Sentences about much in one week, and short ways between places. They stop nobody."""
    others = [one for one in held if one.shift_id != shift.pk]
    words = []
    limit = policies.get(KIND_WEEK, path=shift.site.branch.path)
    hours = _hours([shift, *others])
    if limit and others and hours > limit:
        words.append(
            _(
                "With this one you help %(hours)s hours that week. Thank you, that is a lot. It is "
                "quite all right to leave this one to somebody else."
            )
            % {"hours": _plain(hours)}
        )
    words += [_short_way(minutes) for minutes in _short_ways(shift, others)]
    return words


def _short_ways(shift, others):
    """Minutes to get there, or on to the next place, where that is less than the branch's limit."""
    limit = policies.get(SHORT_WAY, path=shift.site.branch.path)
    for one in others:
        if one.branch_id == shift.site.branch_id:
            continue
        for gap in (shift.starts_at - one.ends_at, one.starts_at - shift.ends_at):
            if timedelta(0) <= gap < timedelta(minutes=limit):
                yield int(gap.total_seconds() // 60)


def _short_way(minutes):
    return _(
        "You have another shift at another place, and %(minutes)s minutes to get from one to the "
        "other."
    ) % {"minutes": minutes}


def _has_school(day):
    monday = day - timedelta(days=day.weekday())
    return any(is_school_day(monday + timedelta(days=n)) for n in range(5))


def _hours(times):
    seconds = sum((one.ends_at - one.starts_at).total_seconds() for one in times)
    return seconds / 3600


def _plain(hours):
    return int(hours) if hours == int(hours) else str(round(hours, 1)).replace(".", ",")


def _too_many_a_day(limit):
    return Obstacle(
        "young_day",
        _(
            "You are under 18, and on such a day you may help at most %(hours)s hours. Ask your "
            "coordinator if you are in doubt."
        )
        % {"hours": limit},
        _("Under 18: more than %(hours)s hours on such a day.") % {"hours": limit},
    )


def _too_many_a_week(limit):
    return Obstacle(
        "young_week",
        _(
            "You are under 18, and in such a week you may help at most %(hours)s hours. Ask your "
            "coordinator if you are in doubt."
        )
        % {"hours": limit},
        _("Under 18: more than %(hours)s hours in such a week.") % {"hours": limit},
    )
