"""Numbers that are read off the rows: the overview of what volunteers do."""

from dataclasses import dataclass

from django.db.models import Count

from coordination import eligibility, queries
from coordination.access import Permission
from coordination.models import Activity, ActivityKind, Engagement, Site


@dataclass(frozen=True)
class OverviewRow:
    """One activity: how many distinct people are active in it, and at which branches."""

    activity_id: int
    activity: str
    kind: str
    volunteers: int
    branches: tuple

    @property
    def kind_label(self):
        return ActivityKind(self.kind).label


def shown_activities(user):
    """Running activities where the user may see the overview, by title. A queryset."""
    return Activity.objects.filter(
        state__in=queries.RUNNING, pk__in=_sites(user).values("activity")
    )


def overview(user, on, activities):
    """An OverviewRow for each of the activities (a list, or a queryset of them). 2 queries.

    A person with several engagements in an activity counts once; who applied, waits, rests or
    has ended does not count.
    """
    keys = [activity.pk for activity in activities]
    places = {}
    sites = _sites(user).filter(activity__in=keys).order_by("pk")
    for activity_id, branch in sites.values_list("activity", "branch__name"):
        places.setdefault(activity_id, []).append(branch)
    people = dict(
        _active(user, on)
        .filter(site__activity__in=keys)
        .order_by()
        .values_list("site__activity")
        .annotate(people=Count("volunteer", distinct=True))
    )
    return [
        OverviewRow(row.pk, row.title, row.kind, people.get(row.pk, 0), tuple(places[row.pk]))
        for row in activities
    ]


def active_people(user, on):
    """How many distinct people are active where the user may see the overview. 1 query."""
    return _active(user, on).aggregate(people=Count("volunteer", distinct=True))["people"]


def _sites(user):
    return Site.objects.permitted(user, Permission.VIEW_OVERVIEW).filter(queries.OPEN_SITE)


def _active(user, on):
    return eligibility.active(Engagement.objects.permitted(user, Permission.VIEW_OVERVIEW), on)
