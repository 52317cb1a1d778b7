"""What is done for a good start: welcome steps ticked off, talks registered, a mentor found."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import follow_up
from coordination.locks import lock_people
from coordination.models import (
    ActivityReminders,
    Engagement,
    FollowUpTalk,
    Mentorship,
    StepOwner,
    WelcomeStep,
    WelcomeTick,
)
from core import audit
from core.errors import DomainError
from core.periods import day_of, today

audit.kind("welcome.ticked", gettext_lazy("Welcome step done"))
audit.kind("welcome.unticked", gettext_lazy("Welcome step opened again"))
audit.kind("welcome.list_loaded", gettext_lazy("Suggested welcome steps added"))
audit.kind("talk.registered", gettext_lazy("Follow-up talk registered"))
audit.kind("mentor.agreed", gettext_lazy("Mentor agreed"))
audit.kind("mentor.left", gettext_lazy("Mentor no longer"))
audit.kind("activity.reminders", gettext_lazy("Reminders of the activity's shifts changed"))

# title, title in English, days after the first day, who sees to it.
# Source: CFSA, "Læg en velkomstplan for nye frivillige".
SUGGESTED = (
    (
        "Ring eller skriv: vi glæder os til at se dig",
        "Ring or write: we look forward to seeing you",
        -7,
        StepOwner.COORDINATOR,
    ),
    (
        "Vis stedet frem, og præsentér kollegerne",
        "Show the place and introduce the staff",
        0,
        StepOwner.COORDINATOR,
    ),
    (
        "Find en mentor, og præsentér jer",
        "Find a mentor and introduce them",
        0,
        StepOwner.COORDINATOR,
    ),
    ("Følges ad på den første vagt", "Go together on the first shift", 7, StepOwner.MENTOR),
    (
        "Spørg, om noget mangler at blive forklaret",
        "Ask whether anything needs explaining",
        14,
        StepOwner.MENTOR,
    ),
)


@transaction.atomic
def load_suggested(*, by):
    """Add the suggested welcome steps where there are none yet; return how many."""
    if WelcomeStep.objects.exists():
        return 0
    steps = [
        WelcomeStep.objects.create(
            title=title, title_en=english, days=days, owner=owner, since=today()
        )
        for title, english, days, owner in SUGGESTED
    ]
    audit.record("welcome.list_loaded", by=by, about=steps[0])
    return len(steps)


@transaction.atomic
def set_steps(*, engagement, steps, by):
    """Say which welcome steps are done; the others are open again. Returns the engagement.

    Raises DomainError("step_not_for_this") for a step that does not concern the engagement.
    """
    engagement = _locked(engagement)
    return _set_steps(engagement, engagement.welcome_ticks.all(), steps, by=by)


@transaction.atomic
def set_mentors_steps(*, engagement, steps, by):
    """The same by the mentor, for the steps that are the mentor's; the others stay as they are.

    Raises DomainError "not_the_mentor", "step_not_for_this".
    """
    engagement = _locked(engagement)
    if not follow_up.mentees(by, today()).filter(pk=engagement.pk).exists():
        raise DomainError(
            _("You are no longer the mentor here. Ask the coordinator if that is wrong."),
            code="not_the_mentor",
        )
    if any(step.owner != StepOwner.MENTOR for step in steps):
        raise DomainError(_("This step is not on the list here."), code="step_not_for_this")
    ticks = engagement.welcome_ticks.filter(step__owner=StepOwner.MENTOR)
    return _set_steps(engagement, ticks, steps, by=by)


def _set_steps(engagement, ticks, steps, *, by):
    """`ticks` are those that may be taken away."""
    if not all(follow_up.concerns(step, engagement) for step in steps):
        raise DomainError(_("This step is not on the list here."), code="step_not_for_this")
    known = set(ticks.values_list("step_id", flat=True))
    wanted = {step.pk for step in steps}
    ticks.exclude(step__in=wanted).delete()
    WelcomeTick.objects.bulk_create(
        WelcomeTick(engagement=engagement, step_id=step, done_at=timezone.now(), done_by=by)
        for step in sorted(wanted - known)
    )
    if wanted - known:
        _record("welcome.ticked", engagement, by=by)
    if known - wanted:
        _record("welcome.unticked", engagement, by=by)
    return engagement


@transaction.atomic
def register_talk(*, engagement, moment, held_on, next_step="", by):
    """Register a talk; return it. `held_on` None: the volunteer wanted none. Again corrects it.

    Raises DomainError "talk_in_future", "talk_before_start", "next_step_without_talk".
    """
    engagement = _locked(engagement)
    if held_on is None and next_step:
        raise DomainError(
            _("A next step is agreed in a talk. Write its day."),
            code="next_step_without_talk",
            field="held_on",
        )
    if held_on is not None:
        _require_plausible(engagement, held_on)
    talk, _is_new = FollowUpTalk.objects.update_or_create(
        engagement=engagement,
        moment=moment,
        defaults={
            "held_on": held_on,
            "next_step": next_step,
            "registered_at": timezone.now(),
            "registered_by": by,
        },
    )
    _record("talk.registered", engagement, by=by, fields=("held_on", "next_step"))
    return talk


@transaction.atomic
def choose_mentor(*, engagement, mentor, by):
    """Write who has said yes to being the mentor (None: nobody any more); return the engagement.

    Raises DomainError("own_mentor").
    """
    engagement = _locked(engagement)
    if mentor is None:
        deleted, _rows = Mentorship.objects.filter(pk=engagement.pk).delete()
        if deleted:
            _record("mentor.left", engagement, by=by)
        return engagement
    if mentor.pk == engagement.volunteer_id:
        raise DomainError(
            _("Nobody is their own mentor. Choose somebody else."),
            code="own_mentor",
            field="mentor",
        )
    Mentorship.objects.update_or_create(
        engagement=engagement,
        defaults={"mentor": mentor, "agreed_at": timezone.now(), "agreed_by": by},
    )
    _record("mentor.agreed", engagement, by=by, people=(mentor.pk,))
    return engagement


@transaction.atomic
def set_activity_reminders(*, activity, days, hours, by):
    """Decide when people on the activity's shifts are reminded (None: as the branch has it,
    0: not at all); return the ActivityReminders."""
    found, _is_new = ActivityReminders.objects.update_or_create(
        activity=activity, defaults={"days": days, "hours": hours}
    )
    audit.record(
        "activity.reminders",
        by=by,
        about=activity,
        fields=("days", "hours"),
        branch_path=activity.branch.path,
    )
    return found


def _require_plausible(engagement, held_on):
    if held_on > today():
        raise DomainError(
            _("The day lies ahead. Register the talk when you have had it."),
            code="talk_in_future",
            field="held_on",
        )
    if held_on < day_of(engagement.accepted_at) and held_on < engagement.starts_on:
        raise DomainError(
            _("The day lies before the volunteer began. Look at the date."),
            code="talk_before_start",
            field="held_on",
        )


def _locked(engagement):
    """The engagement as it is now, its person locked first."""
    lock_people([engagement.volunteer_id])
    rows = Engagement.objects.select_for_update(of=("self",))
    return rows.select_related("site__branch", "volunteer__person").get(pk=engagement.pk)


def _record(kind, engagement, *, by, fields=(), people=()):
    audit.record(
        kind,
        by=by,
        about=engagement,
        fields=fields,
        person_ids=[engagement.volunteer_id, *people],
        branch_path=engagement.site.branch.path,
    )
