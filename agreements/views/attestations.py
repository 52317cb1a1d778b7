"""Attestations for staff: what is to be ordered, what waits, what was assessed."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements import queries
from agreements.actions import attestations
from agreements.age import exempt_until, is_exempt
from agreements.forms.attestation import AssessForm, AttestationFilter
from agreements.models import Attestation
from agreements.views.agreements import MissingView
from coordination.access import Permission, scope_of
from coordination.models import ClearanceKind, Engagement
from core import audit, policies
from core.periods import today
from core.templatetags.ui import day as day_text
from core.views import ActionView, FormView, ListView

LIST_SHOWN = audit.purpose("attestation.list", _("The list of certificates was shown"))
DEED_SHOWN = audit.purpose("attestation.deed", _("A certificate was handled"))


def crumbs():
    return [{"text": _("Certificates"), "url": reverse("agreements:attestation-list")}]


class AttestationRows:
    model = Attestation
    permission = Permission.VIEW_ATTESTATIONS
    access_purpose = DEED_SHOWN

    def rows(self):
        return queries.attestations()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]


class AttestationListView(AttestationRows, ListView):
    """What the user's branches have ordered, and how it was assessed."""

    template_name = "agreements/attestation/list.html"
    access_purpose = LIST_SHOWN
    filter_class = AttestationFilter

    def get_context_data(self, *, rows, **kwargs):
        scope = scope_of(self.request.user)
        lines = [
            (
                row,
                scope.holds(Permission.ORDER_ATTESTATION, row.branch.path),
                scope.holds(Permission.ASSESS_ATTESTATION, row.branch.path),
            )
            for row in rows
        ]
        return super().get_context_data(rows=rows, lines=lines, today=today(), **kwargs)


class AttestationMissingView(MissingView):
    """Volunteers who lack a child certificate that their activity requires."""

    kind = ClearanceKind.CHILD_CERTIFICATE
    permission = Permission.VIEW_ATTESTATIONS


class AttestationOrderView(ActionView):
    """Register that it was ordered; or, under 15, that it is not needed yet."""

    model = Engagement
    permission = Permission.ORDER_ATTESTATION
    template_name = "agreements/deed.html"
    access_purpose = DEED_SHOWN
    success_message = _("It is registered.")

    def rows(self):
        return queries.engagements()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def too_young(self):
        return is_exempt(self.object.volunteer.person, today())

    def perform(self):
        deed = attestations.exempt if self.too_young() else attestations.order
        deed(volunteer=self.object.volunteer, branch=self.object.site.branch, by=self.request.user)
        return reverse("coordination:volunteer-detail", args=[self.object.volunteer_id])

    def get_context_data(self, **kwargs):
        name = {"name": self.object.volunteer.person.display_name}
        words = self._exempt_words() if self.too_young() else self._order_words()
        return super().get_context_data(
            heading=words.pop("heading") % name,
            cancel_url=reverse("coordination:volunteer-detail", args=[self.object.volunteer_id]),
            crumbs=crumbs(),
            **words,
            **kwargs,
        )

    def _order_words(self):
        return {
            "heading": _("Child certificate for %(name)s"),
            "question": queries.why_for(self.object),
            "action": _("I have ordered it"),
            "consequences": [
                _("Order it first at politi.dk with MitID Erhverv: it needs name and CPR number."),
                _("The volunteer gets a message in Digital Post and has %(days)d days to consent.")
                % {"days": policies.get("attestation.consent_days")},
                _("When the answer comes, the branch leader assesses it and registers that."),
                _("The certificate itself is never stored here."),
            ],
        }

    def _exempt_words(self):
        last = exempt_until(self.object.volunteer.person)
        return {
            "heading": _("No child certificate for %(name)s yet"),
            "question": _("Nobody under 15 can have an entry, so none is needed before that."),
            "action": _("Confirm"),
            "consequences": [
                _("The volunteer can be with children until %(day)s.") % {"day": day_text(last)},
                _("From then on the certificate must be ordered."),
            ],
        }


class AttestationAssessView(AttestationRows, FormView):
    """Register the outcome."""

    permission = Permission.ASSESS_ATTESTATION
    form_class = AssessForm
    success_message = _("The outcome is registered.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": reverse("agreements:attestation-list")}

    def perform(self, form):
        attestations.assess(
            attestation=self.object, by=self.request.user, outcome=form.cleaned_data["outcome"]
        )
        return reverse("agreements:attestation-list")

    def get_context_data(self, **kwargs):
        name = self.object.volunteer.person.display_name
        return super().get_context_data(
            heading=_("Assess the child certificate of %(name)s") % {"name": name},
            lead=_("Register only the outcome. Do not write or upload anything from it."),
            crumbs=crumbs(),
            **kwargs,
        )


class AttestationDeed(AttestationRows, ActionView):
    """One deed on an attestation that asks first."""

    heading = ""
    question = ""
    action = ""
    consequences = ()
    deed = None

    def perform(self):
        type(self).deed(attestation=self.object, by=self.request.user)
        return reverse("agreements:attestation-list")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=self.heading % {"name": self.object.volunteer.person.display_name},
            question=self.question,
            action=self.action,
            consequences=self.consequences,
            cancel_url=reverse("agreements:attestation-list"),
            crumbs=crumbs(),
            **kwargs,
        )


class AttestationWithdrawView(AttestationDeed):
    permission = Permission.ORDER_ATTESTATION
    deed = attestations.withdraw
    heading = _("Withdraw the order for %(name)s")
    question = _("Do you want to take the order back?")
    action = _("Withdraw it")
    consequences = (_("You can order again afterwards."),)
    success_message = _("The order is withdrawn.")


class AttestationSuspendView(AttestationDeed):
    permission = Permission.ASSESS_ATTESTATION
    deed = attestations.suspend
    heading = _("Suspend the child certificate of %(name)s")
    question = _("Do you want to close activities with children to this volunteer at once?")
    action = _("Suspend it")
    consequences = (
        _("The volunteer cannot be on shifts with children from now on."),
        _("Write the reason in the municipality's own case system, not here."),
    )
    success_message = _("The child certificate is suspended.")


class AttestationReinstateView(AttestationDeed):
    template_name = "agreements/deed.html"
    permission = Permission.ASSESS_ATTESTATION
    deed = attestations.reinstate
    heading = _("Let the child certificate of %(name)s count again")
    question = _("Do you want to open activities with children again, from today?")
    action = _("Let it count again")
    success_message = _("The child certificate counts again.")
