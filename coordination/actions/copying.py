"""Copy what was planned to another day: an event with its shifts, or the shifts of one day."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import series as rules
from coordination.access import Permission
from coordination.actions import shifts
from coordination.models import Shift
from coordination.states import ShiftState
from core import audit
from core.errors import DomainError
from core.periods import day_of, local, start_of

audit.kind("activity.shifts_copied", gettext_lazy("Shifts copied to another day"))

MOST = 500


@dataclass(frozen=True)
class Copy:
    """One shift and the period of its copy."""

    shift: Shift
    starts_at: object
    ends_at: object


@transaction.atomic
def copy_shifts(*, activity, first_day, last_day, new_first_day, by):
    """Plan the activity's shifts of first_day..last_day again, from the new first day; return them.

    The time on the clock stays, nobody is signed up. A shift that is there already (place, times
    and title) is not planned twice. All or none. Raises DomainError "nothing_to_copy",
    "too_many", and what `shifts.plan` raises.
    """
    copies = copies_of(activity, first_day, last_day, new_first_day, by)
    if not copies:
        raise DomainError(
            _("There is no shift to copy on those days, or they are there already."),
            code="nothing_to_copy",
            field="first_day",
        )
    if len(copies) > MOST:
        raise DomainError(
            _("That is more than %(most)s shifts. Choose fewer days.") % {"most": MOST},
            code="too_many",
            field="last_day",
        )
    made = [
        shifts.plan(
            site=copy.shift.site,
            starts_at=copy.starts_at,
            ends_at=copy.ends_at,
            by=by,
            **{name: getattr(copy.shift, name) for name in shifts.DETAILS},
        )
        for copy in copies
    ]
    path = activity.branch.path
    audit.record("activity.shifts_copied", by=by, about=activity, branch_path=path)
    return made


def copies_of(activity, first_day, last_day, new_first_day, user):
    """A Copy of each shift in the period that is not there yet, in order. 2 queries.

    Of the branches in which the user plans shifts; cancelled ones are left out. The first shift
    of the period comes on the new first day.
    """
    rows = list(_shifts(activity, user, first_day, last_day))
    if not rows:
        return []
    by_days = new_first_day - day_of(rows[0].starts_at)
    found = [Copy(row, *moved(row.starts_at, row.ends_at, by_days)) for row in rows]
    last = max(day_of(copy.starts_at) for copy in found)
    there = {_key(row, row) for row in _shifts(activity, user, new_first_day, last)}
    return [copy for copy in found if _key(copy.shift, copy) not in there]


def moved(starts_at, ends_at, by_days):
    """The period so many days later, with the same times on the clock."""
    start, end = local(starts_at), local(ends_at)
    return rules.period_of(start.date() + by_days, start.time(), end.time())


def _shifts(activity, user, first_day, last_day):
    rows = Shift.objects.permitted(user, Permission.EDIT_SHIFTS).filter(
        site__activity=activity,
        state=ShiftState.OPEN,
        starts_at__gte=start_of(first_day),
        starts_at__lt=start_of(last_day + rules.DAY),
    )
    return rows.select_related("site__activity", "site__branch")


def _key(shift, period):
    return shift.site_id, period.starts_at, period.ends_at, shift.title
