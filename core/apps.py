from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """The foundation. Its registers are filled by the apps above in their `ready`."""

    name = "core"
    verbose_name = _("System")

    def ready(self):
        from core import housekeeping, municipality, sealing  # noqa: F401 - registers its jobs
        from core.privacy import fields

        municipality.register_policies()
        fields.register_fields()
        fields.register_rules()
        sealing.register_rules()
