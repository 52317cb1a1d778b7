"""When a shift's time or place changes: who says yes again, and until when. Pure of rows.

An answer is due like the answer to an offer (`scheduling.offer_until`): the clock begins when the
quiet hours end, and takes at most half of what is left before the new start, so that the next in
line has a chance.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, timedelta

from coordination import scheduling
from core import necessity, policies

HOURS, SMALL_MOVE = "shift.reconfirm_hours", "shift.small_move_minutes"
QUARTER = timedelta(minutes=15)


def until_for(shift, starts_at, now):
    """The instant by which those on the shift say yes to its new start, or None: it is too soon.

    On the clock's quarters, so that what the coordinator was shown is what people are told.
    """
    hours = policies.get(HOURS, path=shift.site.branch.path)
    begins = necessity.quiet_ends(now).astimezone(UTC)  # hours are real ones, in every night
    until = scheduling.offer_until(now, wakes_at=begins, closes_at=starts_at, hours=hours)
    return until and _on_the_quarter(until, now)


def _on_the_quarter(until, now):
    """The quarter before, unless that leaves less than one to think."""
    past = timedelta(
        minutes=until.minute % 15, seconds=until.second, microseconds=until.microsecond
    )
    return until - past if until - past - now >= QUARTER else until


def is_small(shift, starts_at, ends_at):
    """True if the move is so short that people need not say yes again, unless one wants them to."""
    minutes = policies.get(SMALL_MOVE, path=shift.site.branch.path)
    most = timedelta(minutes=minutes)
    return abs(starts_at - shift.starts_at) <= most and abs(ends_at - shift.ends_at) <= most


@dataclass(frozen=True)
class Preview:
    """What changing one shift's time or place would do: who stays, who does not fit and why.

    `misfits`: {volunteer id: Obstacles}; `until`: by when those who stay would answer, None where
    there is no time for that; `excused`: the change is small, so they need not.
    """

    staying: tuple
    leaving: tuple
    misfits: dict
    waiting: int
    groups: int
    until: object
    excused: bool
    what: tuple

    @property
    def mark(self):
        """The same for the same effects: who saves has seen these, and no others."""
        parts = [
            [str(one) for one in self.what],
            sorted(row.pk for row in self.staying),
            sorted(row.pk for row in self.leaving),
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
