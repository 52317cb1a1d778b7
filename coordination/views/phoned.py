"""Somebody rings and cannot come: a few letters of their name, their shifts, one press."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import phoned, rosters
from coordination.access import Permission
from coordination.states import AssignmentState
from coordination.views.shifts import AssignmentCancelView
from core import audit
from core.views import PageView

PHONED = audit.purpose("shift.phoned", gettext_lazy("You were looked up when somebody rang"))


class PhonedView(PageView):
    """`?q=` finds people with coming shifts; `?afmeldt=` tells what has just been done."""

    permission = Permission.EDIT_SHIFTS
    template_name = "coordination/attendance/phoned.html"

    def get_template_names(self):
        hits = ["coordination/attendance/_phoned_hits.html"]
        return hits if self.request.htmx else [self.template_name]

    def get_context_data(self, **kwargs):
        words = self.request.GET.get("q", "").strip()
        found, more = phoned.callers(words, self.request.user, timezone.now()) if words else ([], 0)
        taken = self.taken_off()
        people = [one.person.pk for one in found] + ([taken.volunteer_id] if taken else [])
        if people:
            audit.record_access(self.request, people, PHONED)
        heading = _("Somebody rings and cannot come")
        return super().get_context_data(**kwargs) | {
            "words": words,
            "callers": found,
            "more": more,
            "taken": taken,
            "line": rosters.line_of(taken.shift) if taken else None,
            "is_live": bool(self.request.htmx),
            "heading": heading,
            "crumbs": [
                {"text": _("Shifts"), "url": reverse("coordination:shift-list")},
                {"text": heading, "url": ""},
            ],
        }

    def taken_off(self):
        """The sign-up that was cancelled a moment ago, if the address names one."""
        number = self.request.GET.get("afmeldt", "")
        if not number.isdecimal():
            return None
        rows = rosters.assignments().permitted(self.request.user, self.permission)
        return rows.filter(pk=int(number[:18]), state=AssignmentState.CANCELLED).first()


class PhonedCancelView(AssignmentCancelView):
    """The one press; back to the search with what has been done."""

    success_message = ""

    def perform(self):
        super().perform()
        return f"{reverse('coordination:phoned')}?afmeldt={self.object.pk}"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"cancel_url": reverse("coordination:phoned")}
