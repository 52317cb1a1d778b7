"""The demo's attendance: a shift lead, hours told of besides, somebody who would like a call."""

from datetime import timedelta

from django.db.models import Count, Q

from coordination.actions import attendance, hours
from coordination.models import Assignment, Engagement
from coordination.states import AssignmentState
from core.periods import start_of, today
from frivillig.demo.places import address

TOLD = (
    (6, 60, "Hentede bøger til udstillingen"),
    (4, 90, "Bagte kage til sommerfesten"),
    (2, 45, "Pakkede spil ned"),
)
LONGER = 30  # minutes


def register(places):
    """Everything, at the place of the volunteer who signs in to see it."""
    frida = _tie_of(address("frida"))
    by = places.coordinators[frida.site.branch.name]
    attendance.name_lead(site=frida.site, volunteer=frida.volunteer, by=by)
    _tell(frida, by)
    _stay_longer(frida, by)
    _miss_two(frida, by)


def _tie_of(email):
    """The engagement at whose site most have come to shifts lately."""
    been = Q(
        site__shifts__assignments__state=AssignmentState.ATTENDED,
        site__shifts__starts_at__gte=start_of(today() - timedelta(days=60)),
    )
    ties = Engagement.objects.filter(volunteer__person__user__email=email).not_ended(today())
    ties = ties.select_related("site__branch", "volunteer__person__user")
    return (
        ties.alias(been=Count("site__shifts__assignments", filter=been)).order_by("-been").first()
    )


def _tell(frida, by):
    """One is approved, the others wait."""
    entries = [
        hours.tell(
            volunteer=frida.volunteer,
            site=frida.site,
            day=today() - timedelta(days=days),
            minutes=minutes,
            words=words,
            by=frida.volunteer.person.user,
        )
        for days, minutes, words in TOLD
    ]
    hours.approve(entry=entries[0], by=by)


def _stay_longer(frida, by):
    been = frida.volunteer.assignments.select_related("shift").filter(
        state=AssignmentState.ATTENDED
    )
    last = been.order_by("starts_at").last()
    if last is not None:
        hours.correct_shift(assignment=last, minutes=last.shift.minutes + LONGER, by=by)


def _miss_two(frida, by):
    """One of the others did not come twice: one time they told why."""
    rows = Assignment.objects.filter(state=AssignmentState.ATTENDED, shift__site=frida.site)
    others = rows.exclude(volunteer=frida.volunteer).order_by("-starts_at", "pk")
    often = others.order_by().values("volunteer").annotate(times=Count("pk"))
    one = often.order_by("-times", "volunteer").first()["volunteer"]
    marked = [
        attendance.mark_attendance(assignment=row, attended=False, by=by)
        for row in others.filter(volunteer=one)[:2]
    ]
    attendance.note_reason(assignment=marked[0], reason="misunderstood", by=by)
