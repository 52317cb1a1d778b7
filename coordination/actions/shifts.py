"""Plan, change, move and cancel shifts; free the places of those who have stopped."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination import consent, eligibility, emails, scheduling, shift_roles
from coordination.actions import groups, line, reconfirming
from coordination.locks import (
    lock_people,
    locked_shift,
    locked_shift_with_people,
    locked_shifts,
)
from coordination.models import Assignment, Engagement, Shift, Site
from coordination.states import PENDING, SHIFT, ActivityState, AssignmentState, ShiftState
from core import audit
from core.errors import DomainError
from core.periods import covering, day_of, start_of

audit.kind("shift.planned", gettext_lazy("Shift planned"))
audit.kind("shift.changed", gettext_lazy("Shift changed"))
audit.kind("shift.rescheduled", gettext_lazy("Shift moved"))
audit.kind("shift.cancelled", gettext_lazy("Shift cancelled"))
audit.kind("assignment.released", gettext_lazy("Taken off a shift"))

NO_PLACE_YET = (AssignmentState.REQUESTED, AssignmentState.WAITING)
DETAILS = ("title", "capacity", "minimum", "roles", "place", "note", "way")


@transaction.atomic
def plan(*, site, starts_at, ends_at, by, **details):
    """Make a shift at a site and return it; `details` are those of DETAILS, with at least the
    capacity or roles.

    Raises DomainError "in_past", "ends_before_start", "too_long", "minimum_above_capacity",
    "site_closed", "activity_ended", "roles_unreadable", "roles_unsound"; TypeError for others.
    """
    _require_details(details)
    details = settled(details)
    site = Site.objects.select_related("activity", "branch").get(pk=site.pk)
    require_time(starts_at, ends_at)
    require_minimum(details.get("minimum", 1), details["capacity"])
    require_site_open(site, day_of(starts_at))
    shift = Shift.objects.create(site=site, starts_at=starts_at, ends_at=ends_at, **details)
    _record("shift.planned", shift, by=by)
    return shift


@transaction.atomic
def change(*, shift, by, with_series=False, tell=True, ask=False, seen=None, **details):
    """Change what is not its time (DETAILS); return the shift. Its time: `reschedule`.

    Where it has, or gets, roles, the places are their sum; who is on it has one of them from then
    on. More places are offered to those who wait. A shift of a series that is changed by itself
    leaves it (`detached`). Whoever is on the shift is told when the meeting place changes, unless
    another message does (`tell=False`); with `ask` they say yes again. `seen` is as in
    `reschedule`. Raises DomainError "capacity_below_taken", "role_taken", "minimum_above_capacity",
    "shift_cancelled", "roles_unreadable", "roles_unsound", "look_first"; TypeError for others.
    """
    _require_details(details)
    shift = locked_shift(shift.pk)
    _require_open(shift)
    details, roles = settled(details, shift.roles), shift_roles.roles_of(shift)
    changed = [name for name, value in details.items() if getattr(shift, name) != value]
    if not changed:
        return shift
    if seen is not None and seen != preview(shift=shift, place=details["place"]).mark:
        raise _look_first()
    for name in changed:
        setattr(shift, name, details[name])
    require_minimum(shift.minimum, shift.capacity)
    _require_room_for_those_on_it(shift)
    shift.detached = shift.detached or _leaves_series(shift, with_series)
    shift.save(update_fields=[*changed, "detached"])
    if "roles" in changed:
        _deal_roles(shift, roles)
    event = _record("shift.changed", shift, by=by, fields=changed)
    if tell and "place" in changed:
        _tell_or_ask(_booked(shift), shift, event=event, ask=ask, by=by)
    line.advance(shift)
    return shift


@transaction.atomic
def reschedule(
    *, shift, starts_at, ends_at, by, release=(), with_series=False, ask=False, seen=None
):
    """Move the shift to another time and return it; everybody on it is told.

    With `ask` those who stay say yes again, within a time limit (`consent.until_for`). `seen` is
    the mark of the Preview that whoever moves it has seen: those who do not fit are then released,
    and DomainError("look_first") is raised if it would do something else by now.

    Everybody on it is asked about anew for the new time: the gate on the new day, other shifts.
    Whoever no longer fits must be named in `release` (volunteer ids), is taken off and told;
    else DomainError("do_not_fit") names them in `reasons` and nothing changes. Raises also
    "begun", "shift_cancelled", "in_past", "ends_before_start", "too_long", "site_closed",
    "busy". Queries do not depend on how many are on it.
    """
    require_time(starts_at, ends_at)
    shift, assignments = locked_shift_with_people(shift.pk, changed_message=busy_message())
    _require_open(shift)
    _require_not_begun(shift)
    require_site_open(shift.site, day_of(starts_at))
    if (shift.starts_at, shift.ends_at) == (starts_at, ends_at):
        return shift
    assignments = _without_late(shift, assignments)
    misfits = misfits_at(shift, assignments, starts_at, ends_at)
    if seen is not None:
        found = _preview(shift, assignments, misfits, starts_at, ends_at, shift.place)
        if seen != found.mark:
            raise _look_first()
        release = misfits
    pending = list(shift.assignments.pending())
    _require_released(misfits, release, assignments)
    leaving = [item for item in assignments if item.volunteer_id in misfits]
    staying = [item for item in assignments if item.volunteer_id not in misfits]
    _take_off(leaving, why=emails.MOVED, by=by, path=shift.site.branch.path)
    shift.starts_at, shift.ends_at = starts_at, ends_at
    shift.detached = shift.detached or _leaves_series(shift, with_series)
    shift.save(update_fields=["starts_at", "ends_at", "detached"])
    reconfirming.let_go_of([item.volunteer_id for item in staying])
    Assignment.objects.filter(pk__in=[item.pk for item in staying]).update(
        starts_at=starts_at, ends_at=ends_at
    )
    event = _record(
        "shift.rescheduled",
        shift,
        by=by,
        fields=("starts_at", "ends_at"),
        person_ids=[item.volunteer_id for item in assignments],
    )
    _tell_or_ask(staying, shift, event=event, ask=ask, by=by)
    line.start_over(shift, pending)
    return shift


@transaction.atomic
def cancel_shift(*, shift, by):
    """Cancel the shift before it begins, tell everybody on it, and return it.

    Raises DomainError "begun", "checked_in", "wrong_state", "busy".
    """
    shift, assignments = locked_shift_with_people(shift.pk, changed_message=busy_message())
    SHIFT.require(shift.state, ShiftState.CANCELLED)
    _require_not_begun(shift)
    _require_nobody_there(assignments)
    now = timezone.now()
    shift.state, shift.cancelled_at, shift.cancelled_by = ShiftState.CANCELLED, now, by
    groups.close_all(shift=shift, by=by)
    shift.save(update_fields=["state", "cancelled_at", "cancelled_by", "group_seats"])
    _cancel_rows(assignments, by=by, now=now)
    pending = _pending_of(shift)
    line.close_all(pending=pending, by=by)
    assignments = [*assignments, *pending]
    event = _record(
        "shift.cancelled",
        shift,
        by=by,
        fields=("state",),
        person_ids=[item.volunteer_id for item in assignments],
    )
    emails.send_shift_cancelled(assignments, event=event)
    return shift


@transaction.atomic
def release_after(*, engagement, last_day, by):
    """Free the places that a volunteer holds at the site after their last day; returns how many.

    For the end of an engagement, in its transaction. A shift that another engagement of theirs
    at the same site covers is kept. The volunteer is told, once per shift.
    """
    return release_during(
        engagement=engagement, first_day=last_day + timedelta(days=1), last_day=None, by=by
    )


@transaction.atomic
def release_during(*, engagement, first_day, last_day, by):
    """Free the places that a volunteer holds at the site from day to day inclusive (None: for
    good); returns how many. For a pause or an end: see `release_after`.
    """
    lock_people([engagement.volunteer_id])
    lines = _lines_with(engagement)
    others = Engagement.objects.exclude(pk=engagement.pk).filter(
        covering(OuterRef("on_day")), volunteer=engagement.volunteer_id, site=engagement.site_id
    )
    until = Q() if last_day is None else Q(starts_at__lt=start_of(last_day + timedelta(days=1)))
    leaving = list(
        Assignment.objects.filter(
            until,
            volunteer=engagement.volunteer_id,
            shift__site=engagement.site_id,
            state__in=(AssignmentState.BOOKED, *PENDING),
            starts_at__gte=max(start_of(first_day), timezone.now()),
        )
        .annotate(on_day=eligibility.day_expression("starts_at"))
        .filter(~Exists(others))
        .select_related("volunteer__person", "shift__site__branch")
    )
    asking = [row for row in leaving if row.is_pending]
    leaving = [row for row in leaving if not row.is_pending]
    line.close_all(pending=asking, by=by)
    why = emails.ENDED if last_day is None and engagement.ends_on else emails.PAUSED
    _take_off(leaving, why=why, by=by, path=engagement.site.branch.path)
    for shift in lines:
        line.advance(shift)
    return len(leaving)


def preview(*, shift, starts_at=None, ends_at=None, place=None):
    """The Preview (`consent`) of moving the shift to another time, or to another place. Nothing is
    written. At most 6 queries.
    """
    starts_at, ends_at = starts_at or shift.starts_at, ends_at or shift.ends_at
    rows = shift.assignments.holding_a_place().in_time(timezone.now())
    rows = list(rows.select_related("volunteer__person").order_by("booked_at", "pk"))
    is_moved = (starts_at, ends_at) != (shift.starts_at, shift.ends_at)
    misfits = misfits_at(shift, rows, starts_at, ends_at) if is_moved else {}
    place = shift.place if place is None else place
    return _preview(shift, rows, misfits, starts_at, ends_at, place)


def _preview(shift, rows, misfits, starts_at, ends_at, place):
    now = timezone.now()
    staying = tuple(row for row in rows if row.volunteer_id not in misfits)
    return consent.Preview(
        staying=staying,
        leaving=tuple(row for row in rows if row.volunteer_id in misfits),
        misfits=misfits,
        waiting=shift.assignments.pending().count(),
        groups=shift.groups.standing().count() if shift.group_seats else 0,
        until=consent.until_for(shift, starts_at, now) if starts_at > now else None,
        excused=place == shift.place and consent.is_small(shift, starts_at, ends_at),
        what=(starts_at, ends_at, place),
    )


def misfits_at(shift, assignments, starts_at, ends_at):
    """{volunteer id: Obstacles} of those on the shift who do not fit another time. 3 queries.

    Read-only, so that the form can show it before anything is changed.
    """
    volunteers = [item.volunteer for item in assignments]
    gate = eligibility.obstacles_of(volunteers, site=shift.site, day=day_of(starts_at))
    elsewhere = Assignment.objects.taking_time(timezone.now()).exclude(shift=shift.pk)
    busy = {}
    for other in elsewhere.filter(
        volunteer__in=list(gate), starts_at__lt=ends_at, ends_at__gt=starts_at
    ):
        busy.setdefault(other.volunteer_id, []).append(other)
    found = {
        pk: reasons + scheduling.overlap_reasons(starts_at, ends_at, busy.get(pk, ()))
        for pk, reasons in gate.items()
    }
    return {pk: reasons for pk, reasons in found.items() if reasons}


def settled(details, roles=""):
    """The details with their roles as they are kept, and the places as the roles' sum; `roles`
    are those from before."""
    if "roles" in details:
        roles = shift_roles.read(details["roles"])
        details = details | {"roles": roles}
    if not roles:
        return details
    places, least = shift_roles.totals(shift_roles.roles_of(Shift(roles=roles)))
    return details | {"capacity": places, "minimum": least}


# --- Pieces --------------------------------------------------------------------------------


def _deal_roles(shift, before):
    """The shift has other roles than `before`: everybody on it has one of them, or none if it has
    none; who waits for one that is gone takes any. 2 queries."""
    roles = shift_roles.roles_of(shift)
    new_names = shift_roles.renamed(before, roles)
    room = shift_roles.Room(shift.capacity, roles)
    rows = list(shift.assignments.live().order_by("booked_at", "pk"))
    for row in rows:
        row.role = new_names.get(row.role, row.role) if roles else shift_roles.ANY
    with_a_place = [row for row in rows if roles and row.state not in NO_PLACE_YET]
    for row in sorted(with_a_place, key=lambda row: not row.role):  # who has a role keeps it
        given = room.take(row.role)
        if given is None:
            raise DomainError(
                _("More are %(role)s than there would be places for. Change their role first.")
                % {"role": row.role},
                code="role_taken",
                field="roles",
            )
        row.role = given
    names = {role.name for role in roles}
    for row in rows:
        row.role = row.role if row.role in names else shift_roles.ANY
    Assignment.objects.bulk_update(rows, ["role"])


def _tell_or_ask(rows, shift, *, event, ask, by):
    """The shift has another time or place: those on it hear of it, or say yes again."""
    for row in rows:
        row.shift = shift
    if ask:
        reconfirming.ask(rows, shift, event=event, mover=by)
    else:
        reconfirming.tell(rows, shift, event=event)
    groups.tell_moved(shift, event=event)


def _without_late(shift, assignments):
    """Those on the shift, after letting go who did not say yes to an earlier change in time."""
    now = timezone.now()
    late = [row for row in assignments if row.lets_go(now)]
    if late:
        reconfirming.let_go(shift, late)
    return [row for row in assignments if row not in late]


def _look_first():
    return DomainError(_("Look at what it means, then save again."), code="look_first")


def _take_off(assignments, *, why, by, path):
    """Cancel these assignments, record it and tell the volunteers."""
    if not assignments:
        return
    _cancel_rows(assignments, by=by, now=timezone.now())
    for assignment in assignments:
        event = audit.record(
            "assignment.released",
            by=by,
            about=assignment,
            fields=("state",),
            person_ids=[assignment.volunteer_id],
            branch_path=path,
        )
    emails.send_released(assignments, why=why, event=event)


def _lines_with(engagement):
    """The coming shifts of the engagement's site at which somebody waits, and the volunteer has a
    place or a turn: locked, in order, before a row is changed. 2 queries."""
    coming = Assignment.objects.filter(
        shift__site=engagement.site_id, starts_at__gt=timezone.now(), shift__state=ShiftState.OPEN
    )
    own = coming.live().filter(volunteer=engagement.volunteer_id)
    return locked_shifts(
        coming.in_line()
        .filter(shift__in=own.values("shift"))
        .order_by()
        .values_list("shift", flat=True)
    )


def _pending_of(shift):
    """Those who have asked or wait for the shift, people read along; the shift is locked."""
    found = list(shift.assignments.pending().select_related("volunteer__person").order_by("pk"))
    for row in found:
        row.shift = shift
    return found


def _cancel_rows(assignments, *, by, now):
    Assignment.objects.filter(pk__in=[item.pk for item in assignments]).update(
        state=AssignmentState.CANCELLED, cancelled_at=now, cancelled_by=by
    )


def _leaves_series(shift, with_series):
    return shift.series_id is not None and not with_series


def _booked(shift):
    return list(
        shift.assignments.filter(state=AssignmentState.BOOKED).select_related("volunteer__person")
    )


def _record(kind, shift, *, by, fields=(), person_ids=()):
    return audit.record(
        kind,
        by=by,
        about=shift,
        fields=fields,
        person_ids=person_ids,
        branch_path=shift.site.branch.path,
    )


def busy_message():
    return _("Many are signing up for this shift right now. Try again in a moment.")


def _require_details(details):
    unknown = set(details) - set(DETAILS)
    if unknown:
        raise TypeError(f"Not a detail of a shift: {sorted(unknown)}")


def require_time(starts_at, ends_at):
    wrong = scheduling.length_reasons(starts_at, ends_at)
    if wrong:
        raise DomainError(wrong[0].message, code=wrong[0].code, field="ends")
    if starts_at <= timezone.now():
        raise DomainError(
            _("The shift must start in the future. Look at the date and the time."),
            code="in_past",
            field="starts_on",
        )


def require_minimum(minimum, capacity):
    if minimum > capacity:
        raise DomainError(
            _("The least number cannot be above the places."),
            code="minimum_above_capacity",
            field="minimum",
        )


def require_site_open(site, day):
    if site.closed_on is not None and site.closed_on <= day:
        raise DomainError(
            _("The activity is closed at this branch on that day. Choose another place or day."),
            code="site_closed",
            field="site",
        )
    if site.activity.state == ActivityState.ENDED:
        raise DomainError(
            _("The activity has ended. Choose another one, or start it again first."),
            code="activity_ended",
            field="site",
        )


def _require_open(shift):
    if shift.is_cancelled:
        raise DomainError(
            _("The shift is cancelled. Plan a new one instead."), code="shift_cancelled"
        )


def _require_not_begun(shift):
    if shift.has_started:
        raise DomainError(
            _("The shift has begun and cannot be moved or cancelled any more."), code="begun"
        )


def _require_nobody_there(assignments):
    """The poster lets people register shortly before the shift: who has come keeps it."""
    there = sum(row.state == AssignmentState.ATTENDED for row in assignments)
    if there:
        text = ngettext(
            "%(count)s person has come already and registered, so the shift cannot be cancelled. "
            "Talk to them. Take the others off one by one on the page of the shift: they are told.",
            "%(count)s people have come already and registered, so the shift cannot be cancelled. "
            "Talk to them. Take the others off one by one on the page of the shift: they are told.",
            there,
        )
        raise DomainError(text % {"count": there}, code="checked_in")


def _require_room_for_those_on_it(shift):
    taken = shift.assignments.held_or_offered(timezone.now()).count() + shift.group_seats
    if taken > shift.capacity:
        raise too_few_places(taken)


def too_few_places(taken):
    """What is said where a shift would have fewer places than people on it."""
    return DomainError(
        _("%(taken)s are on the shift already. Take somebody off first, or keep the places.")
        % {"taken": taken},
        code="capacity_below_taken",
        field="capacity",
    )


def _require_released(misfits, release, assignments):
    """Everybody who does not fit must have been named by the one who moves the shift."""
    unnamed = {pk: found for pk, found in misfits.items() if pk not in set(release)}
    if not unnamed:
        return
    names = {item.volunteer_id: item.volunteer.person.display_name for item in assignments}
    raise DomainError(
        _("Some of those who are on the shift do not fit the new time. Choose what to do."),
        code="do_not_fit",
        reasons=[
            f"{names[pk]}: {' '.join(obstacle.for_staff for obstacle in found)}"
            for pk, found in unnamed.items()
        ],
    )
