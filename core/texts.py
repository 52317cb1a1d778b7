"""Published texts: publish a new version, find the one that holds, show one by its number."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, markdown
from core.errors import DomainError
from core.models import PublishedText
from core.scope import forget, remembered

audit.kind("text.published", gettext_lazy("Text published"))

_sources = {}


@dataclass(frozen=True)
class Source:
    """A text's first version as files, its title, and the placeholders it may use."""

    key: str
    title: str
    danish: Path
    english: Path | None = None
    placeholders: frozenset = frozenset()


def register(source):
    """Make a text known; called in `AppConfig.ready`. Raises ValueError for a taken key."""
    if source.key in _sources:
        raise ValueError(f'The text "{source.key}" is already registered.')
    _sources[source.key] = source


def registered():
    """All known texts, ordered by key."""
    return [_sources[key] for key in sorted(_sources)]


def current(key):
    """The newest published version. Raises LookupError where none has been published.

    One query per key and scope.
    """
    found = remembered(f"text:{key}", lambda: _newest(key))
    if found is None:
        raise LookupError(f'The text "{key}" is not published: run "manage.py texts --publish".')
    return found


def rendered(text, values=None):
    """Safe HTML of a version in the reader's language; see `text.language` for `lang`."""
    return markdown.render(text.body, values)


@transaction.atomic
def publish(key, *, body_da, body_en="", by):
    """Publish a text; the same text twice is published once. Returns the PublishedText.

    Raises DomainError for an empty text or a placeholder the text may not use.
    """
    _check(key, body_da, body_en)
    newest = _newest(key)
    if newest is not None and (newest.body_da, newest.body_en) == (body_da, body_en):
        return newest
    text = PublishedText.objects.create(
        key=key,
        version=newest.version + 1 if newest else 1,
        body_da=body_da,
        body_en=body_en,
        published_by_id=getattr(by, "pk", None),
    )
    audit.record("text.published", by=by, about=text, fields=("body_da", "body_en"))
    forget(f"text:{key}")
    return text


def publish_sources(*, by=None):
    """Publish the first version of every registered text that has none. Returns those.

    A text that has been edited in the system is left alone: files are only where it began.
    """
    return [
        publish(
            source.key,
            body_da=source.danish.read_text(encoding="utf-8"),
            body_en=source.english.read_text(encoding="utf-8") if source.english else "",
            by=by,
        )
        for source in registered()
        if _newest(source.key) is None
    ]


def _newest(key):
    return PublishedText.objects.filter(key=key).order_by("-version").first()


def _check(key, *bodies):
    if key not in _sources:
        raise LookupError(f'Unknown text "{key}": register it with texts.register(...).')
    if not bodies[0].strip():
        raise DomainError(_("The Danish text is empty. Write it, then publish."), code="empty_text")
    unknown = [
        name
        for body in bodies
        for name in markdown.unknown_placeholders(body, _sources[key].placeholders)
    ]
    if unknown:
        raise DomainError(
            _("The text uses placeholders that do not exist: %(names)s.")
            % {"names": ", ".join(f"[[{name}]]" for name in dict.fromkeys(unknown))},
            code="unknown_placeholder",
        )
