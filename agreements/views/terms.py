"""The terms of an activity."""

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agreements import library, queries
from agreements.actions import terms
from agreements.forms.terms import TermsForm
from agreements.models import ActivityTerms
from coordination.access import Permission
from coordination.models import Activity
from core.periods import today
from core.views import FormView


class TermsView(FormView):
    """Change what an activity asks of its volunteers, and see who that leaves at risk."""

    model = Activity
    permission = Permission.EDIT_TERMS
    form_class = TermsForm
    edits = True
    template_name = "agreements/terms/form.html"
    success_message = _("The terms are saved.")

    def rows(self):
        return queries.activities()

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        kwargs.pop("initial")
        saved = getattr(self.object, "terms", None)
        return kwargs | {
            "instance": saved or ActivityTerms(activity=self.object),
            "cancel_url": reverse("coordination:activity-detail", args=[self.object.pk]),
        }

    def perform(self, form):
        terms.save(activity=self.object, by=self.request.user, **form.cleaned_data)
        number = len(queries.at_risk(self.object))
        if number:
            text = ngettext(
                "%(number)s person on a coming shift now lacks something. See below.",
                "%(number)s people on coming shifts now lack something. See below.",
                number,
            )
            messages.warning(self.request, text % {"number": number})
            return reverse("agreements:terms", args=[self.object.pk])
        return reverse("coordination:activity-detail", args=[self.object.pk])

    def get_context_data(self, **kwargs):
        terms = getattr(self.object, "terms", None)
        return super().get_context_data(
            warnings=[*queries.terms_warnings(terms), *_outdated(terms)],
            at_risk=queries.at_risk(self.object),
            assessment=queries.assessment_of(self.object),
            **kwargs,
        )


def _outdated(terms):
    """A sentence if the template's text cites what is no longer in force."""
    if terms is None or terms.template_id is None:
        return []
    templates = {version.template_id for version, _keys in library.outdated(today())}
    if terms.template_id not in templates:
        return []
    return [_("The agreement's text cites a law that is no longer in force. Tell the managers.")]
