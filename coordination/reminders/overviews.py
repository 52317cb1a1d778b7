"""The mailed overviews: coordinators' on Mondays, managers' on the first days of a month."""

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from coordination import addressees, overviews, reminder_emails
from coordination.access import Role
from core import schedule
from core.periods import monday_of
from core.schedule import Due, Reminder

DAILY = timedelta(days=1)
WEEKLY, MONTHLY = "coordination.week", "coordination.month"
LAST_WEEKDAY, LAST_DAY = 2, 7  # a later overview of the week or the month is old news


def on_mondays(today):
    """A Due for each coordinator about whose branches there is something to tell this week.

    On Monday; after an outage until Wednesday. A query per section, whoever there is.
    """
    if today.weekday() > LAST_WEEKDAY:
        return
    monday = monday_of(today)
    told = {path for path in overviews.paths_with_news(monday) if schedule.is_on(WEEKLY, path)}
    for user, paths in addressees.grants(*addressees.COORDINATORS):
        if any(path.startswith(tuple(paths)) for path in told):
            yield Due(addressees.recipient(user), user, monday, path=None)


def monthly(today):
    """A Due for each manager, about the month that has passed. 1 query."""
    if today.day > LAST_DAY:
        return
    for user, paths in addressees.grants(Role.MANAGER):
        if any(schedule.is_on(MONTHLY, path) for path in paths):
            yield Due(addressees.recipient(user), user, today.replace(day=1), path=None)


REMINDERS = (
    Reminder(
        WEEKLY,
        kind=reminder_emails.WEEK,
        due=on_mondays,
        label=_("The week's overview"),
        when=_("Monday morning, when there is something to tell"),
        to=_("coordinators"),
        every=DAILY,
        at=time(6),
    ),
    Reminder(
        MONTHLY,
        kind=reminder_emails.MONTH,
        due=monthly,
        label=_("The month's numbers"),
        when=_("the first morning of the month"),
        to=_("managers"),
        every=DAILY,
        at=time(6),
    ),
)
