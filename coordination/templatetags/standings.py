"""`{% standings lines sees_people %}`: what a volunteer is tied to, in one cell of a list."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.markup import fill
from core.templatetags.ui import status

register = template.Library()


@register.simple_tag
def standings(lines, sees_people):
    """The lines (coordination.standing.Line) one under the other; without any, that it is so.

    Where people may not be seen, only the places are told. Without a template file, as `status`
    is: a list holds a cell for every volunteer.
    """
    if lines:
        return SafeString("".join([_line(line, sees_people) for line in lines]))
    return status("neutral", _("Ended")) if sees_people else _("None now")


def _line(line, sees_people):
    return fill(
        '<div class="line">%s <span>%s%s</span></div>',
        status(line.status_kind, line.standing.label) if sees_people else "",
        line.engagement.site,
        _missing(line.missing) if line.missing else "",
    )


def _missing(missing):
    kinds = ", ".join(str(item.label) for item in missing)
    return fill('<br><span class="why">%s %s</span>', _("Missing:"), kinds)
