"""What coordination tells the start page of staff."""

from datetime import timedelta
from functools import lru_cache

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination import rosters
from coordination.access import Permission, Scope, scope_of
from coordination.models import Engagement, Shift
from coordination.states import ShiftState
from core.periods import start_of, today
from core.prepared import Prepared, PreparedCount, given, moment
from core.summary import Tile, Waiting, kept

DAYS_AHEAD = 14
# Who is at risk is asked about one by one, and later than this there is time to put it right.
RISK_DAYS = 7


def staff_summary(user):
    """Tiles and what waits in the user's branches. At most 8 queries."""
    scope = scope_of(user)
    rows = []
    if scope.holds(Permission.VIEW_OVERVIEW):
        rows += _people(user)
    if scope.holds(Permission.VIEW_SHIFTS):
        rows += _shifts(user)
    return rows


def _people(user):
    question = _tied_question(scope_of(user).grants)
    volunteers, activities = kept(user, "tied", lambda: question.numbers(on=today()))
    people_url = (
        reverse("coordination:volunteer-list")
        if user.has_perm(Permission.VIEW_CONTACTS)
        else reverse("coordination:overview")
    )
    yield Tile(_("Volunteers"), volunteers, people_url, order=10)
    yield Tile(
        _("Activities with volunteers"), activities, reverse("coordination:activity-list"), order=20
    )


@lru_cache(maxsize=256)
def _tied_question(grants):
    """How many people are tied to something, and to how many activities."""
    here = Scope(grants).within(Engagement.branch_lookup, Permission.VIEW_OVERVIEW)
    rows = Engagement.objects.filter(here).not_ended(given("on"))
    return PreparedCount(
        rows, Count("volunteer", distinct=True), Count("site__activity", distinct=True)
    )


def _shifts(user):
    now = timezone.now()
    until = now + timedelta(days=DAYS_AHEAD)
    coming = _coming_question(scope_of(user).grants).rows(now=now, until=until)
    taken = rosters.taken_of({pk: groups for pk, _least, groups in coming})
    lacking = sum(taken[pk] < least for pk, least, _groups in coming)
    url = reverse("coordination:shift-list")
    yield Tile(
        _("Shifts in the next %(days)s days") % {"days": DAYS_AHEAD}, len(coming), url, order=30
    )
    soon = start_of(today() + timedelta(days=RISK_DAYS))
    at_risk = kept(
        user,
        "at-risk",
        lambda: rosters.number_at_risk(user, Permission.VIEW_SHIFTS, now, soon),
    )
    if at_risk:
        within = _("They start within %(days)s days.") % {"days": RISK_DAYS}
        papers = _("A paper has run out, or the activity asks for more. Help them, or find others.")
        yield Waiting(
            text=_("People on a shift who are no longer cleared for it"),
            number=at_risk,
            url=f"{url}?at_risk=on&time=week",
            action=_("See the shifts"),
            why=f"{within} {papers}",
            urgent=True,
            order=5,
        )
    if lacking:
        yield Waiting(
            text=_("Shifts that lack people"),
            number=lacking,
            url=f"{url}?gaps=on",
            action=_("See the shifts"),
            why=_("They start within %(days)s days.") % {"days": DAYS_AHEAD},
            urgent=True,
            order=40,
        )


@lru_cache(maxsize=256)
def _coming_question(grants):
    """(id, fewest people, places of groups) of the open shifts that start between two instants."""
    here = Scope(grants).within(Shift.branch_lookup, Permission.VIEW_SHIFTS)
    rows = Shift.objects.filter(
        here, state=ShiftState.OPEN, starts_at__gte=moment("now"), starts_at__lt=moment("until")
    )
    return Prepared(rows.order_by().values_list("pk", "minimum", "group_seats"))
