"""Which way a message goes: from how needed it is, what the person wants and what is known of them.

One pure function, `choose`, which says for every way why it was taken or not. What the law asks
for or the work needs always ends with somebody: a way, or a person who must act (`by hand`).
What is nice goes by e-mail or text message, or not at all.
"""

from dataclasses import dataclass

from core.kinds import ASKED, LAW, NICE, WORK
from core.models.message import Channel, MessageState

EMAIL, SMS, LETTER, DIGITAL_POST = (
    Channel.EMAIL,
    Channel.SMS,
    Channel.LETTER,
    Channel.DIGITAL_POST,
)

# In the order they are tried. What was asked for just now goes where it was asked for.
WAYS = {
    LAW: (EMAIL, SMS, DIGITAL_POST, LETTER),
    WORK: (EMAIL, SMS, DIGITAL_POST, LETTER),
    NICE: (EMAIL, SMS),
    ASKED: (EMAIL,),
}

# The wish not to get such messages.
NONE = "none"

# Reasons, as codes; `core/channels/words.py` says them.
CHOSEN, PREFERRED, ONLY_WAY = "chosen", "preferred", "only_way"
NOT_FOR_THIS, UNKNOWN, MARKED = "not_for_this", "unknown", "marked"
REFUSED, CLOSED, SENSITIVE, NO_WAY, DECLINED = (
    "refused",
    "closed",
    "sensitive",
    "no_way",
    "declined",
)


@dataclass(frozen=True)
class Reach:
    """What is known of how to reach somebody. `address` is the lines below the name.

    `marked`: mails to the address have come back too often. `digital_post`: it is known to whom
    it must be addressed there. `prefers` is what they wish for such messages: a Channel, NONE
    (declined), or "".
    """

    email: str = ""
    phone: str = ""
    address: tuple = ()
    digital_post: bool = False
    marked: bool = False
    prefers: str = ""
    name: str = ""

    def knows(self, channel):
        """True if there is something to send to."""
        known = {
            EMAIL: self.email,
            SMS: self.phone,
            LETTER: self.address,
            DIGITAL_POST: self.digital_post,
        }
        return bool(known[channel])


@dataclass(frozen=True)
class Choice:
    """The way, or none: then `state` says what becomes of the message. `reason` is the code of
    why; `reasons` holds (channel, code) for every way in the order they were looked at."""

    channel: str | None
    state: str
    reason: str
    reasons: tuple = ()


def choose(*, necessity, reach, open_ways, sensitive=False, declinable=False, ways=None, tried=()):
    """The Choice for one message.

    `open_ways`: the channels that this installation has; `ways`: those the kind of message may
    take (default: all); `tried`: those that have refused this message for good.
    """
    if declinable and reach.prefers == NONE:
        return Choice(None, MessageState.SKIPPED, DECLINED, ())
    order = _wish_first(WAYS[necessity], reach.prefers)
    reasons = []
    for way in order:
        reason = _against(way, reach, open_ways, sensitive, ways, tried)
        if reason is None:
            reason = _for(way, reach, reasons)
            return Choice(way, MessageState.SENDING, reason, (*reasons, (way, reason)))
        reasons.append((way, reason))
    return Choice(None, _without_a_way(necessity), _most_telling(reasons), tuple(reasons))


def _wish_first(ways, wish):
    """A letter with what is nice is sent only to who has asked for letters."""
    if wish == LETTER and ways == WAYS[NICE]:
        return (LETTER, *ways)
    return sorted(ways, key=lambda way: way != wish)


def _against(way, reach, open_ways, sensitive, ways, tried):
    """Why not this way, or None."""
    if ways is not None and way not in ways:
        return NOT_FOR_THIS
    if sensitive and way == SMS:
        return SENSITIVE
    if way in tried:
        return REFUSED
    if not reach.knows(way):
        return UNKNOWN
    if way not in open_ways:
        return CLOSED
    if way == EMAIL and reach.marked:
        return MARKED
    return None


def _for(way, reach, reasons):
    if way == reach.prefers:
        return PREFERRED
    told = [reason for _way, reason in reasons if reason in (REFUSED, MARKED)]
    return told[0] if told else ONLY_WAY if reasons else CHOSEN


def _without_a_way(necessity):
    """What is nice is let go; all else is somebody's task. A code that nobody can get is not:
    whoever asked for it sees that it does not come, and it is worthless in an hour."""
    if necessity == NICE:
        return MessageState.SKIPPED
    return MessageState.FAILED if necessity == ASKED else MessageState.BY_HAND


def _most_telling(reasons):
    codes = [reason for _way, reason in reasons]
    return next((code for code in (REFUSED, MARKED, CLOSED) if code in codes), NO_WAY)
