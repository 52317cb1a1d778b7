"""Pages of associations. They belong to the municipality, their volunteers to the branches."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import queries
from coordination.access import Permission, scope_of
from coordination.actions import associations
from coordination.forms.associations import AssociationForm
from coordination.models import Association
from core import audit
from core.periods import today
from core.views import DetailView, FormView, ListView

DETAIL = audit.purpose(
    "association.detail", gettext_lazy("The volunteers of an association were shown")
)


def association_url(pk):
    return reverse("coordination:association-detail", args=[pk])


class AssociationListView(ListView):
    """All associations, with how many of one's volunteers come through them."""

    model = Association
    permission = Permission.VIEW_PEOPLE
    template_name = "coordination/association/list.html"

    def permitted_rows(self):
        return queries.associations()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        ids = [row.pk for row in context["rows"]]
        people = queries.tied_by_association(ids, self.request.user, today())
        for row in context["rows"]:
            row.people = people.get(row.pk, 0)
        may_edit = scope_of(self.request.user).holds(Permission.EDIT_PEOPLE)
        return context | {"may_edit": may_edit}


class AssociationDetailView(DetailView):
    """One association, and the volunteers of one's branches who come through it."""

    model = Association
    permission = Permission.VIEW_PEOPLE
    template_name = "coordination/association/detail.html"
    access_purpose = DETAIL

    def permitted_rows(self):
        self.require_permission()
        return queries.associations()

    def people_in(self, rows):
        return [engagement.volunteer_id for engagement in self.engagements]

    def record_access(self, rows):
        self.engagements = list(
            queries.engagements_through(rows[0], self.request.user, today())[:100]
        )
        super().record_access(rows)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "engagements": self.engagements,
            "may_edit": scope_of(self.request.user).holds(Permission.EDIT_PEOPLE),
        }


class AssociationCreateView(FormView):
    """One more association."""

    permission = Permission.EDIT_PEOPLE
    form_class = AssociationForm
    success_message = gettext_lazy("The association is added.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": reverse("coordination:association-list")}

    def perform(self, form):
        association = associations.create_association(by=self.request.user, **form.cleaned_data)
        return association_url(association.pk)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | _page(_("Add an association"))


class AssociationEditView(FormView):
    """Change name and CVR number."""

    model = Association
    permission = Permission.EDIT_PEOPLE
    form_class = AssociationForm
    success_message = gettext_lazy("The association is saved.")
    edits = True

    def permitted_rows(self):
        self.require_permission()
        return queries.associations()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "instance": self.object,
            "cancel_url": association_url(self.object.pk),
        }

    def perform(self, form):
        associations.change_association(
            association=self.object, by=self.request.user, **form.cleaned_data
        )
        return association_url(self.object.pk)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | _page(_("Change the association"))


def _page(heading):
    return {
        "heading": heading,
        "crumbs": [
            {"text": _("Associations"), "url": reverse("coordination:association-list")},
            {"text": heading, "url": ""},
        ],
    }
