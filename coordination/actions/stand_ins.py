"""Look for a stand-in, stop looking, and take somebody's shift over."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import joining, scheduling, stand_in_emails, stand_ins
from coordination.actions import line
from coordination.actions.handovers import hand_over
from coordination.locks import locked_assignment, locked_places
from coordination.models import StandIn, Volunteer
from coordination.models.stand_in import LONGEST_REASON
from coordination.states import STAND_IN, AssignmentState, StandInState
from core import audit
from core.errors import DomainError

audit.kind("stand_in.asked", gettext_lazy("Looks for a stand-in"))
audit.kind("stand_in.withdrawn", gettext_lazy("Looks for a stand-in no more"))


@transaction.atomic
def ask(*, assignment, by, reason=""):
    """Look for a stand-in and return the StandIn; the volunteer keeps the shift until there is one.

    Whoever is cleared, free and has said yes to it is asked, each once about a place, however
    often one looks. Where a coordinator decides who is on the shift, nobody else is asked. Raises
    DomainError "begun", "cancelled", "wrong_state", "asked_already", "too_long".
    """
    assignment, now = locked_assignment(assignment.pk), timezone.now()
    require_coming(assignment, now)
    if stand_ins.search_of(assignment, now):
        raise DomainError(
            _("A stand-in is looked for already. You hear when there is one."),
            code="asked_already",
        )
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_REASON:
        raise DomainError(
            _("Write it shorter, in at most %(most)s characters.") % {"most": LONGEST_REASON},
            code="too_long",
            field="reason",
        )
    search = StandIn.objects.create(assignment=assignment, reason=reason, asked_at=now, asked_by=by)
    _record("stand_in.asked", search, by=by)
    stand_in_emails.send_wanted(search, stand_ins.people_to_ask(assignment.shift))
    return search


@transaction.atomic
def withdraw(*, stand_in, by):
    """Stop looking: the volunteer comes after all; return the StandIn. Raises "wrong_state"."""
    search, _places = _locked(stand_in)
    STAND_IN.require(search.state, StandInState.WITHDRAWN)
    search.end(StandInState.WITHDRAWN, by=by, at=timezone.now())
    _record("stand_in.withdrawn", search, by=by)
    return search


@transaction.atomic
def take(*, stand_in, volunteer, by):
    """The volunteer takes the place over from whoever looks for a stand-in; return their row.

    Both people are locked, then the shift; of two at once one gets it. The gate, and the person's
    time, are asked as for signing up; deadlines are not. Raises DomainError "taken_already",
    "withdrawn", "begun", or what stands in the way of joining.
    """
    search, places = _locked(stand_in, volunteer.pk)
    _require_open(search)
    return _take_over(places[search.assignment_id], volunteer, by)


@transaction.atomic
def replace(*, assignment, volunteer, by):
    """Staff put one volunteer in another's place, whether or not they looked; return the new row.

    Raises DomainError "wrong_state", "begun", or what stands in the way of joining.
    """
    places = locked_places([assignment.pk], [volunteer.pk])
    place = places[assignment.pk]
    require_coming(place, timezone.now())
    return _take_over(place, volunteer, by)


def require_coming(assignment, now):
    """The place is held, and its shift still to come."""
    closed = scheduling.closed_reasons(assignment.shift, now)
    if closed:
        raise DomainError(closed[0].message, code=closed[0].code)
    # What cannot be cancelled is no place that one can give away.
    if assignment.state != AssignmentState.BOOKED or assignment.lets_go(now):
        raise DomainError(
            _("You are not on this shift any more. Look at your shifts again."), code="wrong_state"
        )


# --- Pieces --------------------------------------------------------------------------------


def _take_over(place, volunteer, by):
    volunteer = Volunteer.objects.select_related("person").get(pk=volunteer.pk)
    _require_able(place.shift, volunteer, by=by)
    (row,) = hand_over(places=[(place, volunteer)], by=by)
    if place.volunteer.person.user_id != by.pk:
        stand_in_emails.send_found(place)
    line.advance(place.shift)  # an offer they had is free for the next
    return row


def _require_able(shift, volunteer, *, by):
    is_own = volunteer.person.user_id == by.pk
    found = stand_ins.way_reasons(shift) if is_own else []
    found += joining.obstacles_of_many(shift, [volunteer], with_hours=is_own)[volunteer.pk]
    joining.require_none(found, for_staff=not is_own)


def _require_open(search):
    if search.state == StandInState.TAKEN:
        raise DomainError(
            _("Somebody else has just taken the shift. Thank you for wanting to help!"),
            code="taken_already",
        )
    if search.state == StandInState.WITHDRAWN:
        raise DomainError(
            _("They can come after all, so no stand-in is needed. Thank you for wanting to help!"),
            code="withdrawn",
        )
    closed = scheduling.closed_reasons(search.assignment.shift, timezone.now())
    if closed:
        raise DomainError(closed[0].message, code=closed[0].code)
    if not search.is_open(timezone.now()):
        raise DomainError(
            _("No stand-in is needed any more. Thank you for wanting to help!"), code="not_needed"
        )


def _locked(stand_in, *person_ids):
    """The search as it is now, and {id: its assignment}: people, shift and rows locked in order."""
    place = StandIn.objects.only("assignment_id").get(pk=stand_in.pk).assignment_id
    places = locked_places([place], person_ids)
    search = StandIn.objects.select_for_update(of=("self",)).get(pk=stand_in.pk)
    search.assignment = places[place]
    return search, places


def _record(kind, search, *, by):
    return audit.record(
        kind,
        by=by,
        about=search,
        fields=("state",),
        person_ids=[search.assignment.volunteer_id],
        branch_path=search.assignment.shift.site.branch.path,
    )
