"""Recruitment in the administration: to look at; the deeds are on the pages."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from coordination.access import Permission
from core import audit
from core.admin_base import ReadOnlyAdmin
from core.admin_site import admin_site
from recruitment.models import Application, Opportunity

SHOWN = audit.purpose("admin.applications", gettext_lazy("Applications looked through"))


@admin.register(Opportunity, site=admin_site)
class OpportunityAdmin(ReadOnlyAdmin):
    permission = Permission.EDIT_OPPORTUNITIES
    section = "work"
    order = 70
    page_url_name = "recruitment:opportunity-admin-detail"
    list_display = ("title", "site", "state", "published_from", "published_until")
    list_select_related = ("site__activity", "site__branch")
    list_filter = ("state",)
    search_fields = ("title",)
    search_help_text = gettext_lazy("Title")
    fields = (
        *("title", "title_en", "site", "state", "summary", "summary_en", "body", "body_en"),
        *("when", "when_en", "published_from", "published_until"),
    )


@admin.register(Application, site=admin_site)
class ApplicationAdmin(ReadOnlyAdmin):
    permission = Permission.VIEW_APPLICATIONS
    access_purpose = SHOWN
    section = "work"
    order = 80
    page_url_name = "recruitment:application-detail"
    list_display = ("who", "site", "state", "received_at")
    list_select_related = ("person", "site__activity", "site__branch")
    list_filter = ("state", "channel")
    fields = ("who", "site", "state", "channel", "received_at", "decided_at", "decided_by")

    @admin.display(description=gettext_lazy("applicant"), ordering="person__name")
    def who(self, row):
        return row.person.display_name

    def people_in(self, rows):
        return {row.person_id for row in rows}
