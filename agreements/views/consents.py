"""Consents: a volunteer's own page to give and withdraw them, and the staff's."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements import consents, queries
from agreements.actions import consents as actions
from agreements.forms.consents import (
    AnswerForm,
    AskForm,
    DeclarationForm,
    OwnDeclarationForm,
    RegisterForm,
)
from agreements.models import Consent, ConsentKind
from coordination.access import Permission
from coordination.models import Volunteer
from core import audit
from core.views import ActionView, DetailView, FormView, PageView

SHOWN = audit.purpose("consent.detail", _("A volunteer's consents were shown"))


# --- A volunteer's own ---------------------------------------------------------------------


def own_page():
    return reverse("agreements:own-consents")


def own_crumbs():
    return [
        {"text": _("My page"), "url": reverse("coordination:own-page")},
        {"text": _("My consents"), "url": own_page()},
    ]


class OwnConsentsView(PageView):
    """What I have said yes to, what I am asked, and how to change it: one step each."""

    template_name = "agreements/consent/own.html"

    def get_context_data(self, **kwargs):
        volunteer = queries.own_volunteer(self.request.user)
        return super().get_context_data(
            volunteer=volunteer,
            offers=queries.consent_offers(volunteer) if volunteer else [],
            asked=queries.photo_consents(volunteer) if volunteer else [],
            declaration=queries.declaration_of(volunteer) if volunteer else None,
            **kwargs,
        )


class OwnVolunteerMixin:
    """The signed-in user's own Volunteer as `self.object`; 404 for everybody else."""

    own = True

    def rows(self):
        return queries.volunteers()

    def get_object(self):
        found = queries.own_volunteer(self.request.user)
        if found is None:
            raise Http404
        return found

    def prepare(self):
        self.object = self.get_object()


class OwnGiveView(OwnVolunteerMixin, ActionView):
    """Read the text, and say yes."""

    template_name = "agreements/consent/own_answer.html"
    success_message = _("Thank you. You can change your mind here whenever you like.")

    def get_object(self):
        if self.kwargs["kind"] not in consents.UNASKED:
            raise Http404
        return super().get_object()

    def perform(self):
        actions.give(volunteer=self.object, kind=self.kwargs["kind"], by=self.request.user)
        return own_page()

    def get_context_data(self, **kwargs):
        kind = ConsentKind(self.kwargs["kind"])
        return super().get_context_data(
            heading=kind.label,
            words=consents.words(consents.current_text(kind)),
            needs_guardian=consents.needs_guardian(self.object.person),
            asked=True,
            consent=None,
            cancel_url=own_page(),
            crumbs=own_crumbs(),
            **kwargs,
        )


class OwnConsentView(ActionView):
    """One consent of one's own: answer what was asked, or take back what was given."""

    model = Consent
    own = True
    template_name = "agreements/consent/own_answer.html"

    def rows(self):
        return queries.consents()

    def perform(self):
        if self.object.status == "given":
            actions.withdraw(consent=self.object, by=self.request.user)
            self.success_message = _("You have withdrawn your consent.")
        else:
            yes = self.request.POST.get("answer") == "yes"
            actions.answer(consent=self.object, yes=yes, by=self.request.user)
            self.success_message = _("Thank you for your answer.")
        return own_page()

    def get_context_data(self, **kwargs):
        consent = self.object
        return super().get_context_data(
            heading=consent.get_kind_display(),
            words=consents.words(consent.text),
            needs_guardian=consents.needs_guardian(consent.volunteer.person),
            asked=consent.status == "asked",
            consent=consent,
            cancel_url=own_page(),
            crumbs=own_crumbs(),
            **kwargs,
        )


class OwnDeclarationView(OwnVolunteerMixin, FormView):
    """Read the declaration of confidentiality, and sign it."""

    form_class = OwnDeclarationForm
    template_name = "agreements/consent/declaration.html"
    success_message = _("Thank you. You have signed the declaration of confidentiality.")

    def perform(self, form):
        actions.declare_confidentiality(volunteer=self.object, by=self.request.user)
        return own_page()

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            declaration=queries.declaration_of(self.object),
            words=consents.words(consents.current_text(consents.CONFIDENTIALITY)),
            crumbs=own_crumbs(),
            **kwargs,
        )


# --- The staff's ---------------------------------------------------------------------------


def staff_page(volunteer_id):
    return reverse("agreements:consent-list", args=[volunteer_id])


class ConsentsOfMixin:
    """About one volunteer; each showing is logged."""

    model = Volunteer
    permission = Permission.EDIT_PEOPLE
    access_purpose = SHOWN

    def rows(self):
        return queries.volunteers()

    def people_in(self, rows):
        return [row.pk for row in rows]

    def crumbs(self):
        return [
            {
                "text": self.object.person.display_name,
                "url": reverse("coordination:volunteer-detail", args=[self.object.pk]),
            },
            {"text": _("Consents"), "url": staff_page(self.object.pk)},
        ]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": staff_page(self.object.pk)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(crumbs=self.crumbs(), **kwargs)


class ConsentListView(ConsentsOfMixin, DetailView):
    """A volunteer's consents and declarations, with what may be registered."""

    permission = Permission.VIEW_PEOPLE
    template_name = "agreements/consent/list.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            consents=queries.consents_of(self.object, self.request.user),
            declarations=list(self.object.confidentiality_declarations.select_related("text")),
            may_edit=self.request.user.has_perm(Permission.EDIT_PEOPLE),
            **kwargs,
        )


class ConsentAskView(ConsentsOfMixin, FormView):
    """Ask about pictures."""

    form_class = AskForm
    success_message = _("The volunteer is asked on their own page.")

    def get_form_kwargs(self):
        branches = queries.branches_of(self.request.user, self.permission)
        return super().get_form_kwargs() | {"branches": branches}

    def perform(self, form):
        actions.ask(volunteer=self.object, by=self.request.user, **form.cleaned_data)
        return staff_page(self.object.pk)

    def get_context_data(self, **kwargs):
        return super().get_context_data(heading=_("Ask about pictures"), **kwargs)


class ConsentRegisterView(ConsentsOfMixin, FormView):
    """Register a consent on paper."""

    form_class = RegisterForm
    success_message = _("The consent is registered.")

    def perform(self, form):
        actions.give(volunteer=self.object, by=self.request.user, **form.cleaned_data)
        return staff_page(self.object.pk)

    def get_context_data(self, **kwargs):
        return super().get_context_data(heading=_("Register a consent on paper"), **kwargs)


class DeclarationRegisterView(ConsentsOfMixin, FormView):
    """Register a declaration of confidentiality on paper."""

    form_class = DeclarationForm
    success_message = _("The declaration is registered.")

    def perform(self, form):
        actions.declare_confidentiality(
            volunteer=self.object, by=self.request.user, **form.cleaned_data
        )
        return staff_page(self.object.pk)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Register a declaration of confidentiality on paper"), **kwargs
        )


class PhotoRows:
    """Consents to pictures of the user's branches."""

    model = Consent
    permission = Permission.EDIT_PEOPLE
    access_purpose = SHOWN

    def rows(self):
        return queries.consents()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]


class ConsentAnswerView(PhotoRows, FormView):
    """Register what was answered on paper about pictures."""

    form_class = AnswerForm
    success_message = _("The answer is registered.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": staff_page(self.object.volunteer_id)}

    def perform(self, form):
        actions.answer(
            consent=self.object,
            yes=form.cleaned_data["answer"] == "yes",
            guardian=form.cleaned_data["guardian"],
            by=self.request.user,
        )
        return staff_page(self.object.volunteer_id)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Register an answer on paper"), lead=self.object.context, **kwargs
        )


class PhotoDeed(PhotoRows, ActionView):
    """One deed on a consent to pictures. Subclasses say which."""

    template_name = "agreements/deed.html"
    heading = question = action = ""

    def get_context_data(self, **kwargs):
        consent = self.object
        return super().get_context_data(
            heading=self.heading,
            question=self.question,
            action=self.action,
            consequences=[f"{consent.context}.", *consent.places.splitlines()],
            cancel_url=staff_page(consent.volunteer_id),
            crumbs=[],
            **kwargs,
        )


class TakeDownView(PhotoDeed):
    """The pictures are gone."""

    heading = _("Pictures to take down")
    question = _("Are the pictures taken down everywhere?")
    action = _("They are taken down")
    success_message = _("It is noted that the pictures are gone.")

    def perform(self):
        actions.take_down(consent=self.object, by=self.request.user)
        return staff_page(self.object.volunteer_id)


class WithdrawForView(ConsentsOfMixin, ActionView):
    """Register that a volunteer has withdrawn a consent, said or written to staff."""

    template_name = "agreements/deed.html"
    success_message = _("The withdrawal is registered.")

    def get_object(self):
        found = super().get_object()
        self.consent = queries.consent_of(found, self.kwargs["consent"])
        if self.consent is None:
            raise Http404
        return found

    def perform(self):
        actions.withdraw(consent=self.consent, by=self.request.user)
        return staff_page(self.object.pk)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Register a withdrawal"),
            question=self.consent.get_kind_display(),
            action=_("Register it"),
            consequences=(),
            cancel_url=staff_page(self.object.pk),
            **kwargs,
        )
