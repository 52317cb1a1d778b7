"""What the pages ask: set-based, so that a page costs the same however many rows it shows."""

from collections import defaultdict

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Collate, Greatest

from coordination import eligibility
from coordination.access import Permission, scope_of
from coordination.models import (
    Activity,
    Assignment,
    Association,
    Branch,
    Clearance,
    Engagement,
    Necessity,
    Pause,
    Requirement,
    Site,
    Volunteer,
)
from coordination.standing import Line, Standing, cleared_until, standing_of
from coordination.states import ActivityState
from core import audit, search
from core.models import ActorKind, User
from core.periods import covering

RUNNING = (ActivityState.PILOT, ActivityState.RUNNING)
HISTORY_LENGTH = 15
OPEN_SITE = Q(closed_on__isnull=True)


# --- Engagements and the gate --------------------------------------------------------------


def gate_day(on):
    """The day the gate is asked about: this one, or the first day of who starts later.

    An expression for `eligibility.missing_rows`, about the engagement it looks at.
    """
    return Greatest(OuterRef("starts_on"), Value(on, output_field=DateField()))


def lacking(engagements, on, kind=None):
    """Engagements not ended that lack something (of the kind), once per `required_kind`."""
    rows = eligibility.missing_rows(engagements.not_ended(on), gate_day(on))
    return rows.filter(required_kind=kind) if kind else rows


def standing_as(engagements, standing, on):
    """The engagements that stand so on the day. A queryset."""
    paused = Exists(Pause.objects.filter(covering(on), engagement=OuterRef("pk")))
    if standing == Standing.ENDED:
        return engagements.filter(ends_on__lt=on)
    if standing == Standing.PAUSED:
        return engagements.not_ended(on).filter(paused)
    if standing == Standing.ACTIVE:
        return eligibility.active(engagements, on)
    waiting = Q(starts_on__gt=on) | Q(pk__in=lacking(engagements, on).values("pk"))
    return engagements.not_ended(on).filter(waiting).exclude(paused)


def lines_of(volunteer_ids, user, on, *, ended=False):
    """{volunteer id: [Line, ...]} of these volunteers' engagements that the user may see.

    What is missing is told only where the user may see people. 2 queries; with `ended` those
    that are over come along.
    """
    rows = Engagement.objects.permitted(user, Permission.VIEW_CONTACTS).filter(
        volunteer__in=list(volunteer_ids)
    )
    if not ended:
        rows = rows.not_ended(on)
    shown = rows.select_related("site__activity", "site__branch", "association").annotate(
        is_paused=Exists(Pause.objects.filter(covering(on), engagement=OuterRef("pk")))
    )
    shown = list(shown.order_by("-starts_on", "pk"))
    missing = _missing_by_engagement(shown, user, on)
    lines = defaultdict(list)
    for engagement in shown:
        lines[engagement.volunteer_id].append(_line(engagement, missing, user, on))
    return lines


def _missing_by_engagement(engagements, user, on):
    scope = scope_of(user)
    ids = [
        engagement.pk
        for engagement in engagements
        if scope.holds(Permission.VIEW_PEOPLE, engagement.site.branch.path)
    ]
    rows = lacking(Engagement.objects.filter(pk__in=ids), on)
    found = defaultdict(list)
    for row in rows.values_list("pk", "volunteer_id", "site_id", "required_kind"):
        pk, volunteer_id, site_id, kind = row
        found[pk].append(eligibility.Missing(volunteer_id, pk, site_id, kind))
    return found


def _line(engagement, missing, user, on):
    lacks = tuple(sorted(missing[engagement.pk], key=lambda item: item.kind))
    return Line(
        engagement=engagement,
        standing=standing_of(engagement, on=on, paused=engagement.is_paused, missing=lacks),
        missing=lacks,
        editable=scope_of(user).holds(Permission.EDIT_PEOPLE, engagement.site.branch.path),
    )


def engagements():
    """Engagements with their person, activity and branch."""
    return Engagement.objects.select_related("volunteer__person", "site__activity", "site__branch")


# --- Volunteers ----------------------------------------------------------------------------


def people():
    """Volunteers with their person and sign-in, in no order: for pages about one of them."""
    return Volunteer.objects.select_related("person__user")


def volunteers_of(user, permission):
    """Volunteers, in Danish order of names, with their person: those whom an engagement ties to
    a branch where the user has the permission.

    An applicant who volunteers elsewhere is not on this branch's list. Whoever holds the
    permission for the whole municipality sees them all.
    """
    rows = Volunteer.objects.by_name()
    if permission in scope_of(user).permissions_everywhere:
        return rows
    return with_engagement(rows, Engagement.objects.permitted(user, permission))


def with_engagement(rows, engagements):
    """Those of the volunteers who have one of the engagements."""
    return rows.filter(pk__in=engagements.values("volunteer"))


def only_ended(rows, engagements, on):
    """Those of the volunteers whose engagements (of these) have all ended."""
    going_on = engagements.not_ended(on).values("volunteer")
    ended = engagements.filter(ends_on__lt=on).values("volunteer")
    return rows.filter(pk__in=ended).exclude(pk__in=going_on)


def sites_matching(rows, words):
    """Those of the sites whose activity or branch has every word in its name."""
    for word in words.split():
        rows = rows.filter(Q(activity__title__icontains=word) | Q(branch__name__icontains=word))
    return rows


def activities_matching(rows, words):
    """Those of the activities whose title has every word."""
    for word in words.split():
        rows = rows.filter(title__icontains=word)
    return rows


def volunteers_matching(rows, words):
    """Those of the volunteers whose name, mail or phone has every word."""
    return search.matching(rows, words, field="person__search")


def volunteer_page(volunteer, user, on):
    """What the volunteer's page shows of engagements, with "cleared until": (lines, shared).

    `shared` are (kind label, last day) of clearances that hold everywhere. 4 queries.
    """
    lines = lines_of([volunteer.pk], user, on, ended=True)[volunteer.pk]
    kinds = _duties([line.engagement for line in lines])
    clearances = list(Clearance.objects.filter(volunteer=volunteer).valid_on(on))
    filled = [_with_clearance(line, kinds, clearances, on) for line in lines]
    shared = [row for row in clearances if row.site_id is None]
    return filled, shared


def _duties(engagements):
    """{activity id: [Requirement, ...]} that are a duty. 1 query."""
    duties = defaultdict(list)
    activities = {engagement.site.activity_id for engagement in engagements}
    rows = Requirement.objects.filter(activity__in=activities, necessity=Necessity.DUTY)
    for requirement in rows:
        duties[requirement.activity_id].append(requirement)
    return duties


def _with_clearance(line, duties, clearances, on):
    engagement = line.engagement
    kinds = [
        requirement.kind
        for requirement in duties[engagement.site.activity_id]
        if engagement.is_fixed or not requirement.fixed_tie_only
    ]
    day = max(on, engagement.starts_on)
    until = cleared_until(kinds, clearances, site_id=engagement.site_id, on=day) if kinds else None
    return Line(
        engagement=engagement,
        standing=line.standing,
        missing=line.missing,
        editable=line.editable,
        cleared_until=until,
    )


def coming_assignments(volunteer, user, now, *, limit=5):
    """The volunteer's next shifts that the user may see. 1 query."""
    rows = Assignment.objects.permitted(user, Permission.VIEW_SHIFTS).holding_a_place()
    rows = rows.filter(volunteer=volunteer, ends_at__gte=now)
    return rows.select_related("shift__site__activity", "shift__site__branch").order_by(
        "starts_at"
    )[:limit]


def history_of(person_id, user):
    """The person's last events that the user may see: rows for `components/history.html`.

    What happened in a branch is told to that branch; of what belongs to none, contact and
    sign-in. 1 query.
    """
    here = scope_of(user).within("", Permission.VIEW_PEOPLE)
    events = audit.events_about(person_id)
    everywhere = any(grant.covers_everything for grant in scope_of(user).grants) and scope_of(
        user
    ).holds(Permission.VIEW_PEOPLE)
    if not everywhere:
        paths = Branch.objects.filter(here).values("path")
        events = events.filter(
            Q(branch_path__in=paths) | Q(branch_path="", kind__startswith="person.")
        )
    actor = User.objects.filter(pk=OuterRef("actor_id")).annotate(
        shown=Case(When(name="", then=F("email")), default=F("name"))
    )
    events = events.annotate(
        by=Case(When(actor_kind=ActorKind.USER, then=Subquery(actor.values("shown"))))
    )
    return [
        {"at": event.at, "text": audit.kind_label(event.kind), "by": event.by or ""}
        for event in events[:HISTORY_LENGTH]
    ]


# --- Activities, sites, branches -----------------------------------------------------------


def open_sites(user, permission):
    """Sites where volunteers can be taken in and the user has the permission."""
    rows = Site.objects.permitted(user, permission).filter(OPEN_SITE, activity__state__in=RUNNING)
    return rows.select_related("activity", "branch").order_by(
        Collate("activity__title", "da-x-icu"), Collate("branch__name", "da-x-icu"), "pk"
    )


def sites():
    """Sites with their activity and branch."""
    return Site.objects.select_related("activity", "branch")


def associations():
    """All associations: they belong to the municipality, not to a branch."""
    return Association.objects.all()


def activities():
    """Activities with their owning branch."""
    return Activity.objects.select_related("branch")


def activities_at(rows, branch):
    """Those of the activities that take place at the branch or under it."""
    here = Site.objects.filter(OPEN_SITE, branch__path__startswith=branch.path)
    return rows.filter(pk__in=here.values("activity"))


def sites_by_activity(activity_ids):
    """{activity id: [Site, ...]} of the open sites, in the order in which they opened. 1 query."""
    found = defaultdict(list)
    rows = Site.objects.filter(OPEN_SITE, activity__in=list(activity_ids))
    for site in rows.select_related("branch").order_by("pk"):
        found[site.activity_id].append(site)
    return found


def tied_by_activity(activity_ids, user, on):
    """{activity id: number of distinct people tied to it where the user may look}. 1 query."""
    rows = Engagement.objects.permitted(user, Permission.VIEW_ACTIVITIES).not_ended(on)
    rows = rows.filter(site__activity__in=list(activity_ids)).order_by()
    counted = rows.values_list("site__activity").annotate(people=Count("volunteer", distinct=True))
    return dict(counted)


def tied_by_association(association_ids, user, on):
    """{association id: number of distinct people tied through it where one may look}. 1 query."""
    rows = Engagement.objects.permitted(user, Permission.VIEW_PEOPLE).not_ended(on)
    rows = rows.filter(association__in=list(association_ids)).order_by()
    counted = rows.values_list("association")
    return dict(counted.annotate(people=Count("volunteer", distinct=True)))


def engagements_through(association, user, on):
    """The engagements not ended through an association that the user may see, by name."""
    rows = Engagement.objects.permitted(user, Permission.VIEW_PEOPLE).not_ended(on)
    rows = rows.filter(association=association).select_related(
        "volunteer__person", "site__activity", "site__branch"
    )
    return rows.order_by(Collate("volunteer__person__name", "da-x-icu"), "pk")


def sites_of(activity, user, on):
    """The activity's sites, with `people` tied to them where the user may look (else None) and
    `editable`. 2 queries.
    """
    counted = Engagement.objects.not_ended(on).filter(site__activity=activity).order_by()
    people = dict(counted.values_list("site").annotate(people=Count("volunteer", distinct=True)))
    sites = list(activity.sites.select_related("branch").order_by("closed_on", "pk"))
    scope = scope_of(user)
    for site in sites:
        path = site.branch.path
        looks = scope.holds(Permission.VIEW_ACTIVITIES, path)
        site.people = people.get(site.pk, 0) if looks else None
        site.editable = scope.holds(Permission.EDIT_ACTIVITIES, path) and site.closed_on is None
    return sites


def branch_tree(user):
    """The branches the user may see, as (depth, Branch) from the top down. 1 query.

    Siblings stand in Danish order of names; a branch whose parent is out of sight is a top.
    """
    rows = list(Branch.objects.permitted(user, Permission.VIEW_ACTIVITIES))
    known = {branch.pk for branch in rows}
    children = defaultdict(list)
    for branch in rows:
        children[branch.parent_id if branch.parent_id in known else None].append(branch)
    return list(_walk(children, None, 0))


def _walk(children, parent_id, depth):
    for branch in children[parent_id]:
        yield depth, branch
        yield from _walk(children, branch.pk, depth + 1)
