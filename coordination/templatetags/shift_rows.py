"""`{% shift_rows rows %}`: the rows of the list of shifts."""

from functools import lru_cache

from django import template
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.templatetags.ui import period, status

register = template.Library()

ROW = (
    '<tr><td data-title="{when}"><a href="{url}">{{}}</a></td><td data-title="{shift}">{{}}</td>'
    '<td data-title="{where}">{{}}</td><td data-title="{places}">{{}}</td>'
    '<td data-title="{status}">{{}}</td></tr>'
)
TITLED = '{}<br><span class="quiet">{}</span>'


@register.simple_tag
def shift_rows(rows):
    """A <tr> for each shift with its `places` and `standing`. Without a template file, as
    `status` is: a page holds many, all alike."""
    row = _row(get_language(), get_script_prefix())
    return SafeString("".join([_shift(row, shift) for shift in rows]))


def _shift(row, shift):
    activity = shift.site.activity
    return format_html(
        row,
        period(shift.starts_at, shift.ends_at),
        format_html(TITLED, shift.title, activity) if shift.title else activity,
        shift.site.branch,
        shift.places,
        status(shift.standing.kind, shift.standing.text),
        pk=shift.pk,
    )


@lru_cache(maxsize=16)
def _row(language, prefix):
    """The format of a row in the language, with the columns' names and the address in it."""
    before, _number, after = reverse("coordination:shift-detail", args=[0]).rpartition("0")
    return format_html(
        ROW,
        when=_("When"),
        url=SafeString(f"{before}{{pk}}{after}"),
        shift=_("Shift"),
        where=_("Where"),
        places=_("Places"),
        status=_("Status"),
    )
