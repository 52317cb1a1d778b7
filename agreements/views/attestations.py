"""Attestations for staff: what is to be ordered, what waits, what was assessed."""

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from agreements import certificates, queries
from agreements.actions import attestations, cpr
from agreements.age import exempt_until, is_exempt
from agreements.forms.attestation import (
    AssessForm,
    AttestationFilter,
    CprForm,
    OrderForm,
    SuspendForm,
)
from agreements.models import Attestation, AttestationKind, AttestationRoute
from agreements.views.agreements import MissingView
from coordination.access import Permission, scope_of
from coordination.models import ClearanceKind, Engagement
from core import audit
from core.periods import today
from core.templatetags.ui import day as day_text
from core.views import ActionView, DetailView, FormView, ListView

LIST_SHOWN = audit.purpose("attestation.list", _("The list of certificates was shown"))
CASE_SHOWN = audit.purpose("attestation.case", _("The case of a certificate was shown"))
DEED_SHOWN = audit.purpose("attestation.deed", _("A certificate was handled"))
CPR_SHOWN = audit.purpose("attestation.cpr", _("A CPR number was shown"))


def crumbs(*more):
    first = {"text": _("Certificates"), "url": reverse("agreements:attestation-list")}
    return [first, *({"text": text, "url": url} for text, url in more)]


def case_url(attestation):
    return reverse("agreements:attestation-detail", args=[attestation.pk])


class AttestationRows:
    model = Attestation
    permission = Permission.VIEW_ATTESTATIONS
    access_purpose = DEED_SHOWN

    def rows(self):
        return queries.attestations()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]


class AttestationListView(AttestationRows, ListView):
    """What the user's branches have asked for, and how it was assessed."""

    template_name = "agreements/attestation/list.html"
    access_purpose = LIST_SHOWN
    filter_class = AttestationFilter

    def rows(self):
        return queries.with_cpr_held(super().rows())

    def get_context_data(self, *, rows, **kwargs):
        scope = scope_of(self.request.user)
        day = today()
        at_risk = certificates.shifts_after(rows)
        lines = [certificates.Line.of(row, scope, day, at_risk.get(row.pk, 0)) for row in rows]
        return super().get_context_data(rows=rows, lines=lines, today=day, **kwargs)


class AttestationMissingView(MissingView):
    """Volunteers who lack a child certificate that their activity requires."""

    kind = ClearanceKind.CHILD_CERTIFICATE
    permission = Permission.VIEW_ATTESTATIONS


class AttestationDetailView(AttestationRows, DetailView):
    """One case: where it stands, what happens next, and what may be done."""

    template_name = "agreements/attestation/detail.html"
    access_purpose = CASE_SHOWN

    def get_context_data(self, **kwargs):
        case = certificates.Case(self.object, self.request.user, today())
        return super().get_context_data(case=case, today=today(), crumbs=crumbs(), **kwargs)


class AttestationOrderView(FormView):
    """Ask for a certificate in one of the ways there are; or, under 15, say it is not needed."""

    model = Engagement
    permission = Permission.ORDER_ATTESTATION
    form_class = OrderForm
    access_purpose = DEED_SHOWN
    success_message = _("It is registered.")

    def rows(self):
        return queries.engagements()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def get(self, request, *args, **kwargs):
        self.prepare()
        if self._too_young():
            return HttpResponseRedirect(
                reverse("agreements:attestation-exempt", args=[self.object.pk])
            )
        return super().get(request, *args, **kwargs)

    def get_initial(self):
        record = self.request.GET.get("kind") == "record"
        return {"kind": self._record_kind() if record else AttestationKind.CHILD_CERTIFICATE}

    def get_form_kwargs(self):
        scope = scope_of(self.request.user)
        path = self.object.site.branch.path
        return super().get_form_kwargs() | {
            "may_assess": scope.holds(Permission.ASSESS_ATTESTATION, path),
            "cancel_url": self._person_url(),
        }

    def perform(self, form):
        facts = {
            "volunteer": self.object.volunteer,
            "branch": self.object.site.branch,
            "by": self.request.user,
        }
        kind, how = AttestationKind(form.cleaned_data["kind"]), form.cleaned_data["how"]
        if how == "seen":
            return case_url(attestations.register_seen(**facts))
        if how == "request":
            return case_url(attestations.request(kind=kind, **facts))
        route = AttestationRoute.PAPER if how == "paper" else AttestationRoute.DIGITAL
        return case_url(attestations.order(kind=kind, route=route, **facts))

    def get_context_data(self, **kwargs):
        name = self.object.volunteer.person.display_name
        return super().get_context_data(
            heading=_("Certificate for %(name)s") % {"name": name},
            lead=queries.why_for(self.object),
            crumbs=crumbs(),
            **kwargs,
        )

    def _too_young(self):
        return is_exempt(self.object.volunteer.person, today())

    def _record_kind(self):
        terms = getattr(self.object.site.activity, "terms", None)
        public = terms is not None and terms.public_record
        return AttestationKind.PUBLIC_RECORD if public else AttestationKind.PRIVATE_RECORD

    def _person_url(self):
        return reverse("coordination:volunteer-detail", args=[self.object.volunteer_id])


class AttestationExemptView(ActionView):
    """Nobody under 15 can have an entry: confirm that no certificate is needed yet."""

    model = Engagement
    permission = Permission.ORDER_ATTESTATION
    template_name = "agreements/deed.html"
    access_purpose = DEED_SHOWN
    success_message = _("It is registered.")

    def rows(self):
        return queries.engagements()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def perform(self):
        attestations.exempt(
            volunteer=self.object.volunteer, branch=self.object.site.branch, by=self.request.user
        )
        return reverse("coordination:volunteer-detail", args=[self.object.volunteer_id])

    def get_context_data(self, **kwargs):
        person = self.object.volunteer.person
        last = exempt_until(person)
        consequences = [_("From then on the certificate must be ordered.")]
        if last is not None:
            until = _("The volunteer can be with children until %(day)s.")
            consequences.insert(0, until % {"day": day_text(last)})
        return super().get_context_data(
            heading=_("No child certificate for %(name)s yet") % {"name": person.display_name},
            question=_("Nobody under 15 can have an entry, so none is needed before that."),
            action=_("Confirm"),
            consequences=consequences,
            cancel_url=reverse("coordination:volunteer-detail", args=[person.pk]),
            crumbs=crumbs(),
            **kwargs,
        )


class AttestationFormView(AttestationRows, FormView):
    """A form about one attestation; `heading` names the volunteer."""

    permission = Permission.ASSESS_ATTESTATION
    heading = ""
    lead = ""

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": case_url(self.object)}

    def perform(self, form):
        self.deed(form.cleaned_data)
        return case_url(self.object)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=self.heading % {"name": self.object.volunteer.person.display_name},
            lead=self.lead,
            crumbs=crumbs((_("The case"), case_url(self.object))),
            **kwargs,
        )


# --- The CPR number ------------------------------------------------------------------------


@method_decorator(sensitive_post_parameters("cpr"), name="dispatch")
class AttestationCprView(AttestationFormView):
    """Write the CPR number for a volunteer who does not do it themself."""

    permission = Permission.ORDER_ATTESTATION
    form_class = CprForm
    heading = _("CPR number of %(name)s")
    lead = _("Only for ordering the certificate. Never write it anywhere else.")
    success_message = _("The CPR number is kept, encrypted, until the answer is here.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"person": self.object.volunteer.person}

    def deed(self, facts):
        cpr.give(attestation=self.object, number=facts["cpr"], by=self.request.user)


@method_decorator(never_cache, name="dispatch")
class AttestationRevealView(AttestationRows, ActionView):
    """Show the whole CPR number, to the few who may; that is written down every time."""

    permission = Permission.REVEAL_CPR
    access_purpose = CPR_SHOWN
    template_name = "agreements/attestation/reveal.html"

    number = ""

    def post(self, request, *args, **kwargs):
        response = super().post(request, *args, **kwargs)
        if not self.number:
            return response
        self.record_access([self.object])
        return self.render_to_response(self.get_context_data(object=self.object))

    def perform(self):
        self.number = cpr.reveal(attestation=self.object, by=self.request.user)
        return case_url(self.object)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            number=self.number,
            cancel_url=case_url(self.object),
            crumbs=crumbs((_("The case"), case_url(self.object))),
            **kwargs,
        )


# --- Deeds ---------------------------------------------------------------------------------


class AttestationAssessView(AttestationFormView):
    """Register the outcome."""

    form_class = AssessForm
    heading = _("Assess the certificate of %(name)s")
    lead = _("Register only the outcome. Do not write or upload anything from it.")
    success_message = _("The outcome is registered.")

    def deed(self, facts):
        attestations.assess(attestation=self.object, by=self.request.user, **facts)


class AttestationSuspendView(AttestationFormView):
    """Close activities with children at once; the reason stands in the municipality's case."""

    form_class = SuspendForm
    heading = _("Suspend the certificate of %(name)s")
    lead = _("The volunteer cannot be on shifts with children from now on.")
    success_message = _("The certificate is suspended.")

    def deed(self, facts):
        attestations.suspend(attestation=self.object, by=self.request.user, **facts)


class AttestationDeed(AttestationRows, ActionView):
    """One deed on an attestation that asks first."""

    permission = Permission.ORDER_ATTESTATION
    template_name = "agreements/deed.html"
    heading = ""
    question = ""
    action = ""
    consequences = ()
    deed = None

    def perform(self):
        return case_url(type(self).deed(attestation=self.object, by=self.request.user))

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=self.heading % {"name": self.object.volunteer.person.display_name},
            question=self.question,
            action=self.action,
            consequences=self.consequences,
            cancel_url=case_url(self.object),
            crumbs=crumbs((_("The case"), case_url(self.object))),
            **kwargs,
        )


class AttestationConsentView(AttestationDeed):
    deed = attestations.consent
    heading = _("%(name)s has consented")
    question = _("Has the volunteer answered yes to the police?")
    action = _("Register the consent")
    consequences = (_("The consent clock stops. The answer comes in some working days."),)
    success_message = _("The consent is registered.")


class AttestationDeclineView(AttestationDeed):
    template_name = "components/confirm_page.html"
    deed = attestations.decline
    heading = _("%(name)s does not consent")
    question = _("Has the volunteer said no to a certificate?")
    action = _("Register the no")
    consequences = (
        _("Activities with children close to the volunteer. Others stay open."),
        _("The CPR number is deleted. You can ask again later."),
    )
    success_message = _("It is registered.")


class AttestationReceiveView(AttestationDeed):
    deed = attestations.receive
    heading = _("The answer about %(name)s is here")
    question = _("Has the answer come to your branch's Digital Post?")
    action = _("Register that it is here")
    consequences = (
        _("The branch leader assesses it. Do not read it if that is not your task."),
        _("The CPR number is deleted."),
    )
    success_message = _("It is registered. The branch leader assesses it.")


class AttestationAgainView(AttestationDeed):
    deed = attestations.again
    heading = _("Ask again for a certificate for %(name)s")
    question = _("Do you want to ask for a new certificate?")
    action = _("Ask for it")
    consequences = (_("The volunteer gets a message that something waits on their page."),)
    success_message = _("The certificate is asked for.")


class AttestationForgetView(AttestationDeed):
    deed = cpr.forget
    heading = _("Delete the CPR number of %(name)s")
    question = _("Do you want to delete the CPR number now?")
    action = _("Delete it")
    consequences = (_("It must be written again before the certificate can be ordered."),)
    success_message = _("The CPR number is deleted.")


class AttestationWithdrawView(AttestationDeed):
    template_name = "components/confirm_page.html"
    deed = attestations.withdraw
    heading = _("Withdraw the order for %(name)s")
    question = _("Do you want to take the order back?")
    action = _("Withdraw it")
    consequences = (_("You can order again afterwards."),)
    success_message = _("The order is withdrawn.")


class AttestationReinstateView(AttestationDeed):
    permission = Permission.ASSESS_ATTESTATION
    deed = attestations.reinstate
    heading = _("Let the certificate of %(name)s count again")
    question = _("Do you want to open activities with children again, from today?")
    action = _("Let it count again")
    success_message = _("The certificate counts again.")


# --- The volunteer's own -------------------------------------------------------------------


class OwnAttestationView(AttestationRows, DetailView):
    """A volunteer's own case: what waits for them, in their words."""

    own = True
    permission = None
    access_purpose = None
    template_name = "agreements/own/attestation.html"

    def get_context_data(self, **kwargs):
        case = certificates.Case(self.object, self.request.user, today(), own=True)
        return super().get_context_data(case=case, today=today(), **kwargs)


def own_url(attestation):
    return reverse("agreements:own-attestation", args=[attestation.pk])


def own_crumbs(attestation):
    return [
        {"text": _("My page"), "url": reverse("coordination:own-page")},
        {"text": _("My certificate"), "url": own_url(attestation)},
    ]


@method_decorator(sensitive_post_parameters("cpr"), name="dispatch")
class OwnCprView(AttestationRows, FormView):
    """A volunteer writes their CPR number."""

    own = True
    permission = None
    access_purpose = None
    form_class = CprForm
    success_message = _("Thank you. Your CPR number is kept, encrypted, until the answer is here.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "person": self.object.volunteer.person,
            "cancel_url": own_url(self.object),
        }

    def perform(self, form):
        cpr.give(attestation=self.object, number=form.cleaned_data["cpr"], by=self.request.user)
        return own_url(self.object)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Write your CPR number"),
            lead=_("The police need it to make your certificate. It is used for nothing else."),
            crumbs=own_crumbs(self.object),
            **kwargs,
        )


class OwnAttestationDeed(AttestationDeed):
    own = True
    permission = None
    access_purpose = None

    def perform(self):
        return own_url(type(self).deed(attestation=self.object, by=self.request.user))

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "cancel_url": own_url(self.object),
            "crumbs": own_crumbs(self.object),
        }


class OwnConsentView(OwnAttestationDeed):
    deed = attestations.consent
    heading = _("I have answered the police")
    question = _("Have you said yes to the police in your Digital Post?")
    action = _("Yes, I have")
    success_message = _("Thank you. Now the police need some working days.")


class OwnDeclineView(OwnAttestationDeed):
    template_name = "components/confirm_page.html"
    deed = attestations.decline
    heading = _("I do not want a certificate")
    question = _("You decide yourself. Shall we note that you do not want one?")
    action = _("Note it")
    consequences = (
        _("You cannot be in activities with children. Other activities are open to you."),
        _("Your CPR number is deleted with us."),
    )
    success_message = _("It is noted. Talk to your coordinator about other activities.")


class OwnForgetView(OwnAttestationDeed):
    deed = cpr.forget
    heading = _("Delete my CPR number")
    question = _("Do you want us to delete your CPR number now?")
    action = _("Delete it")
    consequences = (_("We cannot order your certificate without it."),)
    success_message = _("Your CPR number is deleted.")
