"""What a table would do: made, changed, left alone, and what is wrong. Nothing is written.

Natural keys make a second time harmless. An activity is its title (as `columns.normal` compares
it) and its owning branch; where no owner is written, the one with that title that takes place at
the branch. A site is activity x branch. A shift is site, times and title. An empty cell says
nothing: it never takes away what stands.
"""

import difflib
import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.access import Permission, scope_of
from coordination.actions import shifts
from coordination.columns import RowError, Wrong, lines_of, normal
from coordination.models import Activity, ActivityKind, Assignment, Branch, Shift, Site
from coordination.states import ShiftState
from core.errors import DomainError
from core.periods import today

MADE, CHANGED, LEFT = "made", "changed", "left"
OF_NEW_SHIFT = {"capacity": 1}
OF_ROLES = ("capacity", "minimum")


@dataclass
class Wanted:
    """One activity, site or shift that the table tells of.

    `row`: where it is told first. `existing`: the row of the database, or None. `values`: what
    the table says of it. `changes`: {name: (old, new)}.
    """

    row: int
    title: str
    existing: object = None
    values: dict = field(default_factory=dict)
    changes: dict = field(default_factory=dict)
    branch: object = None
    parent: object = None
    starts_at: object = None
    ends_at: object = None

    @property
    def outcome(self):
        if self.existing is None:
            return MADE
        return CHANGED if self.changes else LEFT

    @property
    def mark(self):
        known = None if self.existing is None else self.existing.pk
        where = None if self.branch is None else self.branch.pk
        when = str(self.starts_at), str(self.ends_at)
        return self.title, known, where, when, sorted(map(repr, self.changes.items()))


@dataclass
class Plan:
    """What would be done, in the order of the rows."""

    activities: list
    sites: list
    shifts: list
    wrong: list

    @property
    def mark(self):
        """The same for the same plan: who says yes has seen this one."""
        parts = [[one.mark for one in rows] for rows in (self.activities, self.sites, self.shifts)]
        return hashlib.sha256(repr((parts, self.wrong)).encode()).hexdigest()[:16]

    @property
    def does_something(self):
        every = (*self.activities, *self.sites, *self.shifts)
        return any(one.outcome != LEFT for one in every)

    def counts(self):
        """{"activities": {"made": …, "changed": …, "left": …}, "sites": …, "shifts": …}."""
        return {
            name: {
                outcome: sum(one.outcome == outcome for one in rows)
                for outcome in (MADE, CHANGED, LEFT)
            }
            for name, rows in (
                ("activities", self.activities),
                ("sites", self.sites),
                ("shifts", self.shifts),
            )
        }


def plan_of(rows, columns, user, *, branch=None):
    """The Plan of the rows as the user may carry it out. 3 to 7 queries, however many rows.

    `columns`: {column's number: key}; `branch`: for rows that name none, and the owner of what
    takes place at several.
    """
    lines, wrong = lines_of(rows, columns)
    planner = _Planner(user, branch, lines)
    for line in lines:
        try:
            planner.take(line)
        except RowError as error:
            wrong.append(Wrong(line.row, error.column, error.message))
    wrong += planner.unsure()
    wrong += planner.look_at_shifts()
    return Plan(
        planner.activities,
        planner.sites,
        planner.shifts,
        sorted(set(wrong), key=lambda one: (one.row, one.column)),
    )


class _Planner:
    """Takes the lines one by one; what earlier lines make is there for the later ones."""

    def __init__(self, user, branch, lines):
        self.scope, self.branch = scope_of(user), branch
        self.branches = _Branches()
        self.activities, self.sites, self.shifts = [], [], []
        self._by_title = defaultdict(list)
        self._site, self._shift, self._said = {}, {}, {}
        self._without_owner = []
        self._read({normal(line.activity) for line in lines})
        self._planned_already(lines)

    # --- What is there -----------------------------------------------------------------------

    def _read(self, titles):
        """Activities with these titles, and their sites. 3 queries."""
        names = Activity.objects.order_by("pk").values_list("pk", "title")
        wanted = [pk for pk, title in names if normal(title) in titles]
        found = Activity.objects.select_related("branch").filter(pk__in=wanted).order_by("pk")
        known = {}
        for row in found:
            known[row.pk] = Wanted(0, row.title, existing=row, branch=row.branch)
            self._by_title[normal(row.title)].append(known[row.pk])
        sites = Site.objects.filter(activity__in=wanted).select_related("branch", "activity")
        for row in sites.order_by("pk"):
            parent = known[row.activity_id]
            one = Wanted(0, str(row.branch), existing=row, branch=row.branch, parent=parent)
            self._site[id(parent), row.branch_id] = one

    def _planned_already(self, lines):
        """Shifts at those sites on those days, by what tells them apart; open ones first. 1 query,
        none where the table plans no shifts."""
        times = [line.starts_at for line in lines if line.starts_at is not None]
        sites = [one.existing.pk for one in self._site.values()]
        self._there = {}
        if not times or not sites:
            return
        rows = Shift.objects.filter(
            site__in=sites, starts_at__gte=min(times), starts_at__lte=max(times)
        )
        for row in rows.order_by("pk"):
            key = row.site_id, row.starts_at, row.ends_at, normal(row.title)
            if key not in self._there or row.state == ShiftState.OPEN:
                self._there[key] = row

    # --- One line ----------------------------------------------------------------------------

    def take(self, line):
        places = [self._place(name) for name in line.branches] or self._default()
        if line.broken:
            return
        activity = self._activity(line, places)
        self._tell(activity, line)
        for place in places:
            site = self._site_of(activity, place, line)
            if line.starts_at is not None:
                self._plan_shift(site, line)

    def _place(self, name):
        found = self.branches.named(name)
        self._require(Permission.EDIT_SHIFTS, found)
        return found

    def _default(self):
        if self.branch is None:
            raise RowError(_("Write the branch, or choose one for all rows."), _("Branch"))
        return [self.branch]

    def _require(self, permission, branch):
        if not self.scope.holds(permission, branch.path):
            raise RowError(
                _("You do not coordinate in %(branch)s. Take the row out, or ask those who do.")
                % {"branch": branch},
                _("Branch"),
            )

    def _activity(self, line, places):
        """The one activity that the line is about, made if there is none."""
        if line.owner:
            owner = self.branches.named(line.owner)
            found = [one for one in self._called(line) if one.branch.pk == owner.pk]
        else:
            self._without_owner.append((line, places))
            found = self._taking_place(line, places)
            owner = places[0] if len(places) == 1 else self.branch
            if not found and owner is not None:
                found = [one for one in self._called(line) if one.branch.pk == owner.pk]
        if len(found) > 1:
            raise _ambiguous(line)
        if found:
            return self._among(found[0], line, self.activities)
        if owner is None:
            raise RowError(
                _("The activity takes place at several branches. Write which one owns it."),
                _("Owning branch"),
            )
        self._require(Permission.EDIT_ACTIVITIES, owner)
        made = Wanted(line.row, line.activity, branch=owner)
        self._by_title[normal(line.activity)].append(made)
        return self._among(made, line, self.activities)

    def _called(self, line):
        return self._by_title[normal(line.activity)]

    def _taking_place(self, line, places):
        ids = [place.pk for place in places]
        return [one for one in self._called(line) if any((id(one), pk) in self._site for pk in ids)]

    def _among(self, one, line, rows):
        if not any(one is other for other in rows):
            one.row = line.row
            rows.append(one)
        return one

    def _tell(self, activity, line):
        """What the line says of the activity itself; two lines may not say different things."""
        for name, value in line.fields.items():
            said = self._said.setdefault((id(activity), name), (line.row, value))
            if said[1] != value:
                raise RowError(
                    _("Row %(row)s says something else about the same activity. Choose one.")
                    % {"row": said[0]},
                    str(Activity._meta.get_field(name).verbose_name).capitalize(),
                )
            activity.values[name] = value
            old = getattr(activity.existing, name, None)
            if activity.existing is not None and old != value:
                self._require(Permission.EDIT_ACTIVITIES, activity.branch)
                activity.changes[name] = (old, value)

    def _site_of(self, activity, place, line):
        key = id(activity), place.pk
        site = self._site.get(key)
        if site is None:
            if activity.existing is not None:
                self._require(Permission.EDIT_ACTIVITIES, activity.branch)
            self._require(Permission.EDIT_ACTIVITIES, place)
            if place.closed_on and place.closed_on <= today():
                raise RowError(
                    _("%(branch)s is closed. Choose another branch.") % {"branch": place},
                    _("Branch"),
                )
            site = self._site[key] = Wanted(line.row, str(place), branch=place, parent=activity)
        return self._among(site, line, self.sites)

    def _plan_shift(self, site, line):
        key = id(site), line.starts_at, line.ends_at, normal(line.title)
        if key in self._shift:
            raise RowError(
                _("The same shift stands in row %(row)s. Put the places together in one row.")
                % {"row": self._shift[key].row}
            )
        known = None
        if site.existing is not None:
            known = self._there.get(
                (site.existing.pk, line.starts_at, line.ends_at, normal(line.title))
            )
        shift = Wanted(
            line.row,
            line.title,
            existing=known,
            values=dict(line.details),
            branch=site.branch,
            parent=site,
            starts_at=line.starts_at,
            ends_at=line.ends_at,
        )
        self._judge(shift)
        self._shift[key] = shift
        self.shifts.append(shift)

    def _judge(self, shift):
        """Ask the rules of shifts, so that the dry run says what carrying out would."""
        known = shift.existing
        try:
            if known is None:
                shift.values = OF_NEW_SHIFT | shift.values
                shift.values.setdefault("minimum", min(1, shift.values["capacity"]))
                shifts.require_time(shift.starts_at, shift.ends_at)
                shifts.require_minimum(shift.values["minimum"], shift.values["capacity"])
                _require_places(shift.values["capacity"])
                self._require_open(shift.parent, shift.starts_at)
            elif not known.is_cancelled:
                if known.roles:  # its places are the sum of its roles
                    shift.values = {k: v for k, v in shift.values.items() if k not in OF_ROLES}
                shift.changes = {
                    name: (getattr(known, name), value)
                    for name, value in shift.values.items()
                    if getattr(known, name) != value
                }
                after = {"minimum": known.minimum, "capacity": known.capacity} | shift.values
                shifts.require_minimum(after["minimum"], after["capacity"])
                _require_places(after["capacity"])
        except DomainError as error:
            raise RowError(error.message) from None

    def _require_open(self, site, starts_at):
        if site.existing is not None:
            shifts.require_site_open(site.existing, timezone.localdate(starts_at))
        elif site.parent.existing is not None:
            fresh = Site(activity=site.parent.existing, branch=site.branch)
            shifts.require_site_open(fresh, timezone.localdate(starts_at))

    # --- Afterwards --------------------------------------------------------------------------

    def unsure(self):
        """Lines without an owner that could mean another activity once all is made: a second time
        the table would not know its own."""
        return [
            Wrong(line.row, error.column, error.message)
            for line, places in self._without_owner
            if len(self._taking_place(line, places)) > 1
            for error in [_ambiguous(line)]
        ]

    def look_at_shifts(self):
        """Shifts that would have fewer places than people on them, and those whose people would
        have to say yes to another meeting place: that is asked on the shift's page. 1 query at
        most."""
        changed = [one for one in self.shifts if one.changes.keys() & {"capacity", "place"}]
        if not changed:
            return []
        taken = _taken([one.existing for one in changed])
        wrong = []
        for one in changed:
            held, shift = taken[one.existing.pk], one.existing
            if held > one.values.get("capacity", shift.capacity):
                message = str(shifts.too_few_places(held).message)
                wrong.append(Wrong(one.row, _("Places"), message))
            if held and "place" in one.changes and not shift.has_started:
                wrong.append(Wrong(one.row, _("Meeting place"), _ask_them_there()))
        return wrong


class _Branches:
    """The municipality's branches by the names people write. 1 query."""

    def __init__(self):
        self.rows = {row.pk: row for row in Branch.objects.select_related("parent")}
        self.names = defaultdict(list)
        for row in self.rows.values():
            self.names[normal(row.name)].append(row)
            if row.parent_id:
                self.names[normal(f"{self.rows[row.parent_id]} / {row}")].append(row)

    def named(self, name):
        found = self.names.get(normal(name), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise RowError(
                _("More than one branch is called %(name)s. Write %(example)s.")
                % {"name": name, "example": f"{found[0].parent} / {found[0]}"},
                _("Branch"),
            )
        near = difflib.get_close_matches(normal(name), self.names, n=1)
        message = _("There is no branch called %(name)s.") % {"name": name}
        if near:
            message += " " + _("Do you mean %(name)s?") % {"name": self.names[near[0]][0]}
        raise RowError(message, _("Branch"))


def _taken(rows):
    """{shift id: places that people and groups hold} of the shifts. 1 query."""
    held = Assignment.objects.held_or_offered(timezone.now()).filter(shift__in=rows)
    taken = Counter({row.pk: row.group_seats for row in rows})
    taken.update(held.values_list("shift", flat=True))
    return taken


def _ask_them_there():
    return _(
        "Somebody is on the shift and has to hear of another meeting place. Change it on the "
        "shift's page, where they can be asked, and leave the cell empty."
    )


def _ambiguous(line):
    return RowError(
        _("More than one activity is called %(title)s here. Write its owning branch.")
        % {"title": line.activity},
        _("Owning branch"),
    )


def _require_places(capacity):
    if capacity < 1:
        raise RowError(_("A shift needs at least one place."), _("Places"))


def kind_of_new(activity):
    """The kind of an activity that is made: as written, else continuous."""
    return activity.values.get("kind", ActivityKind.CONTINUOUS)
