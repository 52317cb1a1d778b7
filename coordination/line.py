"""The line for the places of a shift: who holds one, who has been offered one, who is next.

Read from rows and the clock, so that it is right whether or not a worker has run since: an offer
whose time is up holds nothing, nor does who had to say yes again to a changed shift and did not in
time; their place belongs to the next in line.
"""

from collections import Counter
from dataclasses import dataclass, field

from coordination.models import Assignment
from coordination.shift_roles import ANY, Room, ShiftRole, roles_of
from coordination.states import HOLDING_A_PLACE, PENDING, AssignmentState


@dataclass(frozen=True)
class Line:
    """How a shift's places stand at an instant; rows in the order of asking. What groups hold is
    among the `held`.

    `roles` are the shift's, and `in_role` how many have each, offers among them; neither where it
    has none.
    """

    capacity: int
    held: int
    offered: tuple
    lapsed: tuple
    waiting: tuple
    requested: tuple
    unanswered: tuple
    roles: tuple[ShiftRole, ...] = ()
    in_role: dict = field(default_factory=dict)

    @property
    def free(self):
        """Places that nobody holds and nobody has been offered; never below none."""
        return max(self.capacity - self.held - len(self.offered), 0)

    @property
    def open_to_all(self):
        """Free places beyond those that wait."""
        return self.beyond_the_line().free if self.roles else max(self.free - len(self.waiting), 0)

    def room(self):
        """The Room of the free places, for giving them one by one."""
        return Room(self.free, self.roles, self.in_role)

    def beyond_the_line(self):
        """The Room that is left when all who wait have had what they wait for, in order."""
        room = self.room()
        for row in self.waiting:
            room.take(row.role)
        return room

    def has_room(self, role=ANY):
        """True if there is a place, in the role if one is asked for."""
        return self.room().role_for(role) is not None

    @property
    def taken(self):
        return self.held + len(self.offered)

    def position(self, assignment):
        """Which number somebody is in the line, from 1; None for those who are not in it."""
        order = [row.pk for row in self.waiting]
        return order.index(assignment.pk) + 1 if assignment.pk in order else None


def line_of(shift, rows, now):
    """The Line of a shift from its live assignments."""
    asking = sorted(
        (row for row in rows if row.state in PENDING), key=lambda row: (row.asked_at, row.pk)
    )

    def those(state):
        return tuple(row for row in asking if row.state == state)

    offered = those(AssignmentState.OFFERED)
    holding = [row for row in rows if row.state in HOLDING_A_PLACE and not row.lets_go(now)]
    standing = [row for row in offered if row.has_offer(now)]
    roles = roles_of(shift)
    return Line(
        capacity=shift.capacity,
        held=len(holding) + shift.group_seats,
        offered=tuple(standing),
        lapsed=tuple(row for row in offered if not row.has_offer(now)),
        waiting=those(AssignmentState.WAITING),
        requested=those(AssignmentState.REQUESTED),
        unanswered=tuple(row for row in rows if row.lets_go(now)),
        roles=roles,
        in_role=Counter(row.role for row in (*holding, *standing)) if roles else {},
    )


def read(shift, now):
    """The Line of a shift now. 1 query. Binding only where the shift is locked."""
    rows = Assignment.objects.live().filter(shift=shift.pk)
    return line_of(shift, list(rows), now)
