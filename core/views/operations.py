"""The page that shows managers how the machinery is doing, and its buttons."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import jobs, operations
from core.backends import EVERYWHERE
from core.views import ActionView, PageView

RUN_SYSTEM = "edit_policies"


class ForManagers:
    """The machinery is the whole municipality's."""

    permission = RUN_SYSTEM

    def require_permission(self):
        if not self.request.user.has_perm(self.permission, EVERYWHERE):
            raise PermissionDenied


class OperationsView(ForManagers, PageView):
    template_name = "operations/page.html"

    def get_context_data(self, **kwargs):
        state = operations.snapshot()
        troubles = state.troubles
        going_on, well_again = operations.shown_incidents(troubles)
        return super().get_context_data(**kwargs) | {
            "state": state,
            "troubles": troubles,
            "incidents": going_on,
            "well_again": well_again,
        }


class RetryAllView(ForManagers, ActionView):
    """All failed jobs of one name, once more."""

    success_message = gettext_lazy("The jobs are in the queue again.")

    def get_object(self):
        self.require_permission()
        failed = operations.failed_jobs(self.kwargs["name"])
        if failed is None:
            raise Http404
        return failed

    def perform(self):
        jobs.resume_all(self.object.name, by=self.request.user)
        return reverse("core:operations")

    def get_context_data(self, **kwargs):
        failed = self.object
        return super().get_context_data(**kwargs) | {
            "heading": _("Try failed jobs again"),
            "question": ngettext(
                "Shall %(number)s failed job %(name)s be tried again?",
                "Shall %(number)s failed jobs %(name)s be tried again?",
                failed.count,
            )
            % {"number": failed.count, "name": failed.name},
            "action": _("Try again"),
            "cancel_url": reverse("core:operations"),
            "crumbs": [
                {"text": _("Start"), "url": reverse("start")},
                {"text": _("Operations"), "url": reverse("core:operations")},
                {"text": _("Try failed jobs again"), "url": ""},
            ],
        }
