"""What the pages of a branch ask: hours, closing days, ambassadors, and what a change concerns."""

from dataclasses import dataclass

from coordination import rosters
from coordination.access import Role
from coordination.models import (
    AmbassadorProfile,
    Assignment,
    Branch,
    ClosingDay,
    Engagement,
    RoleAssignment,
    Series,
    Shift,
    Site,
)
from coordination.queries import OPEN_SITE
from core.models import PolicyValue
from core.periods import covering, start_of, today


def ids_of(path):
    """The ids of a branch and of all above it, from its path."""
    return [int(part) for part in path.split("/") if part]


def closing_days_of(branch):
    """Closing days, of the branch and of what lies above it, that are not over. 1 query."""
    rows = ClosingDay.objects.filter(branch__in=ids_of(branch.path), ends_on__gte=today())
    return rows.select_related("branch")


def closing_days():
    """Closing days with their branch."""
    return ClosingDay.objects.select_related("branch")


def branches():
    """Branches with what they belong under."""
    return Branch.objects.select_related("parent")


def open_branches():
    """Branches that are not closed: those with a public page."""
    return branches().exclude(closed_on__lte=today())


def ambassadors_of(branch):
    """Ambassadors of the branch, or of what lies above it, who said yes to its page. 1 query."""
    held = RoleAssignment.objects.filter(
        covering(today()), role=Role.AMBASSADOR, branch__in=ids_of(branch.path)
    )
    rows = AmbassadorProfile.objects.filter(user__in=held.values("user"), user__is_active=True)
    return rows.select_related("user").order_by("user__name", "pk")


def profile_of(user):
    """What the ambassador has said yes to, or None."""
    return AmbassadorProfile.objects.filter(user=user).first()


def ambassador_branches(user):
    """The branches whose ambassador the user is today."""
    held = RoleAssignment.objects.filter(covering(today()), role=Role.AMBASSADOR, user=user)
    return list(Branch.objects.filter(pk__in=held.values("branch")))


def with_taken(shifts):
    """The shifts, each with `taken`: how many places are held. 1 query."""
    taken = rosters.taken_of(rosters.group_seats_of(shifts))
    for shift in shifts:
        shift.taken = taken[shift.pk]
    return shifts


@dataclass(frozen=True)
class Concerned:
    """What lies at a branch and under it, as numbers.

    `volunteers` and `open_branches` stand in the way of closing; `shifts` would be cancelled and
    the people on them (`sign_ups`) told; `series` would end.
    """

    branches: int
    open_branches: int
    activities: int
    volunteers: int
    series: int
    shifts: int
    sign_ups: int
    roles: int
    settings: int


def concerned_by_closing(branch, on):
    """The Concerned of closing this branch alone from the day on. 7 queries."""
    return _concerned(branch, {"branch": branch}, on)


def concerned_by_moving(branch):
    """The Concerned of moving this branch with all under it. 7 queries."""
    return _concerned(branch, {"branch__path__startswith": branch.path}, today())


def _concerned(branch, where, on):
    through_site = {f"site__{name}": value for name, value in where.items()}
    shifts = Shift.objects.upcoming().filter(starts_at__gte=start_of(on), **through_site)
    engagements = Engagement.objects.not_ended(on).filter(**through_site)
    below = Branch.objects.filter(path__startswith=branch.path).exclude(pk=branch.pk)
    running = Series.objects.filter(**through_site).exclude(ends_on__lt=on)
    held = Assignment.objects.holding_a_place().filter(shift__in=shifts.values("pk"))
    return Concerned(
        branches=below.count(),
        open_branches=branch.children.exclude(closed_on__lte=on).count(),
        activities=Site.objects.filter(OPEN_SITE, **where).count(),
        volunteers=engagements.values("volunteer").distinct().count(),
        series=running.count(),
        shifts=shifts.count(),
        sign_ups=held.count(),
        roles=RoleAssignment.objects.filter(covering(today()), **where).count(),
        settings=PolicyValue.objects.filter(path__startswith=branch.path).count(),
    )
