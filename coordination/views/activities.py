"""Pages of activities and their sites."""

from django.forms.models import model_to_dict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import panels, queries
from coordination.access import Permission, scope_of
from coordination.actions import activities, frames
from coordination.filters import ActivityFilter, visible_activities
from coordination.forms.activities import (
    ActivityForm,
    ActivityStateForm,
    CloseSiteForm,
    FrameForm,
    NewActivityForm,
    SiteForm,
)
from coordination.models import NOT_FOR_THE_YOUNG, Activity, Frame, Site
from coordination.states import ACTIVITY
from core.periods import today
from core.templatetags.ui import period
from core.views import DetailView, FormView, ListView


def activity_url(pk):
    return reverse("coordination:activity-detail", args=[pk])


def activity_crumbs(activity):
    """The way to the pages that lie under an activity's."""
    return [
        {"text": _("Activities"), "url": reverse("coordination:activity-list")},
        {"text": str(activity), "url": activity_url(activity.pk)},
    ]


class ActivityListView(ListView):
    """Activities that are owned by, or take place at, one's branches."""

    model = Activity
    permission = Permission.VIEW_ACTIVITIES
    template_name = "coordination/activity/list.html"
    filter_class = ActivityFilter

    def permitted_rows(self):
        return visible_activities(self.request.user)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        ids = [row.pk for row in context["rows"]]
        sites = queries.sites_by_activity(ids)
        people = queries.tied_by_activity(ids, self.request.user, today())
        for row in context["rows"]:
            row.places = sites[row.pk]
            row.people = people.get(row.pk, 0)
        may_edit = scope_of(self.request.user).holds(Permission.EDIT_ACTIVITIES)
        return context | {"may_edit": may_edit}


class ActivityDetailView(DetailView):
    """One activity: what it is, where, who answers for it, and what the apps above know."""

    model = Activity
    permission = Permission.VIEW_ACTIVITIES
    template_name = "coordination/activity/detail.html"

    def permitted_rows(self):
        return visible_activities(self.request.user).select_related("contact", "deputy", "frame")

    def get_context_data(self, **kwargs):
        user, activity = self.request.user, self.object
        sites = queries.sites_of(activity, user, today())
        return super().get_context_data(**kwargs) | {
            "activity": activity,
            "sites": sites,
            "agreed": agreed_in(getattr(activity, "frame", None)),
            "may_edit": scope_of(user).holds(Permission.EDIT_ACTIVITIES, activity.branch.path),
            "sees_people": scope_of(user).holds(Permission.VIEW_CONTACTS),
            "next_states": ACTIVITY.transitions[activity.state],
            "panels": panels.panels_for("activity.detail", self.request, activity),
        }


def agreed_in(frame):
    """What is agreed in the frame, as (label, text): nothing without one. 1 query."""
    if frame is None:
        return []
    names = {field.name: capfirst(str(field.verbose_name)) for field in Frame._meta.get_fields()}
    hard = [names[name] for name in NOT_FOR_THE_YOUNG if getattr(frame, name)]
    pilot = period(frame.starts_on, frame.ends_on) if frame.starts_on else ""
    told = (
        (names["language"], frame.language),
        (_("Only for those of 18 and more"), ", ".join(hard)),
        (names["partners"], ", ".join(map(str, frame.partners.all()))),
        (_("Period of the pilot"), pilot),
        (names["pilot_goal"], frame.pilot_goal),
        (names["evaluation"], frame.evaluation),
    )
    return [(label, text) for label, text in told if text]


class ActivityCreateView(FormView):
    """A new activity of one of one's branches."""

    permission = Permission.EDIT_ACTIVITIES
    form_class = NewActivityForm
    success_message = gettext_lazy("The activity is made. Now write its terms.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "user": self.request.user,
            "cancel_url": reverse("coordination:activity-list"),
        }

    def perform(self, form):
        activity = activities.create_activity(by=self.request.user, **form.cleaned_data)
        return activity_url(activity.pk)

    def get_context_data(self, **kwargs):
        heading = _("Make an activity")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": [
                {"text": _("Activities"), "url": reverse("coordination:activity-list")},
                {"text": heading, "url": ""},
            ],
        }


class ActivityFormView(FormView):
    """The base of the pages that change one activity. Subclasses give `heading`, `perform`."""

    model = Activity
    permission = Permission.EDIT_ACTIVITIES
    heading = ""

    def rows(self):
        return queries.activities()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": activity_url(self.object.pk)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "heading": self.heading,
            "crumbs": [*activity_crumbs(self.object), {"text": self.heading, "url": ""}],
        }


class ActivityEditView(ActivityFormView):
    """Change what is told about the activity."""

    form_class = ActivityForm
    edits = True
    heading = gettext_lazy("Change the activity")
    success_message = gettext_lazy("The activity is saved.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "initial": {name: getattr(self.object, name) for name in activities.EDITABLE},
            "branch_paths": [self.object.branch.path],
        }

    def perform(self, form):
        activities.change_activity(activity=self.object, by=self.request.user, **form.cleaned_data)
        return activity_url(self.object.pk)


class ActivityStateView(ActivityFormView):
    """Take the activity to the next status."""

    form_class = ActivityStateForm
    heading = gettext_lazy("Change the status")
    success_message = gettext_lazy("The status is changed.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"activity": self.object}

    def perform(self, form):
        activities.change_state(activity=self.object, by=self.request.user, **form.cleaned_data)
        return activity_url(self.object.pk)


class FrameView(ActivityFormView):
    """Language, what keeps the young out, the pilot and the partners."""

    form_class = FrameForm
    edits = True
    heading = gettext_lazy("The activity's frame")
    success_message = gettext_lazy("The frame is saved.")

    def get_form_kwargs(self):
        frame = queries.frame_of(self.object)
        initial = model_to_dict(frame, FrameForm.Meta.fields) if frame.activity_id else {}
        initial["partners"] = [row.pk for row in initial.get("partners", ())]
        return super().get_form_kwargs() | {"initial": initial}

    def perform(self, form):
        frames.change_frame(activity=self.object, by=self.request.user, **form.cleaned_data)
        return activity_url(self.object.pk)

    def get_context_data(self, **kwargs):
        lead = _("Purpose, boundary to the staff and insurance stand in the activity's terms.")
        return super().get_context_data(**kwargs) | {"lead": lead}


class SiteCreateView(ActivityFormView):
    """Let the activity take place at one more branch."""

    form_class = SiteForm
    heading = gettext_lazy("Add a branch")
    success_message = gettext_lazy("The activity takes place at one more branch.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"activity": self.object, "user": self.request.user}

    def perform(self, form):
        activities.add_site(activity=self.object, by=self.request.user, **form.cleaned_data)
        return activity_url(self.object.pk)


class SiteCloseView(FormView):
    """Close the activity at one branch."""

    model = Site
    permission = Permission.EDIT_ACTIVITIES
    form_class = CloseSiteForm
    success_message = gettext_lazy("The activity is closed at this branch.")

    def rows(self):
        return queries.sites()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": activity_url(self.object.activity_id)}

    def perform(self, form):
        activities.close_site(site=self.object, by=self.request.user, **form.cleaned_data)
        return activity_url(self.object.activity_id)

    def get_context_data(self, **kwargs):
        heading = _("Close the activity at %(branch)s") % {"branch": self.object.branch}
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": [*activity_crumbs(self.object.activity), {"text": heading, "url": ""}],
        }
