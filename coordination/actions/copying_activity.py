"""Make an earlier event anew: an activity after the pattern of another, with its shifts.

Copied: what is told about it, its frame, rules of signing up, reminders, open places and shifts;
what apps above know of it, they copy when they hear of it (its terms). Never copied: people,
engagements, sign-ups and attendance, waiting lists, the pilot's goal, period and evaluation,
public calls, regular shifts.
"""

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import events
from coordination.access import Permission, scope_of
from coordination.actions import activities, follow_up, frames, shifts, sign_up
from coordination.actions.copying import MOST, moved
from coordination.models import (
    NOT_FOR_THE_YOUNG,
    Activity,
    ActivityReminders,
    Frame,
    Shift,
    SignUpRules,
    Site,
)
from coordination.series import DAY
from coordination.states import ActivityState, ShiftState
from core import audit
from core.errors import DomainError
from core.periods import day_of, start_of, today

audit.kind("activity.copied", gettext_lazy("Activity made after the pattern of another"))

STATES = (ActivityState.IDEA, ActivityState.RUNNING)
OF_FRAME = ("language", *NOT_FOR_THE_YOUNG)


@dataclass(frozen=True)
class Copy:
    """One shift and the period of its copy."""

    shift: Shift
    starts_at: object
    ends_at: object


@dataclass(frozen=True)
class Preview:
    """What the new activity would have; `left_out`: places in branches of others, or closed."""

    sites: list
    left_out: list
    shifts: list
    has_frame: bool
    has_rules: bool

    @property
    def mark(self):
        """The same for the same places and shifts, told in the same way."""
        parts = [
            [site.pk for site in self.sites],
            [
                (one.shift.pk, str(one.starts_at), str(one.ends_at), repr(_details(one.shift)))
                for one in self.shifts
            ],
            (self.has_frame, self.has_rules),
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def preview(*, activity, user, new_first_day=None, first_day=None, last_day=None):
    """The Preview of copying the activity as the user may; nothing is written. 5 queries.

    Shifts from `first_day` to `last_day` (inclusive; None: from the first, to the last) that were
    not cancelled. The first of them comes on the new first day, and the clock stays. Raises
    DomainError "needs_first_day", "too_many", "in_past".
    """
    sites, left_out = _sites(activity, user)
    copies = _copies(sites, new_first_day, first_day, last_day)
    if len(copies) > MOST:
        raise DomainError(
            _("That is more than %(most)s shifts. Choose fewer days.") % {"most": MOST},
            code="too_many",
            field="last_day",
        )
    for one in copies:
        _require_time(one)
    return Preview(
        sites=sites,
        left_out=left_out,
        shifts=copies,
        has_frame=Frame.objects.filter(activity=activity).exists(),
        has_rules=SignUpRules.objects.filter(activity=activity).exists(),
    )


@transaction.atomic
def copy_activity(*, activity, title, state, by, seen=None, **days):
    """Make the activity anew under a title, in one of STATES; return the new Activity.

    `days` are those of `preview`; `seen` is the mark of the Preview that whoever copies has seen:
    DomainError("look_first") if it would be another by now. All or none. Raises also what
    `preview` and the actions that are called raise; a title that is taken is a constraint's no.
    """
    activity = Activity.objects.select_related("branch").get(pk=activity.pk)
    found = preview(activity=activity, user=by, **days)
    if seen is not None and seen != found.mark:
        raise DomainError(_("Look at what it means, then save again."), code="look_first")
    new = activities.create_activity(
        branch=activity.branch,
        title=title,
        state=state,
        sites=(),
        by=by,
        **{name: getattr(activity, name) for name in activities.EDITABLE if name != "title"},
    )
    places = {
        site.pk: activities.add_site(activity=new, branch=site.branch, place=site.place, by=by)
        for site in found.sites
    }
    _copy_what_is_agreed(activity, new, by)
    events.publish(events.ActivityCopied(activity=new, source=activity, by=by))
    for one in found.shifts:
        shifts.plan(
            site=places[one.shift.site_id],
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            by=by,
            **_details(one.shift),
        )
    audit.record("activity.copied", by=by, about=new, branch_path=activity.branch.path)
    return new


# --- Pieces --------------------------------------------------------------------------------


def _copy_what_is_agreed(activity, new, by):
    frame = Frame.objects.filter(activity=activity).first()
    if frame is not None:
        values = {name: getattr(frame, name) for name in OF_FRAME}
        frames.change_frame(activity=new, partners=frame.partners.all(), by=by, **values)
    rules = SignUpRules.objects.filter(activity=activity).first()
    if rules is not None:
        names = ("way", "join_hours", "leave_hours")
        sign_up.set_rules(activity=new, by=by, **{name: getattr(rules, name) for name in names})
    reminders = ActivityReminders.objects.filter(activity=activity).first()
    if reminders is not None:
        follow_up.set_activity_reminders(
            activity=new, days=reminders.days, hours=reminders.hours, by=by
        )


def _sites(activity, user):
    """(places that are copied, names of those that are not)."""
    scope, now = scope_of(user), today()
    copied, left_out = [], []
    rows = Site.objects.filter(activity=activity, closed_on__isnull=True)
    for site in rows.select_related("branch").order_by("pk"):
        is_open = site.branch.closed_on is None or site.branch.closed_on > now
        may = scope.holds(Permission.EDIT_ACTIVITIES, site.branch.path)
        if is_open and may:
            copied.append(site)
        else:
            left_out.append(str(site.branch))
    return copied, left_out


def _copies(sites, new_first_day, first_day, last_day):
    rows = Shift.objects.filter(site__in=[site.pk for site in sites], state=ShiftState.OPEN)
    if first_day is not None:
        rows = rows.filter(starts_at__gte=start_of(first_day))
    if last_day is not None:
        rows = rows.filter(starts_at__lt=start_of(last_day + DAY))
    rows = list(rows.order_by("starts_at", "pk")[: MOST + 1])
    if not rows:
        return []
    if new_first_day is None:
        raise DomainError(
            _("The activity has shifts. Write the day on which the first of them comes."),
            code="needs_first_day",
            field="new_first_day",
        )
    by_days = new_first_day - day_of(rows[0].starts_at)
    return [Copy(row, *moved(row.starts_at, row.ends_at, by_days)) for row in rows]


def _require_time(copy):
    try:
        shifts.require_time(copy.starts_at, copy.ends_at)
    except DomainError as error:
        raise DomainError(error.message, code=error.code, field="new_first_day") from None


def _details(shift):
    return {name: getattr(shift, name) for name in shifts.DETAILS}
