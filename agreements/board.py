"""The compliance board's register: each number, the rows behind it, and their next step.

An app adds its numbers in `AppConfig.ready`:

    board.register(board.Number(
        "attestation-to-assess", _("Certificates to assess"), ATTESTATIONS,
        permission=Permission.VIEW_ATTESTATIONS,
        rows=lambda day: Attestation.objects.filter(...),   # a BranchScopedQuerySet
        lines=lambda rows, day, user: [board.Line(...) for row in rows],
    ))

Its list asks for the same rows. What is counted is kept for a minute per user, and counted anew
after each of their own deeds (docs/decisions/start-page-numbers.md); the list is always asked.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Count, Value
from django.utils.translation import gettext_lazy as _

from coordination.access import scope_of
from core.summary import kept

GROUPS = AGREEMENTS, ATTESTATIONS, OTHER = "agreements", "attestations", "other"
TITLES = {AGREEMENTS: _("Agreements"), ATTESTATIONS: _("Certificates"), OTHER: _("Other")}


@dataclass(frozen=True)
class Number:
    """One kind of thing that is not in order.

    `rows(day)` are those of the whole municipality; `read(rows)` reads along what `lines` needs.
    `urgent`: somebody is stopped by it, or a time runs out. `about_people`: the rows have a
    `volunteer` whom the list shows.
    """

    key: str
    label: str
    group: str
    permission: str = field(kw_only=True)
    rows: Callable = field(kw_only=True)
    lines: Callable = field(kw_only=True)
    read: Callable = field(kw_only=True, default=lambda rows: rows)
    help: str = field(kw_only=True, default="")
    urgent: bool = field(kw_only=True, default=False)
    about_people: bool = field(kw_only=True, default=True)
    order: int = field(kw_only=True, default=50)

    def permitted(self, user, day):
        """The rows that this user may see."""
        return self.rows(day).permitted(user, self.permission)

    def in_branch(self, rows, branch):
        """Those of the rows that belong to the branch or lie under it."""
        lookup = rows.model.branch_lookup
        return rows.filter(**{f"{lookup}__path__startswith": branch.path})

    def tally(self, user, day):
        """Rows of (key, branch id, how many), where there are any."""
        rows = self.permitted(user, day).order_by()
        branch = rows.model.branch_lookup
        counted = rows.values(branch).annotate(number=Count("pk"))
        return counted.annotate(key=Value(self.key)).values_list("key", branch, "number")


@dataclass(frozen=True)
class Line:
    """One row of a number's list: about whom, where, what is wrong, and the next step.

    `pk` is the row's own, for what is done to many at once; `url` only where the user may.
    """

    pk: int
    name: str
    where: str
    text: str
    next: str = ""
    url: str = ""
    action: str = ""
    volunteer_id: int | None = None


_numbers = {}


def register(number):
    """Put a number on the board. Raises ValueError for a key that is taken."""
    if number.key in _numbers and _numbers[number.key] != number:
        raise ValueError(f'The board has a number "{number.key}" already.')
    _numbers[number.key] = number


def number(key):
    """The Number by its key, or None."""
    return _numbers.get(key)


def numbers(user):
    """The numbers that this user may see somewhere, in order."""
    scope = scope_of(user)
    known = (one for one in _numbers.values() if scope.holds(one.permission))
    return sorted(known, key=lambda one: (GROUPS.index(one.group), one.order))


@dataclass(frozen=True)
class Cell:
    """How many of a number at one branch, or in all."""

    number: Number
    count: int


def grouped(cells):
    """[(title, cells)] of each group, in order; one that the user sees nothing of is empty."""
    return [
        (title, [cell for cell in cells if cell.number.group == group])
        for group, title in TITLES.items()
    ]


@dataclass(frozen=True)
class Row:
    """One branch that has something to see to: a cell for each of the board's numbers."""

    branch: object
    cells: list

    @property
    def total(self):
        return sum(cell.count for cell in self.cells)

    @property
    def groups(self):
        """(title, cells that are not zero) of each group."""
        return [
            (title, [cell for cell in cells if cell.count]) for title, cells in grouped(self.cells)
        ]


@dataclass(frozen=True)
class Board:
    """The whole board: totals, and the branches with something to see to, the most first."""

    totals: list
    rows: list

    @property
    def groups(self):
        """(title, totals) of each group."""
        return grouped(self.totals)


def board(user, day, branches):
    """The Board for a user; `branches` are those to show. At most 3 queries, whatever it counts.

    A role given or taken by somebody else counts at once: it is part of what is kept.
    """
    shown = numbers(user)
    name = f"board:{day}:{hash(scope_of(user).grants)}"
    counts = kept(user, name, lambda: _counts(shown, user, day))
    rows = []
    for branch in branches:
        cells = [Cell(one, counts.get((one.key, branch.pk), 0)) for one in shown]
        if any(cell.count for cell in cells):
            rows.append(Row(branch, cells))
    rows.sort(key=lambda row: -row.total)
    totals = [Cell(one, sum(row.cells[n].count for row in rows)) for n, one in enumerate(shown)]
    return Board(totals, rows)


def _counts(shown, user, day):
    """{(key, branch id): how many}, all counted by one question."""
    if not shown:
        return {}
    first, *rest = (one.tally(user, day) for one in shown)
    return {(key, branch): number for key, branch, number in first.union(*rest, all=True)}
