"""Words for the constraints that a guarded migration makes."""

from django.utils.translation import gettext_lazy as _

from core import constraints


def register():
    """Called once, from `AgreementsConfig.ready`."""
    for name, message in {
        "coverage_one_at_a_time": _("Another agreement is in force for this in that time."),
        "version_published_is_frozen": _("A published version never changes. Make a new one."),
        "document_never_changes": _("What is signed never changes."),
        "document_live_is_kept": _("What is in force, or being signed, is kept."),
    }.items():
        constraints.register(name, message)
