"""The overviews that are mailed: the coordinator's on Mondays, the manager's on the 1st.

An app adds a Section (rows, one line each) or a Figure (a number per branch) in `AppConfig.ready`;
what is told to whom is decided by the permission of the rows, as on every page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from coordination.access import Permission

MOST_LINES = 10

_sections = {}
_figures = {}


@dataclass(frozen=True)
class Section:
    """A heading of the Monday overview. `rows(monday)` is a queryset of all branches that knows
    `.permitted`; `line(row)` one row in words.
    """

    key: str
    title: object
    rows: Callable
    line: Callable
    permission: Permission
    order: int = 50

    def paths(self, monday):
        """The paths of the branches that have something under this heading. 1 query."""
        rows = self.rows(monday)
        lookup = f"{rows.model.branch_lookup}__path"
        return set(rows.order_by().values_list(lookup, flat=True).distinct())

    def lines_for(self, user, monday):
        """What this user is told: at most ten lines, and that there is more."""
        rows = list(self.rows(monday).permitted(user, self.permission)[: MOST_LINES + 1])
        lines = [self.line(row) for row in rows[:MOST_LINES]]
        return [*lines, _("… and more")] if len(rows) > MOST_LINES else lines


@dataclass(frozen=True)
class Figure:
    """A number of the monthly overview: `rows(first, last)` is a queryset of a month; counted by
    branch, of `distinct` values if named."""

    key: str
    label: object
    rows: Callable
    distinct: str = "pk"
    order: int = 50

    def counted(self, month):
        """{branch path: number}. 1 query."""
        rows = self.rows(month.first, month.last)
        lookup = f"{rows.model.branch_lookup}__path"
        numbers = (
            rows.order_by().values(lookup).annotate(number=Count(self.distinct, distinct=True))
        )
        return dict(numbers.values_list(lookup, "number"))


@dataclass(frozen=True)
class Month:
    """A calendar month, first and last day inclusive."""

    first: date
    last: date


def month_before(day):
    """The calendar month before the day's."""
    last = day.replace(day=1) - timedelta(days=1)
    return Month(last.replace(day=1), last)


def add_section(section):
    """Put a heading into the Monday overview (from AppConfig.ready)."""
    _sections[section.key] = section


def add_figure(figure):
    """Put a number into the monthly overview (from AppConfig.ready)."""
    _figures[figure.key] = figure


def sections():
    return sorted(_sections.values(), key=lambda one: one.order)


def figures():
    return sorted(_figures.values(), key=lambda one: one.order)


def paths_with_news(monday):
    """The paths of the branches about which a Monday overview has something to tell."""
    return set().union(*(section.paths(monday) for section in sections()))


def week_lines(user, monday):
    """The Monday overview as lines of a mail: a heading, its lines, an empty line."""
    lines = []
    for section in sections():
        found = section.lines_for(user, monday)
        if found:
            lines += [f"## {section.title}", "", *(f"- {line}" for line in found), ""]
    return lines[:-1]


def month_lines(names, month, within):
    """The monthly overview as lines: the sum, then each branch that has a number. No names.

    `names` maps the paths of the branches to what they are called; `within(path)` says whether the
    reader may see it. A query per number.
    """
    counted = [(str(figure.label), figure.counted(month)) for figure in figures()]
    paths = [path for path in names if within(path)]
    total = _in_words(
        (label, sum(numbers.get(path, 0) for path in paths)) for label, numbers in counted
    )
    lines = [_("All together: %(numbers)s") % {"numbers": total}] if total else []
    for path in sorted(paths, key=lambda one: names[one]):
        words = _in_words((label, numbers.get(path, 0)) for label, numbers in counted)
        if words:
            lines.append(f"{names[path]}: {words}")
    return lines


def _in_words(numbers):
    return ", ".join(f"{label} {number}" for label, number in numbers if number)
