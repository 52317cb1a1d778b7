"""Hours: those of attended shifts and those that were told of and approved. One rule for all.

Nothing is added up anywhere else: the volunteer's own page, the statement, the coordinator's list
and its file all read `worked`. Minutes are counted from UTC, so that both nights of the clock
change are right. Nobody is ranked.

Source: issue 5; domain.md rule 32 (hours per month for the unemployment fund), 4.3.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from django.db.models import CharField, DateTimeField, F, Value
from django.db.models.functions import TruncDate

from coordination.models import Assignment, Engagement, HoursEntry, Site
from coordination.states import AssignmentState, HoursState
from core.periods import minutes_between, start_of

TOLD_WITHIN = "hours.told_within_days"
SHIFT, TOLD = "shift", "told"
AT_A_TIME = 500
COLUMNS = ("kind", "number", "who", "where", "on", "begins", "ends", "noted", "what")


@dataclass(frozen=True)
class Worked:
    """Minutes that count: of a shift that was attended, or told of and approved."""

    kind: str
    pk: int
    volunteer_id: int
    site_id: int
    day: date
    minutes: int
    what: str

    @property
    def is_shift(self):
        return self.kind == SHIFT


def counted(starts_at, ends_at, noted):
    """The minutes that count: those that were noted, else from beginning to end."""
    return minutes_between(starts_at, ends_at) if noted is None else noted


def worked(assignments, entries, first, last):
    """What counts among these sign-ups and entries from day to day inclusive, newest first: a
    queryset of rows for `read`, which may be sliced and counted. 1 query.
    """
    attended = assignments.filter(
        state=AssignmentState.ATTENDED,
        starts_at__gte=start_of(first),
        starts_at__lt=start_of(last + timedelta(days=1)),
    ).order_by()
    approved = entries.filter(state=HoursState.APPROVED, day__range=(first, last)).order_by()
    of_shifts = attended.annotate(
        kind=Value(SHIFT, output_field=CharField()),
        number=F("pk"),
        who=F("volunteer"),
        where=F("shift__site"),
        on=TruncDate("starts_at"),
        begins=F("starts_at"),
        ends=F("ends_at"),
        noted=F("presence__minutes"),
        what=F("shift__title"),
    ).values_list(*COLUMNS)
    told = approved.annotate(
        kind=Value(TOLD, output_field=CharField()),
        number=F("pk"),
        who=F("volunteer"),
        where=F("site"),
        on=F("day"),
        begins=Value(None, output_field=DateTimeField()),
        ends=Value(None, output_field=DateTimeField()),
        noted=F("minutes"),
        what=F("words"),
    ).values_list(*COLUMNS)
    return of_shifts.union(told, all=True).order_by("-on", "kind", "-number")


def read(rows):
    """The rows of `worked` as Worked."""
    return [
        Worked(kind, pk, who, where, on, counted(begins, ends, noted), what)
        for kind, pk, who, where, on, begins, ends, noted, what in rows
    ]


def pieces(rows):
    """All rows of `worked`, read some hundreds at a time, however many they are."""
    found = rows.iterator(chunk_size=AT_A_TIME)
    while some := list(islice(found, AT_A_TIME)):
        yield read(some)


def volunteers_in(rows):
    """The ids of the volunteers that the rows of `worked` tell about. 1 query."""
    at = COLUMNS.index("who")
    return {row[at] for row in rows.order_by().iterator(chunk_size=AT_A_TIME)}


def own(volunteer, first, last):
    """What counts of one volunteer, newest first. 1 query."""
    return read(worked(volunteer.assignments.all(), volunteer.hours_entries.all(), first, last))


def permitted(user, permission, first, last, branch=None):
    """What counts in the branches where the user has the permission: the rows of `worked`."""
    assignments = Assignment.objects.permitted(user, permission)
    entries = HoursEntry.objects.permitted(user, permission)
    if branch is not None:
        assignments = assignments.filter(shift__site__branch__path__startswith=branch.path)
        entries = entries.filter(site__branch__path__startswith=branch.path)
    return worked(assignments, entries, first, last)


def by_month(rows):
    """{first day of the month: minutes}, newest first."""
    total = Counter()
    for row in rows:
        total[row.day.replace(day=1)] += row.minutes
    return {month: total[month] for month in sorted(total, reverse=True)}


def on_day(volunteer, day):
    """Minutes of the day that are taken: what counts, and what waits for an answer. 2 queries."""
    waiting = volunteer.hours_entries.waiting().filter(day=day).values_list("minutes", flat=True)
    return sum(row.minutes for row in own(volunteer, day, day)) + sum(waiting)


def sites_of(rows):
    """{site id: Site} of what was worked, read along. 1 query."""
    return Site.objects.select_related("activity", "branch").in_bulk({row.site_id for row in rows})


def sites_tied_to(volunteer):
    """The sites that the volunteer is or was tied to, read along."""
    ties = Engagement.objects.filter(volunteer=volunteer)
    rows = Site.objects.filter(pk__in=ties.values("site"))
    return rows.select_related("activity", "branch").order_by("pk")


def ties_of(volunteer):
    """The volunteer's engagements, with association and site read along. 1 query."""
    rows = Engagement.objects.filter(volunteer=volunteer).select_related(
        "association", "site__activity", "site__branch"
    )
    return list(rows.order_by("starts_on", "pk"))


def tie_on(ties, site_id, day):
    """The engagement at the site that covers the day, or None."""
    return next((tie for tie in ties if tie.site_id == site_id and tie.covers_day(day)), None)


def entries_of(volunteer):
    """What the volunteer told of and what became of it, newest first, site read along."""
    rows = volunteer.hours_entries.select_related("site__activity", "site__branch")
    return rows.order_by("-day", "-pk")


def entries():
    """All entries with volunteer, site and branch read along."""
    return HoursEntry.objects.select_related(
        "volunteer__person", "site__activity", "site__branch", "decided_by"
    )


def waiting(user, permission):
    """The entries that wait for an answer where the user has the permission, oldest first."""
    return entries().permitted(user, permission).waiting().order_by("day", "pk")
