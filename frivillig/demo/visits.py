"""The demo's visitors, a school class in the festival's parade; and a shift that was moved."""

from datetime import timedelta

from django.utils import timezone

from coordination.actions import consent, groups, shifts
from coordination.models import Assignment, GroupKind, Shift
from coordination.states import AssignmentState
from frivillig.demo.places import address

PARADE, CLASS_SEATS = "Parade", 24
LATER, NOT_SOON = timedelta(minutes=30), timedelta(days=4)


def come(places, crowd):
    """A school class walks in the parade, with one grown-up who answers for it."""
    parade = Shift.objects.upcoming().filter(title=PARADE).select_related("site__branch").first()
    clerk = places.coordinators[parade.site.branch.name]
    more = CLASS_SEATS + parade.assignments.in_line().count()  # who waits comes first
    shifts.change(shift=parade, capacity=parade.capacity + more, by=clerk)
    teacher = crowd.person(reachable=True)
    groups.book(
        shift=parade,
        kind=GroupKind.SCHOOL_CLASS,
        title="5.B fra Skovskolen",
        seats=CLASS_SEATS,
        responsible={
            "name": teacher.name,
            "email": teacher.email,
            "phone": teacher.phone,
            "language": "da",
        },
        by=clerk,
    )


def move_one(places):
    """A shift that Frida is on begins half an hour later; one has said yes again, others not."""
    mine = Assignment.objects.filter(
        volunteer__person__email=address("frida"),
        state=AssignmentState.BOOKED,
        starts_at__gt=timezone.now() + NOT_SOON,
    )
    rows = Shift.objects.upcoming().select_related("site__activity", "site__branch")
    for shift in rows.filter(pk__in=mine.values("shift")):
        period = {"starts_at": shift.starts_at + LATER, "ends_at": shift.ends_at + LATER}
        found = shifts.preview(shift=shift, **period)
        if found.misfits or len(found.staying) < 2:
            continue
        clerk = places.coordinators[shift.site.branch.name]
        shifts.reschedule(shift=shift, ask=True, by=clerk, **period)
        others = (row for row in found.staying if row.volunteer.person.email != address("frida"))
        consent.confirm(assignment=next(others), by=clerk)
        return
