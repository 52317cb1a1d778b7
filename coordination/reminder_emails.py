"""The mails that reminders send: what each text gets, or None where it has lost its sense.

Mails to staff gather many rows; they are looked up when the mail is sent, within the branches in
which that person may do something about them.
"""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import emails, follow_up, overviews, rosters
from coordination.access import Permission, scope_of
from coordination.models import Branch, StepOwner
from coordination.wording import BRANCH, FIRST_NAME, REMINDERS
from core import mail
from core.localised import localised
from core.mail import Placeholder
from core.periods import monday_of, today
from core.templatetags.ui import month as month_words
from core.templatetags.ui import period, phone, when

SHIFT_SOON = "coordination.shift_soon"
ATTENDANCE_MISSING = "coordination.attendance_missing"
REQUESTS_UNANSWERED = "coordination.requests_unanswered"
WELCOME_STEPS = "coordination.welcome_steps"
MENTOR_STEP = "coordination.mentor_step"
TALKS = "coordination.talks"
ANNIVERSARY = "coordination.anniversary"
WEEK = "coordination.week"
MONTH = "coordination.month"

# So many lines of one thing stand in a mail; the page has the rest.
MOST_LINES = 10

ANNIVERSARIES, FOLLOW_UP, MENTORS = "anniversaries", "follow_up", "mentors"
OVERVIEWS = "overviews"
WISHES_URL = Placeholder(
    "wishes_url", _("Link to where one chooses one's reminders"), "/min-side/paamindelser/"
)
FOLLOW_UP_URL = Placeholder(
    "follow_up_url", _("Link to the follow-up page"), "/opfoelgning/", required=True
)
MORE = Placeholder("more", _("True if there is more than the mail tells"), True, condition=True)


def register():
    """Called once, from `CoordinationConfig.ready`."""
    mail.register(
        SHIFT_SOON,
        context=_soon,
        load=emails.assignments,
        title=_("A shift begins soon"),
        group=REMINDERS,
        declinable=True,
        priority=mail.URGENT,
        placeholders=(
            FIRST_NAME,
            Placeholder("shift", _("What the shift is called"), "Sprogcafé"),
            Placeholder("starts_at", _("When the shift begins"), timezone.now()),
            Placeholder("period", _("From when to when"), "3. marts 2026 kl. 15.00-17.00"),
            BRANCH,
            Placeholder("place", _("The meeting place"), "Lokale 2"),
            Placeholder("phone", _("The branch's phone"), "12 34 56 78"),
            WISHES_URL,
        ),
    )
    mail.register(
        ATTENDANCE_MISSING,
        context=_attendance,
        title=_("Attendance is not registered"),
        group=FOLLOW_UP,
        declinable=True,
        gatherable=True,
        placeholders=(
            Placeholder("shifts", _("The shifts"), ["Sprogcafé, Bolbro, 3. marts 2026"]),
            MORE,
            FOLLOW_UP_URL,
        ),
    )
    mail.register(
        REQUESTS_UNANSWERED,
        context=_requests,
        title=_("Somebody who asked to join a shift has no answer"),
        group=FOLLOW_UP,
        declinable=True,
        gatherable=True,
        placeholders=(
            Placeholder("shifts", _("The shifts"), ["Sprogcafé, Bolbro, 3. marts 2026"]),
            MORE,
            Placeholder("shifts_url", _("Link to the shifts"), "/vagter/", required=True),
        ),
    )
    for kind, context, title, example in (
        (WELCOME_STEPS, _steps, _("A welcome step is due"), "Anna Andersen: vis stedet frem"),
        (TALKS, _talks, _("A follow-up talk is due"), "Anna Andersen: efter en måned"),
    ):
        mail.register(
            kind,
            context=context,
            title=title,
            group=FOLLOW_UP,
            declinable=True,
            gatherable=True,
            placeholders=(Placeholder("lines", _("Who, and what"), [example]), MORE, FOLLOW_UP_URL),
        )
    mail.register(
        MENTOR_STEP,
        context=_mentor_step,
        title=_("A mentor's welcome step is due"),
        group=MENTORS,
        declinable=True,
        gatherable=True,
        placeholders=(
            FIRST_NAME,
            Placeholder("new_volunteer", _("The new volunteer's first name"), "Bo"),
            Placeholder("step", _("The step"), "Følges ad på den første vagt"),
            Placeholder("activity", _("The activity"), "Sprogcafé"),
            Placeholder(
                "steps_url",
                _("Link to ticking it off, for those with a sign-in"),
                "https://frivillig.example.dk/min-side/start/12/",
            ),
        ),
    )
    mail.register(
        ANNIVERSARY,
        context=_anniversary,
        title=_("Greeting on an anniversary"),
        group=ANNIVERSARIES,
        necessity=mail.NICE,
        placeholders=(
            FIRST_NAME,
            Placeholder("years", _("How many years"), 5),
        ),
    )
    mail.group(
        FOLLOW_UP,
        label=_("Follow-up of volunteers"),
        help=_("For coordinators: who should hear from you, and what should be registered."),
        order=80,
    )
    mail.group(
        OVERVIEWS,
        label=_("Overviews"),
        help=_("For staff: the week on Mondays, and the month's numbers."),
        order=85,
    )
    mail.register(
        WEEK,
        context=_week,
        title=_("The week's overview"),
        group=OVERVIEWS,
        declinable=True,
        placeholders=(
            Placeholder("week", _("The number of the week"), 10),
            Placeholder(
                "lines", _("What happens this week"), ["## Hvem starter", "", "- Anna Andersen"]
            ),
            Placeholder("start_url", _("Link to the start page"), "/", required=True),
        ),
    )
    mail.register(
        MONTH,
        context=_month,
        title=_("The month's numbers"),
        group=OVERVIEWS,
        declinable=True,
        placeholders=(
            Placeholder("month", _("The month"), "februar 2026"),
            Placeholder("lines", _("The numbers of each branch"), ["Bolbro: frivillige 34"]),
            Placeholder("overview_url", _("Link to the overview"), "/overblik/", required=True),
        ),
    )
    mail.group(
        MENTORS,
        label=_("When you are a mentor"),
        help=_("What a new volunteer could use your help with."),
        order=35,
    )
    mail.group(
        ANNIVERSARIES,
        label=_("Greetings on anniversaries"),
        help=_("When you have been a volunteer for 1, 5, 10, 15 or 25 years."),
        order=45,
    )


def _soon(message):
    """None if they are no longer on the shift, it has begun, or its time is another."""
    assignment = emails.booked_and_coming(message)
    if assignment is None or assignment.starts_at.isoformat() != message.params["starts_at"]:
        return None
    shift = assignment.shift
    return {
        "first_name": assignment.volunteer.person.first_name,
        "shift": shift.title or localised(shift.site.activity, "title").text,
        "starts_at": shift.starts_at,
        "period": period(shift.starts_at, shift.ends_at),
        "branch": shift.site.branch.name,
        "place": shift.place or shift.site.place,
        "phone": phone(shift.site.branch.phone),
        "wishes_url": mail.link("coordination:own-reminders"),
    }


def _attendance(message):
    """None if everything has been registered in the meantime."""
    shifts = list(follow_up.without_attendance(message.user, timezone.now())[: MOST_LINES + 1])
    if not shifts:
        return None
    return {
        **_listed(shifts, besides=follow_up.groups_in_words),
        "follow_up_url": mail.link("coordination:follow-up"),
    }


def _listed(shifts, besides=lambda shift: ""):
    """The first of these shifts as lines, each with what is told besides, and whether there are
    more."""
    return {
        "shifts": [
            f"{shift.title or shift.site.activity.title}, {shift.site.branch}, "
            f"{when(shift.starts_at)}" + (f" ({found})" if (found := besides(shift)) else "")
            for shift in shifts[:MOST_LINES]
        ],
        "more": len(shifts) > MOST_LINES,
    }


def _requests(message):
    """None if they have all been answered in the meantime."""
    found = list(rosters.with_requests(message.user, timezone.now())[: MOST_LINES + 1])
    if not found:
        return None
    return {
        **_listed(found),
        "shifts_url": mail.link("coordination:shift-list"),
    }


def _steps(message):
    """None if they are done in the meantime."""
    return _waiting_lines(message, follow_up.StepLine, StepOwner.COORDINATOR)


def _talks(message):
    """None if they are registered in the meantime."""
    return _waiting_lines(message, follow_up.TalkLine)


def _waiting_lines(message, kind, owner=None):
    """Who waits for what in the branches of this member of staff: the lines of one kind."""
    day, steps = today(), follow_up.steps()
    rows = follow_up.followed(day).permitted(message.user, Permission.EDIT_PEOPLE)
    rows = rows.filter(follow_up.waiting(steps, day)).order_by("-starts_on", "-pk")
    found = [
        f"{engagement.volunteer.person.display_name}, {engagement.site}: {line.label}"
        for engagement in follow_up.with_everything(rows)[: 5 * MOST_LINES]
        for line in follow_up.still_waiting(engagement, steps, day)
        if isinstance(line, kind) and (owner is None or line.step.owner == owner)
    ]
    if not found:
        return None
    return {
        "lines": found[:MOST_LINES],
        "more": len(found) > MOST_LINES,
        "follow_up_url": mail.link("coordination:follow-up"),
    }


def _mentor_step(message):
    """None if it is done, the engagement has ended, or they are no longer the mentor."""
    engagement = (
        follow_up.with_everything(follow_up.followed(today()))
        .filter(pk=message.about_id, mentorship__mentor=message.person_id)
        .first()
    )
    if engagement is None:
        return None
    steps, _talks_of = follow_up.lines(engagement, follow_up.steps(), today())
    line = next((one for one in steps if one.step.pk == message.params["step"]), None)
    if line is None or line.tick is not None:
        return None
    mentor = engagement.mentorship.mentor.person
    return {
        "first_name": mentor.first_name,
        "new_volunteer": engagement.volunteer.person.first_name,
        "step": line.label,
        "activity": localised(engagement.site.activity, "title").text,
        "steps_url": (
            mail.link("coordination:own-mentor-steps", engagement.pk) if mentor.user_id else ""
        ),
    }


def _anniversary(message):
    """None if they have stopped."""
    people = follow_up.running(today()).select_related("person")
    volunteer = people.filter(pk=message.about_id).first()
    if volunteer is None:
        return None
    return {
        "first_name": volunteer.person.first_name,
        "years": message.params["years"],
    }


def _week(message):
    """None if there is nothing to tell any more, or they no longer coordinate anything."""
    monday = monday_of(today())
    lines = overviews.week_lines(message.user, monday)
    if not lines:
        return None
    return {
        "week": monday.isocalendar().week,
        "lines": lines,
        "start_url": mail.link("start"),
    }


def _month(message):
    """Numbers only. None if there are none, or they no longer manage anything."""
    scope = scope_of(message.user)
    month = overviews.month_before(today())
    names = dict(Branch.objects.values_list("path", "name"))
    lines = overviews.month_lines(
        names, month, lambda path: scope.holds(Permission.EDIT_POLICIES, path)
    )
    if not lines:
        return None
    return {
        "month": month_words(month.first),
        "lines": lines,
        "overview_url": mail.link("coordination:overview"),
    }
