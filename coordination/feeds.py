"""What the calendars that phones subscribe to hold, and the address by which they are read.

Names of people are in none of them. A volunteer with a protected identity gets only the times.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coordination import rosters
from coordination.access import Permission, scope_of
from coordination.models import (
    Activity,
    Assignment,
    Branch,
    CalendarFeed,
    FeedKind,
    Shift,
    Site,
    Volunteer,
)
from coordination.states import HOLDING_A_PLACE, AssignmentState
from core import audit, ical
from core.localised import localised
from core.periods import start_of, today

SALT = "coordination.feed"
# Days before and after today, and the most events: a phone asks several times a day.
WINDOWS = {FeedKind.OWN: (60, 365), FeedKind.ACTIVITY: (14, 90), FeedKind.BRANCH: (14, 60)}
MOST_EVENTS = 500
# Not what one only asked or waited for: nothing to be there for.
SHOWN = (*HOLDING_A_PLACE, AssignmentState.CANCELLED)
A_YEAR = timedelta(days=365)
PLANNED = "shift.planned"
# What becomes of having to say yes again; being asked is a change of the shift.
ANSWERS = ("assignment.confirmed", "assignment.unanswered")


# --- The address ---------------------------------------------------------------------------


def token(feed):
    """The secret part of the address: the row's number and a mark that only we can make."""
    return f"{feed.pk}-{_mark(feed)}"


def address(feed):
    """The whole address."""
    return settings.SITE_URL + reverse("coordination:feed", args=[token(feed)])


def read(value):
    """The CalendarFeed of a token, its owner active; None if the address does not work. 1 query."""
    number, _dash, mark = value.partition("-")
    if not number.isdecimal() or len(number) > 12:
        return None
    rows = CalendarFeed.objects.select_related("owner", "activity", "branch")
    feed = rows.filter(pk=int(number), owner__is_active=True).first()
    if feed is None or not constant_time_compare(mark, _mark(feed)):
        return None
    return feed


def _mark(feed):
    return salted_hmac(SALT, f"{feed.pk}:{feed.serial}", algorithm="sha256").hexdigest()[:40]


# --- What is in it -------------------------------------------------------------------------


def entries(feed, first=None):
    """The feed's events, or None where its owner may not see them any more. At most 5 queries.

    They start within the feed's window, or within one of the same length that starts on the day
    `first`; so older and later ones are read page by page.
    """
    before, after = WINDOWS[feed.kind]
    first = first or today() - timedelta(days=before)
    until = start_of(first + timedelta(days=before + after))
    if feed.kind == FeedKind.OWN:
        return _own(feed.owner, start_of(first), until)
    if not _may_see(feed):
        return None
    rows = Shift.objects.permitted(feed.owner, Permission.VIEW_SHIFTS)
    if feed.kind == FeedKind.ACTIVITY:
        rows = rows.filter(site__activity=feed.activity)
    else:
        rows = rows.filter(site__branch__path__startswith=feed.branch.path)
    return _planned(rows.filter(starts_at__gte=start_of(first), starts_at__lt=until))


def _may_see(feed):
    path = feed.branch.path if feed.branch else None
    return scope_of(feed.owner).holds(Permission.VIEW_SHIFTS, path)


def _planned(rows):
    """Staff's events: what, where, and how many places are taken."""
    shown = list(rows.select_related("site__activity", "site__branch")[:MOST_EVENTS])
    taken = rosters.taken_of(rosters.group_seats_of(shown))
    changes = _changes(shown)
    return [
        ical.Entry(
            **_about(shift, changes),
            cancelled=shift.is_cancelled,
            location=_place(shift),
            description=_places(taken[shift.pk], shift.capacity),
            url=settings.SITE_URL + reverse("coordination:shift-detail", args=[shift.pk]),
        )
        for shift in shown
    ]


def _places(taken, capacity):
    text = ngettext(
        "%(taken)s of %(capacity)s place is taken.",
        "%(taken)s of %(capacity)s places are taken.",
        capacity,
    )
    return text % {"taken": taken, "capacity": capacity}


def _own(user, first, until):
    """A volunteer's events: every shift they are or were on, the cancelled marked."""
    volunteer = Volunteer.objects.own(user).select_related("person").first()
    if volunteer is None:
        return None
    let_go = Q(state=AssignmentState.LAPSED, confirm_until__isnull=False)
    rows = Assignment.objects.filter(
        Q(state__in=SHOWN) | let_go,
        volunteer=volunteer,
        starts_at__gte=first,
        starts_at__lt=until,
    ).select_related("shift__site__activity", "shift__site__branch")
    return own_entries(volunteer.person, rows.order_by("starts_at", "pk")[:MOST_EVENTS])


def own_entries(person, assignments):
    """The person's sign-ups as events, one for each shift. 1 query."""
    by_shift = {}
    for row in assignments:
        by_shift.setdefault(row.shift_id, []).append(row)
    changes = _changes([rows[0].shift for rows in by_shift.values()], by_shift)
    return [_own_entry(person, rows, changes) for rows in by_shift.values()]


def _own_entry(person, rows, changes):
    """Whoever has cancelled and signed up again is on the shift; each step raises the number.

    A shift that was changed, and not said yes to yet, is tentative; after the time to answer it is
    cancelled, whether or not a worker has run since.
    """
    shift, now = rows[0].shift, timezone.now()
    about = _about(shift, changes)
    steps = [row.booked_at for row in rows] + [row.cancelled_at for row in rows if row.cancelled_at]
    steps += [at for row in rows for kind, at in changes[Assignment, row.pk] if kind in ANSWERS]
    late = [row.confirm_until for row in rows if row.lets_go(now)]
    about["sequence"] += len(steps) + len(late) - 1
    about["changed_at"] = max(about["changed_at"], *steps, *late)
    gone = (AssignmentState.CANCELLED, AssignmentState.LAPSED)
    entry = {
        "cancelled": all(row.state in gone or row.lets_go(now) for row in rows),
        "tentative": any(row.is_unconfirmed for row in rows),
    }
    if person.protected_identity:
        return ical.Entry(**(about | entry | {"summary": _("Shift")}))
    home = settings.SITE_URL + reverse("coordination:own-shift-list")
    return ical.Entry(**about, **entry, location=_place(shift), description=shift.note, url=home)


def _about(shift, changes):
    number, last = changes[shift.pk]
    return {
        "uid": ical.uid("shift", shift.pk),
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
        "summary": shift.title or localised(shift.site.activity, "title").text,
        "sequence": number,
        "changed_at": last or shift.starts_at - A_YEAR,  # no trace of it: always the same
    }


class _Changes(dict):
    """{shift id: (how often it has changed, when last or None)}, and under (Assignment, id) its
    events."""

    def __missing__(self, key):
        return []


def _changes(shifts, assignments=None):
    """The _Changes of these shifts, and of {shift id: assignments} if given. 1 query.

    What an event shows of its activity, its branch and its site counts too: a change there is one
    of many shifts, and writes nothing about each. That a shift was planned is no change; the shifts
    of a series have no such event.
    """
    own = {(Shift, shift.pk) for shift in shifts}
    places = {pair for shift in shifts for pair in _places_of(shift)}
    rows = {(Assignment, row.pk) for found in (assignments or {}).values() for row in found}
    found = audit.changes_of(own | places | rows)
    changes = _Changes({key: found[key] for key in rows if key in found})
    for shift in shifts:
        events = found.get((Shift, shift.pk), [])
        since = max([at for kind, at in events if kind == PLANNED] + [shift.starts_at - A_YEAR])
        moments = [at for kind, at in events if kind != PLANNED]
        for pair in _places_of(shift):
            moments += [at for _kind, at in found.get(pair, []) if at > since]
        last = max([*moments, *(at for _kind, at in events)], default=None)
        changes[shift.pk] = (len(moments), last)
    return changes


def _places_of(shift):
    site = shift.site
    return ((Site, site.pk), (Activity, site.activity_id), (Branch, site.branch_id))


def _place(shift):
    branch = shift.site.branch
    return ", ".join(
        part for part in (shift.place or shift.site.place, branch.name, branch.address) if part
    )
