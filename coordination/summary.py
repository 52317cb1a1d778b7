"""What coordination tells the start page of staff."""

from datetime import timedelta

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination import rosters
from coordination.access import Permission, scope_of
from coordination.models import Engagement, Shift
from coordination.states import HOLDING_A_PLACE
from core.periods import start_of, today
from core.summary import Tile, Waiting

DAYS_AHEAD = 14
# Who is at risk is asked about one by one, and later than this there is time to put it right.
RISK_DAYS = 7


def staff_summary(user):
    """Tiles and what waits in the user's branches. At most 6 queries."""
    scope = scope_of(user)
    rows = []
    if scope.holds(Permission.VIEW_OVERVIEW):
        rows += _people(user)
    if scope.holds(Permission.VIEW_SHIFTS):
        rows += _shifts(user)
    return rows


def _people(user):
    engagements = Engagement.objects.permitted(user, Permission.VIEW_OVERVIEW)
    counted = engagements.not_ended(today()).aggregate(
        people=Count("volunteer", distinct=True), activities=Count("site__activity", distinct=True)
    )
    people_url = (
        reverse("coordination:volunteer-list")
        if user.has_perm(Permission.VIEW_CONTACTS)
        else reverse("coordination:overview")
    )
    yield Tile(_("Volunteers"), counted["people"], people_url, order=10)
    yield Tile(
        _("Activities with volunteers"),
        counted["activities"],
        reverse("coordination:activity-list"),
        order=20,
    )


def _shifts(user):
    now = timezone.now()
    coming = Shift.objects.permitted(user, Permission.VIEW_SHIFTS).upcoming(now)
    coming = coming.filter(starts_at__gte=now, starts_at__lt=now + timedelta(days=DAYS_AHEAD))
    url = reverse("coordination:shift-list")
    taken = Count("assignments", filter=Q(assignments__state__in=HOLDING_A_PLACE))
    counted = (
        coming.order_by()
        .annotate(taken=taken)
        .aggregate(all=Count("pk"), lacking=Count("pk", filter=Q(taken__lt=F("minimum"))))
    )
    lacking = counted["lacking"]
    yield Tile(
        _("Shifts in the next %(days)s days") % {"days": DAYS_AHEAD}, counted["all"], url, order=30
    )
    soon = start_of(today() + timedelta(days=RISK_DAYS))
    at_risk = rosters.number_at_risk(user, Permission.VIEW_SHIFTS, now, soon)
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
