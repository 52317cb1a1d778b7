from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoordinationConfig(AppConfig):
    """Branches, volunteers, activities, shifts and the gate."""

    name = "coordination"
    verbose_name = _("Coordination")

    def ready(self):
        from coordination import (
            boxes,
            consent_emails,
            emails,
            group_emails,
            guards,  # noqa: F401 - registers
            menu,
            news,
            policies,
            privacy,
            queries,
            reach,
            reminder_emails,
            stand_in_emails,
            tasks,
        )
        from coordination.access import register_person_tie
        from coordination.models import Engagement
        from core import alerts
        from core import policies as settings_of_places
        from core.channels import reach as ways

        register_person_tie(Engagement, person_field="volunteer_id", branch_lookup="site__branch")
        ways.find_with(reach.reach_of)
        policies.register_policies()
        settings_of_places.name_places(queries.places)
        privacy.register()
        emails.register()
        consent_emails.register()
        group_emails.register()
        reminder_emails.register()
        stand_in_emails.register()
        news.register()
        tasks.register()
        alerts.register_recipients(queries.managers_to_tell)
        menu.register()
        boxes.register()
