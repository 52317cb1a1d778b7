"""Agreements' entries in the main menu."""

from django.utils.translation import gettext_lazy as _

from coordination.access import Permission, who_holds
from core import navigation


def register():
    """Called once, from `AgreementsConfig.ready`."""
    navigation.register(
        _("Agreements"),
        "agreements:agreement-list",
        order=54,
        visible=who_holds(Permission.VIEW_AGREEMENTS),
    )
    navigation.register(
        _("Papers in order"),
        "agreements:board",
        order=58,
        visible=who_holds(Permission.VIEW_AGREEMENTS),
    )
    navigation.register(
        _("Certificates"),
        "agreements:attestation-list",
        order=56,
        visible=who_holds(Permission.VIEW_ATTESTATIONS),
    )
