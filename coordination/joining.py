"""Why somebody cannot join a shift: one answer for the page, the action and the explainer.

The gate (`eligibility`) decides who is cleared, `scheduling` time and room, the municipality, the
branch and the activity how and until when one signs up.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from coordination import eligibility, load, scheduling
from coordination.models import Assignment
from coordination.shift_roles import roles_of
from coordination.states import SignUpWay
from core import policies
from core.errors import DomainError

JOIN_DEADLINE = "shift.join_deadline_hours"
CANCEL_DEADLINE = "shift.cancel_deadline_hours"
OFFER_HOURS = "shift.offer_hours"
# The line has room for everybody: all places taken is no reason not to wait.
FULL = "full"


def rules_of(shift):
    """The activity's own SignUpRules, or None. No query where they were read along (WITH_RULES)."""
    return getattr(shift.site.activity, "sign_up_rules", None)


WITH_RULES = "site__activity__sign_up_rules"


def way_of(shift):
    """Who puts people on the shift: its own way, else the activity's, else themselves."""
    rules = rules_of(shift)
    return SignUpWay(shift.way or (rules.way if rules else SignUpWay.SELF))


def join_hours(shift):
    """Hours before the shift at which sign-up closes: the activity's, else the branch's."""
    return _hours(shift, "join_hours", JOIN_DEADLINE)


def leave_hours(shift):
    """Hours before the shift at which volunteers can cancel by themselves no more."""
    return _hours(shift, "leave_hours", CANCEL_DEADLINE)


def closes_at(shift):
    """The instant after which volunteers cannot join by themselves."""
    return shift.starts_at - timedelta(hours=join_hours(shift))


def _hours(shift, field, key):
    rules = rules_of(shift)
    own = getattr(rules, field) if rules else None
    return policies.get(key, path=shift.site.branch.path) if own is None else own


def obstacles(shift, volunteer, *, standing, is_own, now, role=""):
    """Every reason why the volunteer cannot join the shift now, as Obstacles. 3 queries.

    `standing` is the shift's Line, `role` the one they would like of the shift's, `is_own` whether
    they ask for themselves: who signs up, until when, and the hours of the young bind volunteers
    and not coordinators. The shift comes with its site, activity and rules, the volunteer with
    their person. Binding only for rows that the transaction has locked.
    """
    held = held_around(volunteer, shift)
    age = volunteer.person.youngest_age_on(shift.day)
    return (
        scheduling.closed_reasons(shift, now)
        + (own_reasons(shift, now) if is_own else [])
        + eligibility.obstacles_to_shift(shift, volunteer)
        + scheduling.busy_reasons(shift, held)
        + (load.young_reasons(age, shift, held) if is_own else [])
        + scheduling.pending_reasons(_pending_state(standing, volunteer))
        + room_reasons(standing, role)
    )


def room_reasons(standing, role=""):
    """Why there is no room, in the role or at all."""
    if role and standing.taken < standing.capacity and not standing.has_room(role):
        return scheduling.role_reasons(role)
    return scheduling.room_reasons(standing.capacity, standing.taken)


def require_role(shift, role):
    """A role of the shift, or none; DomainError "role_unknown" for another."""
    if role and role not in {one.name for one in roles_of(shift)}:
        raise DomainError(
            _("The shift has no such role any more. Choose among those it has."),
            code="role_unknown",
            field="role",
        )


def held_around(volunteer, shift):
    """What the volunteer holds in the week of the shift and at its time, as Held. 1 query."""
    first, last = load.week_around(shift.starts_at)
    rows = volunteer.assignments.taking_time(timezone.now()).filter(
        starts_at__lt=max(last, shift.ends_at), ends_at__gt=first
    )
    return [load.Held(*row) for row in rows.values_list(*load.HELD_FIELDS)]


def require_none(found, *, for_staff):
    """Raise DomainError unless there are no obstacles: "cannot_join" with its reasons in words, or
    the code of the one reason there is."""
    if not found:
        return
    texts = [obstacle.for_staff if for_staff else obstacle.message for obstacle in found]
    if len(found) == 1:
        raise DomainError(texts[0], code=found[0].code)
    message = (
        _("The volunteer cannot join this shift yet.")
        if for_staff
        else _("You cannot join this shift yet.")
    )
    raise DomainError(message, code="cannot_join", reasons=texts)


def own_reasons(shift, now):
    """Why volunteers cannot sign up for this shift by themselves."""
    if shift.starts_at <= now:
        return []
    return scheduling.way_reasons(way_of(shift)) or scheduling.join_closed_reasons(
        shift.starts_at, now, join_hours(shift)
    )


def obstacles_of_many(shift, volunteers, *, with_hours=False, leaving=()):
    """{volunteer id: Obstacles} of the gate and of time, for choosing among many. 3 queries.

    `with_hours`: the hours of the young too, which keep them from saying yes by themselves.
    `leaving`: ids of shifts that they give up for this one.
    """
    gate = eligibility.obstacles_of(volunteers, site=shift.site, day=shift.day)
    first, last = load.week_around(shift.starts_at)
    rows = Assignment.objects.taking_time(timezone.now()).filter(
        volunteer__in=list(gate), starts_at__lt=max(last, shift.ends_at), ends_at__gt=first
    )
    rows = rows.exclude(shift__in=leaving) if leaving else rows
    held = {}
    for pk, *values in rows.values_list("volunteer_id", *load.HELD_FIELDS):
        held.setdefault(pk, []).append(load.Held(*values))
    found = {}
    for volunteer in volunteers:
        own = held.get(volunteer.pk, ())
        found[volunteer.pk] = gate[volunteer.pk] + scheduling.busy_reasons(shift, own)
        if with_hours:
            age = volunteer.person.youngest_age_on(shift.day)
            found[volunteer.pk] += load.young_reasons(age, shift, own)
    return found


def _pending_state(standing, volunteer):
    asking = (*standing.offered, *standing.waiting, *standing.requested)
    return next((row.state for row in asking if row.volunteer_id == volunteer.pk), None)
