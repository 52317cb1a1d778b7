"""The demo's visitors: a school class in the festival's parade."""

from coordination.actions import groups, shifts
from coordination.models import GroupKind, Shift

PARADE, CLASS_SEATS = "Parade", 24


def come(places, crowd):
    """A school class walks in the parade, with one grown-up who answers for it."""
    parade = Shift.objects.upcoming().filter(title=PARADE).select_related("site__branch").first()
    clerk = places.coordinators[parade.site.branch.name]
    shifts.change(shift=parade, capacity=parade.capacity + CLASS_SEATS, by=clerk)
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
