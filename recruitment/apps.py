from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecruitmentConfig(AppConfig):
    """Opportunities and applications: how citizens become volunteers."""

    name = "recruitment"
    verbose_name = _("Recruitment")

    def ready(self):
        from coordination.access import register_person_tie
        from recruitment import emails, menu, news, notices, privacy, tasks
        from recruitment.models import Application

        register_person_tie(Application, person_field="person_id", branch_lookup="site__branch")
        privacy.register_policies()
        privacy.register_fields()
        privacy.register_rules()
        notices.register()
        emails.register()
        news.register()
        tasks.register()
        menu.register()
