"""Reminders of a good start and what follows: welcome steps, talks, anniversaries."""

from datetime import time, timedelta

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from coordination import addressees, emails, follow_up, reminder_emails
from coordination.models import Engagement, StepOwner, TalkMoment
from coordination.reminders.gathering import gathered
from coordination.reminders.shifts import THE_COORDINATORS
from core.schedule import GRACE, Due, Reminder

DAILY = timedelta(days=1)
STEPS, TALKS = "coordination.welcome_step", "coordination.talk"


def steps_for_coordinators(today):
    """A Due for each coordinator with welcome steps that have become due. A query per step."""
    yield from gathered(STEPS, _steps_reached(today), addressees.coordinators())


def _steps_reached(today):
    for step in _steps_of(StepOwner.COORDINATOR):
        for path, starts_on in _paths_and_days(
            follow_up.lacking_step(step, today - GRACE, today), today
        ):
            yield path, starts_on + timedelta(days=step.days)


def steps_for_mentors(today):
    """A Due for each mentor and step of theirs that has become due. A query per step."""
    for step in _steps_of(StepOwner.MENTOR):
        rows = follow_up.followed(today).filter(
            follow_up.lacking_step(step, today - GRACE, today), mentorship__isnull=False
        )
        rows = rows.exclude(mentorship__mentor__person__email="").select_related(
            "mentorship__mentor__person", "site__branch"
        )
        for engagement in rows.iterator(chunk_size=500):
            yield Due(
                emails.recipient(engagement.mentorship.mentor.person),
                engagement,
                engagement.starts_on + timedelta(days=step.days),
                path=engagement.site.branch.path,
                params={"step": step.pk},
            )


def talks_due(today):
    """A Due for each coordinator with talks that have become due. 5 queries."""
    yield from gathered(TALKS, _talks_reached(today), addressees.coordinators())


def _talks_reached(today):
    for moment in TalkMoment:
        lacking = follow_up.lacking_talk(moment, today - GRACE, today)
        for path, starts_on in _paths_and_days(lacking, today):
            day = follow_up.talk_day(starts_on, moment)
            yield path, day if today - GRACE <= day <= today else None


def anniversaries(today):
    """A Due for each volunteer who has an anniversary and likes to be greeted. 1 query."""
    beginnings = follow_up.anniversary_beginnings(today - GRACE, today)
    branch = Engagement.objects.running_on(today).filter(volunteer=OuterRef("pk")).order_by("pk")
    rows = (
        follow_up.celebrating(beginnings, today)
        .exclude(person__email="")
        .annotate(path=Subquery(branch.values("site__branch__path")[:1]))
        .select_related("person")
    )
    for volunteer in rows.iterator(chunk_size=500):
        years, day = beginnings[volunteer.since]
        yield Due(
            emails.recipient(volunteer.person),
            volunteer,
            day,
            path=volunteer.path,
            params={"years": years},
        )


def _steps_of(owner):
    return [step for step in follow_up.steps() if step.owner == owner]


def _paths_and_days(lacking, today):
    """The different (branch path, first day) of engagements that lack something: few, however
    many people they are."""
    rows = follow_up.followed(today).filter(lacking).order_by()
    return rows.values_list("site__branch__path", "starts_on").distinct()


REMINDERS = (
    Reminder(
        STEPS,
        kind=reminder_emails.WELCOME_STEPS,
        due=steps_for_coordinators,
        label=_("A welcome step is due"),
        when=_("on the day of the step, counted from the volunteer's first day"),
        to=THE_COORDINATORS,
        every=DAILY,
        at=time(7),
    ),
    Reminder(
        "coordination.mentor_step",
        kind=reminder_emails.MENTOR_STEP,
        due=steps_for_mentors,
        label=_("A mentor's welcome step is due"),
        when=_("on the day of the step, counted from the volunteer's first day"),
        to=_("the mentor"),
        every=DAILY,
        at=time(7),
    ),
    Reminder(
        TALKS,
        kind=reminder_emails.TALKS,
        due=talks_due,
        label=_("A follow-up talk is due"),
        when=_("1 week, 1 month, 3 months and 1 year after the first day"),
        to=THE_COORDINATORS,
        every=DAILY,
        at=time(7),
    ),
    Reminder(
        "coordination.anniversary",
        kind=reminder_emails.ANNIVERSARY,
        due=anniversaries,
        label=_("A volunteer's anniversary"),
        when=_("on the day itself, after 1, 5, 10, 15 and 25 years"),
        to=_("volunteers who like to be greeted"),
        every=DAILY,
        at=time(8),
    ),
)
