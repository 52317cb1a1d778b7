"""Why a certificate is asked for: the three questions, thresholds crossed, associations."""

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from agreements import duty, queries
from agreements.actions import assessments, declarations
from agreements.forms.duty import QUESTIONS, DecisionForm, DeclarationForm
from agreements.models import AttestationDuty, ThresholdCrossing
from agreements.views.attestations import crumbs
from coordination.access import Permission, scope_of
from coordination.models import Activity, Association, Tie
from core import audit, policies
from core.periods import today
from core.views import FormView, ListView

CROSSED_SHOWN = audit.purpose("threshold.list", _("Volunteers often with children were shown"))
DECLARED_SHOWN = audit.purpose(
    "declaration.form", _("An association's volunteers were shown for its declaration")
)


class WizardView(FormView):
    """Three questions and the answer in words; each question is a page, no JavaScript needed.

    What was answered so far stands in the address: it is about the activity, not about people.
    """

    model = Activity
    permission = Permission.EDIT_TERMS
    form_class = DecisionForm
    template_name = "agreements/duty/wizard.html"
    success_message = _("The answer is saved with the activity's terms.")

    def rows(self):
        return queries.activities()

    def get(self, request, *args, **kwargs):
        self.prepare()
        question = self._open_question()
        if question is None:
            return self.render_form(self.get_form())
        return self.render_form(self._question_form(question))

    def post(self, request, *args, **kwargs):
        self.prepare()
        if self._open_question() is not None:
            return HttpResponseRedirect(request.path)
        return super().post(request, *args, **kwargs)

    def perform(self, form):
        values = dict(form.cleaned_data)
        assessments.decide(
            activity=self.object, answers=self._answers(), by=self.request.user, **values
        )
        return reverse("agreements:terms", args=[self.object.pk])

    def get_form_kwargs(self):
        answer = duty.answer_of(self._answers())
        return super().get_form_kwargs() | {
            "orders": duty.legal_orders(),
            "choices": duty.choices(answer, path=self.object.branch.path),
            "cancel_url": self.request.path,
        }

    def get_initial(self):
        terms = getattr(self.object, "terms", None)
        own = {}
        if terms is not None:
            names = ("legal_order", "certificate_months", "criminal_record", "public_record")
            own = {name: getattr(terms, name) for name in names}
        first = {"criminal_record": AttestationDuty.NOT_RELEVANT}
        return first | own | {"chosen": duty.answer_of(self._answers())}

    def get_context_data(self, **kwargs):
        question = self._open_question()
        return super().get_context_data(
            steps=self._steps(),
            step=len(self._answered()) + 1,
            explanation=[] if question else duty.explanation(self._answers()),
            answer=None if question else duty.answer_of(self._answers()),
            earlier=queries.assessment_of(self.object),
            cancel_url=reverse("agreements:terms", args=[self.object.pk]),
            **kwargs,
        )

    # --- Answers so far ------------------------------------------------------------------

    def _answered(self):
        """{name: answer} of the questions answered, in order; stops at the first that is not."""
        found = {}
        for name, form_class in QUESTIONS.items():
            known = dict(form_class.base_fields[name].choices)
            if self.request.GET.get(name) not in known:
                break
            found[name] = self.request.GET[name]
        return found

    def _open_question(self):
        answered = self._answered()
        return next((name for name in QUESTIONS if name not in answered), None)

    def _question_form(self, name):
        data = self.request.GET if self.request.GET.get("asked") == name else None
        return QUESTIONS[name](
            data,
            initial={name: self._usual(name)},
            carried=self._answered() | {"asked": name},
            cancel_url=reverse("agreements:terms", args=[self.object.pk]),
        )

    def _usual(self, name):
        """What is most likely: as it stands in the terms, else as it is usual here."""
        terms = getattr(self.object, "terms", None)
        if name == "tie":
            return Tie.OCCASIONAL if self.object.is_event else Tie.FIXED
        if terms is not None and terms.child_certificate != AttestationDuty.NOT_RELEVANT:
            field = "direct_contact_under_15" if name == "contact" else "moves_among_under_15"
            return "yes" if getattr(terms, field) else "no"
        usual = policies.get("attestation.children_usual", path=self.object.branch.path)
        return "yes" if usual and name == "contact" else None

    def _answers(self):
        found = self._answered()
        return duty.Answers(
            contact=found["contact"] == "yes", among=found["among"] == "yes", tie=found["tie"]
        )

    def _steps(self):
        answered = self._answered()
        titles = (
            ("contact", _("Direct contact")),
            ("among", _("Among children")),
            ("tie", _("The tie")),
            ("answer", _("The answer")),
        )
        rows, before = [], {}
        for name, title in titles:
            done = name in answered
            rows.append({"title": title, "url": f"?{urlencode(before)}", "done": done})
            if done:
                before[name] = answered[name]
        return rows


class CrossingListView(ListView):
    """Volunteers who have been with children more than the threshold, and lack a certificate."""

    model = ThresholdCrossing
    permission = Permission.VIEW_ATTESTATIONS
    access_purpose = CROSSED_SHOWN
    template_name = "agreements/duty/crossings.html"

    def rows(self):
        return queries.crossings(today())

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def get_context_data(self, *, rows, **kwargs):
        scope = scope_of(self.request.user)
        lines = [(row, scope.holds(Permission.ORDER_ATTESTATION, row.branch.path)) for row in rows]
        return super().get_context_data(
            rows=rows, lines=lines, today=today(), crumbs=crumbs(), **kwargs
        )


class DeclarationListView(ListView):
    """Associations whose volunteers are with children: declared until when, or what is missing."""

    model = Association
    permission = Permission.VIEW_ATTESTATIONS
    template_name = "agreements/duty/declarations.html"

    def permitted_rows(self):
        return queries.associations_with_children(self.request.user, today())

    def get_context_data(self, **kwargs):
        scope = scope_of(self.request.user)
        return super().get_context_data(
            may_register=_may_register(scope), today=today(), crumbs=crumbs(), **kwargs
        )


def _may_register(scope):
    return bool(scope.permissions & {Permission.ORDER_ATTESTATION, Permission.ASSESS_ATTESTATION})


class DeclarationCreateView(FormView):
    """Register an association's declaration, and whom it confirms."""

    model = Association
    permission = Permission.VIEW_ATTESTATIONS
    form_class = DeclarationForm
    access_purpose = DECLARED_SHOWN
    success_message = _("The declaration is registered.")

    def permitted_rows(self):
        self.require_permission()
        return queries.associations()

    def people_in(self, rows):
        return [one.volunteer_id for one in self._engagements(rows[0])]

    def _engagements(self, association):
        return queries.to_confirm(association, self.request.user, today())

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "engagements": self._engagements(self.object),
            "cancel_url": reverse("agreements:declaration-list"),
        }

    def perform(self, form):
        values = form.cleaned_data
        declarations.register(
            association=self.object,
            signed_on=values["signed_on"],
            signer_name=values["signer_name"],
            engagement_ids=[int(pk) for pk in values.get("volunteers", ())],
            by=self.request.user,
        )
        return reverse("agreements:declaration-list")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Declaration of %(name)s") % {"name": self.object.name},
            lead=_("The association declares each year that it obtains child certificates."),
            crumbs=crumbs((_("Associations"), reverse("agreements:declaration-list"))),
            **kwargs,
        )
