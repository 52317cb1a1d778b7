"""The reminder to say yes or no to a changed shift before the time to answer is over."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import consent_emails, emails
from coordination.models import Assignment
from coordination.reminders.shifts import OFTEN, THE_VOLUNTEER
from coordination.states import AssignmentState, ShiftState
from core.schedule import Clock, Due, Reminder

HOURS_BEFORE = 12
LEAD = timedelta(hours=HOURS_BEFORE)


def unanswered(today):
    """A Due for everybody whose time to answer ends in some hours; 1 query.

    Not for who had less than twice as long to answer: they were asked just now. Hours are real
    time, also on the nights of the clock change.
    """
    now = timezone.now()
    rows = (
        Assignment.objects.filter(
            state=AssignmentState.BOOKED,
            shift__state=ShiftState.OPEN,
            confirm_until__gt=now,
            confirm_until__lte=now + LEAD + OFTEN,
        )
        .annotate(path=F("shift__site__branch__path"))
        .select_related("volunteer__person")
    )
    for row in rows.order_by("confirm_until", "pk").iterator(chunk_size=500):
        if row.confirm_until - row.confirm_asked_at >= 2 * LEAD:
            yield Due(
                recipient=emails.recipient(row.volunteer.person),
                about=row,
                due_day=row.confirm_until,
                path=row.path,
                not_before=row.confirm_until - LEAD,
            )


REMINDERS = (
    Reminder(
        "coordination.reconfirm_soon",
        kind=consent_emails.SOON,
        due=unanswered,
        label=_("A changed shift has not been said yes to"),
        when=Clock(_("%(days)s hours before the time to answer is over"), before=(HOURS_BEFORE,)),
        to=THE_VOLUNTEER,
        every=OFTEN,
    ),
)
