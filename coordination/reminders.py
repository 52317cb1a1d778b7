"""Reminders of coordination: computed from dates, written once (see `core.schedule`)."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from coordination import emails
from coordination.models import Assignment
from coordination.states import AssignmentState, ShiftState
from core import policies
from core.periods import day_of, start_of
from core.schedule import Due, Reminder, register

SENT_FROM = time(8)


def shifts_to_remind(today):
    """A Due for everybody on a shift that is at most `shift.reminder_days` days ahead.

    Nobody is reminded of what they signed up for on the day of the reminder or later, nor
    before eight in the morning. 1 query; rows are read as they come.
    """
    days = timedelta(days=policies.get("shift.reminder_days"))
    coming = (
        Assignment.objects.filter(
            state=AssignmentState.BOOKED,
            shift__state=ShiftState.OPEN,
            starts_at__gt=timezone.now(),
            starts_at__lt=start_of(today + days + timedelta(days=1)),
        )
        .exclude(volunteer__person__email="")
        .select_related("volunteer__person")
        .order_by("starts_at", "pk")
    )
    for assignment in coming.iterator(chunk_size=1000):
        day = day_of(assignment.starts_at)
        due_day = day - days
        if day_of(assignment.booked_at) < due_day:
            yield Due(
                recipient=emails.recipient(assignment.volunteer.person),
                about=assignment,
                due_day=due_day,
                params={"day": day.isoformat()},
                not_before=timezone.make_aware(datetime.combine(due_day, SENT_FROM)),
            )


register(Reminder("coordination.shift_reminder", kind=emails.SHIFT_REMINDER, due=shifts_to_remind))
