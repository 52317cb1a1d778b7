"""What coordination puts into the mailed overviews."""

from datetime import timedelta

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coordination import follow_up, hours, overviews
from coordination.access import Permission
from coordination.models import Assignment, Engagement, Shift
from coordination.overviews import Figure, Section
from coordination.states import HOLDING_A_PLACE, AssignmentState, ShiftState
from core.periods import start_of, today
from core.templatetags.ui import day, when

WEEK = timedelta(days=7)


def register():
    """Called once, from `CoordinationConfig.ready`."""
    for section in SECTIONS:
        overviews.add_section(section)
    for figure in FIGURES:
        overviews.add_figure(figure)


def starting(monday):
    """Engagements that begin this week."""
    rows = Engagement.objects.filter(starts_on__range=(monday, monday + WEEK - timedelta(days=1)))
    return rows.select_related("volunteer__person", "site__activity", "site__branch").order_by(
        "starts_on", "pk"
    )


def lacking_people(monday):
    """Coming shifts of this week with fewer people than they need."""
    late = Q(
        assignments__state=AssignmentState.BOOKED, assignments__confirm_until__lte=timezone.now()
    )
    taken = Count("assignments", filter=Q(assignments__state__in=HOLDING_A_PLACE) & ~late)
    rows = Shift.objects.filter(
        state=ShiftState.OPEN,
        starts_at__gte=max(start_of(monday), timezone.now()),
        starts_at__lt=start_of(monday + WEEK),
    )
    rows = rows.annotate(taken=taken + F("group_seats")).filter(taken__lt=F("minimum"))
    return rows.select_related("site__activity", "site__branch").order_by("starts_at", "pk")


def without_attendance(monday):
    """Shifts of the last two weeks for which attendance is missing."""
    return follow_up.lacking_attendance(start_of(monday - 2 * WEEK), start_of(monday))


def to_talk_with(monday):
    """Engagements for which a welcome step or a talk waits."""
    rows = follow_up.followed(monday).filter(follow_up.waiting(follow_up.steps(), monday))
    return rows.select_related("volunteer__person", "site__activity", "site__branch").order_by(
        "-starts_on", "-pk"
    )


def celebrating(monday):
    """Running engagements of those who have an anniversary next week: told a week ahead."""
    beginnings = follow_up.anniversary_beginnings(
        monday + WEEK, monday + 2 * WEEK - timedelta(days=1)
    )
    rows = Engagement.objects.running_on(monday).filter(volunteer__since__in=list(beginnings))
    return rows.select_related("volunteer__person", "site__branch", "site__activity").order_by(
        "volunteer", "pk"
    )


def _person(engagement):
    return f"{engagement.volunteer.person.display_name}, {engagement.site}"


def _person_and_start(engagement):
    return f"{_person(engagement)}: {day(engagement.starts_on)}"


def _person_and_years(engagement):
    since = engagement.volunteer.since
    years, on = follow_up.next_anniversary(since, today())
    return gettext("%(person)s: %(years)s years on %(day)s") % {
        "person": _person(engagement),
        "years": years,
        "day": day(on),
    }


def _shift(shift):
    return f"{shift.title or shift.site.activity}, {shift.site.branch}: {when(shift.starts_at)}"


def _shift_and_groups(shift):
    found = follow_up.groups_in_words(shift)
    return f"{_shift(shift)} ({found})" if found else _shift(shift)


def waiting_hours(monday):
    """Hours besides the shifts that nobody has answered."""
    return hours.entries().waiting().order_by("day", "pk")


def _entry(entry):
    return f"{entry.volunteer.person.display_name}, {entry.site}: {day(entry.day)}"


SECTIONS = (
    Section("starts", _("Who starts"), starting, _person_and_start, Permission.VIEW_PEOPLE, 10),
    Section(
        "gaps", _("Shifts that lack people"), lacking_people, _shift, Permission.EDIT_SHIFTS, 30
    ),
    Section(
        "attendance",
        _("Shifts without attendance"),
        without_attendance,
        _shift_and_groups,
        Permission.EDIT_SHIFTS,
        40,
    ),
    Section(
        "hours",
        _("Hours that wait for an answer"),
        waiting_hours,
        _entry,
        Permission.EDIT_SHIFTS,
        45,
    ),
    Section(
        "follow_up",
        _("Who should hear from you"),
        to_talk_with,
        _person,
        Permission.EDIT_PEOPLE,
        50,
    ),
    Section(
        "anniversaries",
        _("Anniversaries next week"),
        celebrating,
        _person_and_years,
        Permission.VIEW_PEOPLE,
        60,
    ),
)


def _tied(first, last):
    return Engagement.objects.filter(starts_on__lte=last).not_ended(last)


def _begun(first, last):
    return Engagement.objects.filter(starts_on__range=(first, last))


def _stopped(first, last):
    return Engagement.objects.filter(ends_on__range=(first, last))


def _shifts(first, last):
    return Shift.objects.filter(
        state=ShiftState.OPEN,
        starts_at__gte=start_of(first),
        starts_at__lt=start_of(last + timedelta(days=1)),
    )


def _attended(first, last):
    return Assignment.objects.filter(
        state=AssignmentState.ATTENDED,
        starts_at__gte=start_of(first),
        starts_at__lt=start_of(last + timedelta(days=1)),
    )


FIGURES = (
    Figure("volunteers", _("volunteers"), _tied, distinct="volunteer", order=10),
    Figure("begun", _("begun"), _begun, order=20),
    Figure("stopped", _("stopped"), _stopped, order=30),
    Figure("shifts", _("shifts"), _shifts, order=40),
    Figure("attended", _("came to a shift"), _attended, order=50),
)
