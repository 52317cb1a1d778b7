"""What the pages ask: set-based, so that a page costs the same however many rows it shows."""

from collections import defaultdict
from datetime import datetime
from functools import cache, lru_cache
from typing import NamedTuple

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
from coordination.access import Permission, Role, Scope, scope_of
from coordination.models import (
    Activity,
    Assignment,
    Association,
    Branch,
    ClearanceKind,
    Engagement,
    Frame,
    Import,
    Pause,
    RoleAssignment,
    ShiftTemplate,
    Site,
    TemplateShift,
    Volunteer,
)
from coordination.papers import Papers
from coordination.standing import Line, Listed, Standing, standing_of
from coordination.states import ActivityState
from core import audit, mail, search
from core.models import ActorKind, User
from core.periods import covering, today
from core.prepared import Prepared, PreparedCount, PreparedList, given, ids, moment, number

RUNNING = (ActivityState.PILOT, ActivityState.RUNNING)
HISTORY_LENGTH = 15
OPEN_SITE = Q(closed_on__isnull=True)
# What a list shows of an engagement, in the order of `standing.Listed`.
LISTED = (
    "pk",
    "volunteer",
    "site",
    "tie",
    "starts_on",
    "ends_on",
    "is_paused",
    "site__activity",
    "site__activity__title",
    "site__branch__name",
    "site__branch__path",
)


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


def lines_of(volunteer_ids, user, on):
    """{volunteer id: [Line, ...]} of these volunteers' engagements that the user may see and
    that are not over.

    What is missing is told only where the user may see people. 3 queries, 2 where nothing is asked.
    """
    scope = scope_of(user)
    question = _listed_question(scope.grants, Permission.VIEW_CONTACTS)
    shown = [Listed(*row) for row in question.rows(people=volunteer_ids, on=on)]
    papers = Papers(volunteer_ids, {row.activity_id for row in shown}, since=on)
    lines = defaultdict(list)
    for row in shown:
        line = _line(row, row.branch_path, row.activity_id, papers, scope, on)
        lines[row.volunteer_id].append(line)
    return lines


@lru_cache(maxsize=256)
def _listed_question(grants, permission):
    rows = Engagement.objects.filter(
        Scope(grants).within(Engagement.branch_lookup, permission), volunteer__among=ids("people")
    )
    rows = _with_pause(rows.not_ended(given("on")), given("on")).order_by("-starts_on", "pk")
    return Prepared(rows.values_list(*LISTED))


def _with_pause(engagements, on):
    paused = Exists(Pause.objects.filter(covering(on), engagement=OuterRef("pk")))
    return engagements.annotate(is_paused=paused)


def _line(engagement, path, activity_id, papers, scope, on):
    day = max(on, engagement.starts_on)
    missing, until = (), None
    if not engagement.has_ended(on) and scope.holds(Permission.VIEW_PEOPLE, path):
        missing = tuple(map(ClearanceKind, papers.lacking(engagement, activity_id, day)))
        until = papers.cleared_until(engagement, activity_id, day)
    return Line(
        engagement=engagement,
        standing=standing_of(engagement, on=on, paused=engagement.is_paused, missing=missing),
        missing=missing,
        editable=scope.holds(Permission.EDIT_PEOPLE, path),
        cleared_until=until,
    )


def engagements():
    """Engagements with their person, activity and branch."""
    return Engagement.objects.select_related("volunteer__person", "site__activity", "site__branch")


def imports():
    """Imports with their table (while it is kept), branch and job."""
    return Import.objects.select_related("table", "branch", "job")


def shift_templates():
    """Shift templates in use, with their branch and shifts."""
    rows = ShiftTemplate.objects.filter(retired_on__isnull=True)
    return rows.select_related("branch").prefetch_related("shifts")


def template_shifts():
    """The shifts of templates in use."""
    rows = TemplateShift.objects.filter(template__retired_on__isnull=True)
    return rows.select_related("template__branch")


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


def volunteers_found(user, permission, words=""):
    """As `volunteers_of` and `volunteers_matching`, prepared: for the list that is looked at all
    the time. They are counted among the engagements, which are what is looked through."""
    question = _found_question(scope_of(user).grants, permission, search.shape_of(words))
    return question.told(**search.told_words(words))


@lru_cache(maxsize=256)
def _found_question(grants, permission, shape):
    rows = search.matching_shape(Volunteer.objects.by_name(), shape, field="person__search")
    if permission in Scope(grants).permissions_everywhere:
        return PreparedList(rows)
    ties = Engagement.objects.filter(Scope(grants).within(Engagement.branch_lookup, permission))
    found = search.matching_shape(ties, shape, field="volunteer__person__search")
    number_of = PreparedCount(found, Count("volunteer", distinct=True))
    return PreparedList(with_engagement(rows, ties), number_of)


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
    """What the volunteer's page shows of engagements, over or not: (lines, shared).

    `shared` are the person's clearances (Held) that hold everywhere. 3 queries.
    """
    scope = scope_of(user)
    question = _engagements_question(scope.grants, Permission.VIEW_CONTACTS)
    shown = question.rows(person=volunteer.pk, on=on)
    activities = {engagement.site.activity_id for engagement in shown}
    papers = Papers([volunteer.pk], activities, since=on, all_held=True)
    lines = [
        _line(row, row.site.branch.path, row.site.activity_id, papers, scope, on) for row in shown
    ]
    return lines, [held for held in papers.held(volunteer.pk) if held.is_shared_on(on)]


@lru_cache(maxsize=256)
def _engagements_question(grants, permission):
    rows = Engagement.objects.filter(
        Scope(grants).within(Engagement.branch_lookup, permission), volunteer=number("person")
    )
    rows = rows.select_related("site__activity", "site__branch", "association")
    return Prepared(_with_pause(rows, given("on")).order_by("-starts_on", "pk"))


class ComingShift(NamedTuple):
    """A shift somebody has signed up for."""

    starts_at: datetime
    ends_at: datetime
    activity: str
    branch: str

    @property
    def site(self):
        return f"{self.activity} · {self.branch}"


def coming_shifts(volunteer, user, now):
    """The volunteer's next five shifts that the user may see. 1 query."""
    question = _coming_question(scope_of(user).grants)
    return [ComingShift(*row) for row in question.rows(person=volunteer.pk, now=now)]


@lru_cache(maxsize=256)
def _coming_question(grants):
    rows = Assignment.objects.holding_a_place().filter(
        Scope(grants).within(Assignment.branch_lookup, Permission.VIEW_SHIFTS),
        volunteer=number("person"),
        ends_at__gte=moment("now"),
    )
    site = ("shift__site__activity__title", "shift__site__branch__name")
    return Prepared(rows.order_by("starts_at", "pk").values_list("starts_at", "ends_at", *site)[:5])


def history_of(person_id, user):
    """The person's last events that the user may see: rows for `components/history.html`.

    What happened in a branch is told to that branch; of what belongs to none, contact and
    sign-in. 1 query.
    """
    rows = _history_question(scope_of(user).grants).rows(person=person_id)
    return [{"at": at, "text": audit.kind_label(kind), "by": by or ""} for at, kind, by in rows]


@lru_cache(maxsize=256)
def _history_question(grants):
    scope, events = Scope(grants), audit.events_about(number("person"))
    if Permission.VIEW_PEOPLE not in scope.permissions_everywhere:
        paths = Branch.objects.filter(scope.within("", Permission.VIEW_PEOPLE)).values("path")
        events = events.filter(
            Q(branch_path__in=paths) | Q(branch_path="", kind__startswith="person.")
        )
    actor = User.objects.filter(pk=OuterRef("actor_id")).annotate(
        shown=Case(When(name="", then=F("email")), default=F("name"))
    )
    by = Case(When(actor_kind=ActorKind.USER, then=Subquery(actor.values("shown"))))
    return Prepared(events.annotate(by=by).values_list("at", "kind", "by")[:HISTORY_LENGTH])


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
    for site in _open_sites_question().rows(activities=activity_ids):
        found[site.activity_id].append(site)
    return found


@cache
def _open_sites_question():
    rows = Site.objects.filter(OPEN_SITE, activity__among=ids("activities"))
    return Prepared(rows.select_related("branch").order_by("pk"))


def tied_by_activity(activity_ids, user, on):
    """{activity id: number of distinct people tied to it where the user may look}. 1 query."""
    question = _tied_question(scope_of(user).grants)
    return dict(question.rows(activities=activity_ids, on=on))


@lru_cache(maxsize=256)
def _tied_question(grants):
    here = Scope(grants).within(Engagement.branch_lookup, Permission.VIEW_ACTIVITIES)
    rows = Engagement.objects.filter(here, site__activity__among=ids("activities"))
    rows = rows.not_ended(given("on")).order_by().values("site__activity")
    return Prepared(
        rows.annotate(people=Count("volunteer", distinct=True)).values_list(
            "site__activity", "people"
        )
    )


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


def frame_of(activity):
    """The frame of the activity, or one that is not saved."""
    return Frame.objects.filter(activity=activity).first() or Frame()


def sites_of(activity, user, on):
    """The activity's sites, with `people` tied to them where the user may look (else None) and
    `editable`. 2 queries.
    """
    people = dict(_people_question().rows(activity=activity.pk, on=on))
    sites = _sites_question().rows(activity=activity.pk)
    scope = scope_of(user)
    for site in sites:
        path = site.branch.path
        looks = scope.holds(Permission.VIEW_ACTIVITIES, path)
        site.activity = activity
        site.people = people.get(site.pk, 0) if looks else None
        site.editable = scope.holds(Permission.EDIT_ACTIVITIES, path) and site.closed_on is None
    return sites


@cache
def _sites_question():
    rows = Site.objects.filter(activity=number("activity"))
    return Prepared(rows.select_related("branch").order_by("closed_on", "pk"))


@cache
def _people_question():
    rows = Engagement.objects.not_ended(given("on")).filter(site__activity=number("activity"))
    counted = rows.order_by().values("site").annotate(people=Count("volunteer", distinct=True))
    return Prepared(counted.values_list("site", "people"))


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


def managers_to_tell():
    """The managers of the whole municipality, who hear when the system stands still."""
    held = RoleAssignment.objects.filter(
        covering(today()), role=Role.MANAGER, branch__parent=None, user__is_active=True
    )
    return [
        mail.Recipient(row.user.email, row.user.name, row.user.language, user=row.user)
        for row in held.select_related("user").order_by("user_id")
    ]


def places(user):
    """[(path, name)] of the branches below the top whose settings the user may decide, by tree."""
    rows = Branch.objects.permitted(user, Permission.EDIT_POLICIES).exclude(parent=None)
    found = rows.select_related("parent").order_by("parent__path", "name")
    return [(row.path, f"{row.name} ({row.parent.name})") for row in found]
