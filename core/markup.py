"""Markup written without a template: for the rows of lists, of which a page holds many alike."""

from html import escape

from django.utils.safestring import SafeString


def written(value):
    """The value as a template writes it: text made harmless, markup as it is."""
    return value if isinstance(value, SafeString) else escape(str(value))


def fill(markup, *values):
    """The markup with the values in the place of each %s. As `format_html`, at a quarter of its
    time; the markup itself must be our own."""
    return SafeString(markup % tuple(map(written, values)))
