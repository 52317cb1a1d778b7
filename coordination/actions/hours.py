"""Tell of hours besides the shifts, answer, correct minutes: every correction leaves a trace."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import attendance, hours
from coordination.locks import lock_people
from coordination.models import Assignment, Engagement, HoursChange, HoursEntry, Presence
from coordination.states import HOURS, AssignmentState, HoursState
from core import audit, policies
from core.errors import DomainError
from core.periods import minutes_of_day, today

audit.kind("hours.told", gettext_lazy("Told of hours besides the shifts"))
audit.kind("hours.withdrawn", gettext_lazy("Took told hours back"))
audit.kind("hours.approved", gettext_lazy("Hours were approved"))
audit.kind("hours.declined", gettext_lazy("Hours were not approved"))
audit.kind("hours.corrected", gettext_lazy("Hours were corrected"))


@transaction.atomic
def tell(*, volunteer, site, day, minutes, words="", by):
    """The volunteer tells of something done besides the shifts; return the HoursEntry.

    Raises DomainError "in_future", "too_long_ago", "not_engaged", "too_much".
    """
    lock_people([volunteer.pk])
    _require_day(volunteer, site, day)
    _require_room(volunteer, day, minutes)
    entry = HoursEntry.objects.create(
        volunteer=volunteer,
        site=site,
        day=day,
        minutes=minutes,
        words=words.strip(),
        told_at=timezone.now(),
    )
    _record("hours.told", entry, entry.site, by=by)
    return entry


@transaction.atomic
def withdraw(*, entry, by):
    """The volunteer takes back what has no answer yet. Raises DomainError "wrong_state"."""
    entry = _locked(entry)
    HOURS.require(entry.state, HoursState.WITHDRAWN)
    entry.state = HoursState.WITHDRAWN
    entry.save(update_fields=["state"])
    _record("hours.withdrawn", entry, entry.site, by=by, fields=("state",))
    return entry


@transaction.atomic
def approve(*, entry, by, minutes=None):
    """Say yes, if wanted to another number of minutes; return the entry.

    Nobody approves their own. Raises DomainError "own_hours", "wrong_state".
    """
    entry = _locked(entry)
    _require_other(entry.volunteer, by)
    HOURS.require(entry.state, HoursState.APPROVED)
    if minutes is not None:
        _set_minutes(entry, minutes, by)
    _answer(entry, HoursState.APPROVED, "", by)
    _record("hours.approved", entry, entry.site, by=by, fields=("state",))
    return entry


@transaction.atomic
def decline(*, entry, answer, by):
    """Say no, with one of a few reasons; return the entry. Raises "own_hours", "wrong_state"."""
    entry = _locked(entry)
    _require_other(entry.volunteer, by)
    HOURS.require(entry.state, HoursState.DECLINED)
    _answer(entry, HoursState.DECLINED, answer, by)
    _record("hours.declined", entry, entry.site, by=by, fields=("state", "answer"))
    return entry


@transaction.atomic
def correct(*, entry, minutes, by):
    """Other minutes for an approved entry; the same again changes nothing.

    Raises DomainError "own_hours", "wrong_state".
    """
    entry = _locked(entry)
    _require_other(entry.volunteer, by)
    if entry.state != HoursState.APPROVED:
        raise DomainError(_("Only approved hours can be corrected."), code="wrong_state")
    if _set_minutes(entry, minutes, by):
        _record("hours.corrected", entry, entry.site, by=by, fields=("minutes",))
    return entry


@transaction.atomic
def correct_shift(*, assignment, minutes, by):
    """Other minutes than the shift's for somebody who came; the same again changes nothing.

    Raises DomainError "not_attended", "own_hours".
    """
    lock_people([assignment.volunteer_id])
    assignment = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("volunteer__person", "shift__site__branch")
        .get(pk=assignment.pk)
    )
    _require_other(assignment.volunteer, by)
    if assignment.state != AssignmentState.ATTENDED:
        raise DomainError(_("Register first that the volunteer came."), code="not_attended")
    before = minutes_of(assignment)
    if minutes != before:
        Presence.objects.update_or_create(assignment=assignment, defaults={"minutes": minutes})
        _trace(assignment.volunteer_id, before, minutes, by, assignment=assignment)
        _record("hours.corrected", assignment, assignment.shift.site, by=by, fields=("minutes",))
    return assignment


def minutes_of(assignment):
    """The minutes that an attended sign-up counts."""
    presence = attendance.presence_of(assignment)
    noted = presence.minutes if presence else None
    return hours.counted(assignment.starts_at, assignment.ends_at, noted)


def _locked(entry):
    lock_people([entry.volunteer_id])
    rows = HoursEntry.objects.select_for_update(of=("self",))
    return rows.select_related("volunteer__person", "site__branch").get(pk=entry.pk)


def _set_minutes(entry, minutes, by):
    """True if they became others."""
    before = entry.minutes
    if minutes == before:
        return False
    entry.minutes = minutes
    entry.save(update_fields=["minutes"])
    _trace(entry.volunteer_id, before, minutes, by, entry=entry)
    return True


def _trace(volunteer_id, before, after, by, **about):
    HoursChange.objects.create(
        volunteer_id=volunteer_id,
        before=before,
        after=after,
        changed_at=timezone.now(),
        changed_by=by,
        **about,
    )


def _answer(entry, state, answer, by):
    entry.state, entry.answer = state, answer
    entry.decided_at, entry.decided_by = timezone.now(), by
    entry.save(update_fields=["state", "answer", "decided_at", "decided_by"])


def _require_day(volunteer, site, day):
    if day > today():
        raise DomainError(
            _("The day lies ahead. Tell us when you have been there."),
            code="in_future",
            field="day",
        )
    days = policies.get(hours.TOLD_WITHIN)
    if day < today() - timedelta(days=days):
        raise DomainError(
            _("That is more than %(days)s days ago. Talk to your coordinator.") % {"days": days},
            code="too_long_ago",
            field="day",
        )
    ties = Engagement.objects.filter(volunteer=volunteer, site=site)
    if not any(tie.covers_day(day) for tie in ties):
        raise DomainError(
            _("You were not tied to this activity on that day. Look at the date."),
            code="not_engaged",
            field="day",
        )


def _require_room(volunteer, day, minutes):
    """A day has no more minutes than it has; what is on it already counts."""
    if hours.on_day(volunteer, day) + minutes > minutes_of_day(day):
        raise DomainError(
            _("With what stands there already that is more than the day has. Look at the minutes."),
            code="too_much",
            field="minutes",
        )


def _require_other(volunteer, by):
    if volunteer.person.user_id == by.pk:
        raise DomainError(
            _("These are your own hours. Ask a colleague to answer."), code="own_hours"
        )


def _record(kind, about, site, *, by, fields=()):
    audit.record(
        kind,
        by=by,
        about=about,
        fields=fields,
        person_ids=[about.volunteer_id],
        branch_path=site.branch.path,
    )
