"""Where an engagement or a shift stands: derived from dates, places and the gate."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.periods import is_over


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


def of_shift(shift, *, taken, at_risk, offered=0):
    """The ShiftStanding now; `at_risk`: somebody on it is not cleared for its day. `offered`: so
    many places beyond those taken are held for people in the line until they answer.
    """
    if shift.is_cancelled:
        return ShiftStanding("neutral", _("Cancelled"))
    if at_risk:
        return ShiftStanding("error", _("Somebody is not cleared"))
    if shift.has_started:
        return ShiftStanding("neutral", _("Begun or over"))
    if taken + offered < shift.minimum:
        return ShiftStanding("warning", _("Too few"))
    if taken + offered < shift.capacity:
        return ShiftStanding("info", _("Free places"))
    if offered:
        return ShiftStanding("waiting", _("Place offered"))
    return ShiftStanding("success", _("Full"))


def places_in_words(taken, capacity, offered=0):
    """How many of a shift's places are taken, and how many are held for who has yet to answer."""
    if offered:
        text = gettext("%(taken)s of %(capacity)s, %(offered)s offered")
        return text % {"taken": taken, "capacity": capacity, "offered": offered}
    return gettext("%(taken)s of %(capacity)s") % {"taken": taken, "capacity": capacity}


class Listed(NamedTuple):
    """What a list of people reads of an engagement."""

    pk: int
    volunteer_id: int
    site_id: int
    tie: str
    starts_on: date
    ends_on: date | None
    is_paused: bool
    activity_id: int
    activity: str
    branch: str
    branch_path: str

    @property
    def site(self):
        """As `str(site)` says it."""
        return f"{self.activity} · {self.branch}"

    def has_ended(self, on):
        return is_over(self.ends_on, on)


@dataclass(frozen=True)
class Line:
    """One engagement (or Listed) with its standing and the ClearanceKinds it lacks."""

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
    if engagement.has_ended(on):
        return Standing.ENDED
    if paused:
        return Standing.PAUSED
    if engagement.starts_on > on or missing:
        return Standing.PENDING
    return Standing.ACTIVE
