"""Ask those on a changed shift to say yes again, and let go those who did not in time.

Pieces for the actions that change shifts and set lines right; the caller has the shift's lock.
Their answers: `actions/consent.py`.
"""

from django.utils import timezone
from django.utils.translation import gettext_lazy

from coordination import consent, consent_emails, emails
from coordination.models import Assignment
from coordination.states import ASSIGNMENT, AssignmentState
from core import audit

audit.kind("assignment.unanswered", gettext_lazy("Did not say yes to a changed shift in time"))


def ask(rows, shift, *, event, mover):
    """Have these, people read along, say yes to the shift as it is now; returns until when.

    The `mover` need not answer. With no time left to answer, all are told and nobody is asked:
    None.
    """
    now = timezone.now()
    until = consent.until_for(shift, shift.starts_at, now)
    asked = [] if until is None else [row for row in rows if _is_another(row, mover)]
    Assignment.objects.filter(pk__in=[row.pk for row in asked]).update(
        confirm_asked_at=now, confirm_until=until
    )
    for row in asked:
        row.confirm_asked_at, row.confirm_until = now, until
    consent_emails.send_ask(asked, event=event)
    known = {row.pk for row in asked}
    tell([row for row in rows if row.pk not in known], shift, event=event)
    return until


def tell(rows, shift, *, event):
    """Tell these of the change; they need not answer. Whoever has yet to answer an earlier change
    gets no more time than there is before the new start."""
    asked_before = [row for row in rows if row.is_unconfirmed]
    if asked_before:
        _shorten(asked_before, shift)
    emails.send_changed(rows, event=event)


def let_go(shift, rows):
    """The time to answer has passed for these: their places are free, and they and staff hear.

    Of whom somebody else has just let go, nobody hears twice.
    """
    late = Assignment.objects.filter(
        pk__in=[row.pk for row in rows], state=AssignmentState.BOOKED
    ).select_for_update(of=("self",))
    found = list(late.select_related("volunteer__person").order_by("pk"))
    if not found:
        return
    for row in found:
        ASSIGNMENT.require(row.state, AssignmentState.LAPSED)
        row.state, row.shift = AssignmentState.LAPSED, shift
    Assignment.objects.bulk_update(found, ["state"])
    for row in found:
        event = audit.record(
            "assignment.unanswered",
            by=None,
            about=row,
            fields=("state",),
            person_ids=[row.volunteer_id],
            branch_path=shift.site.branch.path,
        )
    emails.send_released(found, why=emails.UNANSWERED, event=event)
    consent_emails.send_unanswered(shift, number=len(found), event=event)


def let_go_of(person_ids):
    """Let these people go where the clock has taken them off: the database refuses two shifts at a
    time by its rows alone. 1 query where there is nothing.

    The caller has the locks of the people. The shifts are not locked: the places are free by the
    clock anyway, and the next deed or the scheduled rule offers them.
    """
    late = Assignment.objects.late(timezone.now()).filter(volunteer__in=person_ids)
    by_shift = {}
    for row in late.select_related("shift__site__branch").order_by("shift", "pk"):
        by_shift.setdefault(row.shift, []).append(row)
    for shift, rows in by_shift.items():
        let_go(shift, rows)


def _shorten(rows, shift):
    now = timezone.now()
    until = consent.until_for(shift, shift.starts_at, now)
    found = Assignment.objects.filter(pk__in=[row.pk for row in rows])
    if until is None:
        found.update(confirm_asked_at=None, confirm_until=None)
    else:
        found.filter(confirm_until__gt=until).update(confirm_asked_at=now, confirm_until=until)


def _is_another(row, user):
    return row.volunteer.person.user_id is None or row.volunteer.person.user_id != user.pk
