"""Whom a phoned cancellation is about: people and their coming shifts, by a few letters."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models.functions import Collate

from coordination.access import Permission
from coordination.models import Assignment, Person
from coordination.states import AssignmentState
from core import search

AHEAD = timedelta(days=60)
MOST_PEOPLE, MOST_SHIFTS, MOST_ROWS = 8, 4, 200


@dataclass(frozen=True)
class Caller:
    """One who may be on the phone, with their next shifts; `more`: they have others later."""

    person: Person
    assignments: tuple
    more: bool


def callers(words, user, now):
    """The people whose name holds the words and who are on a coming shift that the user
    coordinates; soonest shift first. `(callers, are there more of them)`. 1 query.
    """
    rows = Assignment.objects.permitted(user, Permission.EDIT_SHIFTS).filter(
        state=AssignmentState.BOOKED, starts_at__gt=now, starts_at__lt=now + AHEAD
    )
    found = search.matching(rows, words, field="volunteer__person__search").select_related(
        "volunteer__person", "shift__site__activity", "shift__site__branch"
    )
    found = found.order_by(
        Collate("volunteer__person__name", "da-x-icu"), "volunteer", "starts_at", "pk"
    )
    people = {}
    for row in found[:MOST_ROWS]:
        people.setdefault(row.volunteer_id, []).append(row)
    shown = list(people.values())[:MOST_PEOPLE]
    return [_caller(held) for held in shown], len(people) > MOST_PEOPLE


def _caller(held):
    first = tuple(held[:MOST_SHIFTS])
    return Caller(held[0].volunteer.person, first, len(held) > MOST_SHIFTS)
