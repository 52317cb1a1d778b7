"""The gate: who is cleared for what, and what is missing.

One set-based query answers for one engagement and for ten thousand. It fails closed: a
requirement for which no valid clearance is found is missing. Nothing else in the system
decides whether somebody may start or take a shift.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import (
    Coalesce,
    ExtractDay,
    ExtractMonth,
    ExtractYear,
    Greatest,
    TruncDate,
)
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.models import (
    Assignment,
    Clearance,
    ClearanceKind,
    Engagement,
    Necessity,
    Pause,
    Person,
    Tie,
)
from coordination.papers import PERSONAL_KIND, with_lasting_papers
from coordination.states import AssignmentState, ShiftState
from core import policies
from core.periods import begun_by, seen_from_inside, seen_from_outside, today
from core.prepared import Prepared, given, ids, number


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


def _clearances_on(on, last=None):
    """Clearances that hold on the day (to the last) for the outer engagement's person and site."""
    holding = Clearance.objects.valid_on(on)
    if last is not None:
        holding = holding.valid_on(last)
    return holding.filter(
        Q(site__isnull=True) | Q(site=OuterRef("site")),
        volunteer=OuterRef("volunteer"),
        kind=OuterRef("required_kind"),
    )


def missing_rows(engagements, on, last=None):
    """Engagements that lack a required clearance on the day, once per missing `required_kind`.

    `engagements` is a queryset; `on` a date, or an expression as a subquery of the engagements
    sees it: OuterRef("starts_on") is the engagement's own. With `last`, one clearance must hold
    from the one day to the other. A queryset is returned, to be filtered further; it costs one
    query when read.
    """
    of_the_tie = Q(site__activity__requirements__necessity=Necessity.DUTY) & (
        Q(tie=Tie.FIXED) | Q(site__activity__requirements__fixed_tie_only=False)
    )
    last_day = seen_from_outside(on if last is None else last)
    of_the_person = Q(site__activity__requirements__kind=PERSONAL_KIND) & begun_by(
        last_day, "volunteer__child_certificate_from"
    )
    return (
        engagements.filter(of_the_tie | of_the_person)
        .annotate(required_kind=F("site__activity__requirements__kind"))
        .filter(~Exists(_clearances_on(on, last)))
    )


def missing_clearances(engagements, on=None):
    """A list of Missing, one per engagement and required kind. 1 query."""
    rows = missing_rows(engagements, on or today()).values_list(
        "volunteer_id", "pk", "site_id", "required_kind"
    )
    return [Missing(*row) for row in rows.order_by("pk", "required_kind")]


def cleared(engagements, on=None):
    """Those of the engagements whose gate is open on the day (a date). A queryset.

    Who lacks something is found once for all, not once per engagement.
    """
    lacking = missing_rows(Engagement.objects.all(), on or today())
    return engagements.exclude(pk__in=lacking.values("pk"))


def active(engagements, on=None):
    """Those of the engagements that are active on the day: running, and the gate open."""
    day = on or today()
    return cleared(engagements.running_on(day), day)


@dataclass(frozen=True)
class Obstacle:
    """One reason why somebody cannot join a shift, as a sentence with what to do.

    `message` speaks to the volunteer, `for_staff` to the coordinator (the same where empty).
    """

    code: str
    message: str
    staff_message: str = ""

    @property
    def for_staff(self):
        return self.staff_message or self.message


def obstacles_to_shift(shift, volunteer):
    """Why this volunteer may not be on this shift, as Obstacles; empty means they may.

    Asks about the day of the shift: an engagement that runs on it, every required clearance,
    and the minimum age. Whether there is room, or the person is busy, is not the gate's matter.
    2 queries.
    """
    return obstacles_of([volunteer], site=shift.site, day=shift.day)[volunteer.pk]


def obstacles_of(volunteers, *, site, day):
    """{volunteer id: Obstacles} at one site on one day; 2 queries for any number.

    Each volunteer comes with their person, the site with its activity.
    """
    running = Engagement.objects.running_on(day).filter(
        site=site, volunteer__in=[volunteer.pk for volunteer in volunteers]
    )
    gate = _gate(running, day, "volunteer_id")
    return {
        volunteer.pk: gate[volunteer.pk] + age_obstacles(site.activity, volunteer.person, day)
        for volunteer in volunteers
    }


@dataclass(frozen=True)
class Tied:
    """Somebody with an engagement at a site, as far as the explainer needs to know them."""

    volunteer_id: int
    can_sign_in: bool
    obstacles: tuple
    age: int | None


def tied_at(site, day):
    """A Tied for everybody whose engagement at the site has not ended by the day. 2 queries for
    ten thousand.

    The same answer as `obstacles_of`, which asks about people one has; this finds them.
    """
    ties = Engagement.objects.filter(site=site).not_ended(day)
    running = ties.running_on(day)
    runs = Exists(Engagement.objects.running_on(day).filter(pk=OuterRef("pk")))
    person = "volunteer__person__"
    rows = list(
        ties.annotate(runs=runs).values_list(
            "volunteer_id",
            "runs",
            f"{person}user_id",
            f"{person}birth_year",
            f"{person}birth_date",
        )
    )
    gate = _gate_of({row[0] for row in rows if row[1]}, _lacking(running, day, "volunteer_id"))
    of_age = cache(lambda *born: _by_birth(site.activity, born, day))
    found = {}
    for volunteer, _runs, user, *born in rows:
        age, obstacles = of_age(*born)
        found[volunteer] = Tied(volunteer, user is not None, (*gate[volunteer], *obstacles), age)
    return list(found.values())


def _by_birth(activity, born, day):
    """(the lowest age, the obstacles of age) of everybody born so: reckoned once for many."""
    birth_year, birth_date = born
    person = Person(birth_year=birth_year, birth_date=birth_date)
    return person.youngest_age_on(day), age_obstacles(activity, person, day)


def obstacles_to_shifts(shifts, volunteer):
    """{shift id: Obstacles} for one volunteer; 2 queries for any number of shifts.

    Each shift comes with its site and activity.
    """
    running = (
        Engagement.objects.filter(
            volunteer=volunteer, site__shifts__in=[shift.pk for shift in shifts]
        )
        .annotate(shift_id=F("site__shifts__pk"), on_day=day_expression("site__shifts__starts_at"))
        .running_on(F("on_day"))
    )
    gate = _gate(running, F("on_day"), "shift_id")
    return {
        shift.pk: gate[shift.pk] + age_obstacles(shift.site.activity, volunteer.person, shift.day)
        for shift in shifts
    }


def at_risk(assignments):
    """Those of the assignments whose volunteer does not pass the gate on the shift's day.

    A queryset: what a sign-up would say no to today, because a clearance or an engagement has
    ended, a pause was set or the activity's requirements have changed since.
    """
    ties = Engagement.objects.filter(
        volunteer=OuterRef("volunteer"), site=OuterRef("shift__site")
    ).running_on(OuterRef("on_day"))
    return assignments.annotate(on_day=day_expression("starts_at")).filter(
        ~Exists(ties)
        | Exists(missing_rows(ties, OuterRef(OuterRef("on_day"))))
        | (_age_matters() & ~_old_enough())
    )


def coming_assignments(now=None):
    """Coming sign-ups on open shifts."""
    return Assignment.objects.filter(
        state=AssignmentState.BOOKED,
        shift__state=ShiftState.OPEN,
        starts_at__gte=now or timezone.now(),
    )


def assignments_at_risk(now=None):
    """Coming sign-ups on open shifts of people who are no longer cleared for the day.

    Narrow it with `.permitted(user, permission)` or by shift: 1 query when read.
    """
    return at_risk(coming_assignments(now))


def doubtful(pairs, activities, first, last):
    """Volunteer ids of the (volunteer, site) pairs that may be at risk from the first day to the
    last. At most 3 queries.

    `activities` is {site: activity}, of those that set no limit of age. Thousands of sign-ups are
    coming, and hardly anybody is at risk: who is steady at the site all the time need not be
    asked about day by day.
    """
    if not pairs:
        return set()
    steady = _steady_at(pairs, activities, first, last)
    return {volunteer for volunteer, site in pairs if (volunteer, site) not in steady}


def _steady_at(pairs, activities, first, last):
    """The (volunteer, site) pairs that pass the gate on every day from the first to the last, by
    the same papers and well above any age. Who is not steady may pass all the same.
    """
    found = _steady_ties().rows(
        people={volunteer for volunteer, _site in pairs},
        sites=activities,
        first=first,
        last=last,
        born_by=first.year - policies.get("volunteer.minimum_age") - 1,
    )
    ties = [(volunteer, site, activities[site], tie) for volunteer, site, tie in found]
    return with_lasting_papers(ties, first, last)


@cache
def _steady_ties():
    """Engagements that run, unpaused, all the time, of people whose age is no matter."""
    resting = Q(starts_on__lte=given("last")) & (
        Q(ends_on__isnull=True) | Q(ends_on__gte=given("first"))
    )
    born_later = Q(birth_year__gt=number("born_by")) | Q(birth_date__year__gt=number("born_by"))
    ties = Engagement.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=given("last")),
        ~Exists(Pause.objects.filter(resting, engagement=OuterRef("pk"))),
        ~Exists(Person.objects.filter(born_later, pk=OuterRef("volunteer"))),
        volunteer__among=ids("people"),
        site__among=ids("sites"),
        starts_on__lte=given("first"),
    )
    return Prepared(ties.values_list("volunteer", "site", "tie"))


def day_expression(instant):
    """The Copenhagen day of an instant, as a query expression."""
    return TruncDate(instant, tzinfo=timezone.get_default_timezone())


def _age_matters():
    """Q: the activity sets a limit, or the age is known and the municipality's holds."""
    return (
        Q(shift__site__activity__minimum_age__isnull=False)
        | Q(volunteer__person__birth_year__isnull=False)
        | Q(volunteer__person__birth_date__isnull=False)
    )


def _old_enough():
    """Q: as `age_obstacles`, by the date of birth or else the end of the year of birth."""
    least = Greatest(
        Coalesce(F("shift__site__activity__minimum_age"), 0),
        Value(policies.get("volunteer.minimum_age")),
    )
    by_date = GreaterThanOrEqual(
        _digits("on_day") - _digits("volunteer__person__birth_date"), least * 10000
    )
    by_year = GreaterThanOrEqual(
        ExtractYear("on_day") - F("volunteer__person__birth_year") - 1, least
    )
    unknown = Q(volunteer__person__birth_date__isnull=True)
    return (~unknown & Q(by_date)) | (
        unknown & Q(volunteer__person__birth_year__isnull=False) & Q(by_year)
    )


def _digits(day):
    """A day as the number 20270328: the difference of two, in ten thousands, is the age."""
    return ExtractYear(day) * 10000 + ExtractMonth(day) * 100 + ExtractDay(day)


def _gate(running, on, key):
    """{key: Obstacles} of the gate for running engagements; none running is an obstacle too."""
    return _gate_of(set(running.values_list(key, flat=True)), _lacking(running, on, key))


def _lacking(running, on, key):
    """(key, kind) of every clearance that one of the running engagements lacks, in order."""
    rows = missing_rows(running, seen_from_inside(on)).values_list(key, "required_kind")
    return rows.order_by(key, "required_kind")


def _gate_of(tied, lacking):
    obstacles = _Untied({found: [] for found in tied})
    for found, kind in lacking:
        obstacles[found].append(_missing_obstacle(kind))
    return obstacles


class _Untied(defaultdict):
    """What is not found has no running engagement on the day."""

    def __init__(self, found):
        super().__init__(_no_engagement, found)


def _no_engagement():
    return [
        Obstacle(
            "no_engagement",
            _("You are not tied to this activity on that day. Ask the coordinator to add you."),
            _("Not tied to this activity on that day."),
        )
    ]


def _missing_obstacle(kind):
    texts = {
        ClearanceKind.AGREEMENT: (
            _(
                "Your agreement is not signed by all for that day. Look under Agreements on "
                "your page."
            ),
            _("The agreement is not signed by all for that day."),
        ),
        ClearanceKind.CHILD_CERTIFICATE: (
            _(
                "Your child certificate is not in place for that day. Your coordinator orders "
                "it, and you give your consent in Digital Post."
            ),
            _("The child certificate is not in place for that day."),
        ),
        ClearanceKind.CRIMINAL_RECORD: (
            _(
                "Your criminal record certificate is not in place for that day. Ask your "
                "coordinator what to do."
            ),
            _("The criminal record certificate is not in place for that day."),
        ),
    }
    return Obstacle(kind, *texts[kind])


def age_obstacles(activity, person, on):
    """An Obstacle if the person is, or may be, younger than the activity's minimum age.

    The municipality's own limit holds as well, for those whose age is known.
    """
    age = person.youngest_age_on(on)
    if age is None and activity.minimum_age is None:
        return []
    if age is None:
        return [
            Obstacle(
                "age_unknown",
                _("This activity has a minimum age. Tell the coordinator your year of birth."),
                _("The activity has a minimum age, and the year of birth is not known."),
            )
        ]
    limit = max(activity.minimum_age or 0, policies.get("volunteer.minimum_age"))
    if age < limit:
        return [
            Obstacle(
                "too_young",
                _("This activity is for people of %(age)d and above.") % {"age": limit},
                _("Younger than the activity's minimum age."),
            )
        ]
    return []
