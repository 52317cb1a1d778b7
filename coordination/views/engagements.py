"""Pages that change an engagement: add, pause, resume, tie, end."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import queries
from coordination.access import Permission
from coordination.actions import engagements
from coordination.forms.engagements import (
    EndForm,
    EngagementForm,
    PauseForm,
    ResumeForm,
    TieForm,
)
from coordination.models import Engagement, Volunteer
from coordination.views.people import volunteer_crumbs, volunteer_url
from core import audit
from core.views import FormView

CHANGE = audit.purpose("engagement.change", gettext_lazy("Your engagement was opened to change it"))


class EngagementCreateView(FormView):
    """One more engagement of somebody who is a volunteer."""

    model = Volunteer
    permission = Permission.EDIT_PEOPLE
    form_class = EngagementForm
    access_purpose = CHANGE
    success_message = gettext_lazy("The engagement is added.")

    def rows(self):
        return queries.people()

    def people_in(self, rows):
        return [row.pk for row in rows]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "user": self.request.user,
            "cancel_url": volunteer_url(self.object.pk),
        }

    def perform(self, form):
        engagements.accept(
            person=self.object.person, by=self.request.user, **form.engagement_values()
        )
        return volunteer_url(self.object.pk)

    def get_context_data(self, **kwargs):
        heading = _("Add an engagement")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": [*volunteer_crumbs(self.object), {"text": heading, "url": ""}],
        }


class EngagementFormView(FormView):
    """The base of the pages that change one engagement. Subclasses give `heading`, `perform`."""

    model = Engagement
    permission = Permission.EDIT_PEOPLE
    access_purpose = CHANGE
    heading = ""

    def rows(self):
        return queries.engagements()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": self.address}

    @property
    def address(self):
        return volunteer_url(self.object.volunteer_id)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "heading": self.heading,
            "lead": self.object,
            "crumbs": [
                *volunteer_crumbs(self.object.volunteer),
                {"text": self.heading, "url": ""},
            ],
        }


class EndView(EngagementFormView):
    """Give the engagement its last day."""

    form_class = EndForm
    heading = gettext_lazy("End the engagement")
    success_message = gettext_lazy(
        "The engagement has its last day. Shifts after it are given free."
    )

    def perform(self, form):
        engagements.end(engagement=self.object, by=self.request.user, **form.cleaned_data)
        return self.address


class PauseView(EngagementFormView):
    """Let the engagement rest."""

    form_class = PauseForm
    heading = gettext_lazy("Pause")
    success_message = gettext_lazy("The pause is registered. Shifts in it are given free.")

    def perform(self, form):
        engagements.pause(engagement=self.object, by=self.request.user, **form.cleaned_data)
        return self.address


class ResumeView(EngagementFormView):
    """Have the volunteer back."""

    form_class = ResumeForm
    heading = gettext_lazy("Back from pause")
    success_message = gettext_lazy("Welcome back: the pause is over from that day.")

    def perform(self, form):
        engagements.resume(engagement=self.object, by=self.request.user, **form.cleaned_data)
        return self.address


class TieView(EngagementFormView):
    """Make the tie fixed or occasional."""

    form_class = TieForm
    heading = gettext_lazy("Change the tie")
    success_message = gettext_lazy("The tie is saved. Look at what it requires.")

    def get_initial(self):
        return {"tie": self.object.tie}

    def perform(self, form):
        engagements.change_tie(engagement=self.object, by=self.request.user, **form.cleaned_data)
        return self.address
