"""The gate's answer for ties that a page has read already: two plain reads, put together here.

`eligibility.missing_rows` is for choosing rows; this is for telling about those at hand. Both say
the same: tests/test_eligibility_gate.py holds them side by side, and whoever adds a rule to the
one adds it to the other.
"""

from collections import defaultdict
from functools import cache
from typing import NamedTuple

from django.db.models import Q

from coordination.models import Clearance, ClearanceKind, Necessity, Requirement, Tie
from core.periods import covers
from core.prepared import Prepared, given, ids


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
        self._held = _held_by(people, since) if self._duties or all_held else {}

    def required(self, activity_id, tie):
        """The kinds that are a duty for such a tie, sorted."""
        return [
            kind
            for kind, fixed_only in self._duties.get(activity_id, ())
            if tie == Tie.FIXED or not fixed_only
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
        required = self.required(activity_id, engagement.tie)
        if not required:
            return []
        held, site = self.held(engagement.volunteer_id), engagement.site_id
        return [kind for kind in required if not _holds(held, kind, site, first, last or first)]

    def cleared_until(self, engagement, activity_id, on):
        """The last day on which all that is required is in place, in one go from `on`.

        None where nothing is required; else (cleared, day): (True, None) where nothing ends,
        (False, None) where something lacks on the day itself.
        """
        required = self.required(activity_id, engagement.tie)
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
    held = ()
    if duties:
        people = {volunteer for volunteer, _site, activity, _tie in ties if activity in duties}
        held = set(_lasting_question().rows(people=people, first=first, last=last))
    found = set()
    for volunteer, site, activity, tie in ties:
        for kind, fixed_only in duties.get(activity, ()):
            asked = tie == Tie.FIXED or not fixed_only
            everywhere, here = (volunteer, kind, None), (volunteer, kind, site)
            if asked and everywhere not in held and here not in held:
                break
        else:
            found.add((volunteer, site))
    return found


def _here(held, kind, site_id):
    return [row for row in held if row.kind == kind and row.site_id in (None, site_id)]


def _holds(held, kind, site_id, first, last):
    return any(row.covers(first) and row.covers(last) for row in _here(held, kind, site_id))


def _duties(activities):
    duties = defaultdict(list)
    for activity, kind, fixed_only in _duty_question().rows(activities=activities):
        duties[activity].append((kind, fixed_only))
    return duties


def _held_by(people, since):
    held = defaultdict(list)
    for volunteer, *row in _held_question().rows(people=people, since=since):
        held[volunteer].append(Held(*row))
    return held


@cache
def _duty_question():
    rows = Requirement.objects.filter(activity__among=ids("activities"), necessity=Necessity.DUTY)
    return Prepared(rows.order_by("kind").values_list("activity", "kind", "fixed_tie_only"))


@cache
def _lasting_question():
    lasting = Q(valid_until__isnull=True) | Q(valid_until__gte=given("last"))
    rows = Clearance.objects.filter(
        lasting, volunteer__among=ids("people"), valid_from__lte=given("first")
    )
    return Prepared(rows.values_list("volunteer", "kind", "site"))


@cache
def _held_question():
    holding = Q(valid_until__isnull=True) | Q(valid_until__gte=given("since"))
    rows = Clearance.objects.filter(holding, volunteer__among=ids("people"))
    return Prepared(rows.values_list("volunteer", "kind", "site", "valid_from", "valid_until"))
