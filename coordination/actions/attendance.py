"""Register who came: by a coordinator, by a shift lead, or by oneself at the poster."""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import attendance, events
from coordination.locks import lock_people
from coordination.models import (
    Assignment,
    CaringCall,
    Engagement,
    HoursChange,
    MarkWay,
    Poster,
    Presence,
    ShiftLead,
)
from coordination.states import ASSIGNMENT, AssignmentState
from core import audit
from core.errors import DomainError
from core.periods import today

audit.kind("assignment.attendance", gettext_lazy("Attendance registered"))
audit.kind("assignment.attendance_corrected", gettext_lazy("Attendance corrected"))
audit.kind("assignment.attendance_by_lead", gettext_lazy("Attendance registered by a shift lead"))
audit.kind("assignment.checked_in", gettext_lazy("Registered themselves by the poster"))
audit.kind("assignment.absence_reason", gettext_lazy("The reason of an absence was noted"))
audit.kind("caring_call.done", gettext_lazy("A caring call was made"))
audit.kind("shift_lead.named", gettext_lazy("A shift lead was named"))
audit.kind("shift_lead.ended", gettext_lazy("A shift lead was taken back"))
audit.kind("poster.renewed", gettext_lazy("The address of a poster was renewed"))

GIVEN = {
    MarkWay.STAFF: "assignment.attendance",
    MarkWay.LEAD: "assignment.attendance_by_lead",
    MarkWay.SELF: "assignment.checked_in",
}


@transaction.atomic
def mark_attendance(*, assignment, attended, by):
    """Register whether the volunteer came, once the shift has begun; return the assignment.

    A mark can be corrected, which leaves an event of its own; the same mark again changes
    nothing. Publishes `AttendanceMarked`. Raises DomainError "not_begun", "wrong_state".
    """
    assignment = _locked(assignment)
    if _mark(assignment, attended, by, MarkWay.STAFF):
        _tell([assignment], by)
    return assignment


@transaction.atomic
def mark_all(*, marks, by, way=MarkWay.STAFF):
    """Register many at once: `marks` is (assignment, attended) pairs; all, or none.

    People are locked in order before the first mark. A shift lead registers only on shifts that
    are theirs right now. Returns how many were given. Raises DomainError "not_lead", "not_begun".
    """
    marks = list(marks)
    lock_people([assignment.volunteer_id for assignment, _attended in marks])
    found = [(_locked(assignment), attended) for assignment, attended in marks]
    if way == MarkWay.LEAD:
        _require_lead({row.shift_id for row, _attended in found}, by)
    changed = [row for row, attended in found if _mark(row, attended, by, way)]
    if changed:
        _tell(changed, by)
    return len(marks)


@transaction.atomic
def check_in(*, assignment, by):
    """The volunteer says "I am here" at the poster, from some minutes before the shift until its
    end; return the assignment. Twice is once.

    Raises DomainError "not_now", "marked_absent", "wrong_state", "not_own".
    """
    assignment = _locked(assignment)
    if assignment.volunteer.person.user_id != by.pk:
        raise DomainError(_("This is somebody else's shift."), code="not_own")
    if assignment.state == AssignmentState.ATTENDED:
        return assignment
    if not attendance.is_open(assignment.shift, timezone.now()):
        raise DomainError(
            _("You can register from shortly before the shift begins until it ends."),
            code="not_now",
        )
    if assignment.state == AssignmentState.ABSENT:
        raise DomainError(
            _(
                "Somebody has already registered that you did not come. Say it to the person on "
                "duty, and they put it right."
            ),
            code="marked_absent",
        )
    _set(assignment, AssignmentState.ATTENDED, by, MarkWay.SELF)
    _tell([assignment], by)
    return assignment


def _tell(marked, by):
    people = tuple(sorted({assignment.volunteer_id for assignment in marked}))
    events.publish(events.AttendanceMarked(volunteer_ids=people, by=by))


def _mark(assignment, attended, by, way):
    """True if it was changed."""
    if assignment.starts_at > timezone.now():
        raise DomainError(
            _("The shift has not begun yet. Register who came when it has."), code="not_begun"
        )
    target = AssignmentState.ATTENDED if attended else AssignmentState.ABSENT
    if assignment.state == target:
        return False
    _set(assignment, target, by, way)
    return True


def _set(assignment, target, by, way):
    ASSIGNMENT.require(assignment.state, target)
    corrected = assignment.state != AssignmentState.BOOKED
    assignment.state = target
    assignment.attendance_at = timezone.now()
    assignment.attendance_by = by
    assignment.save(update_fields=["state", "attendance_at", "attendance_by"])
    _note(assignment, way, by)
    kind = "assignment.attendance_corrected" if corrected else GIVEN[way]
    _record(kind, assignment, by=by, fields=("state",))


def _note(assignment, way, by):
    """Who registered it; what was noted of the mark before does not hold for the new one."""
    old = Presence.objects.filter(assignment=assignment).first()
    if old is not None and old.minutes is not None:
        HoursChange.objects.create(
            volunteer_id=assignment.volunteer_id,
            assignment=assignment,
            before=old.minutes,
            after=0,
            changed_at=timezone.now(),
            changed_by=by,
        )
    if old is not None or way != MarkWay.STAFF:
        fresh = {"way": way, "reason": "", "minutes": None}
        Presence.objects.update_or_create(assignment=assignment, defaults=fresh)


@transaction.atomic
def note_reason(*, assignment, reason, by):
    """Note why somebody did not come, of a short list; empty: not known. Return the Presence.

    Raises DomainError "not_absent".
    """
    assignment = _locked(assignment)
    if assignment.state != AssignmentState.ABSENT:
        raise DomainError(
            _("Only for somebody who did not come. Look at the list again."), code="not_absent"
        )
    presence, _is_new = Presence.objects.update_or_create(
        assignment=assignment, defaults={"reason": reason}
    )
    _record("assignment.absence_reason", assignment, by=by, fields=("reason",))
    return presence


@transaction.atomic
def call_done(*, engagement, by):
    """Somebody has called: the suggestion goes away. Where there is none any more, nothing
    happens; return the CaringCall or None."""
    lock_people([engagement.volunteer_id])
    rows = Engagement.objects.select_related("site__branch").filter(pk=engagement.pk)
    found = attendance.with_absences(rows, today()).get()
    if not attendance.wants_call(found):
        return None
    call = CaringCall.objects.create(engagement=found, called_at=timezone.now(), called_by=by)
    audit.record(
        "caring_call.done",
        by=by,
        about=call,
        person_ids=[found.volunteer_id],
        branch_path=found.site.branch.path,
    )
    return call


def _require_lead(shift_ids, by):
    led = attendance.shifts_led(by, timezone.now()).filter(pk__in=shift_ids)
    if led.count() < len(shift_ids):
        raise DomainError(
            _("You are not the shift lead here any more. Ask the coordinator."), code="not_lead"
        )


# --- Shift leads and posters ---------------------------------------------------------------


@transaction.atomic
def name_lead(*, site, volunteer, by, shift=None):
    """Let a volunteer with a running engagement at the site register who comes: to one shift, or
    to all of the site's; return the ShiftLead.

    Raises DomainError "not_engaged", "no_sign_in", "other_site".
    """
    lock_people([volunteer.pk])
    if shift is not None and shift.site_id != site.pk:
        raise DomainError(_("The shift is at another place."), code="other_site", field="shift")
    tie = Engagement.objects.filter(site=site, volunteer=volunteer).running_on(today()).first()
    if tie is None:
        raise DomainError(
            _("Only volunteers who help here now can be shift lead."),
            code="not_engaged",
            field="volunteer",
        )
    if volunteer.person.user_id is None:
        raise DomainError(
            _("The volunteer has no sign-in yet. Give them one first."),
            code="no_sign_in",
            field="volunteer",
        )
    lead = ShiftLead.objects.create(
        engagement=tie, shift=shift, named_at=timezone.now(), named_by=by
    )
    _record_lead("shift_lead.named", lead, by=by)
    return lead


@transaction.atomic
def end_lead(*, lead, by):
    """Take the right back; it stops at once. Again changes nothing."""
    lead = ShiftLead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    if lead.ended_at is None:
        lead.ended_at, lead.ended_by = timezone.now(), by
        lead.save(update_fields=["ended_at", "ended_by"])
        _record_lead("shift_lead.ended", lead, by=by)
    return lead


@transaction.atomic
def renew_poster(*, site, by):
    """A new address behind the QR code: what hangs on the wall stops working at once."""
    poster, _is_new = Poster.objects.update_or_create(
        site=site,
        defaults={"serial": secrets.token_urlsafe(16), "renewed_at": timezone.now()},
    )
    audit.record(
        "poster.renewed", by=by, about=site, fields=("serial",), branch_path=site.branch.path
    )
    return poster


def _locked(assignment):
    """The assignment as it is now, its person locked first."""
    lock_people([assignment.volunteer_id])
    return (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("volunteer__person", "shift__site__activity", "shift__site__branch")
        .get(pk=assignment.pk)
    )


def _record(kind, assignment, *, by, fields=()):
    return audit.record(
        kind,
        by=by,
        about=assignment,
        fields=fields,
        person_ids=[assignment.volunteer_id],
        branch_path=assignment.shift.site.branch.path,
    )


def _record_lead(kind, lead, *, by):
    audit.record(
        kind,
        by=by,
        about=lead,
        person_ids=[lead.engagement.volunteer_id],
        branch_path=lead.engagement.site.branch.path,
    )
