"""`{% activity_rows rows %}`: the rows of the list of activities."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from coordination.states import ActivityState
from core.markup import fill
from core.navigation import address_of_row
from core.templatetags.ui import number, status

register = template.Library()

ROW = (
    '<tr><td data-title="%s"><a href="%%s">%%s</a></td><td data-title="%s">%%s</td>'
    '<td data-title="%s">%%s</td><td data-title="%s">%%s</td><td data-title="%s">%%s</td></tr>'
)
STATUS_KINDS = {ActivityState.RUNNING: "success", ActivityState.ENDED: "neutral"}


@register.simple_tag
def activity_rows(rows):
    """A <tr> for each activity with its `places` (sites) and `people`. Without a template file,
    as `status` is: a page holds many, all alike."""
    row = _row(get_language())
    return SafeString("".join([_activity(row, activity) for activity in rows]))


def _activity(row, activity):
    return fill(
        row,
        address_of_row("coordination:activity-detail", activity.pk),
        activity.title,
        activity.get_kind_display(),
        ", ".join([str(site.branch) for site in activity.places]) or _("None open"),
        number(activity.people),
        status(STATUS_KINDS.get(activity.state, "waiting"), activity.get_state_display()),
    )


@lru_cache(maxsize=16)
def _row(language):
    """The format of a row in the language, with the columns' names in it."""
    names = (_("Kind"), _("Branches"), _("Volunteers"), _("Status"))
    return fill(ROW, _("Activity"), *names)
