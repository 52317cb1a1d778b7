"""Telling coordinators that somebody cannot come and no stand-in has been found in time."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import addressees, joining, scheduling, stand_in_emails, stand_ins
from coordination.reminders.shifts import THE_COORDINATORS
from core.schedule import Due, Reminder


def nobody_found(today):
    """A Due for each coordinator of a shift for which a stand-in is looked for too late to cancel;
    where a coordinator decides who is on it, at once, for nobody else is asked. 2 queries.
    """
    now, coordinators = timezone.now(), addressees.coordinators()
    for search in stand_ins.looking().open(now):
        shift = search.assignment.shift
        deadline = scheduling.cancel_deadline(shift.starts_at, joining.leave_hours(shift))
        if now < deadline and stand_ins.volunteers_decide(shift):
            continue
        path = shift.site.branch.path
        for user in coordinators(path):
            yield Due(addressees.recipient(user), search, search.asked_at, path=path)


REMINDERS = (
    Reminder(
        "coordination.stand_in_missing",
        kind=stand_in_emails.MISSING,
        due=nobody_found,
        label=_("Somebody cannot come, and no stand-in has been found"),
        when=_("When it is too late to cancel"),
        to=THE_COORDINATORS,
        every=timedelta(minutes=5),
    ),
)
