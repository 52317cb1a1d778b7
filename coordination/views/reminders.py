"""Reminders: the table of all rules for staff, an activity's own times, a volunteer's choice."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import reminder_table
from coordination.access import Permission
from coordination.actions import follow_up, preferences
from coordination.forms.follow_up import ReminderTimesForm
from coordination.models import Activity
from coordination.views.activities import activity_crumbs, activity_url
from coordination.views.own import own_crumbs, own_volunteer
from core.views import FormView, PageView


class ReminderTableView(PageView):
    """Every rule in plain words: what, when, to whom, on or off here, last run, how many sent."""

    permission = Permission.VIEW_OVERVIEW
    template_name = "coordination/reminders/table.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "lines": reminder_table.lines(self.request.user),
            "may_change": self.request.user.has_perm(Permission.EDIT_POLICIES),
        }


class ActivityRemindersView(FormView):
    """When people on the activity's shifts are reminded."""

    model = Activity
    permission = Permission.EDIT_ACTIVITIES
    form_class = ReminderTimesForm
    edits = True
    success_message = gettext_lazy("The reminders are saved.")

    def get_initial(self):
        return reminder_table.own_times(self.object)

    def get_form_kwargs(self):
        return (
            super().get_form_kwargs()
            | reminder_table.usual_of_branch(self.object.branch.path)
            | {"cancel_url": activity_url(self.object.pk)}
        )

    def perform(self, form):
        follow_up.set_activity_reminders(activity=self.object, by=self.request.user, **form.times())
        return activity_url(self.object.pk)

    def get_context_data(self, **kwargs):
        heading = _("Reminders of shifts")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "lead": _("Volunteers can choose something else for themselves."),
            "crumbs": [*activity_crumbs(self.object), {"text": heading, "url": ""}],
        }


class OwnRemindersView(FormView):
    """When I am reminded of my shifts."""

    form_class = ReminderTimesForm
    edits = True
    success_message = gettext_lazy("Your choice is saved.")

    def prepare(self):
        self.object = own_volunteer(self.request.user)
        if self.object is None:
            raise Http404

    def get_initial(self):
        return reminder_table.wishes_of(self.object)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "usual_days": _("as the place has decided"),
            "usual_hours": _("as the place has decided"),
            "cancel_url": reverse("coordination:own-page"),
        }

    def perform(self, form):
        preferences.choose_reminders(volunteer=self.object, by=self.request.user, **form.times())
        return reverse("coordination:own-page")

    def get_context_data(self, **kwargs):
        heading = _("My reminders")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": own_crumbs(heading),
        }
