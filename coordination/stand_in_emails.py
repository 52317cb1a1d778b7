"""The mails about stand-ins and swaps: asking, found, proposed, answered, and nobody found."""

from datetime import UTC, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import stand_ins
from coordination.emails import NO_LETTER, recipient, shift_context
from coordination.models import Assignment
from coordination.reminder_emails import FOLLOW_UP
from coordination.states import SwapState
from coordination.wording import FIRST_NAME, OWN_SHIFTS_URL, SHIFT, SHIFTS
from core import choices, mail
from core.localised import localised
from core.mail import Placeholder
from core.templatetags.ui import period

WANTED = "coordination.stand_in_wanted"
FOUND = "coordination.stand_in_found"
MISSING = "coordination.stand_in_missing"
SWAP_PROPOSED = "coordination.swap_proposed"
SWAP_ANSWER = "coordination.swap_answer"

# To whom an answer is: who proposed, or who was asked.
PROPOSER, ASKED = "proposer", "asked"
ONE = "Lektiehjælp, 3. marts 2026 kl. 15.00–17.00, Hovedbiblioteket"
OTHER = "Lektiehjælp, 5. marts 2026 kl. 15.00–17.00, Hovedbiblioteket"
ANSWER_BY = Placeholder("answer_by", _("Until when"), datetime(2026, 3, 1, 11, tzinfo=UTC))


def register():
    """Called once, from `CoordinationConfig.ready`."""
    mail.group(
        stand_ins.ASKED_BY,
        label=_("When somebody needs a stand-in"),
        help=_("We ask only about shifts that you are cleared for and free at. Off until you say."),
        order=25,
        opt_in=True,
    )
    mail.register(
        WANTED,
        context=_wanted_context,
        load=_searches,
        title=_("A stand-in is looked for"),
        group=stand_ins.ASKED_BY,
        necessity=mail.NICE,
        ways=NO_LETTER,
        placeholders=(
            *SHIFT,
            Placeholder(
                "take_url",
                _("Link to taking the shift"),
                "https://frivillig.example.dk/min-side/afloesning/1/",
                required=True,
            ),
        ),
    )
    mail.register(
        FOUND,
        context=_found_context,
        load=_places,
        title=_("A stand-in has been found"),
        group=SHIFTS,
        ways=NO_LETTER,
        placeholders=SHIFT,
    )
    mail.register(
        MISSING,
        context=_missing_context,
        load=_searches,
        title=_("Somebody cannot come, and no stand-in has been found"),
        group=FOLLOW_UP,
        declinable=True,
        placeholders=(
            Placeholder("name", _("Who cannot come"), "Frida Frivillig"),
            Placeholder("shift", _("The shift"), ONE),
            Placeholder(
                "shift_url",
                _("Link to the shift"),
                "https://frivillig.example.dk/vagter/1/",
                required=True,
            ),
        ),
    )
    _register_swaps()


def _register_swaps():
    mail.register(
        SWAP_PROPOSED,
        context=_proposed_context,
        load=_swaps,
        title=_("Somebody proposes to swap shifts"),
        group=SHIFTS,
        rests=True,
        ways=NO_LETTER,
        placeholders=(
            FIRST_NAME,
            Placeholder("who", _("The first name of who proposes it"), "Bodil"),
            Placeholder("yours", _("The shift one gives away"), ONE),
            Placeholder("other", _("The shift one gets"), OTHER),
            ANSWER_BY,
            Placeholder(
                "answer_url",
                _("Link to answering"),
                "https://frivillig.example.dk/min-side/bytte/1/",
                required=True,
            ),
        ),
    )
    mail.register(
        SWAP_ANSWER,
        context=_answer_context,
        load=_swaps,
        title=_("Answer to somebody who proposed to swap shifts"),
        group=SHIFTS,
        rests=True,
        ways=NO_LETTER,
        placeholders=(
            FIRST_NAME,
            Placeholder("who", _("The first name of the other"), "Bodil"),
            Placeholder("yours", _("The shift one gives away"), ONE),
            Placeholder("other", _("The shift one gets"), OTHER),
            Placeholder("yes", _("They have swapped"), example=True, condition=True),
            Placeholder("no", _("They have not"), example=False, condition=True),
            OWN_SHIFTS_URL,
        ),
    )


# --- Stand-ins -----------------------------------------------------------------------------


def send_wanted(search, volunteers):
    """Ask these volunteers whether they can take the place; each at most once about it. Never
    urgent: it waits for the morning, and counts among what is nice (`core/necessity.py`).
    """
    return mail.send_many(
        mail.Draft(
            kind=WANTED,
            to=recipient(volunteer.person),
            about=search,
            key=f"{WANTED}:{search.assignment_id}:{volunteer.pk}",
        )
        for volunteer in volunteers
    )


def send_found(assignment):
    """Tell who could not come that somebody has taken the shift over."""
    return mail.send(
        FOUND,
        to=recipient(assignment.volunteer.person),
        about=assignment,
        key=f"{FOUND}:{assignment.pk}",
        urgent=_is_soon(assignment),
    )


def _is_soon(assignment):
    return assignment.starts_at - timezone.now() < stand_ins.SOON


def _searches(messages):
    """{message pk: the StandIn it is about}. 1 query."""
    return mail.by_about(stand_ins.looking(), messages)


def _places(messages):
    rows = Assignment.objects.select_related("volunteer__person", *stand_ins.SHIFT_OF)
    return mail.by_about(rows, messages)


def _wanted_context(message):
    """None if it is over, or they do not want to be asked any more."""
    search = mail.matter(message)
    if search is None or not search.is_open(timezone.now()):
        return None
    if message.person_id not in choices.who_want(stand_ins.ASKED_BY, [message.person_id]):
        return None
    return shift_context(search.assignment) | {
        "first_name": _first(message.recipient_name),
        "take_url": mail.link("coordination:own-stand-in", search.pk),
    }


def _found_context(message):
    assignment = mail.matter(message)
    return None if assignment is None else shift_context(assignment)


def _missing_context(message):
    """None if somebody has been found, or they come after all."""
    search = mail.matter(message)
    if search is None or not search.is_open(timezone.now()):
        return None
    return {
        "name": search.assignment.volunteer.person.display_name,
        "shift": _in_words(search.assignment.shift),
        "shift_url": mail.link("coordination:shift-detail", search.assignment.shift_id),
    }


# --- Swaps ---------------------------------------------------------------------------------


def send_swap_proposed(swap):
    """Tell somebody that another volunteer would like to swap with them. It waits for the morning,
    as the time to answer does, unless one of the shifts is within the next day.
    """
    return mail.send(
        SWAP_PROPOSED,
        to=recipient(swap.theirs.volunteer.person),
        about=swap,
        key=f"{SWAP_PROPOSED}:{swap.pk}",
        urgent=_one_is_soon(swap),
    )


def _one_is_soon(swap):
    return _is_soon(swap.mine) or _is_soon(swap.theirs)


def send_swap_answer(swap, *, of_both):
    """Tell the proposer what came of it; `of_both`: a coordinator did it, so both hear of it. At
    night it waits like the proposal.
    """
    to = {PROPOSER: swap.mine} | ({ASKED: swap.theirs} if of_both else {})
    return mail.send_many(
        mail.Draft(
            kind=SWAP_ANSWER,
            to=recipient(place.volunteer.person),
            about=swap,
            key=f"{SWAP_ANSWER}:{swap.pk}:{who}",
            params={"to": who},
            urgent=_one_is_soon(swap),
        )
        for who, place in to.items()
    )


def _swaps(messages):
    return mail.by_about(stand_ins.swaps(), messages)


def _proposed_context(message):
    """None if it has been answered, or its time is up."""
    swap = mail.matter(message)
    if swap is None or not swap.is_open(timezone.now()):
        return None
    return _between(swap.theirs, swap.mine) | {
        "answer_by": swap.answer_until,
        "answer_url": mail.link("coordination:own-swap-answer", swap.pk),
    }


def _answer_context(message):
    swap = mail.matter(message)
    if swap is None:
        return None
    own, other = swap.mine, swap.theirs
    if message.params["to"] == ASKED:
        own, other = other, own
    return _between(own, other) | {
        "yes": swap.state == SwapState.ACCEPTED,
        "no": swap.state != SwapState.ACCEPTED,
        "own_shifts_url": mail.link("coordination:own-shift-list"),
    }


def _between(own, other):
    """What a text to the holder of `own` tells of a swap."""
    return {
        "first_name": own.volunteer.person.first_name,
        "who": other.volunteer.person.first_name,
        "yours": _in_words(own.shift),
        "other": _in_words(other.shift),
    }


def _in_words(shift):
    what = shift.title or localised(shift.site.activity, "title").text
    return f"{what}, {period(shift.starts_at, shift.ends_at)}, {shift.site.branch}"


def _first(name):
    return name.split()[0] if name.strip() else name
