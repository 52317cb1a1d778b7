"""Coordination's entries in the main menu."""

from django.utils.translation import gettext_lazy as _

from coordination.access import Permission, is_staff_member, who_holds
from core import navigation


def register():
    """Called once, from `CoordinationConfig.ready`."""
    navigation.register(
        _("Volunteers"),
        "coordination:volunteer-list",
        order=42,
        visible=who_holds(Permission.VIEW_CONTACTS),
    )
    navigation.register(
        _("Activities"),
        "coordination:activity-list",
        order=44,
        visible=who_holds(Permission.VIEW_ACTIVITIES),
    )
    navigation.register(
        _("Shifts"),
        "coordination:shift-list",
        order=46,
        visible=who_holds(Permission.VIEW_SHIFTS),
    )
    navigation.register(
        _("Recognition"),
        "coordination:recognition-list",
        order=60,
        visible=who_holds(Permission.VIEW_RECOGNITION),
    )
    navigation.register(
        _("Follow-up"),
        "coordination:follow-up",
        order=43,
        visible=who_holds(Permission.EDIT_PEOPLE),
    )
    navigation.register(
        _("Reminders"),
        "coordination:reminder-table",
        order=74,
        visible=who_holds(Permission.VIEW_OVERVIEW),
    )
    navigation.register(_("My page"), "coordination:own-page", order=20, visible=_volunteers)
    navigation.register(
        _("My shifts"), "coordination:own-shift-list", order=22, visible=_volunteers
    )
    navigation.register(
        _("My messages"), "coordination:own-message-list", order=24, visible=_volunteers
    )
    navigation.register(
        _("Messages"),
        "coordination:group-message-list",
        order=62,
        visible=who_holds(Permission.WRITE_MESSAGES),
    )
    navigation.register(
        _("Branches"),
        "coordination:branch-list",
        order=70,
        visible=who_holds(Permission.VIEW_ACTIVITIES),
    )
    navigation.register(
        _("Overview"),
        "coordination:overview",
        order=72,
        visible=who_holds(Permission.VIEW_OVERVIEW),
    )


def _volunteers(user):
    """Whoever is signed in and works with no role; staff who volunteer too have the start page."""
    return user.is_authenticated and not is_staff_member(user)
