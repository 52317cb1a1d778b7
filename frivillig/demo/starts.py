"""The demo's good starts: the list of welcome steps, a mentor, steps done, a talk registered."""

from datetime import timedelta

from coordination import follow_up
from coordination.actions import follow_up as actions
from coordination.models import Engagement, Tie, WelcomeStep
from core.periods import today

NEW_WITHIN = timedelta(days=60)
FOLLOWED = 12
NEXT_STEPS = (
    "",
    "Prøver også torsdage fra næste måned.",
    "",
    "Vil gerne med på kursus i efteråret.",
)


def welcome(places):
    """The suggested steps, in use for some time, and what has been done for the newest."""
    actions.load_suggested(by=places.manager)
    WelcomeStep.objects.update(since=today() - timedelta(days=400))
    steps = follow_up.steps()
    newest = Engagement.objects.filter(
        tie=Tie.FIXED, starts_on__range=(today() - NEW_WITHIN, today())
    )
    newest = newest.select_related("site__branch").order_by("-starts_on", "pk")[:FOLLOWED]
    for number, engagement in enumerate(newest):
        _follow(places, engagement, steps, number)


def _follow(places, engagement, steps, number):
    """Every third has everything left to do; the others have begun well."""
    if number % 3 == 0:
        return
    by = places.coordinators[engagement.site.branch.name]
    mine = [step for step in steps if follow_up.concerns(step, engagement)]
    actions.set_steps(engagement=engagement, steps=mine[: number % 5], by=by)
    mentor = follow_up.possible_mentors(engagement, today()).first()
    actions.choose_mentor(engagement=engagement, mentor=mentor, by=by)
    day = engagement.starts_on + timedelta(days=8)
    if day <= today():
        actions.register_talk(
            engagement=engagement,
            moment="week",
            held_on=day,
            next_step=NEXT_STEPS[number % len(NEXT_STEPS)],
            by=by,
        )
