from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecruitmentConfig(AppConfig):
    """Opportunities and applications: how citizens become volunteers."""

    name = "recruitment"
    verbose_name = _("Recruitment")

    def ready(self):
        from coordination.access import Permission, register_person_tie
        from core import navigation
        from recruitment import emails, notices, privacy
        from recruitment.models import Application

        register_person_tie(Application, person_field="person_id", branch_lookup="site__branch")
        privacy.register_policies()
        privacy.register_fields()
        privacy.register_rules()
        notices.register()
        emails.register()
        navigation.register(_("Volunteer"), "recruitment:opportunity-list", order=10)
        navigation.register(
            _("About being a volunteer"),
            "recruitment:about",
            order=11,
            visible=navigation.anonymous,
        )
        navigation.register(
            _("Applications"),
            "recruitment:application-list",
            order=50,
            visible=lambda user: user.has_perm(Permission.VIEW_APPLICATIONS),
        )
        navigation.register(
            _("Opportunities"),
            "recruitment:opportunity-admin-list",
            order=52,
            visible=lambda user: user.has_perm(Permission.EDIT_OPPORTUNITIES),
        )
        navigation.register(
            _("How we use your information"),
            "recruitment:privacy-notice",
            order=10,
            place=navigation.FOOTER,
        )
