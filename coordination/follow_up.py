"""What should follow in time: attendance, welcome steps, talks, anniversaries. Derived from dates.

Welcome steps and talks are for fixed ties: who helps at one event is thanked, not followed up.
What nobody has done within two months is left alone.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext

from coordination import attendance, groups
from coordination.access import Permission
from coordination.models import (
    Assignment,
    Engagement,
    FollowUpTalk,
    Pause,
    Shift,
    StepOwner,
    TalkMoment,
    Tie,
    Volunteer,
    WelcomeStep,
    WelcomeTick,
)
from coordination.states import AssignmentState, ShiftState
from core import policies
from core.localised import localised
from core.periods import covering, day_of, months_later, start_of

ATTENDANCE_DAYS = "shift.attendance_days"
LOOKED_BACK = timedelta(days=60)
MONTHS = {TalkMoment.MONTH: 1, TalkMoment.QUARTER: 3, TalkMoment.YEAR: 12}
# Source: issue 3; domain.md 6 (recognition).
ANNIVERSARIES = (1, 5, 10, 15, 25)


# --- Attendance ----------------------------------------------------------------------------


def without_attendance(user, now):
    """The user's shifts of some days ago for which nobody has said of everybody whether they
    came. The oldest first, at most two months back."""
    waited = timedelta(days=policies.get(ATTENDANCE_DAYS) - 1)
    rows = lacking_attendance(now - LOOKED_BACK, min(now, start_of(day_of(now) - waited)))
    return rows.permitted(user, Permission.EDIT_SHIFTS)


def lacking_attendance(first, end):
    """Shifts from the instant to before the other that lack attendance, the oldest first.

    `people_wait`: somebody on it has no mark; `groups_wait`: so many groups have no number, of
    which `group_title` is the first.
    """
    unmarked = Assignment.objects.filter(shift=OuterRef("pk"), state=AssignmentState.BOOKED)
    uncounted = groups.uncounted().filter(shift=OuterRef("pk"))
    number = uncounted.order_by().values("shift").annotate(number=Count("pk")).values("number")
    rows = Shift.objects.filter(state=ShiftState.OPEN, starts_at__gte=first, starts_at__lt=end)
    rows = rows.annotate(
        people_wait=Exists(unmarked),
        groups_wait=Coalesce(Subquery(number, output_field=IntegerField()), 0),
        group_title=Subquery(uncounted.values("title")[:1]),
    ).filter(Q(people_wait=True) | Q(groups_wait__gt=0))
    return rows.select_related("site__activity", "site__branch").order_by("starts_at", "pk")


def groups_in_words(shift):
    """The groups of a shift that `lacking_attendance` gave: the first by name, or ""."""
    more = shift.groups_wait - 1
    if more < 0:
        return ""
    if not more:
        return shift.group_title
    text = ngettext("%(group)s and %(more)s more group", "%(group)s and %(more)s more groups", more)
    return text % {"group": shift.group_title, "more": more}


# --- Welcome steps -------------------------------------------------------------------------


@dataclass(frozen=True)
class StepLine:
    """A welcome step of one engagement: when it is due, and its tick if it is done."""

    step: WelcomeStep
    due_on: date
    tick: WelcomeTick | None

    @property
    def label(self):
        return localised(self.step, "title").text

    def waits(self, on):
        """True from its day on, while it is not done."""
        return self.tick is None and self.due_on <= on


def steps():
    """The municipality's welcome steps, in order of time."""
    return list(WelcomeStep.objects.order_by("days", "pk"))


def concerns(step, engagement):
    """True if the step is for this engagement: a fixed tie, accepted while it was in use."""
    accepted = day_of(engagement.accepted_at)
    in_use = step.since <= accepted and (step.retired_on is None or accepted < step.retired_on)
    return in_use and engagement.is_fixed


def welcome_lines(engagement, all_steps, ticks):
    """The StepLines of an engagement; `ticks` are its own."""
    done = {tick.step_id: tick for tick in ticks}
    return [
        StepLine(step, engagement.starts_on + timedelta(days=step.days), done.get(step.pk))
        for step in all_steps
        if concerns(step, engagement)
    ]


def lacking_step(step, first_day, last_day):
    """Q: engagements for which the step became due from day to day and is not done."""
    done = WelcomeTick.objects.filter(engagement=OuterRef("pk"), step=step)
    offset = timedelta(days=step.days)
    retired = Q()
    if step.retired_on is not None:
        retired = Q(accepted_at__lt=start_of(step.retired_on))
    return (
        Q(starts_on__range=(first_day - offset, last_day - offset))
        & Q(accepted_at__gte=start_of(step.since))
        & retired
        & ~Exists(done)
    )


# --- Talks ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class TalkLine:
    """A talk of one engagement: when it is due, and what was registered."""

    moment: str
    due_on: date
    talk: FollowUpTalk | None
    is_latest: bool

    @property
    def label(self):
        return TalkMoment(self.moment).label

    def waits(self, on):
        """True while it is not registered and no later one has become due."""
        return self.talk is None and self.is_latest and self.due_on <= on


def talk_day(starts_on, moment):
    """The day of a talk of somebody who begins on the day. 31 January and a month: the last of
    February."""
    if moment == TalkMoment.WEEK:
        return starts_on + timedelta(days=7)
    return months_later(starts_on, MONTHS[moment])


def talk_lines(engagement, talks, on):
    """The TalkLines of an engagement; `talks` are its own."""
    if not engagement.is_fixed:
        return []
    registered = {talk.moment: talk for talk in talks}
    days = {moment: talk_day(engagement.starts_on, moment) for moment in TalkMoment}
    reached = [moment for moment in TalkMoment if days[moment] <= on]
    return [
        TalkLine(moment, days[moment], registered.get(moment), moment == (reached or [None])[-1])
        for moment in TalkMoment
    ]


def lacking_talk(moment, first_day, last_day):
    """Q: engagements whose talk became due from day to day and is not registered. Up to three
    days more at the end, since months differ: look at `talk_day` again.
    """
    registered = FollowUpTalk.objects.filter(engagement=OuterRef("pk"), moment=moment)
    return Q(
        starts_on__range=(_begun(moment, first_day), _begun(moment, last_day) + timedelta(days=3))
    ) & ~Exists(registered)


def _begun(moment, day):
    if moment == TalkMoment.WEEK:
        return day - timedelta(days=7)
    return months_later(day, -MONTHS[moment])


# --- Both, for staff -----------------------------------------------------------------------


def followed(on):
    """The engagements that are followed up: fixed ties that have not ended and do not rest."""
    resting = Pause.objects.filter(covering(on), engagement=OuterRef("pk"))
    return Engagement.objects.filter(~Exists(resting), tie=Tie.FIXED).not_ended(on)


def waiting(all_steps, on):
    """Q: engagements for which a step or a talk waits. Of talks a few too many, whose day is up
    to three days ahead: look at the lines.
    """
    first_day = on - LOOKED_BACK
    wanted = Q(pk__in=[])
    for step in all_steps:
        wanted |= lacking_step(step, first_day, on)
    for moment in TalkMoment:
        wanted |= lacking_talk(moment, first_day, on)
    return wanted


def with_calls(due, on):
    """The engagements that are due, and those, of any tie, that suggest a caring call; read
    `attendance.with_absences`. No query more."""
    rows = attendance.with_absences(Engagement.objects.not_ended(on), on)
    wanted = attendance.calls_after()
    calls = Q(absences__gte=wanted) if wanted else Q(pk__in=[])
    return rows.filter(Q(pk__in=due.order_by().values("pk")) | calls)


def engagements():
    """All engagements, with everything."""
    return with_everything(Engagement.objects.all())


def mentors_lines(engagement, all_steps, on):
    """The StepLines of an engagement that are the mentor's to see to."""
    steps_of, _talks = lines(engagement, all_steps, on)
    return [line for line in steps_of if line.step.owner == StepOwner.MENTOR]


def own(user, on):
    """The user's own engagements that are not over."""
    return Engagement.objects.own(user).not_ended(on)


def with_everything(rows):
    """The engagements with what their lines are made of: people, place, mentor, ticks, talks."""
    return rows.select_related(
        "volunteer__person", "site__activity", "site__branch", "mentorship__mentor__person"
    ).prefetch_related("welcome_ticks", "talks")


def lines(engagement, all_steps, on):
    """(StepLines, TalkLines) of an engagement read `with_everything`. No query."""
    return (
        welcome_lines(engagement, all_steps, engagement.welcome_ticks.all()),
        talk_lines(engagement, engagement.talks.all(), on),
    )


def still_waiting(engagement, all_steps, on):
    """Only the lines that wait on the day, in order of their day."""
    steps_of, talks_of = lines(engagement, all_steps, on)
    found = [line for line in (*steps_of, *talks_of) if line.waits(on)]
    return sorted(found, key=lambda line: line.due_on)


# --- Anniversaries -------------------------------------------------------------------------


def anniversary_beginnings(first_day, last_day):
    """{the day somebody began: (years, the day of the anniversary)} of all anniversaries from
    day to day. Who began on 29 February has theirs on the 28th where there is no 29th.
    """
    found = {}
    for number in range((last_day - first_day).days + 1):
        day = first_day + timedelta(days=number)
        for years in ANNIVERSARIES:
            for began in _began(day, years):
                found[began] = (years, day)
    return found


def next_anniversary(since, on):
    """(years, the day) of the first anniversary from the day on, or (None, None)."""
    found = ((years, months_later(since, 12 * years)) for years in ANNIVERSARIES)
    return next(((years, day) for years, day in found if day >= on), (None, None))


def _began(day, years):
    """The days whose anniversary after so many years is this day."""
    began = months_later(day, -12 * years)
    if months_later(began, 12 * years) == day:
        yield began
    leap = began + timedelta(days=1)
    if (leap.month, leap.day) == (2, 29) and months_later(leap, 12 * years) == day:
        yield leap


def celebrating(beginnings, on):
    """Volunteers with a running engagement who began on one of the days. A queryset."""
    return running(on).filter(since__in=list(beginnings))


def running(on):
    """Volunteers with a running engagement. A queryset."""
    ties = Engagement.objects.running_on(on).filter(volunteer=OuterRef("pk"))
    return Volunteer.objects.filter(Exists(ties))


# --- Mentors -------------------------------------------------------------------------------


def mentor_of(engagement):
    """The mentor of an engagement read `with_everything`, or None."""
    mentorship = getattr(engagement, "mentorship", None)
    return mentorship.mentor if mentorship else None


def possible_mentors(engagement, on):
    """Volunteers who help at the same branch on the day, by name, without the person themself."""
    here = Engagement.objects.running_on(on).filter(site__branch=engagement.site.branch_id)
    people = Volunteer.objects.by_name().filter(pk__in=here.values("volunteer"))
    return people.exclude(pk=engagement.volunteer_id)


def mentees(user, on):
    """The engagements that are not over whose mentor is this user."""
    return Engagement.objects.filter(mentorship__mentor__person__user=user).not_ended(on)
