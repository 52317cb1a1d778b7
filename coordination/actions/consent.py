"""Say yes or no to a shift that was changed: the volunteer, or staff for who has rung."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import emails, scheduling
from coordination.actions import line
from coordination.locks import locked_assignment
from coordination.states import ASSIGNMENT, AssignmentState
from core import audit
from core.errors import DomainError

audit.kind("assignment.confirmed", gettext_lazy("Said yes to a changed shift"))
audit.kind("assignment.refused", gettext_lazy("Said no to a changed shift"))


@transaction.atomic
def confirm(*, assignment, by):
    """They come to the shift as it is now; return the assignment. Twice is once.

    Raises DomainError "answer_too_late", "begun", "cancelled", "wrong_state".
    """
    assignment = locked_assignment(assignment.pk)
    if assignment.state == AssignmentState.BOOKED and not assignment.is_unconfirmed:
        return assignment
    _require_in_time(assignment)
    assignment.confirm_asked_at = assignment.confirm_until = None
    assignment.save(update_fields=["confirm_asked_at", "confirm_until"])
    _record("assignment.confirmed", assignment, by=by, fields=("confirm_until",))
    return assignment


@transaction.atomic
def refuse(*, assignment, by):
    """The new time or place does not suit them; return the assignment. Twice is once.

    The place goes to the line. The deadline for cancelling does not bind: it is the shift that
    changed. Raises DomainError "answer_too_late", "begun", "cancelled", "wrong_state".
    """
    assignment = locked_assignment(assignment.pk)
    if assignment.state == AssignmentState.CANCELLED:
        return assignment
    _require_in_time(assignment)
    assignment.state = AssignmentState.CANCELLED
    assignment.cancelled_at, assignment.cancelled_by = timezone.now(), by
    assignment.save(update_fields=["state", "cancelled_at", "cancelled_by"])
    event = _record("assignment.refused", assignment, by=by, fields=("state",))
    if assignment.volunteer.person.user_id != by.pk:
        emails.send_released([assignment], why=emails.BY_STAFF, event=event)
    line.advance(assignment.shift)
    return assignment


def _require_in_time(assignment):
    """Still asked, and the time to answer has not passed."""
    found = scheduling.closed_reasons(assignment.shift, timezone.now())
    if found:
        raise DomainError(found[0].message, code=found[0].code)
    late = assignment.state == AssignmentState.LAPSED and assignment.confirm_until is not None
    if late or assignment.lets_go(timezone.now()):
        raise DomainError(
            _(
                "The time to answer has passed, and the place has gone on to the next. If there is "
                "a place, you can sign up again."
            ),
            code="answer_too_late",
        )
    # Only who is on the shift, and was asked, can let go of it unanswered.
    ASSIGNMENT.require(assignment.state, AssignmentState.LAPSED)
    if not assignment.is_unconfirmed:
        raise DomainError(_("There is nothing to answer here."), code="wrong_state")


def _record(kind, assignment, *, by, fields):
    return audit.record(
        kind,
        by=by,
        about=assignment,
        fields=fields,
        person_ids=[assignment.volunteer_id],
        branch_path=assignment.shift.site.branch.path,
    )
