"""Recruitment's entries in the menu and the footer."""

from django.utils.translation import gettext_lazy as _

from coordination.access import Permission, who_holds
from core import navigation


def register():
    """Called once, from `RecruitmentConfig.ready`."""
    navigation.register(_("Become a volunteer"), "recruitment:opportunity-list", order=10)
    navigation.register(
        _("About being a volunteer"),
        "recruitment:about",
        order=11,
        visible=navigation.anonymous,
    )
    navigation.register(
        _("Applications"),
        "recruitment:application-list",
        order=50,
        visible=who_holds(Permission.VIEW_APPLICATIONS),
    )
    navigation.register(
        _("Opportunities"),
        "recruitment:opportunity-admin-list",
        order=52,
        visible=who_holds(Permission.EDIT_OPPORTUNITIES),
    )
    navigation.register(
        _("How we use your information"),
        "recruitment:privacy-notice",
        order=10,
        place=navigation.FOOTER,
    )
