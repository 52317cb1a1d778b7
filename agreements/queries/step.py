"""A next step, and what is read to find it."""

from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.formats import date_format

from coordination.access import scope_of


@dataclass(frozen=True)
class Step:
    """One requirement of one engagement that is not met, or waits.

    `text` what, `why` from the activity's terms, `next` what happens now, in words; `url` and
    `action` only where this user may do it. `blocking`: the gate is closed until it is done.
    """

    engagement_id: int
    kind: str
    text: str
    why: str = ""
    next: str = ""
    url: str = ""
    action: str = ""
    blocking: bool = True


@dataclass
class Facts:
    """What was read about a list of engagements, by id."""

    engagements: list
    on: date
    user: object
    own: bool
    missing: set = field(default_factory=set)
    open_agreements: dict = field(default_factory=dict)
    concluded: dict = field(default_factory=dict)
    attestations: dict = field(default_factory=dict)
    attested: set = field(default_factory=set)

    def may(self, permission, engagement):
        return not self.own and scope_of(self.user).holds(permission, engagement.site.branch.path)


def day_words(value):
    return date_format(value, "DATE_FORMAT")


def step_of(engagement, text, **more):
    return Step(engagement.pk, "", text, **more)


def offered(allowed, step, url, action):
    return replace(step, url=url, action=action) if allowed else step
