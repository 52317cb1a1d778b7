from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgreementsConfig(AppConfig):
    """Templates, agreements with their signatures, attestations: the sources of clearances."""

    name = "agreements"
    verbose_name = _("Agreements")

    def ready(self):
        from agreements import (
            boxes,
            consents,
            constraints,
            emails,
            menu,
            news,
            numbers,
            policies,
            privacy,
            receivers,
            reminder_emails,
            tasks,
        )

        constraints.register()
        policies.register_policies()
        privacy.register_fields()
        privacy.register_rules()
        emails.register()
        reminder_emails.register()
        news.register()
        tasks.register()
        receivers.subscribe()
        boxes.register()
        numbers.register()
        consents.register()
        menu.register()
