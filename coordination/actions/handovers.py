"""A place goes from one volunteer to another without being free in between.

Pieces for stand-ins and swaps; the caller holds the locks of the people, the shifts and the rows,
and has asked the gate.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from coordination.actions import reconfirming
from coordination.models import Assignment, StandIn
from coordination.states import ASSIGNMENT, PENDING, STAND_IN, AssignmentState, StandInState
from core import audit

audit.kind("assignment.handed_over", gettext_lazy("A shift was taken over by another volunteer"))


@transaction.atomic
def hand_over(*, places, by):
    """Each place, (assignment, the volunteer who takes it), changes hands; return the new rows.

    All are left before one is taken: a swap may be of two shifts at the same time. Whoever left
    one looks for a stand-in no more.
    """
    now = timezone.now()
    reconfirming.let_go_of([volunteer.pk for _assignment, volunteer in places])
    for assignment, _volunteer in places:
        ASSIGNMENT.require(assignment.state, AssignmentState.CANCELLED)
        assignment.state = AssignmentState.CANCELLED
        assignment.cancelled_at, assignment.cancelled_by = now, by
        assignment.save(update_fields=["state", "cancelled_at", "cancelled_by"])
    left = [assignment.pk for assignment, _volunteer in places]
    for search in StandIn.objects.filter(assignment__in=left, state=StandInState.OPEN):
        STAND_IN.require(search.state, StandInState.TAKEN)
        search.end(StandInState.TAKEN, by=by, at=now)
    return [_take(assignment, volunteer, by, now) for assignment, volunteer in places]


def _take(left, volunteer, by, now):
    """The place that was left, taken; somebody who asked or waited for the shift has it now."""
    shift = left.shift
    row = _pending(shift, volunteer) or Assignment(
        shift=shift, volunteer=volunteer, starts_at=shift.starts_at, ends_at=shift.ends_at
    )
    if row.pk:
        ASSIGNMENT.require(row.state, AssignmentState.BOOKED)
    row.state, row.offer_until, row.role = AssignmentState.BOOKED, None, left.role
    row.booked_at, row.booked_by = now, by
    row.save()
    audit.record(
        "assignment.handed_over",
        by=by,
        about=row,
        fields=("state",),
        person_ids=[left.volunteer_id, volunteer.pk],
        branch_path=shift.site.branch.path,
    )
    return row


def _pending(shift, volunteer):
    rows = Assignment.objects.filter(shift=shift, volunteer=volunteer, state__in=PENDING)
    row = rows.select_for_update(of=("self",)).first()
    if row is not None:
        row.shift, row.volunteer = shift, volunteer
    return row
