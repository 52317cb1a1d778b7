"""Markdown to safe HTML, with [[placeholders]] from a closed list. The only door for prose.

Raw HTML in the source is shown as text; what comes out is cleaned once more, so that a fault in
one library does not become a hole. Values are escaped before they are put in: a name is a name,
never markup.
"""

import re

import nh3
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

PLACEHOLDER = re.compile(r"\[\[\s*([^\[\]]*?)\s*\]\]")
TAGS = {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "a", "ul", "ol", "li",
    "blockquote", "table", "thead", "tbody", "tr", "th", "td", "code", "pre",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}
MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:@/])")

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_parser.disable("image")


def placeholders(source):
    """The placeholder names in a text, in order of first use."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(source)))


def unknown_placeholders(source, known):
    """The names in the text that the closed list `known` does not hold, in order."""
    return tuple(name for name in placeholders(source) if name not in known)


def render(source, values=None):
    """Safe HTML of a Markdown text, its placeholders replaced by `values` ({name: text}).

    Raises KeyError for a placeholder without a value: a text with a hole is never shown.
    """
    html = _parser.render(_filled(source, values or {}))
    clean = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener"
    )
    # Safe here and only here: made by a parser without raw HTML, then cleaned by a closed list.
    return mark_safe(clean)  # noqa: S308


def _filled(source, values):
    return PLACEHOLDER.sub(lambda match: _literal(values[match[1]]), source)


def _literal(value):
    """Text that Markdown shows as it is; line ends become hard breaks."""
    lines = str(value).strip().splitlines()
    return "\\\n".join(MARKUP.sub(r"\\\1", line.strip()) for line in lines if line.strip())
