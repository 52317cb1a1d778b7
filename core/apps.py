from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """The foundation. Its registers are filled by the apps above in their `ready`."""

    name = "core"
    verbose_name = _("System")

    def ready(self):
        from core import (
            accounts,
            alerts,
            gathering,
            housekeeping,  # noqa: F401 - registers its jobs
            municipality,
            navigation,
            sealing,
            text_admin,
            trial,
        )
        from core.channels import postbox  # noqa: F401 - registers its job
        from core.privacy import fields

        # Jobs, reminders and messages are known in every process that writes them, web included.
        autodiscover_modules("tasks", "emails")
        accounts.register_mails()
        alerts.register_mails()
        gathering.register()
        text_admin.register_test_mail()
        municipality.register_policies()
        navigation.register(
            _("E-mails sent by this trial site"),
            "core:mailbox",
            order=90,
            visible=lambda user: trial.is_open(),
            place=navigation.FOOTER,
        )
        navigation.register(
            _("Administration"),
            "admin:index",
            order=90,
            visible=lambda user: user.is_authenticated and user.is_staff,
        )
        fields.register_fields()
        fields.register_rules()
        sealing.register_rules()
