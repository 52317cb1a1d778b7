"""Applications, for the coordinators who answer them."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from coordination.access import Permission, scope_of
from core import audit
from core.views import ActionView, DetailView, FormView, ListView
from recruitment import queries
from recruitment.actions import applications
from recruitment.forms.application import AcceptForm, ApplicationFilter
from recruitment.models import Application
from recruitment.states import ApplicationState

LIST_SHOWN = audit.purpose("application.list", _("The list of applications was shown"))
DETAIL_SHOWN = audit.purpose("application.detail", _("An application was shown"))


class ApplicationRows:
    model = Application
    permission = Permission.VIEW_APPLICATIONS
    access_purpose = DETAIL_SHOWN

    def rows(self):
        return queries.applications()

    def people_in(self, rows):
        return [row.person_id for row in rows]


class ApplicationListView(ApplicationRows, ListView):
    """New and handled applications in the user's branches."""

    template_name = "recruitment/application/list.html"
    access_purpose = LIST_SHOWN
    filter_class = ApplicationFilter


class ApplicationDetailView(ApplicationRows, DetailView):
    """One application with what may be done."""

    template_name = "recruitment/application/detail.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            can_handle=self.object.state == ApplicationState.RECEIVED
            and scope_of(self.request.user).holds(
                Permission.HANDLE_APPLICATIONS, self.object.site.branch.path
            ),
            **kwargs,
        )


class ApplicationAcceptView(ApplicationRows, FormView):
    """Accept: where, from when, how tied, and whether it is somebody known."""

    permission = Permission.HANDLE_APPLICATIONS
    form_class = AcceptForm
    success_message = _("Welcome to a new volunteer. Below you see what is still missing.")

    def people_in(self, rows):
        """The applicant, and those who are shown because they may be the same person."""
        visible = queries.visible_volunteers(self.request.user, Permission.EDIT_PEOPLE)
        self.likely_same = queries.likely_same(rows[0], visible)
        return [rows[0].person_id, *(person.pk for person in self.likely_same)]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "application": self.object,
            "likely_same": self.likely_same,
            "user": self.request.user,
        }

    def perform(self, form):
        engagement = applications.accept(
            application=self.object, by=self.request.user, **form.cleaned_data
        )
        return reverse("coordination:volunteer-detail", args=[engagement.volunteer_id])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Accept %(name)s") % {"name": self.object.person.display_name},
            crumbs=_crumbs(self.object),
            **kwargs,
        )


class ApplicationDeclineView(ApplicationRows, ActionView):
    """Say no thank you."""

    permission = Permission.HANDLE_APPLICATIONS
    success_message = _("The applicant has been told kindly, if we have an e-mail address.")

    def perform(self):
        applications.decline(application=self.object, by=self.request.user)
        return reverse("recruitment:application-list")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Decline %(name)s") % {"name": self.object.person.display_name},
            question=_("The applicant gets a kind e-mail that points to the other activities."),
            action=_("Decline"),
            cancel_url=reverse("recruitment:application-detail", args=[self.object.pk]),
            crumbs=_crumbs(self.object),
            **kwargs,
        )


def _crumbs(application):
    return [
        {"text": _("Applications"), "url": reverse("recruitment:application-list")},
        {
            "text": application.person.display_name,
            "url": reverse("recruitment:application-detail", args=[application.pk]),
        },
    ]
