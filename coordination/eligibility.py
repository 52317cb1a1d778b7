"""The gate: who is cleared for what, and what is missing.

One set-based query answers for one engagement and for ten thousand. It fails closed: a
requirement for which no valid clearance is found is missing. Nothing else in the system
decides whether somebody may start or take a shift.
"""

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from coordination.models import Clearance, ClearanceKind, Engagement, Necessity, Tie
from core.periods import today


@dataclass(frozen=True)
class Missing:
    """A volunteer lacks a required clearance at a site on a day."""

    volunteer_id: int
    engagement_id: int
    site_id: int
    kind: str

    @property
    def label(self):
        return ClearanceKind(self.kind).label


def _clearances_on(on):
    """Clearances that hold on the day for the outer engagement's volunteer and site."""
    return Clearance.objects.valid_on(on).filter(
        Q(site__isnull=True) | Q(site=OuterRef("site")),
        volunteer=OuterRef("volunteer"),
        kind=OuterRef("required_kind"),
    )


def missing_rows(engagements, on):
    """Engagements that lack a required clearance on the day, once per missing `required_kind`.

    `engagements` is a queryset; `on` a date or a query expression. A queryset is returned, to
    be filtered further; it costs one query when read.
    """
    duty = Q(site__activity__requirements__necessity=Necessity.DUTY) & (
        Q(tie=Tie.FIXED) | Q(site__activity__requirements__fixed_tie_only=False)
    )
    return (
        engagements.filter(duty)
        .annotate(required_kind=F("site__activity__requirements__kind"))
        .filter(~Exists(_clearances_on(on)))
    )


def missing_clearances(engagements, on=None):
    """A list of Missing, one per engagement and required kind. 1 query."""
    rows = missing_rows(engagements, on or today()).values_list(
        "volunteer_id", "pk", "site_id", "required_kind"
    )
    return [Missing(*row) for row in rows.order_by("pk", "required_kind")]


def cleared(engagements, on=None):
    """Those of the engagements whose gate is open on the day. A queryset."""
    lacking = missing_rows(Engagement.objects.filter(pk=OuterRef("pk")), on or today())
    return engagements.exclude(Exists(lacking))


def active(engagements, on=None):
    """Those of the engagements that are active on the day: running, and the gate open."""
    day = on or today()
    return cleared(engagements.running_on(day), day)


@dataclass(frozen=True)
class Obstacle:
    """One reason why somebody cannot join a shift, as a sentence with what to do."""

    code: str
    message: str


def obstacles_to_shift(shift, volunteer):
    """Why this volunteer may not be on this shift, as Obstacles; empty means they may.

    Asks about the day of the shift: an engagement that runs on it, every required clearance,
    and the minimum age. Whether there is room, or the person is busy, is not the gate's matter.
    2 queries.
    """
    running = Engagement.objects.running_on(shift.day).filter(
        volunteer=volunteer, site=shift.site_id
    )
    missing = missing_clearances(running, shift.day)
    obstacles = [Obstacle(item.kind, _obstacle_text(item.kind)) for item in missing]
    if not missing and not running.exists():
        obstacles.append(
            Obstacle(
                "no_engagement",
                _("You are not tied to this activity on that day. Ask the coordinator to add you."),
            )
        )
    return obstacles + age_obstacles(shift.site.activity, volunteer.person, shift.day)


def _obstacle_text(kind):
    texts = {
        ClearanceKind.AGREEMENT: _(
            "Your agreement is not signed by all for that day. Look under Agreements on your page."
        ),
        ClearanceKind.CHILD_CERTIFICATE: _(
            "Your child certificate is not in place for that day. Your coordinator orders it, and "
            "you give your consent in Digital Post."
        ),
    }
    return texts[kind]


def age_obstacles(activity, person, on):
    """An Obstacle if the person is, or may be, younger than the activity's minimum age."""
    if activity.minimum_age is None:
        return []
    age = person.youngest_age_on(on)
    if age is None:
        return [
            Obstacle(
                "age_unknown",
                _("This activity has a minimum age. Tell the coordinator your year of birth."),
            )
        ]
    if age < activity.minimum_age:
        return [
            Obstacle(
                "too_young",
                _("This activity is for people of %(age)d and above.")
                % {"age": activity.minimum_age},
            )
        ]
    return []
