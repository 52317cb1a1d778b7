"""`{% volunteer_rows rows sees_people %}`: the rows of the list of volunteers."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from coordination.templatetags.standings import standings
from core.markup import fill
from core.templatetags.ui import contact, person_name

register = template.Library()

ROW = (
    '<tr><td data-title="%s">%%s</td><td data-title="%s">%%s</td><td data-title="%s">%%s</td></tr>'
)


@register.simple_tag
def volunteer_rows(rows, sees_people):
    """A <tr> for each volunteer with their `lines` and `url`. Without a template file, as
    `status` is: a page holds many, all alike."""
    row = _row(get_language())
    return SafeString("".join([_volunteer(row, one, sees_people) for one in rows]))


def _volunteer(row, volunteer, sees_people):
    person = volunteer.person
    return fill(
        row,
        person_name(person, volunteer.url),
        contact(person),
        standings(volunteer.lines, sees_people),
    )


@lru_cache(maxsize=16)
def _row(language):
    """The format of a row in the language, with the columns' names in it."""
    return fill(ROW, _("Name"), _("Contact"), _("Activities"))
