"""Named templates of a day's shifts: make, from a day too, change, retire, and plan from one."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import series as rules
from coordination.actions import shifts
from coordination.models import Shift, ShiftTemplate, TemplateShift
from coordination.states import ShiftState
from core import audit
from core.errors import DomainError
from core.periods import bounds_of, local, start_of, today

audit.kind("shift_template.made", gettext_lazy("Shift template made"))
audit.kind("shift_template.changed", gettext_lazy("Shift template changed"))
audit.kind("shift_template.retired", gettext_lazy("Shift template retired"))
audit.kind("shift_template.used", gettext_lazy("Shifts planned from a template"))

MOST = 500
LONGEST_PERIOD = timedelta(days=366)
OF_ONE = ("starts", "ends", *shifts.DETAILS)


# --- Making and changing -------------------------------------------------------------------


@transaction.atomic
def make(*, branch, name, lines, by):
    """Save a day's shifts under a name; return the ShiftTemplate.

    `lines`: for each shift the values of OF_ONE. Raises DomainError "ends_before_start",
    "too_long", "minimum_above_capacity".
    """
    template = ShiftTemplate.objects.create(branch=branch, name=name.strip())
    TemplateShift.objects.bulk_create(
        TemplateShift(template=template, **_sound(line)) for line in lines
    )
    _record("shift_template.made", template, by)
    return template


@transaction.atomic
def make_from_day(*, branch, name, site, day, by):
    """Save the shifts that a site has on a day under a name; return the ShiftTemplate.

    Raises DomainError("nothing_that_day").
    """
    lines = [_line_of(shift) for shift in shifts_on(site, day)]
    if not lines:
        raise DomainError(
            _("There is no shift on that day. Choose a day with shifts."),
            code="nothing_that_day",
            field="day",
        )
    return make(branch=branch, name=name, lines=lines, by=by)


@transaction.atomic
def rename(*, template, name, by):
    """Give the template another name; return it. Raises DomainError("retired")."""
    template = _locked(template)
    template.name = name.strip()
    template.save(update_fields=["name"])
    _record("shift_template.changed", template, by, ("name",))
    return template


@transaction.atomic
def add_line(*, template, by, **values):
    """Add a shift (the values of OF_ONE) to the template; return the TemplateShift."""
    template = _locked(template)
    line = TemplateShift.objects.create(template=template, **_sound(values))
    _record("shift_template.changed", template, by, ("shifts",))
    return line


@transaction.atomic
def change_line(*, line, by, **values):
    """Change a shift of the template; return it. What was planned before stays as it is."""
    template = _locked(line.template)
    for name, value in _sound(values).items():
        setattr(line, name, value)
    line.save()
    _record("shift_template.changed", template, by, ("shifts",))
    return line


@transaction.atomic
def remove_line(*, line, by):
    """Take a shift out of the template. Raises DomainError("last_line") for its only one."""
    template = _locked(line.template)
    if template.shifts.count() == 1:
        raise DomainError(
            _("A template needs a shift. Retire the template instead."), code="last_line"
        )
    line.delete()
    _record("shift_template.changed", template, by, ("shifts",))


@transaction.atomic
def retire(*, template, by):
    """Offer the template no more; return it. Its name is free again. DomainError("retired")."""
    template = _locked(template)
    template.retired_on = today()
    template.save(update_fields=["retired_on"])
    _record("shift_template.retired", template, by, ("retired_on",))
    return template


# --- Planning ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Planned:
    """One shift that the template would plan on a day."""

    line: TemplateShift
    day: object
    starts_at: object
    ends_at: object


@dataclass(frozen=True)
class Preview:
    """What would be planned, and how many are there already; `mark`: the same for the same."""

    shifts: list
    there: int

    @property
    def mark(self):
        parts = [
            (one.line.pk, repr(_values_of(one.line)), str(one.starts_at)) for one in self.shifts
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def days_in(first_day, last_day, weekdays):
    """The days of the period (inclusive) that fall on the weekdays (0 is Monday; none: all)."""
    days = (last_day - first_day).days + 1
    every = (first_day + timedelta(days=number) for number in range(days))
    return [day for day in every if not weekdays or day.weekday() in weekdays]


def preview(*, template, site, days):
    """The Preview of the template at the site on the days. 2 queries.

    The clock is Copenhagen's on each of the days (`series.period_of`). A shift that is there
    already (times and title) is not planned twice. Raises DomainError "nothing_to_plan",
    "too_many".
    """
    lines = list(template.shifts.all())
    wanted = [
        Planned(line, day, *rules.period_of(day, line.starts, line.ends))
        for day in days
        for line in lines
    ]
    if len(wanted) > MOST:
        raise DomainError(
            _("That is more than %(most)s shifts. Choose fewer days.") % {"most": MOST},
            code="too_many",
            field="last_day",
        )
    there = _there(site, wanted)
    missing = [one for one in wanted if (one.starts_at, one.ends_at, one.line.title) not in there]
    if not missing:
        raise DomainError(
            _("There is nothing to plan on those days, or the shifts are there already."),
            code="nothing_to_plan",
            field="first_day",
        )
    missing.sort(key=lambda one: (one.starts_at, one.line.pk))
    return Preview(missing, len(wanted) - len(missing))


@transaction.atomic
def apply(*, template, site, days, by, seen=None):
    """Plan the template's shifts at the site on the days; return them. All or none.

    `seen` is the mark of the Preview that whoever plans has seen: DomainError("look_first") if it
    would be another by now. Raises also "retired", "wrong_branch", and what `preview` and
    `shifts.plan` raise.
    """
    template = _locked(template)
    if not site.branch.path.startswith(template.branch.path):
        raise DomainError(
            _("The template belongs to another branch. Choose another place."),
            code="wrong_branch",
            field="site",
        )
    found = preview(template=template, site=site, days=days)
    if seen is not None and seen != found.mark:
        raise DomainError(_("Look at what it means, then save again."), code="look_first")
    made = [
        shifts.plan(
            site=site,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            by=by,
            **_values_of(one.line),
        )
        for one in found.shifts
    ]
    audit.record("shift_template.used", by=by, about=template, branch_path=site.branch.path)
    return made


def shifts_on(site, day):
    """The open shifts that begin at the site on the day, in order. 1 query."""
    start, end = bounds_of(day)
    rows = Shift.objects.filter(site=site, state=ShiftState.OPEN)
    return list(rows.filter(starts_at__gte=start, starts_at__lt=end).order_by("starts_at", "pk"))


# --- Pieces --------------------------------------------------------------------------------


def _values_of(row):
    """What is carried from a shift to a template's and back, beside the clock."""
    return {name: getattr(row, name) for name in shifts.DETAILS}


def _line_of(shift):
    """The values of a template's shift, from one that is planned."""
    clock = {"starts": local(shift.starts_at).time(), "ends": local(shift.ends_at).time()}
    return clock | _values_of(shift)


def _there(site, wanted):
    if not wanted:
        return set()
    days = [one.day for one in wanted]
    rows = Shift.objects.filter(
        site=site,
        state=ShiftState.OPEN,
        starts_at__gte=start_of(min(days)),
        starts_at__lt=start_of(max(days) + timedelta(days=2)),
    )
    return set(rows.values_list("starts_at", "ends_at", "title"))


def _sound(values):
    """The values, if they are those of a shift."""
    unknown = set(values) - set(OF_ONE)
    if unknown:
        raise TypeError(f"Not of a template's shift: {sorted(unknown)}")
    if values["starts"] == values["ends"]:
        raise DomainError(
            _("The shift must end after it starts."), code="ends_before_start", field="ends"
        )
    if rules.wall_length(values["starts"], values["ends"]) > rules.LONGEST:
        raise DomainError(
            _("A shift of a template lasts at most 23 hours."), code="too_long", field="ends"
        )
    values = shifts.settled(values)
    shifts.require_minimum(values["minimum"], values["capacity"])
    return values


def _locked(template):
    rows = ShiftTemplate.objects.select_for_update(of=("self",)).select_related("branch")
    template = rows.get(pk=template.pk)
    if template.retired_on is not None:
        raise DomainError(
            _("The template is not used any more. Choose another one."), code="retired"
        )
    return template


def _record(kind, template, by, fields=()):
    path = template.branch.path
    audit.record(kind, by=by, about=template, fields=fields, branch_path=path)
