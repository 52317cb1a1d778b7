"""Opportunities, for staff."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from coordination.access import Permission
from core.views import ActionView, DetailView, FormView, ListView
from recruitment import queries
from recruitment.actions import opportunities
from recruitment.forms.opportunity import NewOpportunityForm, OpportunityForm
from recruitment.models import Opportunity


class OpportunityRows:
    model = Opportunity
    permission = Permission.VIEW_ACTIVITIES

    def rows(self):
        return queries.opportunities()


class OpportunityAdminListView(OpportunityRows, ListView):
    """All opportunities in the user's branches, with how many people wait."""

    template_name = "recruitment/opportunity/list.html"


class OpportunityAdminDetailView(OpportunityRows, DetailView):
    """One opportunity, with what may be done to it."""

    template_name = "recruitment/opportunity/detail.html"


class OpportunityCreateView(FormView):
    """Make an opportunity."""

    model = Opportunity
    permission = Permission.EDIT_OPPORTUNITIES
    form_class = NewOpportunityForm
    success_message = _("The opportunity is saved as a draft. Open it when it is ready.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def perform(self, form):
        made = opportunities.create(by=self.request.user, **form.cleaned_data)
        return _address(made)

    def get_context_data(self, **kwargs):
        return super().get_context_data(heading=_("New opportunity"), crumbs=_crumbs(), **kwargs)


class OpportunityChangeView(OpportunityRows, FormView):
    """Change an opportunity's texts and period."""

    permission = Permission.EDIT_OPPORTUNITIES
    form_class = OpportunityForm
    edits = True
    success_message = _("The opportunity is saved.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": self.object}

    def perform(self, form):
        changed = opportunities.change(
            opportunity=self.object, by=self.request.user, **form.cleaned_data
        )
        return _address(changed)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Change the opportunity"), crumbs=_crumbs(self.object), **kwargs
        )


class OpportunityOpenView(OpportunityRows, ActionView):
    """Show it to citizens."""

    permission = Permission.EDIT_OPPORTUNITIES
    success_message = _("The opportunity is open. Citizens can sign up now.")

    def perform(self):
        return _address(opportunities.open_(opportunity=self.object, by=self.request.user))

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Open the opportunity"),
            question=_("Citizens will see it on the public page and can sign up."),
            action=_("Open for sign-up"),
            cancel_url=_address(self.object),
            crumbs=_crumbs(self.object),
            **kwargs,
        )


class OpportunityCloseView(OpportunityRows, ActionView):
    """Stop showing it."""

    permission = Permission.EDIT_OPPORTUNITIES
    success_message = _("The opportunity is closed.")

    def perform(self):
        return _address(opportunities.close(opportunity=self.object, by=self.request.user))

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Close the opportunity"),
            question=_("Citizens no longer see it. Sign-ups that have come stay where they are."),
            action=_("Close for sign-up"),
            cancel_url=_address(self.object),
            crumbs=_crumbs(self.object),
            **kwargs,
        )


def _address(opportunity):
    return reverse("recruitment:opportunity-admin-detail", args=[opportunity.pk])


def _crumbs(opportunity=None):
    crumbs = [
        {"text": _("Opportunities"), "url": reverse("recruitment:opportunity-admin-list")},
    ]
    if opportunity:
        crumbs.append({"text": opportunity.title, "url": _address(opportunity)})
    return crumbs
