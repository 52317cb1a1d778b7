"""The line for a place: ask, wait, be offered, say yes or no; and what the clock does to it.

Whoever holds the lock of a shift sets its line right with `advance` before looking for room: what
a worker should have done by now has then been done, and a dead worker gives nobody's place away
and loses none.
"""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import emails, joining, line, scheduling
from coordination.actions import reconfirming
from coordination.locks import locked_assignment, locked_shift
from coordination.models import Assignment, Shift, Volunteer
from coordination.states import ASSIGNMENT, AssignmentState, ShiftState
from core import audit, necessity, policies
from core.errors import DomainError

audit.kind("assignment.requested", gettext_lazy("Asked to join a shift"))
audit.kind("assignment.waiting", gettext_lazy("Put on a waiting list"))
audit.kind("assignment.offered", gettext_lazy("Offered a place from the waiting list"))
audit.kind("assignment.lapsed", gettext_lazy("An offered place was not answered in time"))
audit.kind("assignment.declined", gettext_lazy("A place was not taken, or not given"))
audit.kind("assignment.accepted", gettext_lazy("Said yes to a place"))
audit.kind("assignment.granted", gettext_lazy("Given a place by a coordinator"))

S = AssignmentState


def advance(shift):
    """Set the line of a shift right by the clock and return it; the caller has the shift's lock.

    Offers whose time is up lapse, who did not say yes to a changed shift in time is off it, and
    free places are offered to those who are next and can come; who cannot keeps their turn. 1 query
    where nothing is due.
    """
    now = timezone.now()
    standing = line.read(shift, now)
    late = () if shift.starts_at <= now else standing.unanswered
    changed = bool(standing.lapsed or late)
    if standing.lapsed:
        _let_lapse(shift, standing.lapsed)
    if late:
        reconfirming.let_go(shift, late)
    if standing.free and standing.waiting:
        changed = _offer_places(shift, standing, now) or changed
    return line.read(shift, now) if changed else standing


@transaction.atomic
def accept(*, assignment, by):
    """Take the place that is held for the volunteer; return the assignment.

    Raises DomainError "offer_lapsed", "wrong_state", or what stands in the way of joining now.
    """
    assignment = locked_assignment(assignment.pk)
    _require_offer(assignment)
    _require_able(assignment, by=by)
    _put_on(assignment, "assignment.accepted", by=by)
    return assignment


@transaction.atomic
def decline(*, assignment, by):
    """Say no: the volunteer to an offer, their turn or their request; or staff to them.

    The place goes to the next in line. Staff's no is told to the volunteer. Raises DomainError
    "wrong_state".
    """
    assignment = locked_assignment(assignment.pk)
    ASSIGNMENT.require(assignment.state, S.DECLINED)
    asked = assignment.state == S.REQUESTED
    event = _close([assignment], by=by)
    if assignment.volunteer.person.user_id != by.pk:
        emails.send_answer(assignment, answer=emails.NO if asked else emails.OFF, event=event)
    advance(assignment.shift)
    return assignment


@transaction.atomic
def grant(*, assignment, by):
    """Staff say yes to somebody who has asked or waits; return the assignment.

    They get a place where one is free, before those in the line: the coordinator sees it. A
    request for a full shift goes to the line, by the time at which it was asked. Raises DomainError
    "full", "wrong_state", or what stands in the way of joining.
    """
    assignment = locked_assignment(assignment.pk)
    shift = assignment.shift
    ASSIGNMENT.require(assignment.state, S.BOOKED)
    _require_able(assignment, by=by)
    standing = line.read(shift, timezone.now())
    has_place = any(row.pk == assignment.pk for row in standing.offered)
    role = assignment.role if has_place else standing.room().role_for(assignment.role)
    if role is not None:
        assignment.role = role
        event = _put_on(assignment, "assignment.granted", by=by)
        emails.send_answer(assignment, answer=emails.YES, event=event)
        return assignment
    if assignment.state != S.REQUESTED:
        raise DomainError(
            _("All places are taken. Take somebody off, or raise the number of places."),
            code=joining.FULL,
        )
    assignment.state = S.WAITING
    assignment.save(update_fields=["state"])
    event = _record("assignment.waiting", assignment, by=by)
    emails.send_answer(assignment, answer=emails.WAIT, event=event)
    return assignment


def advance_due():
    """Set right every line in which something is due; a shift at a time. Returns how many.

    What the scheduled rule calls. A line is looked at while somebody waits, since who could not
    come when a place became free may be able to by now.
    """
    now = timezone.now()
    due = Q(state=S.WAITING) | Q(state=S.OFFERED, offer_until__lte=now)
    due |= Q(state=S.BOOKED, confirm_until__lte=now)
    rows = Shift.objects.filter(
        state=ShiftState.OPEN,
        starts_at__gt=now,
        pk__in=Assignment.objects.filter(due, starts_at__gt=now).values("shift"),
    )
    found = list(rows.order_by("starts_at", "pk").values_list("pk", flat=True))
    for pk in found:
        with transaction.atomic():
            advance(locked_shift(pk))
    return len(found)


@transaction.atomic
def close_all(*, pending, by):
    """Nothing comes of these requests and turns; the caller has the locks and tells people."""
    if pending:
        _close(pending, by=by)


def start_over(shift, pending):
    """The shift was moved: its line has the new time, and offers are made anew for it."""
    rows = Assignment.objects.filter(pk__in=[row.pk for row in pending])
    rows.update(starts_at=shift.starts_at, ends_at=shift.ends_at)
    rows.filter(state=S.OFFERED).update(state=S.WAITING, offer_until=None)
    advance(shift)


# --- Pieces --------------------------------------------------------------------------------


def _let_lapse(shift, lapsed):
    for row in lapsed:
        ASSIGNMENT.require(row.state, S.LAPSED)
    Assignment.objects.filter(pk__in=[row.pk for row in lapsed]).update(state=S.LAPSED)
    for row in lapsed:
        _record_about("assignment.lapsed", row, shift, by=None)


def _offer_places(shift, standing, now):
    """Offer the free places to those who are next and can come; True if one was offered."""
    until = _offer_until(shift, now)
    if until is None:
        return False
    volunteers = Volunteer.objects.select_related("person").in_bulk(
        [row.volunteer_id for row in standing.waiting]
    )
    stands = joining.obstacles_of_many(shift, volunteers.values(), with_hours=True)
    able = [row for row in standing.waiting if not stands[row.volunteer_id]]
    chosen, room = [], standing.room()
    for row in able:
        role = room.take(row.role)
        if role is None:  # of another role there may be a place for who comes after
            continue
        ASSIGNMENT.require(row.state, S.OFFERED)
        row.role = role
        chosen.append(row)
    for row in chosen:
        row.shift, row.volunteer = shift, volunteers[row.volunteer_id]
        row.state, row.offer_until = S.OFFERED, until
    Assignment.objects.bulk_update(chosen, ["state", "offer_until", "role"])
    for row in chosen:
        event = _record("assignment.offered", row, by=None)
        emails.send_offer(row, event=event)
    return bool(chosen)


def _offer_until(shift, now):
    if shift.is_cancelled:
        return None
    return scheduling.offer_until(
        now,
        wakes_at=necessity.quiet_ends(now),
        closes_at=joining.closes_at(shift),
        hours=policies.get(joining.OFFER_HOURS, path=shift.site.branch.path),
    )


def _require_offer(assignment):
    if assignment.state in (S.OFFERED, S.LAPSED) and not assignment.has_offer(timezone.now()):
        raise DomainError(
            _(
                "The time to answer has passed, and the place has gone on to the next. You can "
                "put yourself on the waiting list again."
            ),
            code="offer_lapsed",
        )
    # Only what is on offer can both lapse and be said no to.
    ASSIGNMENT.require(assignment.state, S.LAPSED)
    ASSIGNMENT.require(assignment.state, S.DECLINED)


def _require_able(assignment, *, by):
    """The gate and the person's time, asked anew: weeks may lie between asking and a yes."""
    shift, volunteer = assignment.shift, assignment.volunteer
    is_own = volunteer.person.user_id == by.pk
    found = scheduling.closed_reasons(shift, timezone.now())
    found += joining.obstacles_of_many(shift, [volunteer], with_hours=is_own)[volunteer.pk]
    joining.require_none(found, for_staff=not is_own)


def _put_on(assignment, kind, *, by):
    ASSIGNMENT.require(assignment.state, S.BOOKED)
    reconfirming.let_go_of([assignment.volunteer_id])
    assignment.state, assignment.offer_until = S.BOOKED, None
    assignment.booked_at, assignment.booked_by = timezone.now(), by
    assignment.save(update_fields=["state", "offer_until", "role", "booked_at", "booked_by"])
    return _record(kind, assignment, by=by)


def _close(pending, *, by):
    """Cancel these pending rows, record each; the last event is returned."""
    now = timezone.now()
    for row in pending:
        ASSIGNMENT.require(row.state, S.DECLINED)
        row.state, row.offer_until = S.DECLINED, None
        row.cancelled_at, row.cancelled_by = now, by
    Assignment.objects.bulk_update(
        pending, ["state", "offer_until", "cancelled_at", "cancelled_by"]
    )
    return [_record("assignment.declined", row, by=by) for row in pending][-1]


def _record(kind, assignment, *, by):
    return _record_about(kind, assignment, assignment.shift, by=by)


def _record_about(kind, assignment, shift, *, by):
    return audit.record(
        kind,
        by=by,
        about=assignment,
        fields=("state",),
        person_ids=[assignment.volunteer_id],
        branch_path=shift.site.branch.path,
    )
