"""Panels: what a higher app shows on a lower app's page.

The page asks `panels_for("volunteer.detail", request, volunteer)` and includes each panel's
template with its context; the panel's queries count in the page's budget.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from coordination.access import scope_of


@dataclass(frozen=True, order=True)
class Panel:
    """One box on another app's page.

    `context(request, thing)` returns a dict, or None when there is nothing to show.
    `permission` None means: whoever may see the page (a volunteer's own page, say).
    """

    order: int
    template: str = field(compare=False)
    context: Callable = field(compare=False)
    permission: str | None = field(compare=False, default=None)


@dataclass(frozen=True)
class FilledPanel:
    template: str
    context: dict


_panels = defaultdict(list)


def register(page, panel):
    """Show `panel` on `page` (from AppConfig.ready)."""
    _panels[page].append(panel)
    _panels[page].sort()


def panels_for(page, request, thing):
    """The filled panels of a page that this user may see, in order."""
    scope = scope_of(request.user)
    filled = []
    for panel in _panels[page]:
        if panel.permission and not scope.holds(panel.permission):
            continue
        context = panel.context(request, thing)
        if context is not None:
            filled.append(FilledPanel(panel.template, context))
    return filled
