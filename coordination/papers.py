"""The gate's answer for ties that a page has read already: two plain reads, put together here.

`eligibility.missing_rows` is for choosing rows; this is for telling about those at hand. Both say
the same: tests/test_eligibility_gate.py holds them side by side, and whoever adds a rule to the
one adds it to the other.
"""

from collections import defaultdict
from functools import cache
from typing import NamedTuple

from django.db.models import FilteredRelation, Q

from coordination.models import ClearanceKind, Necessity, Requirement, Tie, Volunteer
from core.periods import covers
from core.prepared import Prepared, given, ids

# The kind that can be required of a person, from a day on, wherever an activity names it:
# `Volunteer.child_certificate_from`.
PERSONAL_KIND = ClearanceKind.CHILD_CERTIFICATE


def is_asked(necessity, fixed_tie_only, kind, *, tie, required_from, by):
    """Whether a requirement asks a tie by the day, as `eligibility.missing_rows` has it."""
    of_the_tie = necessity == Necessity.DUTY and (tie == Tie.FIXED or not fixed_tie_only)
    begun = required_from is not None and required_from <= by
    return of_the_tie or (begun and kind == PERSONAL_KIND)


class Held(NamedTuple):
    """A clearance of somebody: at one site, or everywhere (None)."""

    kind: str
    site_id: int | None
    valid_from: object
    valid_until: object

    @property
    def label(self):
        return ClearanceKind(self.kind).label

    def covers(self, day):
        return covers(self.valid_from, self.valid_until, day)

    def is_shared_on(self, day):
        """True if it holds everywhere on the day."""
        return self.site_id is None and self.covers(day)


class Papers:
    """What activities require, and what people are cleared for from a day on.

    `people` and `activities` are ids. 2 queries; 1 where nothing is a duty, unless `all_held`.
    """

    def __init__(self, people, activities, *, since, all_held=False):
        self._duties = _duties(activities)
        asked = self._duties or all_held
        self._held, self._required_from = _held_by(people, since) if asked else ({}, {})

    def required(self, engagement, activity_id, by):
        """The kinds that are required of the engagement by the day, sorted."""
        required_from = self._required_from.get(engagement.volunteer_id)
        return [
            requirement[-1]
            for requirement in self._duties.get(activity_id, ())
            if is_asked(*requirement, tie=engagement.tie, required_from=required_from, by=by)
        ]

    def held(self, volunteer_id):
        """The person's clearances."""
        return self._held.get(volunteer_id, ())

    def has(self, volunteer_id, kind, on):
        """True if the person is cleared for the kind on the day, at any site."""
        return any(row.kind == kind and row.covers(on) for row in self.held(volunteer_id))

    def lacking(self, engagement, activity_id, first, last=None):
        """The kinds that are required of the engagement and not in place, sorted.

        With `last`, one clearance must hold from the one day to the other.
        """
        required = self.required(engagement, activity_id, last or first)
        if not required:
            return []
        held, site = self.held(engagement.volunteer_id), engagement.site_id
        return [kind for kind in required if not _holds(held, kind, site, first, last or first)]

    def cleared_until(self, engagement, activity_id, on):
        """The last day on which all that is required is in place, in one go from `on`.

        None where nothing is required; else (cleared, day): (True, None) where nothing ends,
        (False, None) where something lacks on the day itself.
        """
        required = self.required(engagement, activity_id, on)
        if not required:
            return None
        held, ends = self.held(engagement.volunteer_id), []
        for kind in required:
            valid = [row for row in _here(held, kind, engagement.site_id) if row.covers(on)]
            if not valid:
                return False, None
            if all(row.valid_until for row in valid):
                ends.append(max(row.valid_until for row in valid))
        return True, min(ends, default=None)


def with_lasting_papers(ties, first, last):
    """The (volunteer, site) of the ties that have all they require from the first day to the
    last, by the same papers all the time. 2 queries, 1 where nothing is a duty.

    `ties` are (volunteer, site, activity, tie) and may be thousands: each is only looked up.
    """
    duties = _duties({activity for _volunteer, _site, activity, _tie in ties})
    held, required_from = set(), {}
    if duties:
        people = {volunteer for volunteer, _site, activity, _tie in ties if activity in duties}
        for volunteer, day, *paper in _lasting_question().rows(
            people=people, first=first, last=last
        ):
            held.add((volunteer, *paper))
            required_from[volunteer] = day
    found = set()
    for volunteer, site, activity, tie in ties:
        for requirement in duties.get(activity, ()):
            kind, day = requirement[-1], required_from.get(volunteer)
            everywhere, here = (volunteer, kind, None), (volunteer, kind, site)
            lacks = everywhere not in held and here not in held
            if lacks and is_asked(*requirement, tie=tie, required_from=day, by=last):
                break
        else:
            found.add((volunteer, site))
    return found


def _here(held, kind, site_id):
    return [row for row in held if row.kind == kind and row.site_id in (None, site_id)]


def _holds(held, kind, site_id, first, last):
    return any(row.covers(first) and row.covers(last) for row in _here(held, kind, site_id))


def _duties(activities):
    """{activity: [(necessity, fixed tie only, kind), ...]} of what may be asked."""
    duties = defaultdict(list)
    for activity, *requirement in _duty_question().rows(activities=activities):
        duties[activity].append(requirement)
    return duties


def _held_by(people, since):
    """({person: [Held, ...]}, {person: the day a child certificate is required from})."""
    held, required_from = defaultdict(list), {}
    for volunteer, day, *row in _held_question().rows(people=people, since=since):
        required_from[volunteer] = day
        if row[0] is not None:
            held[volunteer].append(Held(*row))
    return held, required_from


@cache
def _duty_question():
    of_people = Q(kind=PERSONAL_KIND)
    rows = Requirement.objects.filter(
        Q(necessity=Necessity.DUTY) | of_people, activity__among=ids("activities")
    )
    return Prepared(
        rows.order_by("kind").values_list("activity", "necessity", "fixed_tie_only", "kind")
    )


@cache
def _lasting_question():
    lasting = Q(clearances__valid_until__isnull=True) | Q(
        clearances__valid_until__gte=given("last")
    )
    return _papers_of(lasting & Q(clearances__valid_from__lte=given("first")), ("kind", "site"))


@cache
def _held_question():
    holding = Q(clearances__valid_until__isnull=True) | Q(
        clearances__valid_until__gte=given("since")
    )
    return _papers_of(holding, ("kind", "site", "valid_from", "valid_until"))


def _papers_of(condition, fields):
    """A row per person and paper; one without papers for those who have none."""
    rows = Volunteer.objects.annotate(
        held=FilteredRelation("clearances", condition=condition)
    ).filter(person__among=ids("people"))
    names = [f"held__{name}" for name in fields]
    return Prepared(rows.values_list("person", "child_certificate_from", *names))
