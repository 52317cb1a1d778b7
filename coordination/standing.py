"""Where an engagement or a shift stands: derived from dates, places and the gate."""

from dataclasses import dataclass
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    """What people call a volunteer's status. Stored nowhere."""

    ACTIVE = "active", _("Active")
    PENDING = "pending", _("Not started")
    PAUSED = "paused", _("On pause")
    ENDED = "ended", _("Ended")


STATUS_KINDS = {
    Standing.ACTIVE: "success",
    Standing.PENDING: "waiting",
    Standing.PAUSED: "info",
    Standing.ENDED: "neutral",
}


class ShiftStanding(NamedTuple):
    """How a shift stands: the kind of the `status` tag, and the word."""

    kind: str
    text: str


def of_shift(shift, *, taken, at_risk):
    """The ShiftStanding now; `at_risk`: somebody on it is not cleared for its day."""
    if shift.is_cancelled:
        return ShiftStanding("neutral", _("Cancelled"))
    if at_risk:
        return ShiftStanding("error", _("Somebody is not cleared"))
    if shift.has_started:
        return ShiftStanding("neutral", _("Begun or over"))
    if taken < shift.minimum:
        return ShiftStanding("warning", _("Too few"))
    if taken < shift.capacity:
        return ShiftStanding("info", _("Free places"))
    return ShiftStanding("success", _("Full"))


@dataclass(frozen=True)
class Line:
    """One engagement as a list shows it: its standing and what it lacks (Missing, ...)."""

    engagement: object
    standing: Standing
    missing: tuple = ()
    editable: bool = False
    cleared_until: object = None

    @property
    def status_kind(self):
        return STATUS_KINDS[self.standing]


def standing_of(engagement, *, on, paused, missing):
    """The Standing on the day: ended before paused before pending before active.

    `paused`: a pause covers the day; `missing`: what the gate lacks.
    """
    if engagement.ends_on is not None and engagement.ends_on < on:
        return Standing.ENDED
    if paused:
        return Standing.PAUSED
    if engagement.starts_on > on or missing:
        return Standing.PENDING
    return Standing.ACTIVE


def cleared_until(kinds, clearances, *, site_id, on):
    """The last day on which every one of the required kinds is in place, in one go from `on`.

    `clearances` are the volunteer's rows. Returns (cleared, day): (True, None) where nothing
    ends, (False, None) where something lacks on the day itself.
    """
    ends = []
    for kind in kinds:
        here = [row for row in clearances if row.kind == kind and row.site_id in (None, site_id)]
        valid = [row for row in here if row.is_valid_on(on)]
        if not valid:
            return False, None
        if all(row.valid_until for row in valid):
            ends.append(max(row.valid_until for row in valid))
    return True, min(ends, default=None)
