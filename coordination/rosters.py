"""What the pages of shifts and recognition ask: set-based, a page costs the same for any rows."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Collate
from django.utils import timezone

from coordination import (
    eligibility,
    joining,
    line,
    load,
    scheduling,
    shift_roles,
    stand_ins,
)
from coordination.access import Permission, Scope, scope_of
from coordination.models import (
    Assignment,
    Engagement,
    RecognitionEvent,
    RecognitionInvitation,
    Shift,
    Volunteer,
)
from coordination.states import (
    HOLDING_A_PLACE,
    AssignmentState,
    InvitationState,
    ShiftState,
    SignUpWay,
)
from core.periods import day_of, today
from core.prepared import Prepared, PreparedList, ids, moment

HOLDING = Q(assignments__state__in=HOLDING_A_PLACE)


def shifts():
    """Shifts with site, activity and branch read along."""
    return Shift.objects.select_related("site__activity", "site__branch")


def shifts_with_rules():
    """The same, with the activity's rules of signing up."""
    return shifts().select_related(joining.WITH_RULES)


def coming_shifts(user, permission):
    """The user's shifts that have not ended, prepared: the list as it opens."""
    question = _coming_shifts(scope_of(user).grants, permission)
    return question.told(now=timezone.now())


@lru_cache(maxsize=256)
def _coming_shifts(grants, permission):
    rows = shifts().filter(Scope(grants).within(Shift.branch_lookup, permission))
    return PreparedList(rows.not_over(moment("now")))


def assignments():
    """Sign-ups with their person and what is shown of their shift."""
    return Assignment.objects.select_related(
        "volunteer__person", "shift__site__activity", "shift__site__branch"
    )


def places_on(shifts):
    """The sign-ups that hold a place on the shifts, people read along. 1 query."""
    rows = Assignment.objects.holding_a_place().filter(shift__in=[shift.pk for shift in shifts])
    return rows.select_related("volunteer__person").order_by("booked_at", "pk")


def with_gaps(rows):
    """Those of the shifts that are open and have a place that nobody holds, with how many are
    `held`, and how many are `offered` to somebody in the line."""
    now, offer = timezone.now(), Q(state=AssignmentState.OFFERED)
    there = Assignment.objects.held_or_offered(now).filter(shift=OuterRef("pk"))
    rows = rows.filter(state=ShiftState.OPEN).annotate(
        held=_number(there.exclude(offer)) + F("group_seats"), offered=_number(there.filter(offer))
    )
    return rows.filter(held__lt=F("capacity"))


def _number(assignments):
    counted = assignments.order_by().values("shift").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def with_free_places(rows):
    """Those of the shifts (`with_gaps`) with a place that nobody has been offered either."""
    return rows.filter(held__lt=F("capacity") - F("offered"))


def taken_of(group_seats):
    """{shift id: how many places are held}, from {shift id: how many groups hold}. 1 query."""
    return taken_and_offered(group_seats)[0]


def taken_and_offered(group_seats):
    """({shift id: how many places are held}, Counter of those that somebody in the line has been
    offered), from {shift id: how many groups hold}. 1 query.
    """
    taken, offered = dict(group_seats), Counter()
    for pk, number, on_offer in _taken_question().rows(shifts=group_seats, now=timezone.now()):
        taken[pk] += number - on_offer
        if on_offer:
            offered[pk] = on_offer
    return taken, offered


def group_seats_of(shifts):
    """{shift id: places held by groups} of shifts that have been read."""
    return {shift.pk: shift.group_seats for shift in shifts}


@cache
def _taken_question():
    rows = Assignment.objects.held_or_offered(moment("now")).filter(shift__among=ids("shifts"))
    rows = (
        rows.order_by()
        .values("shift")
        .annotate(number=Count("pk"), on_offer=Count("pk", filter=Q(state=AssignmentState.OFFERED)))
    )
    return Prepared(rows.values_list("shift", "number", "on_offer"))


def sign_ups_of(shifts):
    """(shift id, volunteer id, state) of everybody who holds a place on the shifts, or for whom
    one is held right now until they answer. 1 query.
    """
    return _sign_up_question().rows(shifts=[shift.pk for shift in shifts], now=timezone.now())


@cache
def _sign_up_question():
    rows = Assignment.objects.held_or_offered(moment("now")).filter(shift__among=ids("shifts"))
    return Prepared(rows.order_by().values_list("shift", "volunteer", "state"))


def at_risk_of(shifts, sign_ups):
    """{shift id: how many on it are no longer cleared for its day}, for a page of shifts with
    its `sign_ups_of`.

    At most 3 queries, 4 where somebody may be, none where nobody is signed up for what comes.
    """
    day = today()
    days = {shift.pk: shift.day for shift in shifts if not shift.is_cancelled}
    coming = {shift.pk: shift for shift in shifts if days.get(shift.pk, date.min) >= day}
    pairs = {
        (volunteer, coming[shift].site_id)
        for shift, volunteer, state in sign_ups
        if state == AssignmentState.BOOKED and shift in coming
    }
    activities = {
        shift.site_id: shift.site.activity_id
        for shift in coming.values()
        if shift.site.activity.minimum_age is None
    }
    found = eligibility.doubtful(pairs, activities, day, max(days.values(), default=day))
    if not found:
        return {}
    rows = eligibility.assignments_at_risk().filter(shift__in=list(coming), volunteer__in=found)
    return Counter(rows.order_by().values_list("shift", flat=True))


def number_at_risk(user, permission, now, until):
    """How many coming sign-ups before the instant are at risk in the user's branches.

    4 queries, or 5 where somebody may be.
    """
    coming = _coming_pairs(scope_of(user).grants, permission).rows(now=now, until=until)
    pairs = {(volunteer, site) for volunteer, site, _activity, _age in coming}
    activities = {site: activity for _volunteer, site, activity, age in coming if age is None}
    found = eligibility.doubtful(pairs, activities, day_of(now), day_of(until))
    if not found:
        return 0
    rows = eligibility.coming_assignments(now).filter(starts_at__lt=until, volunteer__in=found)
    return eligibility.at_risk(rows.permitted(user, permission)).count()


@lru_cache(maxsize=256)
def _coming_pairs(grants, permission):
    rows = eligibility.coming_assignments(moment("now")).filter(
        Scope(grants).within(Assignment.branch_lookup, permission), starts_at__lt=moment("until")
    )
    activity = "shift__site__activity"
    return Prepared(
        rows.order_by().values_list(
            "volunteer", "shift__site", activity, f"{activity}__minimum_age"
        )
    )


def with_requests(user, now):
    """Coming shifts that the user coordinates, on which somebody waits for an answer."""
    asking = Assignment.objects.filter(state=AssignmentState.REQUESTED, starts_at__gt=now)
    rows = shifts().upcoming(now).permitted(user, Permission.EDIT_SHIFTS)
    return rows.filter(pk__in=asking.values("shift"))


def with_risk(shifts):
    """Those of the shifts on which somebody is signed up who is no longer cleared for the day."""
    return shifts.filter(pk__in=eligibility.assignments_at_risk().order_by().values("shift"))


@dataclass(frozen=True)
class Seat:
    """One sign-up as the page of its shift shows it; `reasons`: why they are at risk; `search`:
    their search for a stand-in, or None."""

    assignment: Assignment
    reasons: tuple = ()
    search: object = None

    @property
    def person(self):
        return self.assignment.volunteer.person


def seats(shift):
    """(those who hold a place, those who have cancelled, the Line), in order. 4 queries."""
    rows = list(shift.assignments.select_related("volunteer__person").order_by("booked_at", "pk"))
    now = timezone.now()
    held = [row for row in rows if row.state in HOLDING_A_PLACE and not row.lets_go(now)]
    booked = [row.volunteer for row in held if row.state == AssignmentState.BOOKED]
    gate = eligibility.obstacles_of(booked, site=shift.site, day=shift.day) if booked else {}
    left = [row for row in rows if row.state == AssignmentState.CANCELLED or _did_not_answer(row)]
    standing = line.line_of(shift, rows, now)
    looking = stand_ins.looking_on([shift])
    taken = [Seat(row, tuple(gate.get(row.volunteer_id, ())), looking.get(row.pk)) for row in held]
    return taken, left, standing


def _did_not_answer(row):
    """Had to say yes again to a changed shift, and did not in time."""
    lapsed = row.state == AssignmentState.LAPSED and row.confirm_until is not None
    return lapsed or row.lets_go(timezone.now())


def line_of(shift):
    """The shift's Line as a page shows it now. 1 query."""
    return line.read(shift, timezone.now())


def line_with_people(shift):
    """The shift's Line, its people read along. 1 query."""
    rows = shift.assignments.live().select_related("volunteer__person")
    return line.line_of(shift, list(rows), timezone.now())


def names_of(volunteer_ids):
    """{volunteer id: Volunteer with their person}. 1 query."""
    return Volunteer.objects.select_related("person").in_bulk(set(volunteer_ids))


def engaged_at(shift):
    """Volunteers with an engagement at the shift's site that has not ended by its day."""
    ties = Engagement.objects.filter(site=shift.site_id).not_ended(shift.day)
    return Volunteer.objects.filter(pk__in=ties.values("volunteer")).by_name()


# --- A volunteer's own ---------------------------------------------------------------------


# What no volunteer can put in place: it is too late, or the staff decide.
NOT_BY_ONESELF = {"cancelled", "begun", "staff_only", "sign_up_closed", "young_day", "young_week"}


@dataclass(frozen=True)
class Choice:
    """A shift as a volunteer sees it: whether they can take it, and if not, why.

    `left` places are for whoever comes; `asks`: a coordinator answers; `can_wait`: nothing but
    room is lacking; `words` stop nobody (`load.kind_words`); `roles` are RoleStands of the shift's
    roles as a newcomer finds them, none where it has none.
    """

    shift: Shift
    left: int
    obstacles: tuple
    asks: bool = False
    words: tuple = ()
    roles: tuple = ()

    @property
    def can_join(self):
        return not self.obstacles

    @property
    def by_oneself(self):
        """False if what stands in the way is not for the volunteer to put in place."""
        return NOT_BY_ONESELF.isdisjoint(obstacle.code for obstacle in self.obstacles)

    @property
    def can_wait(self):
        return [obstacle.code for obstacle in self.obstacles] == [joining.FULL]


def choices(rows, volunteer):
    """A Choice for each of the shifts, read with their rules. 4 queries for any number."""
    rows = list(rows)
    if not rows:
        return []
    now, left = timezone.now(), free_of(rows)
    gate = eligibility.obstacles_to_shifts(rows, volunteer)
    held = _held_around(volunteer, rows)
    return [
        _choice(
            shift,
            left=left[shift.pk],
            gate=gate[shift.pk],
            held=held,
            age=volunteer.person.youngest_age_on(shift.day),
            now=now,
        )
        for shift in rows
    ]


def _held_around(volunteer, rows):
    """What the volunteer holds from the first week of the shifts to the last, as Held. 1 query."""
    first = load.week_around(min(row.starts_at for row in rows))[0]
    last = load.week_around(max(row.ends_at for row in rows))[1]
    held = volunteer.assignments.taking_time(timezone.now())
    held = held.filter(starts_at__lt=last, ends_at__gt=first)
    return [load.Held(*row) for row in held.values_list(*load.HELD_FIELDS)]


def own_choice(shift, volunteer):
    """The Choice for one shift, with everything that stands in the way. 5 queries.

    Somebody who waits leaves no place to whoever comes; whether they can come is asked when the
    place is offered.
    """
    now = timezone.now()
    standing = line.read(shift, now)
    found = joining.obstacles(shift, volunteer, standing=standing, is_own=True, now=now)
    asks = joining.way_of(shift) == SignUpWay.REQUEST
    if asks:
        found = [obstacle for obstacle in found if obstacle.code != joining.FULL]
    elif standing.free and not standing.open_to_all:
        found += scheduling.room_reasons(standing.capacity, standing.capacity)
    words = load.kind_words(shift, joining.held_around(volunteer, shift))
    roles = shift_roles.stands(shift, standing.beyond_the_line().held) if shift.roles else ()
    return Choice(shift, standing.open_to_all, tuple(found), asks, tuple(words), tuple(roles))


def free_of(shifts):
    """{shift id: how many places a newcomer can have}. 1 query.

    Who waits for a role that is full takes no place in another. Groups hold theirs.
    """
    taken = defaultdict(dict)
    question = _spoken_for_question()
    for shift, role, number in question.rows(shifts=[row.pk for row in shifts], now=timezone.now()):
        taken[shift][role] = number
    return {shift.pk: _free(shift, taken.get(shift.pk, {})) for shift in shifts}


def _free(shift, taken):
    most = {role.name: role.maximum for role in shift_roles.roles_of(shift)}
    used = sum(min(number, most.get(role, number)) for role, number in taken.items())
    return max(shift.capacity - shift.group_seats - used, 0)


@cache
def _spoken_for_question():
    rows = Assignment.objects.spoken_for(moment("now")).filter(shift__among=ids("shifts"))
    rows = rows.order_by().values("shift", "role")
    return Prepared(rows.values_list("shift", "role", Count("pk")))


def _too_late(now):
    """Q on shifts: those who had to say yes again and did not in time; see `in_time`."""
    return Q(assignments__state=AssignmentState.BOOKED, assignments__confirm_until__lte=now)


def roles_lacking(rows):
    """{shift id: RoleStands} of those of the shifts in which a role lacks people. 1 query."""
    counted = (
        rows.exclude(roles="")
        .order_by()
        .values_list("pk", "roles", "assignments__role")
        .annotate(number=Count("assignments", filter=HOLDING & ~_too_late(timezone.now())))
    )
    held, texts = defaultdict(dict), {}
    for pk, text, role, number in counted:
        held[pk][role], texts[pk] = number, text
    stands = {pk: shift_roles.stands(Shift(roles=text), held[pk]) for pk, text in texts.items()}
    return {pk: found for pk, found in stands.items() if any(one.lacking for one in found)}


def _choice(shift, *, left, gate, held, age, now):
    first, last = load.week_around(shift.starts_at)
    in_week = [one for one in held if one.starts_at < last and one.ends_at > first]
    asks = joining.way_of(shift) == SignUpWay.REQUEST
    reasons = (
        joining.own_reasons(shift, now)
        + gate
        + scheduling.overlap_reasons(shift.starts_at, shift.ends_at, held)
        + load.young_reasons(age, shift, in_week)
        + ([] if asks else scheduling.room_reasons(shift.capacity, shift.capacity - left))
    )
    return Choice(shift, left, tuple(reasons), asks)


def own_assignments(user, now):
    """The user's coming and running shifts, soonest first; those they asked for or wait for too."""
    return (
        Assignment.objects.own(user)
        .live()
        .filter(ends_at__gte=now)
        .exclude(state=AssignmentState.OFFERED, offer_until__lte=now)
        .in_time(now)
        .select_related("shift__site__activity", "shift__site__branch", "volunteer__person")
        .order_by("starts_at", "pk")
    )


def own_engagements(user, on):
    """The user's engagements that have not ended."""
    rows = Engagement.objects.own(user).not_ended(on)
    return rows.select_related("site__activity", "site__branch").order_by("starts_on", "pk")


def own_invitations(user, now):
    """The user's invitations to events that are still to come."""
    return (
        RecognitionInvitation.objects.own(user)
        .filter(event__starts_at__gt=now, event__cancelled_at__isnull=True)
        .select_related("event__branch", "volunteer__person")
        .order_by("event__starts_at", "pk")
    )


# --- Recognition ---------------------------------------------------------------------------


def events():
    """Recognition events with the branch that holds them."""
    return RecognitionEvent.objects.select_related("branch")


def invitations():
    """Invitations with their event and its branch."""
    return RecognitionInvitation.objects.select_related("event__branch")


def answers_of(event_ids):
    """{event id: {"invited": all, "coming": yes, "declined": no, "attended": came}}. 1 query."""
    rows = RecognitionInvitation.objects.filter(event__in=list(event_ids)).order_by()
    counted = rows.values("event").annotate(
        invited=Count("pk"),
        coming=Count("pk", filter=Q(state=InvitationState.COMING)),
        declined=Count("pk", filter=Q(state=InvitationState.NOT_COMING)),
        attended=Count("pk", filter=Q(state=InvitationState.ATTENDED)),
    )
    return {row["event"]: row for row in counted}


def invitations_of(event):
    """The invitations with their people, in Danish alphabetical order."""
    return event.invitations.select_related("volunteer__person").order_by(
        Collate("volunteer__person__name", "da-x-icu"), "pk"
    )
