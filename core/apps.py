from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """The foundation. Its registers are filled by the apps above in their `ready`."""

    name = "core"
    verbose_name = _("System")

    def ready(self):
        from core import accounts, housekeeping, municipality, sealing  # noqa: F401 - registers its jobs
        from core.privacy import fields

        # Jobs, reminders and messages are known in every process that writes them, web included.
        autodiscover_modules("tasks", "emails")
        accounts.register_mails()
        municipality.register_policies()
        fields.register_fields()
        fields.register_rules()
        sealing.register_rules()
