"""The main menu and the footer's links: a register that the apps fill in `AppConfig.ready`.

Core knows no domain, so each entry brings its own question `visible(user) -> bool`. Entries
are shown by `order`; convention: 10-19 public, 20-39 a volunteer's own pages, 40-79 staff,
80-99 administration.

    navigation.register(
        _("Volunteers"), "coordination:volunteer-list",
        order=42, visible=lambda user: user.has_perm("coordination.view_volunteers"),
    )

`place="footer"` puts a link under "About this site" instead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.core import checks
from django.urls import NoReverseMatch, get_script_prefix, reverse

MENU = "menu"
FOOTER = "footer"


@dataclass(frozen=True)
class Entry:
    """A registered menu entry. `label` is a lazy translation."""

    label: str
    url_name: str
    order: int
    visible: Callable
    place: str


@dataclass(frozen=True)
class Link:
    """A menu entry as one visitor sees it on one page.

    `current`: this is the page itself; `active`: the page lies under this entry.
    """

    label: str
    url: str
    current: bool
    active: bool


_entries: dict[str, Entry] = {}


def anonymous(user):
    """For entries that only visitors who are not signed in see."""
    return not user.is_authenticated


def everyone(user):
    """For entries that are always there."""
    return True


def register(label, url_name, *, order, visible=everyone, place=MENU):
    """Add an entry to the menu or the footer. The same URL name twice keeps the later one."""
    _entries[url_name] = Entry(label, url_name, order, visible, place)


def entries(place=None):
    """The registered entries of one place (default: of all) in their order."""
    found = [entry for entry in _entries.values() if place in (None, entry.place)]
    return sorted(found, key=lambda entry: (entry.order, entry.url_name))


def links_for(user, path, *, place=MENU):
    """The links of one visitor on the page `path`: at most one is active.

    Costs no queries beyond what the entries' `visible` ask.
    """
    shown = [(entry, _url(entry)) for entry in entries(place) if entry.visible(user)]
    shown = [(entry, url) for entry, url in shown if url]
    active = max((url for _, url in shown if _covers(url, path)), key=len, default=None)
    return [
        Link(label=entry.label, url=url, current=url == path, active=url == active)
        for entry, url in shown
    ]


def _covers(url, path):
    return path == url or (url.endswith("/") and url != "/" and path.startswith(url))


def _url(entry):
    """The entry's address, or None where the URL table lacks it (see the system check)."""
    return address_of(entry.url_name, get_script_prefix())


@cache
def address_of(url_name, prefix):
    """The address of a name without arguments, or None. Kept: every page asks for a dozen."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def address_of_row(url_name, pk):
    """The address of a page about one row, whose name takes its number and nothing else."""
    before, after = _around_number(url_name, get_script_prefix())
    return f"{before}{pk}{after}"


@cache
def _around_number(url_name, prefix):
    """What stands before and after the number. Kept: a list holds the address of every row."""
    before, _number, after = reverse(url_name, args=[0]).rpartition("0")
    return before, after


@checks.register("navigation")
def check_urls(app_configs, **kwargs):
    """Every menu entry must lead somewhere."""
    return [
        checks.Warning(
            f"The menu entry {entry.url_name!r} has no address in the URL table.",
            hint="Register the entry in the app that owns the URL, or correct its name.",
            id="core.W010",
        )
        for entry in entries()
        if _url(entry) is None
    ]
