"""Sign up for a shift, and cancel."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import emails, joining, scheduling, shift_roles
from coordination.actions import line, reconfirming
from coordination.locks import locked_assignment, locked_shift, locked_volunteer
from coordination.models import Assignment
from coordination.states import ASSIGNMENT, AssignmentState, SignUpWay
from core import audit
from core.errors import DomainError

audit.kind("assignment.booked", gettext_lazy("Signed up for a shift"))
audit.kind("assignment.cancelled", gettext_lazy("Cancelled a shift"))
audit.kind("assignment.role_changed", gettext_lazy("Given another role on a shift"))

MOVES_IN_ROLE = (AssignmentState.BOOKED, AssignmentState.OFFERED)
WISHES_FOR_ROLE = (AssignmentState.REQUESTED, AssignmentState.WAITING)


@transaction.atomic
def sign_up(*, shift, volunteer, by, or_wait=False, role=""):
    """Put the volunteer on the shift and return the Assignment.

    The person is locked, then the shift; all facts are read after that. The shift must be open
    and not begun, the gate open on its day, the volunteer free at that time, and a place left that
    nobody in the line has been offered. Volunteers are bound by who signs up and until when; where
    a coordinator is to say yes, a request is made instead. With `or_wait` somebody for whom there
    is no room goes to the end of the line. Of a shift with roles they get the `role`, or without
    one that which lacks most; who asks or waits, wishes for it. Raises DomainError("cannot_join")
    whose `reasons` are Obstacles in words, or the code of the one reason there is. 10 queries.
    """
    volunteer = locked_volunteer(volunteer.pk)
    shift = locked_shift(shift.pk)
    standing = line.advance(shift)
    is_own, now = volunteer.person.user_id == by.pk, timezone.now()
    joining.require_role(shift, role)
    found = joining.obstacles(
        shift, volunteer, standing=standing, is_own=is_own, now=now, role=role
    )
    state = AssignmentState.BOOKED
    if is_own and joining.way_of(shift) == SignUpWay.REQUEST:
        found, state = _but_room(found), AssignmentState.REQUESTED
    elif or_wait and [obstacle.code for obstacle in found] == [joining.FULL]:
        found, state = [], AssignmentState.WAITING
    joining.require_none(found, for_staff=not is_own)
    if state == AssignmentState.BOOKED:
        role = standing.room().role_for(role)
        if volunteer.is_late:
            reconfirming.let_go_of([volunteer.pk])
    assignment = Assignment.objects.create(
        shift=shift,
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        state=state,
        role=role,
        asked_at=None if state == AssignmentState.BOOKED else now,
        booked_at=now,
        booked_by=by,
    )
    _record(f"assignment.{state}", assignment, shift, by=by)
    return assignment


def _but_room(found):
    """Whoever asks may ask for a full shift: the coordinator decides."""
    return [obstacle for obstacle in found if obstacle.code != joining.FULL]


@transaction.atomic
def cancel(*, assignment, by):
    """Take the volunteer off the shift and return the assignment; the place goes to the line.

    Volunteers cancel their own until the deadline (`joining.leave_hours`); staff until the shift
    begins, and then the volunteer is told. Raises DomainError "begun", "too_late", "wrong_state".
    """
    assignment = locked_assignment(assignment.pk)
    shift = assignment.shift
    ASSIGNMENT.require(assignment.state, AssignmentState.CANCELLED)
    is_own = assignment.volunteer.person.user_id == by.pk
    hours = joining.leave_hours(shift) if is_own else 0
    late = scheduling.late_reasons(assignment.starts_at, timezone.now(), hours)
    if late:
        raise DomainError(late[0].message, code=late[0].code)
    assignment.state = AssignmentState.CANCELLED
    assignment.cancelled_at = timezone.now()
    assignment.cancelled_by = by
    assignment.save(update_fields=["state", "cancelled_at", "cancelled_by"])
    event = _record("assignment.cancelled", assignment, shift, by=by, fields=("state",))
    if not is_own:
        emails.send_released([assignment], why=emails.BY_STAFF, event=event)
    line.advance(shift)
    return assignment


@transaction.atomic
def change_role(*, assignment, role, by):
    """Give somebody on a shift, or in its line, another of its roles; return the assignment.

    Who asks or waits may wish for none. Raises DomainError "role_unknown", "full", "wrong_state".
    """
    assignment = locked_assignment(assignment.pk)
    shift = assignment.shift
    joining.require_role(shift, role)
    moves = assignment.state in MOVES_IN_ROLE
    if assignment.state not in (*MOVES_IN_ROLE, *WISHES_FOR_ROLE) or (moves and not role):
        raise DomainError(_("Choose a role for somebody who is on the shift."), code="wrong_state")
    if role == assignment.role:
        return assignment
    standing = line.advance(shift)
    stands = {one.role.name: one for one in shift_roles.stands(shift, standing.in_role)}
    if moves and not stands[role].free:
        found = scheduling.role_reasons(role)[0]
        raise DomainError(found.for_staff, code=found.code, field="role")
    assignment.role = role
    assignment.save(update_fields=["role"])
    _record("assignment.role_changed", assignment, shift, by=by, fields=("role",))
    line.advance(shift)
    return assignment


def _record(kind, assignment, shift, *, by, fields=()):
    return audit.record(
        kind,
        by=by,
        about=assignment,
        fields=fields,
        person_ids=[assignment.volunteer_id],
        branch_path=shift.site.branch.path,
    )
