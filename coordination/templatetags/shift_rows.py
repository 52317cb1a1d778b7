"""`{% shift_rows rows %}`: the rows of the list of shifts."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.markup import fill
from core.navigation import address_of_row
from core.templatetags.ui import period, status

register = template.Library()

ROW = (
    '<tr><td data-title="%s"><a href="%%s">%%s</a></td><td data-title="%s">%%s</td>'
    '<td data-title="%s">%%s</td><td data-title="%s">%%s</td><td data-title="%s">%%s</td></tr>'
)
TITLED = '%s<br><span class="quiet">%s</span>'


@register.simple_tag
def shift_rows(rows):
    """A <tr> for each shift with its `places` and `standing`. Without a template file, as
    `status` is: a page holds many, all alike."""
    row = _row(get_language())
    return SafeString("".join([_shift(row, shift) for shift in rows]))


def _shift(row, shift):
    activity = shift.site.activity
    return fill(
        row,
        address_of_row("coordination:shift-detail", shift.pk),
        period(shift.starts_at, shift.ends_at),
        fill(TITLED, shift.title, activity) if shift.title else activity,
        shift.site.branch,
        shift.places,
        status(shift.standing.kind, shift.standing.text),
    )


@lru_cache(maxsize=16)
def _row(language):
    """The format of a row in the language, with the columns' names in it."""
    return fill(ROW, _("When"), _("Shift"), _("Where"), _("Places"), _("Status"))
