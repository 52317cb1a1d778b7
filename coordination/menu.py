"""Coordination's entries in the main menu."""

from django.utils.translation import gettext_lazy as _

from coordination.access import Permission
from core import navigation


def register():
    """Called once, from `CoordinationConfig.ready`."""
    navigation.register(
        _("Volunteers"),
        "coordination:volunteer-list",
        order=42,
        visible=_holds(Permission.VIEW_CONTACTS),
    )
    navigation.register(
        _("Activities"),
        "coordination:activity-list",
        order=44,
        visible=_holds(Permission.VIEW_ACTIVITIES),
    )
    navigation.register(
        _("Branches"),
        "coordination:branch-list",
        order=70,
        visible=_holds(Permission.VIEW_ACTIVITIES),
    )
    navigation.register(
        _("Overview"),
        "coordination:overview",
        order=72,
        visible=_holds(Permission.VIEW_OVERVIEW),
    )


def _holds(permission):
    return lambda user: user.has_perm(permission)
