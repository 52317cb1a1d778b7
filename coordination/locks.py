"""The lock order of the house: people first, in order of their ids, then the shift.

Whatever decides about a person's time or clearance takes the person's lock, so that a sign-up
and the revocation of a clearance see each other. On SQLite a transaction that writes has the
database to itself, and these locks cost a query each and do nothing.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from coordination.models import Assignment, Person, Shift, Volunteer
from core.errors import DomainError

MOST_TRIES = 5


class _Moved(Exception):
    """Somebody signed up between reading who is on the shift and locking it."""


def lock_people(person_ids):
    """Take the locks of these people until the transaction ends. 1 query.

    Does not keep others from inserting rows that point to a person (FOR NO KEY UPDATE).
    """
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=set(person_ids))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def locked_volunteer(volunteer_id):
    """The volunteer with their person locked and read anew; `is_late`: the clock has taken them
    off a shift, and the row does not say so yet. 2 queries.
    """
    lock_people([volunteer_id])
    late = Assignment.objects.late(timezone.now()).filter(volunteer=OuterRef("pk"))
    return (
        Volunteer.objects.select_related("person")
        .annotate(is_late=Exists(late))
        .get(pk=volunteer_id)
    )


def locked_shift(shift_id):
    """The shift, locked and read anew, with site, activity, its rules and branch. 1 query."""
    return _locked_shifts().get(pk=shift_id)


def locked_shifts(shift_ids):
    """These shifts, locked in the order of their ids. 1 query."""
    return list(_locked_shifts().filter(pk__in=set(shift_ids)).order_by("pk"))


def locked_assignment(assignment_id):
    """The assignment as it is now, and its shift: person, shift and row locked in order. 3 queries.

    Which person and which shift it is about never changes.
    """
    found = Assignment.objects.only("volunteer_id", "shift_id").get(pk=assignment_id)
    lock_people([found.volunteer_id])
    shift = locked_shift(found.shift_id)
    rows = Assignment.objects.select_for_update(of=("self",)).select_related("volunteer__person")
    assignment = rows.get(pk=assignment_id)
    assignment.shift = shift
    return assignment


def locked_places(assignment_ids, person_ids=()):
    """{id: assignment} of several, as they are now: everybody on them and these people, then their
    shifts, then the rows, each locked in order. 4 queries.
    """
    ids = sorted(set(assignment_ids))
    found = Assignment.objects.filter(pk__in=ids).values_list("volunteer_id", "shift_id")
    people, shift_ids = zip(*found, strict=True)
    lock_people({*people, *person_ids})
    shifts = {shift.pk: shift for shift in locked_shifts(shift_ids)}
    rows = Assignment.objects.select_for_update(of=("self",)).select_related("volunteer__person")
    places = rows.filter(pk__in=ids).order_by("pk").in_bulk()
    for place in places.values():
        place.shift = shifts[place.shift_id]
    return places


def _locked_shifts():
    rows = Shift.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("site__activity__sign_up_rules", "site__branch")


def locked_shift_with_people(shift_id, *, changed_message):
    """The shift and everybody who holds a place on it, locked in order.

    Returns the shift and its assignments that hold a place, people read along. People are
    locked before the shift, so who they are is read first; if somebody has signed up in
    between, the locks are given back and taken anew. Raises DomainError("busy") if that
    happens time and again.
    """
    for _attempt in range(MOST_TRIES):
        try:
            with transaction.atomic():
                return _lock_both(shift_id)
        except _Moved:
            continue
    raise DomainError(changed_message, code="busy")


def lock_shifts_with_people(shift_ids, *, changed_message):
    """Lock everybody who holds a place on any of the shifts, then the shifts, each in order.

    For an action that changes several: afterwards nobody can join them until it is done. 3 queries.
    """
    shift_ids = sorted(shift_ids)
    for _attempt in range(MOST_TRIES):
        try:
            with transaction.atomic():
                return _lock_all(shift_ids)
        except _Moved:
            continue
    raise DomainError(changed_message, code="busy")


def _lock_all(shift_ids):
    holding = Assignment.objects.holding_a_place().filter(shift__in=shift_ids)
    known = set(lock_people(holding.values_list("volunteer_id", flat=True)))
    rows = Shift.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(rows.filter(pk__in=shift_ids).values_list("pk", flat=True))
    if not known.issuperset(holding.values_list("volunteer_id", flat=True)):
        raise _Moved


def _lock_both(shift_id):
    holding = Assignment.objects.holding_a_place().filter(shift=shift_id)
    known = set(lock_people(holding.values_list("volunteer_id", flat=True)))
    shift = locked_shift(shift_id)
    assignments = list(holding.select_related("volunteer__person").order_by("booked_at", "pk"))
    if not known.issuperset(assignment.volunteer_id for assignment in assignments):
        raise _Moved
    for assignment in assignments:
        assignment.shift = shift
    return shift, assignments
