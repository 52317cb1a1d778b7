"""Who came: when somebody can say so by the poster, whose list a shift lead sees, names on it.

Source: issue 5; users-ask.md C2.14, C4.24, D (no-shows).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from coordination.models import (
    Activity,
    Assignment,
    CaringCall,
    Engagement,
    MarkWay,
    Shift,
    ShiftLead,
    Site,
    Volunteer,
)
from coordination.states import AssignmentState, ShiftState
from core import policies
from core.periods import day_of, months_later, start_of, today

BY_POSTER = "attendance.by_poster"
BEFORE = "attendance.check_in_before_minutes"
LEAD_DAYS = "attendance.lead_days"
CALL_ABSENCES, CALL_MONTHS = "attendance.call_absences", "attendance.call_months"
NEXT_WITHIN = timedelta(days=60)


# --- By the poster -------------------------------------------------------------------------


def opens_at(shift):
    """The instant from which somebody on the shift can say that they are here."""
    minutes = policies.get(BEFORE, path=shift.site.branch.path)
    return shift.starts_at - timedelta(minutes=minutes)


def is_open(shift, now):
    """True from some minutes before the shift until its end."""
    return opens_at(shift) <= now < shift.ends_at and not shift.is_cancelled


@dataclass(frozen=True)
class CheckIn:
    """What the poster's page tells one volunteer: sign-ups to confirm, those that are registered,
    those marked as absent, the next one here, and a running shift that they are not on."""

    open: tuple = ()
    done: tuple = ()
    absent: tuple = ()
    coming: Assignment | None = None
    running: Shift | None = None


def check_in_of(site, volunteer, now):
    """The CheckIn of a volunteer at a site. 2 queries."""
    held = volunteer.assignments.holding_a_place().filter(
        shift__site=site, ends_at__gt=now, starts_at__lt=now + NEXT_WITHIN
    )
    rows = list(held.select_related("shift__site__branch", "volunteer__person"))
    rows.sort(key=lambda row: row.starts_at)
    here = [row for row in rows if is_open(row.shift, now)]
    running = Shift.objects.filter(
        site=site, state=ShiftState.OPEN, starts_at__lte=now, ends_at__gt=now
    ).exclude(pk__in=[row.shift_id for row in here])
    coming = [row for row in rows if row not in here and row.state == AssignmentState.BOOKED]
    return CheckIn(
        open=_in_state(here, AssignmentState.BOOKED),
        done=_in_state(here, AssignmentState.ATTENDED),
        absent=_in_state(here, AssignmentState.ABSENT),
        coming=coming[0] if coming else None,
        running=running.select_related("site__activity").order_by("starts_at").first(),
    )


def _in_state(rows, state):
    return tuple(row for row in rows if row.state == state)


# --- By a shift lead -----------------------------------------------------------------------


def leads(user, on):
    """The ShiftLeads of this user that hold on the day: named, and the engagement is running."""
    if not user.is_authenticated:
        return ShiftLead.objects.none()
    ties = Engagement.objects.own(user).running_on(on)
    return ShiftLead.objects.in_use().filter(engagement__in=ties)


def shifts_led(user, now):
    """The shifts on which this user, as a shift lead, may register who came: those of today, and
    those that ended some days ago. The one rule of this right; nothing else follows from it.
    """
    held = leads(user, day_of(now))
    days = policies.get(LEAD_DAYS)
    here = Q(site__in=held.filter(shift=None).values("engagement__site")) | Q(
        pk__in=held.filter(shift__isnull=False).values("shift")
    )
    rows = Shift.objects.filter(
        here,
        state=ShiftState.OPEN,
        starts_at__lt=start_of(day_of(now) + timedelta(days=1)),
        ends_at__gte=start_of(day_of(now) - timedelta(days=days)),
    )
    return rows.select_related("site__activity", "site__branch")


def leads_of(site, on):
    """The site's ShiftLeads in use whose engagement has not ended, people read along. 1 query."""
    rows = ShiftLead.objects.in_use().filter(
        Q(engagement__ends_on__isnull=True) | Q(engagement__ends_on__gte=on),
        Q(shift__isnull=True) | Q(shift__ends_at__gte=start_of(on)),
        engagement__site=site,
    )
    return rows.select_related("engagement__volunteer__person", "shift").order_by("pk")


def all_leads():
    """All ShiftLeads, with whom and where read along."""
    return ShiftLead.objects.select_related(
        "engagement__volunteer__person", "engagement__site__activity", "engagement__site__branch"
    )


def activities(user, permission):
    """Activities owned by, or taking place at, branches where the user has the permission."""
    here = Site.objects.permitted(user, permission)
    owned = Activity.objects.permitted(user, permission)
    return Activity.objects.filter(
        Q(pk__in=owned.order_by().values("pk")) | Q(pk__in=here.values("activity"))
    )


def sites(activity):
    """The activity's open sites with their branch."""
    return Site.objects.filter(activity=activity, closed_on=None).select_related("branch")


def possible_leads(site, on):
    """Volunteers with a running engagement at the site and a sign-in, by name."""
    ties = Engagement.objects.filter(site=site).running_on(on)
    people = Volunteer.objects.by_name().filter(pk__in=ties.values("volunteer"))
    return people.filter(person__user__isnull=False)


def short_names(assignments):
    """{assignment id: what a shift lead calls them by}: the first name, and the initial of the
    last where two of that name are on the shift."""
    people = {row.pk: row.volunteer.person for row in assignments}
    names = Counter(person.first_name for person in people.values())
    return {
        pk: person.first_name if names[person.first_name] == 1 else person.public_name
        for pk, person in people.items()
    }


# --- A caring call -------------------------------------------------------------------------


def calls_after():
    """So many absences suggest a call; 0: none is suggested."""
    return policies.get(CALL_ABSENCES)


def with_absences(engagements, on):
    """Annotate `absences`: how often the volunteer did not come to the site's shifts in the last
    months and since somebody last called. For a call; it is shown nowhere."""
    since = start_of(months_later(on, -policies.get(CALL_MONTHS)))
    called = CaringCall.objects.filter(engagement=OuterRef("pk")).order_by("-called_at")
    absent = (
        Assignment.objects.filter(
            volunteer=OuterRef("volunteer"),
            shift__site=OuterRef("site"),
            state=AssignmentState.ABSENT,
            starts_at__gte=since,
            attendance_at__gt=Coalesce(OuterRef("last_call"), Value(since)),
        )
        .order_by()
        .values("volunteer")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return engagements.annotate(
        last_call=Subquery(called.values("called_at")[:1]),
        absences=Coalesce(Subquery(absent, output_field=IntegerField()), 0),
    )


def wants_call(engagement):
    """True if an engagement read `with_absences` suggests a call."""
    return 0 < calls_after() <= engagement.absences


# --- What has been registered --------------------------------------------------------------


def on_shift(shift):
    """The sign-ups that hold a place, with people and what is known of their mark. 1 query."""
    rows = Assignment.objects.holding_a_place().filter(shift=shift)
    rows = rows.select_related("volunteer__person", "attendance_by", "presence")
    return list(rows.order_by("booked_at", "pk"))


def presence_of(assignment):
    """The assignment's Presence, or None: most have none. No query where it was read along."""
    return getattr(assignment, "presence", None)


def way_of(assignment):
    """In which capacity the mark was given."""
    presence = presence_of(assignment)
    return MarkWay(presence.way) if presence else MarkWay.STAFF


def coming_days(shifts):
    """The days of the shifts, each once, soonest first; from today on."""
    starts = shifts.filter(starts_at__gte=start_of(today())).order_by("starts_at")
    return list(
        dict.fromkeys(day_of(start) for start in starts.values_list("starts_at", flat=True))
    )
