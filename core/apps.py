from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """The foundation. Its registers are filled by the apps above in their `ready`."""

    name = "core"
    verbose_name = _("System")
