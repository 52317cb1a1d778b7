"""Reminders of shifts: to who is on them, some days and some hours before; and of attendance.

How long before, the volunteer decides; else the activity; else the branch (a setting). Nobody is
reminded of what they signed up for after the reminder would have gone.
"""

from datetime import datetime, time, timedelta

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import addressees, emails, groups, reminder_emails
from coordination.models import ActivityReminders, Assignment, ReminderWishes
from coordination.reminders.gathering import gathered
from coordination.states import AssignmentState, ShiftState
from core import policies
from core.periods import day_of, start_of
from core.schedule import Clock, Due, Reminder

SENT_FROM = time(8)
OFTEN = timedelta(minutes=5)
DAYS, HOURS = "shift.reminder_days", "shift.reminder_hours"
ATTENDANCE = Clock(_("%(days)s days after the shift"), after=("shift.attendance_days",))
REQUESTS = Clock(_("%(days)s day after somebody asked to join a shift"), after=(1,))
THE_VOLUNTEER = _("the volunteer")
THE_COORDINATORS = _("the coordinators of the branch, each in one message")


def on_the_day_before(today):
    """A Due for everybody on a shift whose reminder of some days before has been reached.

    Not before eight in the morning. 4 queries; rows are read as they come.
    """
    reached = Q(pk__in=[])
    for days in _in_use("days", DAYS):
        until = start_of(today + timedelta(days=days + 1))
        reached |= Q(lead=days, starts_at__lt=until)
    for assignment in _coming("days", DAYS).filter(reached).iterator(chunk_size=1000):
        day = day_of(assignment.starts_at)
        due_day = day - timedelta(days=assignment.lead)
        if day_of(assignment.booked_at) < due_day:
            yield Due(
                recipient=emails.recipient(assignment.volunteer.person),
                about=assignment,
                due_day=day,
                path=assignment.path,
                params={"day": day.isoformat()},
                not_before=timezone.make_aware(datetime.combine(due_day, SENT_FROM)),
            )


def shortly_before(today):
    """A Due for everybody on a shift that begins in a few hours; written a run ahead of its time.

    Hours are counted in real time, also on the nights of the clock change. 4 queries.
    """
    now = timezone.now()
    reached = Q(pk__in=[])
    for hours in _in_use("hours", HOURS):
        reached |= Q(lead=hours, starts_at__lte=now + timedelta(hours=hours) + OFTEN)
    for assignment in _coming("hours", HOURS).filter(reached).iterator(chunk_size=1000):
        moment = assignment.starts_at - timedelta(hours=assignment.lead)
        if assignment.booked_at < moment:
            yield Due(
                recipient=emails.recipient(assignment.volunteer.person),
                about=assignment,
                due_day=assignment.starts_at,
                path=assignment.path,
                params={"starts_at": assignment.starts_at.isoformat()},
                not_before=moment,
            )


def attendance_missing(today):
    """A Due for each coordinator who has shifts, some days ago, without attendance. 3 queries."""
    people = Assignment.objects.filter(
        ATTENDANCE.lately_at("starts_at", today),
        state=AssignmentState.BOOKED,
        shift__state=ShiftState.OPEN,
    )
    come = groups.uncounted().filter(
        ATTENDANCE.lately_at("shift__starts_at", today), shift__state=ShiftState.OPEN
    )
    rows = (
        found
        for unmarked in (people, come)
        for found in unmarked.order_by()
        .values_list("shift__site__branch__path", "shift__starts_at")
        .distinct()
    )
    reached = ((path, ATTENDANCE.reached(day_of(starts_at), today)) for path, starts_at in rows)
    yield from gathered("coordination.attendance_missing", reached, addressees.coordinators())


def requests_unanswered(today):
    """A Due for each coordinator whom somebody waits for an answer from. 2 queries."""
    rows = (
        Assignment.objects.filter(
            REQUESTS.lately_at("asked_at", today),
            state=AssignmentState.REQUESTED,
            starts_at__gt=timezone.now(),
        )
        .order_by()
        .values_list("shift__site__branch__path", "asked_at")
    )
    reached = ((path, REQUESTS.reached(day_of(asked_at), today)) for path, asked_at in rows)
    yield from gathered("coordination.requests_unanswered", reached, addressees.coordinators())


def _coming(field, setting):
    """Who is on a shift that is still to come, with `lead`: how long before they are reminded."""
    lead = Coalesce(
        f"volunteer__reminder_wishes__{field}",
        f"shift__site__activity__reminders__{field}",
        policies.expression(setting, "shift__site__branch__path"),
    )
    return (
        Assignment.objects.filter(
            state=AssignmentState.BOOKED,
            shift__state=ShiftState.OPEN,
            starts_at__gt=timezone.now(),
        )
        .exclude(volunteer__person__email="")
        .annotate(lead=lead, path=F("shift__site__branch__path"))
        .select_related("volunteer__person")
        .order_by("starts_at", "pk")
    )


def _in_use(field, setting):
    """Every lead anybody has, none left out: what bounds the rows that are read."""
    found = {policies.get(setting, path=path) for path in policies.paths_with_values(setting)}
    found.add(policies.get(setting))
    for model in (ActivityReminders, ReminderWishes):
        found |= set(model.objects.order_by().values_list(field, flat=True).distinct())
    return sorted(found - {None, 0})


REMINDERS = (
    Reminder(
        "coordination.shift_reminder",
        kind=emails.SHIFT_REMINDER,
        due=on_the_day_before,
        label=_("A shift is near"),
        when=Clock(_("%(days)s days before the shift, from 8 o'clock"), before=(DAYS,)),
        to=THE_VOLUNTEER,
        every=timedelta(hours=1),
    ),
    Reminder(
        "coordination.shift_soon",
        kind=reminder_emails.SHIFT_SOON,
        due=shortly_before,
        label=_("A shift begins soon"),
        when=Clock(_("%(days)s hours before the shift"), before=(HOURS,)),
        to=THE_VOLUNTEER,
        every=OFTEN,
    ),
    Reminder(
        "coordination.attendance_missing",
        kind=reminder_emails.ATTENDANCE_MISSING,
        due=attendance_missing,
        label=_("Attendance is not registered"),
        when=ATTENDANCE,
        to=THE_COORDINATORS,
        every=timedelta(days=1),
        at=time(7),
    ),
    Reminder(
        "coordination.requests_unanswered",
        kind=reminder_emails.REQUESTS_UNANSWERED,
        due=requests_unanswered,
        label=_("Somebody who asked to join a shift has no answer"),
        when=REQUESTS,
        to=THE_COORDINATORS,
        every=timedelta(days=1),
        at=time(7),
    ),
)
