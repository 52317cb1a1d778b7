"""Two volunteers take each other's shift: one proposes, the other answers, both move at once."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import scheduling, stand_in_emails, stand_ins
from coordination.actions import line
from coordination.actions.handovers import hand_over
from coordination.actions.stand_ins import require_coming
from coordination.locks import locked_places
from coordination.models import Swap
from coordination.states import SWAP, SwapState
from core import audit, necessity, policies
from core.errors import DomainError

audit.kind("swap.proposed", gettext_lazy("Proposed to swap shifts"))
audit.kind("swap.accepted", gettext_lazy("Swapped shifts"))
audit.kind("swap.declined", gettext_lazy("Said no to swapping shifts"))
audit.kind("swap.withdrawn", gettext_lazy("Took back a proposed swap of shifts"))

SWAP_HOURS = "shift.swap_hours"
S = SwapState


@transaction.atomic
def propose(*, mine, theirs, by):
    """Propose to the holder of `theirs` to swap, and return the Swap; they are told.

    Nothing changes until they say yes. One proposal for a place at a time, and the same only once.
    Raises DomainError "begun", "cancelled", "wrong_state", "not_the_same_activity", "too_late",
    "proposed_already", or what stands in the way of either.
    """
    mine, theirs = _locked_pair(mine, theirs)
    now = timezone.now()
    _require_swappable(mine, theirs, now, by=by)
    _require_first(mine, theirs, now)
    until = _answer_until(mine, theirs, now)
    if until is None:
        raise DomainError(
            _("It is too late to wait for an answer. Ask for a stand-in, or ring the place."),
            code="too_late",
        )
    swap = Swap.objects.create(
        mine=mine, theirs=theirs, proposed_at=now, proposed_by=by, answer_until=until
    )
    _record("swap.proposed", swap, by=by)
    stand_in_emails.send_swap_proposed(swap)
    return swap


@transaction.atomic
def accept(*, swap, by):
    """Yes: both are moved, or neither; return the Swap. The gate, other shifts and the hours of
    the young are asked anew for both. Raises DomainError "not_open", or what stands in the way.
    """
    swap = _locked(swap)
    _require_open(swap)
    _require_swappable(swap.mine, swap.theirs, timezone.now(), by=by)
    _exchange(swap, by=by)
    return swap


@transaction.atomic
def decline(*, swap, by):
    """No, by the one who was asked; the proposer is told. Raises DomainError "not_open"."""
    swap = _locked(swap)
    _require_open(swap)
    _close(swap, S.DECLINED, by=by)
    _record("swap.declined", swap, by=by)
    stand_in_emails.send_swap_answer(swap, of_both=False)
    return swap


@transaction.atomic
def withdraw(*, swap, by):
    """The proposer takes it back. Raises DomainError "not_open"."""
    swap = _locked(swap)
    _require_open(swap)
    _close(swap, S.WITHDRAWN, by=by)
    _record("swap.withdrawn", swap, by=by)
    return swap


@transaction.atomic
def swap_now(*, mine, theirs, by):
    """Staff swap two who have agreed to it; both are told. Returns the Swap.

    Raises what `propose` raises, but no deadline binds.
    """
    mine, theirs = _locked_pair(mine, theirs)
    now = timezone.now()
    _require_swappable(mine, theirs, now, by=by)
    _let_lapse(mine, now)
    Swap.objects.filter(mine=mine, state=S.PROPOSED).update(
        state=S.WITHDRAWN, closed_at=now, closed_by=by
    )
    swap = Swap.objects.create(
        mine=mine,
        theirs=theirs,
        proposed_at=now,
        proposed_by=by,
        answer_until=min(mine.starts_at, theirs.starts_at),
    )
    _exchange(swap, by=by)
    return swap


# --- Pieces --------------------------------------------------------------------------------


def _exchange(swap, *, by):
    mine, theirs = swap.mine, swap.theirs
    hand_over(places=[(mine, theirs.volunteer), (theirs, mine.volunteer)], by=by)
    _close(swap, S.ACCEPTED, by=by)
    _record("swap.accepted", swap, by=by)
    stand_in_emails.send_swap_answer(swap, of_both=by.pk not in _users(swap))
    for shift in sorted((swap.mine.shift, swap.theirs.shift), key=lambda one: one.pk):
        line.advance(shift)  # offers they had are free for the next


def _users(swap):
    return {place.volunteer.person.user_id for place in (swap.mine, swap.theirs)}


def _require_swappable(mine, theirs, now, *, by):
    for place in (mine, theirs):
        require_coming(place, now)
    if mine.shift.site.activity_id != theirs.shift.site.activity_id or (
        mine.shift_id == theirs.shift_id or mine.volunteer_id == theirs.volunteer_id
    ):
        raise DomainError(
            _("Choose another shift at the same activity."), code="not_the_same_activity"
        )
    is_own = by.pk in {place.volunteer.person.user_id for place in (mine, theirs)}
    if is_own:
        closed = stand_ins.way_reasons(mine.shift) or stand_ins.way_reasons(theirs.shift)
        if closed:
            raise DomainError(closed[0].message, code=closed[0].code)
    found = stand_ins.swap_reasons(mine, theirs, with_hours=is_own)
    if found:
        raise DomainError(
            _("The two of you cannot swap these shifts."),
            code="cannot_swap",
            reasons=sorted({_in_words(person, one, by, is_own) for person, one in found}),
        )


def _in_words(volunteer, obstacle, by, is_own):
    """Of oneself in full; of the other only that it cannot be: why is theirs to know."""
    person = volunteer.person
    if person.user_id == by.pk:
        return obstacle.message
    if is_own:
        return _("%(name)s cannot take the shift.") % {"name": person.first_name}
    return f"{person.display_name}: {obstacle.for_staff}"


def _require_first(mine, theirs, now):
    """No other proposal is open for the place, and this one has not been answered before."""
    _let_lapse(mine, now)
    rows = Swap.objects.filter(mine=mine)
    if rows.filter(state=S.PROPOSED).exists():
        raise DomainError(
            _("You have proposed a swap for this shift already. Take that one back first."),
            code="proposed_already",
        )
    if rows.filter(theirs=theirs, state__in=(S.DECLINED, S.LAPSED)).exists():
        raise DomainError(
            _("You have asked about that swap before. Ask somebody else, or for a stand-in."),
            code="proposed_already",
        )


def _let_lapse(mine, now):
    """Proposals that nobody answered in time, or whose other place is gone."""
    for swap in Swap.objects.filter(mine=mine, state=S.PROPOSED).select_related("theirs"):
        swap.mine = mine
        if not swap.is_open(now):
            SWAP.require(swap.state, S.LAPSED)
            swap.state = S.LAPSED
            swap.save(update_fields=["state"])


def _answer_until(mine, theirs, now):
    return scheduling.offer_until(
        now,
        wakes_at=necessity.quiet_ends(now),
        closes_at=min(mine.starts_at, theirs.starts_at),
        hours=policies.get(SWAP_HOURS, path=mine.shift.site.branch.path),
    )


def _require_open(swap):
    if not swap.is_open(timezone.now()):
        raise DomainError(
            _("This swap is no longer open. Look at your shifts: nothing has changed for you."),
            code="not_open",
        )


def _close(swap, state, *, by):
    SWAP.require(swap.state, state)
    swap.state, swap.closed_at, swap.closed_by = state, timezone.now(), by
    swap.save(update_fields=["state", "closed_at", "closed_by"])


def _locked_pair(mine, theirs):
    places = locked_places([mine.pk, theirs.pk])
    return places[mine.pk], places[theirs.pk]


def _locked(swap):
    """The swap as it is now: both people, both shifts and the rows locked in order."""
    found = Swap.objects.get(pk=swap.pk)
    places = locked_places([found.mine_id, found.theirs_id])
    found = Swap.objects.select_for_update(of=("self",)).get(pk=swap.pk)
    found.mine, found.theirs = places[found.mine_id], places[found.theirs_id]
    return found


def _record(kind, swap, *, by):
    return audit.record(
        kind,
        by=by,
        about=swap,
        fields=("state",),
        person_ids=[swap.mine.volunteer_id, swap.theirs.volunteer_id],
        branch_path=swap.mine.shift.site.branch.path,
    )
