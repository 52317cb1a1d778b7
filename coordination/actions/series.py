"""Plan, change and end series; make their shifts ahead; keep a day that would be left out."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import consent, rosters, timetable
from coordination import series as rules
from coordination.actions import shifts
from coordination.locks import lock_shifts_with_people
from coordination.models import KeptDay, Series, Shift
from coordination.states import ActivityState
from core import audit
from core.errors import DomainError
from core.periods import start_of, today

audit.kind("series.planned", gettext_lazy("Regular shifts planned"))
audit.kind("series.extended", gettext_lazy("Regular shifts made ahead"))
audit.kind("series.changed", gettext_lazy("Regular shifts changed"))
audit.kind("series.ended", gettext_lazy("Regular shifts ended"))
audit.kind("series.day_kept", gettext_lazy("Regular shift held on a day off"))

EDITABLE = (
    "rule",
    "starts",
    "ends",
    *shifts.DETAILS,
    "skip_holidays",
    "skip_local_days",
    "skip_school_holidays",
)


@transaction.atomic
def plan_series(*, site, starts_on, ends_on=None, by, **values):
    """Make a series at the site and its shifts as far ahead as the setting says; return it.

    `values` are those of EDITABLE. Raises DomainError "in_past", "ends_before_start", "too_long",
    "minimum_above_capacity", "rule_unknown", "no_days", "site_closed", "activity_ended".
    """
    _require_editable(values)
    values = shifts.settled(values)
    series = Series(site=site, starts_on=starts_on, ends_on=ends_on, **values)
    if starts_on < today():
        raise DomainError(
            _("Choose a first day that has not passed."), code="in_past", field="starts_on"
        )
    _require_sound(series)
    shifts.require_site_open(site, starts_on)
    series.save(force_insert=True)
    _record("series.planned", series, by=by)
    generate(series=series, by=by)
    return series


@transaction.atomic
def generate(*, series, by, until=None):
    """Make the shifts that the series lacks, up to its horizon or the day `until`; return them.

    Twice is once: a day that has, or had, a shift gets no other. Days that are off are left out,
    and so is all from the day on which the site closes. At most 8 queries.
    """
    series = _locked(series)
    first, now = today(), timezone.now()
    last = timetable.horizon(series, first) if until is None else until
    if series.site.activity.state == ActivityState.ENDED:
        return []
    had = set(series.shifts.filter(series_day__gte=first).values_list("series_day", flat=True))
    kept = set(series.kept_days.values_list("day", flat=True))
    calendar = timetable.calendar_of(series.site.branch)
    made = [
        _shift_of(series, one)
        for one in rules.occurrences(series, first, last, calendar, kept)
        if not one.why and one.day not in had and one.starts_at > now and _is_open(series, one.day)
    ]
    Shift.objects.bulk_create(made)
    if made:
        _record("series.extended", series, by=by)
    return made


@transaction.atomic
def keep_days(*, series, days, by):
    """Hold the series on these days although they are off, or were cancelled; return the shifts.

    Raises DomainError "not_a_day" for a day that is none of the rule's, or has passed.
    """
    series = _locked(series)
    now, made = timezone.now(), []
    standing = set(_open_shifts(series, today()).values_list("series_day", flat=True))
    for day in sorted(set(days) - standing):
        occurrence = next(iter(_on(series, day)), None)
        if occurrence is None or occurrence.starts_at <= now:
            raise DomainError(_("Choose days that are still to come."), code="not_a_day")
        shifts.require_site_open(series.site, day)
        KeptDay.objects.get_or_create(series=series, day=day)
        made.append(_shift_of(series, occurrence))
    Shift.objects.bulk_create(made)
    if made:
        _record("series.day_kept", series, by=by)
    return made


# --- Changing what is planned --------------------------------------------------------------


@dataclass
class Preview:
    """What a change would do: its Effects, who is on each shift, and who would not fit.

    `people`: {shift pk: [assignments]}; `misfits`: {shift pk: {volunteer id: Obstacles}};
    `details`: whether title, places, place or note change; `told`: how many sign-ups hear of it.
    `answers`: {shift pk: until when those who stay would say yes again}; `excused`: all moves are
    small, and the place is as it was.
    """

    effects: rules.Effects
    people: dict
    misfits: dict
    details: bool
    told: int
    answers: dict = field(default_factory=dict)
    excused: bool = True

    @property
    def asked(self):
        """How many sign-ups would be asked to say yes again."""
        return sum(len(self.people[pk]) - len(self.misfits.get(pk, ())) for pk in self.answers)

    @property
    def mark(self):
        """The same for the same effects: who saves has seen these, and no others."""
        found = self.effects
        parts = [
            sorted(shift.pk for shift, _occurrence in found.kept),
            sorted((shift.pk, str(one.starts_at), str(one.ends_at)) for shift, one in found.moved),
            sorted(shift.pk for shift in found.cancelled),
            [str(one.starts_at) for one in found.made],
            sorted((pk, sorted(row.pk for row in rows)) for pk, rows in self.people.items()),
            sorted((pk, sorted(rows)) for pk, rows in self.misfits.items()),
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def preview(*, series, from_day, ends_on=None, **values):
    """The Preview of changing the series from the day on. Nothing is written."""
    wanted, _is_split = _changed(series, from_day, ends_on, values)
    found = _effects(series, wanted, from_day)
    people = _people_on([shift for shift, _one in (*found.kept, *found.moved)] + found.cancelled)
    misfits = {
        shift.pk: shifts.misfits_at(shift, people[shift.pk], one.starts_at, one.ends_at)
        for shift, one in found.moved
        if people.get(shift.pk)
    }
    place = wanted.place != series.place
    hearing = [shift for shift, _one in found.moved] + found.cancelled
    hearing += [shift for shift, _one in found.kept] if place else []
    now = timezone.now()
    changed = [(shift, one.starts_at) for shift, one in found.moved]
    changed += [(shift, shift.starts_at) for shift, _one in found.kept] if place else []
    answers = {
        shift.pk: consent.until_for(shift, starts_at, now)
        for shift, starts_at in changed
        if shift.pk in people
    }
    return Preview(
        effects=found,
        people=people,
        misfits={pk: rows for pk, rows in misfits.items() if rows},
        details=any(getattr(wanted, name) != getattr(series, name) for name in shifts.DETAILS),
        told=sum(len(people.get(shift.pk, ())) for shift in hearing),
        answers={pk: until for pk, until in answers.items() if until},
        excused=not place
        and all(consent.is_small(shift, one.starts_at, one.ends_at) for shift, one in found.moved),
    )


@transaction.atomic
def change_series(*, series, from_day, by, seen=None, ends_on=None, ask=False, **values):
    """Change the series from a day on; return the series that holds from then.

    Where shifts of it came before the day, the old series ends on the day before and a new one
    goes on: what has been stays as it was. Coming shifts are changed, moved or cancelled, and
    those on them told, or with `ask` asked to say yes again; who does not fit the new time is taken
    off and told. Shifts that were changed by themselves stay. `seen` is the mark of the Preview
    that whoever saves has seen: DomainError("look_first") if it would be another by now. Raises
    also what `plan_series` and the actions of shifts raise.
    """
    _require_editable(values)
    series = _locked(series)
    coming = _open_shifts(series, from_day).values_list("pk", flat=True)
    lock_shifts_with_people(coming, changed_message=_busy_message())
    found = preview(series=series, from_day=from_day, ends_on=ends_on, **values)
    if seen is not None and seen != found.mark:
        raise DomainError(_("Look at what it means, then save again."), code="look_first")
    going_on, is_split = _changed(series, from_day, ends_on, values)
    _require_sound(going_on)
    going_on.save()
    if is_split:
        Series.objects.filter(pk=series.pk).update(ends_on=from_day - rules.DAY)
        series.kept_days.filter(day__gte=from_day).update(series=going_on)
    _carry_out(found, going_on, by, ask)
    _record("series.changed", going_on, by=by, fields=sorted(values))
    generate(series=going_on, by=by)
    return going_on


@transaction.atomic
def end_series(*, series, last_day, by, seen=None):
    """End the series after a day; return it. Its later shifts are cancelled, those on them told.

    Those that were changed by themselves too. Raises DomainError "in_past" for a day before
    yesterday, "look_first" as `change_series`, "wrong_state" where it has ended earlier.
    """
    series = _locked(series)
    _require_endable(series, last_day)
    later = _open_shifts(series, last_day + rules.DAY)
    lock_shifts_with_people(later.values_list("pk", flat=True), changed_message=_busy_message())
    found = preview_end(series=series, last_day=last_day)
    if seen is not None and seen != found.mark:
        raise DomainError(_("Look at what it means, then save again."), code="look_first")
    for shift in found.effects.cancelled:
        shifts.cancel_shift(shift=shift, by=by)
    series.ends_on = max(last_day, series.starts_on)
    series.save(update_fields=["ends_on"])
    _record("series.ended", series, by=by, fields=("ends_on",))
    return series


@transaction.atomic
def stop_at(*, sites, on, by):
    """Nothing more at these sites from the day on: end their series, cancel their open shifts.

    Everybody on those shifts is told. For closing a site or a branch, in its transaction.
    """
    ids = [site.pk for site in sites]
    coming = Shift.objects.upcoming().filter(site__in=ids, starts_at__gte=_from(on))
    lock_shifts_with_people(coming.values_list("pk", flat=True), changed_message=_busy_message())
    for shift in coming:
        shifts.cancel_shift(shift=shift, by=by)
    for series in Series.objects.filter(site__in=ids).exclude(ends_on__lt=on):
        series = _locked(series)
        series.ends_on = max(on - rules.DAY, series.starts_on)
        series.save(update_fields=["ends_on"])
        _record("series.ended", series, by=by, fields=("ends_on",))


def _from(day):
    return max(start_of(day), timezone.now())


def preview_end(*, series, last_day):
    """The Preview of ending the series after the day. Nothing is written. 2 queries."""
    later = list(_open_shifts(series, last_day + rules.DAY))
    people = _people_on(later)
    found = rules.Effects(kept=[], moved=[], cancelled=later, made=[], left=[])
    return Preview(found, people, {}, False, sum(map(len, people.values())))


# --- Pieces --------------------------------------------------------------------------------


def _changed(series, from_day, ends_on, values):
    """The series as it would be from the day on, not saved, and whether it would be another."""
    was = {field.attname: getattr(series, field.attname) for field in Series._meta.concrete_fields}
    is_split = series.shifts.filter(series_day__lt=from_day).exists()
    if is_split:
        was |= {"id": None, "starts_on": from_day}
    changed = Series(**was | {"ends_on": ends_on} | shifts.settled(values, series.roles))
    changed.site = series.site
    changed._state.adding = is_split
    return changed, is_split


def _effects(series, wanted, from_day):
    """What becomes of the open shifts of `series` if it is as `wanted` from the day on."""
    now = timezone.now()
    rows = list(series.shifts.filter(series_day__gte=from_day).order_by("starts_at"))
    coming = [row for row in rows if row.starts_at > now and not row.is_cancelled]
    ready = [row for row in coming if not row.detached]
    fixed = [row for row in rows if row not in ready]
    days = [row.series_day for row in ready]
    last = max([*days, timetable.horizon(wanted, today())])
    kept = set(series.kept_days.values_list("day", flat=True))
    calendar = timetable.calendar_of(series.site.branch)
    asked = [
        one
        for one in rules.occurrences(wanted, from_day, last, calendar, kept)
        if not one.why and one.starts_at > now and _is_open(wanted, one.day)
    ]
    is_monthly = rules.rhythm_of(wanted.rule).weeks == rules.MONTHLY
    found = rules.effects(ready, fixed, asked, monthly=is_monthly)
    found.left = [row for row in coming if row.detached]
    return found


def _carry_out(found, series, by, ask):
    """Cancel first, so that a day is free before another shift is moved to it."""
    preview, found = found, found.effects
    for shift in found.cancelled:
        shifts.cancel_shift(shift=shift, by=by)
    for shift in found.left:
        Shift.objects.filter(pk=shift.pk).update(series=series)
    details = {name: getattr(series, name) for name in shifts.DETAILS}
    for shift, occurrence in (*found.kept, *found.moved):
        Shift.objects.filter(pk=shift.pk).update(series=series, series_day=occurrence.day)
    for shift, _occurrence in found.kept:
        shifts.change(shift=shift, by=by, with_series=True, ask=ask, **details)
    for shift, occurrence in found.moved:
        shifts.change(shift=shift, by=by, with_series=True, tell=False, **details)
        shifts.reschedule(
            shift=shift,
            starts_at=occurrence.starts_at,
            ends_at=occurrence.ends_at,
            release=preview.misfits.get(shift.pk, ()),
            with_series=True,
            ask=ask,
            by=by,
        )


def _people_on(rows):
    """{shift pk: [assignments that hold a place, people read along]}. 1 query."""
    people = {}
    for row in rosters.places_on(rows):
        people.setdefault(row.shift_id, []).append(row)
    return people


def _open_shifts(series, from_day):
    rows = timetable.coming_shifts(series, from_day)
    return rows.select_related("site__activity", "site__branch")


def _on(series, day):
    calendar = timetable.calendar_of(series.site.branch)
    return rules.occurrences(series, day, day, calendar, kept={day})


def _shift_of(series, occurrence):
    details = {name: getattr(series, name) for name in shifts.DETAILS}
    return Shift(
        site=series.site,
        series=series,
        series_day=occurrence.day,
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        **details,
    )


def _is_open(series, day):
    return series.site.closed_on is None or day < series.site.closed_on


def _locked(series):
    rows = Series.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("site__activity", "site__branch").get(pk=series.pk)


def _record(kind, series, *, by, fields=()):
    path = series.site.branch.path
    return audit.record(kind, by=by, about=series, fields=fields, branch_path=path)


def _busy_message():
    return _("Many are signing up for these shifts right now. Try again in a moment.")


def _require_editable(values):
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise TypeError(f"Not editable: {sorted(unknown)}")


def _require_endable(series, last_day):
    if last_day < today() - timedelta(days=1):
        raise DomainError(
            _("Choose a last day that has not passed."), code="in_past", field="last_day"
        )
    if series.ends_on is not None and series.ends_on < last_day:
        raise DomainError(
            _("The regular shifts end before that day already. Choose an earlier one."),
            code="wrong_state",
            field="last_day",
        )


def _require_sound(series):
    rules.rhythm_of(series.rule)
    if series.starts == series.ends:
        raise DomainError(
            _("The shift must end after it starts."), code="ends_before_start", field="ends"
        )
    if rules.wall_length(series.starts, series.ends) > rules.LONGEST:
        raise DomainError(
            _("A shift that comes again lasts at most 23 hours."), code="too_long", field="ends"
        )
    shifts.require_minimum(series.minimum, series.capacity)
    if series.ends_on is not None and series.ends_on < series.starts_on:
        raise DomainError(
            _("The last day must not be before the first."), code="no_days", field="ends_on"
        )
    year = series.starts_on + timedelta(days=366)
    if not rules.days_of(series, series.starts_on, year):
        raise DomainError(
            _("There is no such day between the first and the last day."),
            code="no_days",
            field="ends_on",
        )
