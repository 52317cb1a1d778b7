"""Agreements' entries in the main menu."""

from django.utils.translation import gettext_lazy as _

from coordination.access import Permission
from core import navigation


def register():
    """Called once, from `AgreementsConfig.ready`."""
    navigation.register(
        _("Agreements"),
        "agreements:agreement-list",
        order=54,
        visible=lambda user: user.has_perm(Permission.VIEW_AGREEMENTS),
    )
    navigation.register(
        _("Certificates"),
        "agreements:attestation-list",
        order=56,
        visible=lambda user: user.has_perm(Permission.VIEW_ATTESTATIONS),
    )
