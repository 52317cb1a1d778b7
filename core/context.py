"""The context processor `frame`: what surrounds every page, asked for when drawn."""

from functools import lru_cache
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.urls import get_script_prefix
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import navigation, policies


class Top(NamedTuple):
    """All that the frame's top is made of, but who is signed in."""

    name: str
    municipality: str
    logo_url: str
    home_url: str
    menu_items: str


class Foot(NamedTuple):
    """All that the frame's foot is made of, but which page this is. `links`: (address, words)."""

    municipality: str
    address: str
    phone: str
    email: str
    links: tuple
    accessibility_url: str
    set_language_url: str
    languages: tuple


class Frame:
    """The frame of one page. Nothing is read until a template asks; the settings cost one query
    per request, the menu what its entries ask."""

    name = "Frivillig"

    def __init__(self, request):
        self._request = request

    @property
    def _user(self):
        """Who asks; nobody yet where a request is refused before it is looked at who sent it."""
        return getattr(self._request, "user", None) or AnonymousUser()

    @cached_property
    def municipality(self):
        """The municipality's name, as in its setting."""
        return policies.get("municipality.name")

    @cached_property
    def logo_url(self):
        """The address of the municipality's logo, or "" where none is set."""
        if not policies.get("municipality.logo"):
            return ""
        return _address("core:logo")

    @cached_property
    def phone(self):
        return policies.get("municipality.phone")

    @cached_property
    def email(self):
        return policies.get("municipality.email")

    @cached_property
    def address(self):
        return policies.get("municipality.address")

    @cached_property
    def menu(self):
        """The main menu's links for this visitor on this page."""
        return navigation.links_for(self._user, self._request.path)

    @cached_property
    def menu_items(self):
        """The menu's <li> elements, made once: a page holds them twice, for desk and phone."""
        return SafeString("".join([_menu_item(*link) for link in map(_shown, self.menu)]))

    @property
    def top(self):
        """What the frame's top shows, the same on many pages: see `core.templatetags.frame`."""
        return Top(
            self.name,
            self.municipality,
            self.logo_url,
            self.home_url,
            self.menu_items,
        )

    @property
    def foot(self):
        """What the frame's foot shows."""
        return Foot(
            self.municipality,
            self.address,
            self.phone,
            self.email,
            tuple([(link.url, str(link.label)) for link in self.footer_links]),
            self.accessibility_url,
            self.set_language_url,
            tuple(self.languages),
        )

    @cached_property
    def home_url(self):
        return _address("start") or "/"

    @property
    def crumbs_begin(self):
        """Where the breadcrumbs of who is signed in begin; their own pages begin at "My page"."""
        own = _address("coordination:own-page")
        if not self._user.is_authenticated or (own and self._request.path.startswith(own)):
            return ""
        return self.home_url

    @cached_property
    def login_url(self):
        return _address("account_login")

    @cached_property
    def logout_url(self):
        return _address("account_logout")

    @cached_property
    def footer_links(self):
        """What the apps link to at the foot, such as the privacy notice."""
        return navigation.links_for(self._user, self._request.path, place=navigation.FOOTER)

    @cached_property
    def accessibility_url(self):
        """The accessibility statement: /was, as Danish law asks for."""
        return _address("core:accessibility")

    @cached_property
    def set_language_url(self):
        return _address("core:set-language")

    @cached_property
    def languages(self):
        """(code, own name) pairs to choose from; empty where only Danish is offered."""
        if not policies.get("site.english_enabled"):
            return []
        return [("da", "Dansk"), ("en", "English")]

    @property
    def path(self):
        """Where this page is, query string included: the language form comes back here."""
        return self._request.get_full_path()


def _address(url_name):
    return navigation.address_of(url_name, get_script_prefix()) or ""


MENU_ITEM = (
    '<li class="{}"><a href="{}" class="nav-link" aria-current="{}"><span>{}</span></a></li>'
)
MENU_PLAIN_ITEM = '<li><a href="{}" class="nav-link"><span>{}</span></a></li>'


def _shown(link):
    """What the menu shows of a link, its label in the language of the page."""
    return link.url, str(link.label), link.current, link.active


@lru_cache(maxsize=512, typed=True)  # a SafeString is not the text it equals
def _menu_item(url, label, current, active):
    """The markup, kept: every page holds a dozen, and there are few different ones."""
    if not active:
        return format_html(MENU_PLAIN_ITEM, url, label)
    css, aria = ("active current", "page") if current else ("active", "true")
    return format_html(MENU_ITEM, css, url, aria, label)


def frame(request):
    """Adds `frame`."""
    return {"frame": Frame(request)}
