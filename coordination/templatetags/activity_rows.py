"""`{% activity_rows rows %}`: the rows of the list of activities."""

from functools import lru_cache

from django import template
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from coordination.states import ActivityState
from core.templatetags.ui import number, status

register = template.Library()

ROW = (
    '<tr><td data-title="{activity}"><a href="{url}">{{}}</a></td>'
    '<td data-title="{kind}">{{}}</td><td data-title="{branches}">{{}}</td>'
    '<td data-title="{volunteers}">{{}}</td><td data-title="{status}">{{}}</td></tr>'
)
STATUS_KINDS = {ActivityState.RUNNING: "success", ActivityState.ENDED: "neutral"}


@register.simple_tag
def activity_rows(rows):
    """A <tr> for each activity with its `places` (sites) and `people`. Without a template file,
    as `status` is: a page holds many, all alike."""
    row = _row(get_language(), get_script_prefix())
    return SafeString("".join([_activity(row, activity) for activity in rows]))


def _activity(row, activity):
    return format_html(
        row,
        activity.title,
        activity.get_kind_display(),
        ", ".join([str(site.branch) for site in activity.places]) or _("None open"),
        number(activity.people),
        status(STATUS_KINDS.get(activity.state, "waiting"), activity.get_state_display()),
        pk=activity.pk,
    )


@lru_cache(maxsize=16)
def _row(language, prefix):
    """The format of a row in the language, with the columns' names and the address in it."""
    before, _number, after = reverse("coordination:activity-detail", args=[0]).rpartition("0")
    return format_html(
        ROW,
        activity=_("Activity"),
        url=SafeString(f"{before}{{pk}}{after}"),
        kind=_("Kind"),
        branches=_("Branches"),
        volunteers=_("Volunteers"),
        status=_("Status"),
    )
