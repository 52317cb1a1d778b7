"""Agreements for staff: list, detail, and every deed."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View

from agreements import documents, library, parties, queries
from agreements.actions import agreements, signatures
from agreements.forms.agreement import AgreementFilter, EndForm, MakeForm, PaperForm, SignForm
from agreements.models import Agreement
from agreements.states import AgreementState
from coordination.access import Permission, scope_of
from coordination.models import ClearanceKind, Engagement
from core import audit, pdf
from core.periods import today
from core.views import ActionView, DetailView, FormView, ListView, ScopedMixin

LIST_SHOWN = audit.purpose("agreement.list", _("The list of agreements was shown"))
DETAIL_SHOWN = audit.purpose("agreement.detail", _("An agreement was shown"))
DOCUMENT_SHOWN = audit.purpose("agreement.document", _("The agreement was opened as a document"))
MISSING_SHOWN = audit.purpose("agreement.missing", _("The list of what is missing was shown"))


def detail_url(agreement):
    return reverse("agreements:agreement-detail", args=[agreement.pk])


def crumbs(agreement=None):
    steps = [{"text": _("Agreements"), "url": reverse("agreements:agreement-list")}]
    if agreement is not None:
        steps.append({"text": agreement.number, "url": detail_url(agreement)})
    return steps


class AgreementRows:
    model = Agreement
    permission = Permission.VIEW_AGREEMENTS
    access_purpose = DETAIL_SHOWN

    def rows(self):
        return queries.agreements()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows if row.volunteer_id]


class AgreementListView(AgreementRows, ListView):
    """The agreements of the user's branches."""

    template_name = "agreements/agreement/list.html"
    access_purpose = LIST_SHOWN
    filter_class = AgreementFilter

    def rows(self):
        return queries.with_activities(queries.agreements())

    def get_filter_kwargs(self):
        branches = queries.branches_of(self.request.user, Permission.VIEW_AGREEMENTS)
        return super().get_filter_kwargs() | {"branches": branches}

    def get_context_data(self, **kwargs):
        archive = self.request.user.has_perm(Permission.VIEW_ARCHIVED_AGREEMENTS)
        return super().get_context_data(today=today(), may_see_archive=archive, **kwargs)


class AgreementDetailView(AgreementRows, DetailView):
    """One agreement: its days, documents, signatures and history, and what may be done."""

    template_name = "agreements/agreement/detail.html"

    def rows(self):
        return queries.with_activities(queries.agreements())

    def get_context_data(self, **kwargs):
        path = self.object.branch.path
        scope = scope_of(self.request.user)
        frozen = list(queries.documents().filter(agreement=self.object).order_by("kind"))
        signatures = list(queries.signatures_of(self.object))
        return super().get_context_data(
            documents=frozen,
            signatures=signatures,
            journal_entry=queries.journal_entry(self.object),
            events=queries.history(self.object),
            today=today(),
            document_is_late=queries.is_unsealed(self.object, frozen, timezone.now()),
            is_in_force=self.object.is_in_force(today()),
            waits_for=_waits_for(self.object, signatures),
            successor=queries.successor_of(self.object),
            sign_again=queries.is_to_be_signed_again(self.object),
            may_make=scope.holds(Permission.MAKE_AGREEMENTS, path),
            may_sign=scope.holds(Permission.SIGN_AGREEMENT, path),
            **kwargs,
        )


def _waits_for(agreement, signatures):
    if agreement.state != AgreementState.SENT:
        return []
    return [party.label for party in parties.missing(agreement, signatures=signatures)]


class MissingView(ListView):
    """Volunteers who lack something that their activity requires, with the next step."""

    model = Engagement
    template_name = "agreements/missing.html"
    access_purpose = MISSING_SHOWN
    kind = ClearanceKind.AGREEMENT
    permission = Permission.VIEW_AGREEMENTS

    def rows(self):
        return queries.lacking(self.kind, today())

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def get_context_data(self, *, rows, **kwargs):
        steps = queries.next_steps(rows, today(), self.request.user)
        lines = [(row, [one for one in steps[row.pk] if one.kind == self.kind]) for row in rows]
        return super().get_context_data(rows=rows, lines=lines, kind=self.kind, **kwargs)


class AgreementMakeView(FormView):
    """Make an agreement for an engagement, and go to it."""

    model = Engagement
    permission = Permission.MAKE_AGREEMENTS
    form_class = MakeForm
    access_purpose = DETAIL_SHOWN
    success_message = _("The agreement is made. Look it through, then send it.")

    def rows(self):
        return queries.engagements()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def get_initial(self):
        return {
            "starts_on": max(today(), self.object.starts_on),
            "ends_on": self.object.ends_on,
            "template": library.suggested([self.object]),
        }

    def get(self, request, *args, **kwargs):
        self.prepare()
        if self._asks_for_guardian() and not self._guardians():
            return redirect("agreements:guardian-create", self.object.pk)
        return self.render_form(self.get_form())

    def _asks_for_guardian(self):
        return parties.needs_guardian(self.object.volunteer.person)

    def _guardians(self):
        return queries.guardians_of(self.object.volunteer)

    def get_form_kwargs(self):
        known = self._guardians()
        return super().get_form_kwargs() | {
            "guardians": known if self._asks_for_guardian() else known.none(),
            "others": queries.other_engagements(self.object, today()),
            "cancel_url": reverse("coordination:volunteer-detail", args=[self.object.volunteer_id]),
        }

    def perform(self, form):
        made = agreements.draft(
            engagements=[self.object, *form.cleaned_data.get("others", [])],
            starts_on=form.cleaned_data["starts_on"],
            ends_on=form.cleaned_data["ends_on"],
            template=form.cleaned_data["template"],
            guardian=form.cleaned_data.get("guardian"),
            by=self.request.user,
        )
        return detail_url(made)

    def get_context_data(self, **kwargs):
        name = self.object.volunteer.person.display_name
        return super().get_context_data(
            heading=_("New agreement with %(name)s") % {"name": name},
            lead=f"{self.object.site.activity.title}, {self.object.site.branch.name}",
            crumbs=crumbs(),
            **kwargs,
        )


class AgreementDeed(AgreementRows, ActionView):
    """One deed on an agreement that asks first. Subclasses say which."""

    permission = Permission.MAKE_AGREEMENTS
    template_name = "agreements/deed.html"
    heading = ""
    question = ""
    action = ""
    consequences = ()

    def deed(self):
        """Call the action on `self.object`."""
        raise NotImplementedError

    def perform(self):
        self.deed()
        return detail_url(self.object)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=self.heading,
            question=self.question,
            action=self.action,
            consequences=self.consequences,
            cancel_url=detail_url(self.object),
            crumbs=crumbs(self.object),
            **kwargs,
        )


class AgreementSendView(AgreementDeed):
    """Freeze the text and send the link."""

    heading = _("Send the agreement for signing")
    question = _("Is the text as it should be?")
    action = _("Send it")
    consequences = (
        _("The text is frozen as a document. It cannot be changed afterwards."),
        _("Each who is to sign gets an e-mail with a link, if we have an address. Else print it."),
    )
    success_message = _("The agreement is sent.")

    def deed(self):
        agreements.send(agreement=self.object, by=self.request.user)


class AgreementLinkView(AgreementDeed):
    """Send the link again."""

    heading = _("Send the link again")
    question = _("Each who has not signed gets a new e-mail with a link to sign.")
    action = _("Send the link")
    success_message = _("The link is sent again.")

    def deed(self):
        agreements.send_link_again(agreement=self.object, by=self.request.user)


class AgreementWithdrawView(AgreementDeed):
    """Take it back before all have signed."""

    template_name = "components/confirm_page.html"
    heading = _("Withdraw the agreement")
    question = _("Do you want to take the agreement back?")
    action = _("Withdraw it")
    consequences = (_("The link stops working. You can make a new agreement afterwards."),)
    success_message = _("The agreement is withdrawn.")

    def deed(self):
        agreements.withdraw(agreement=self.object, by=self.request.user)


class AgreementSignView(AgreementRows, FormView):
    """The branch leader reads the text and signs."""

    permission = Permission.SIGN_AGREEMENT
    form_class = SignForm
    template_name = "agreements/agreement/sign.html"
    success_message = _("You have signed the agreement.")

    def perform(self, form):
        signatures.sign_as_leader(agreement=self.object, by=self.request.user)
        return detail_url(self.object)

    def get_context_data(self, **kwargs):
        document = queries.text_of(self.object)
        return super().get_context_data(
            document=document,
            text=documents.text_for_page(document) if document else "",
            changes=documents.changes_of(self.object),
            crumbs=crumbs(self.object),
            **kwargs,
        )


class AgreementPaperView(AgreementRows, FormView):
    """Register a signature on paper."""

    permission = Permission.MAKE_AGREEMENTS
    form_class = PaperForm
    success_message = _("The signature is registered.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "parties": [(party, self._named(party)) for party in parties.missing(self.object)],
            "cancel_url": detail_url(self.object),
        }

    def _named(self, party):
        """The party with the name that is waited for, so that no paper lands on another's."""
        person = parties.person_of(self.object, party)
        return f"{party.label}: {person.display_name}" if person else party.label

    def perform(self, form):
        signatures.register_paper(agreement=self.object, by=self.request.user, **form.cleaned_data)
        return detail_url(self.object)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Register a signature on paper"),
            lead=_("Keep the paper as your branch keeps its papers."),
            crumbs=crumbs(self.object),
            **kwargs,
        )


class AgreementEndView(AgreementRows, FormView):
    """End an agreement by its last day."""

    permission = Permission.MAKE_AGREEMENTS
    form_class = EndForm
    success_message = _("The agreement has got its last day.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": detail_url(self.object)}

    def perform(self, form):
        agreements.end(
            agreement=self.object, last_day=form.cleaned_data["last_day"], by=self.request.user
        )
        return detail_url(self.object)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("End the agreement"),
            lead=_(
                "Either of you may end it at any time, without a reason. After the last day the "
                "volunteer cannot be on shifts that require it. The duty of confidentiality stays."
            ),
            crumbs=crumbs(self.object),
            **kwargs,
        )


# --- PDF -----------------------------------------------------------------------------------


def pdf_response(content, name):
    """PDF bytes shown in the browser, kept by no cache in between."""
    return private_file(content, name, "application/pdf")


def private_file(content, name, content_type):
    """Bytes shown in the browser as what they are, kept by no cache in between."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class AgreementPreviewView(AgreementRows, ScopedMixin, View):
    """The text as it is now, as PDF; writes nothing. Once sent, the frozen one."""

    access_purpose = DOCUMENT_SHOWN

    def get(self, request, *args, **kwargs):
        agreement = self.get_object()
        self.record_access([agreement])
        frozen = queries.text_of(agreement)
        if frozen is not None:
            content = bytes(frozen.content)
        else:
            fresh = documents.loaded(agreement.pk)
            content = pdf.render_html(documents.source(fresh), identifier=agreement.number)
        return pdf_response(content, f"aftale-{agreement.number}.pdf")


class AgreementInformationView(AgreementRows, ScopedMixin, View):
    """The text in easy Danish or in English as PDF, for information; writes nothing."""

    access_purpose = DOCUMENT_SHOWN
    variant = None

    def get(self, request, *args, **kwargs):
        agreement = self.get_object()
        self.record_access([agreement])
        return pdf_response(*documents.information(agreement.pk, self.variant))


class DocumentView(ScopedMixin, View):
    """A frozen document, for staff; each opening is logged."""

    permission = Permission.VIEW_AGREEMENTS
    access_purpose = DOCUMENT_SHOWN

    def rows(self):
        return queries.documents()

    def people_in(self, rows):
        return [row.agreement.volunteer_id for row in rows if row.agreement.volunteer_id]

    def get(self, request, *args, **kwargs):
        document = self.get_object()
        self.record_access([document])
        return pdf_response(bytes(document.content), documents.file_name(document))


# --- The volunteer's own pages ----------------------------------------------------------------


class OwnListView(ListView):
    """A volunteer's own agreements, what is missing, and their certificates' outcome."""

    model = Agreement
    own = True
    template_name = "agreements/own/list.html"

    def rows(self):
        return queries.with_activities(queries.agreements()).prefetch_related(
            queries.documents_without_bytes()
        )

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(
            steps=queries.own_steps_of(user, today()),
            attestations=list(queries.with_cpr_held(queries.attestations()).own(user)),
            today=today(),
            **kwargs,
        )


class OwnSignView(AgreementRows, FormView):
    """A volunteer reads an agreement of their own, and signs it."""

    own = True
    permission = None
    access_purpose = None
    form_class = SignForm
    template_name = "agreements/own/sign.html"
    success_message = _("Thank you. You have signed the agreement.")

    def perform(self, form):
        signatures.sign_on_own_page(agreement=self.object, by=self.request.user)
        return reverse("agreements:own-list")

    def get_context_data(self, **kwargs):
        document = queries.text_of(self.object)
        waits = self.object.state == AgreementState.SENT and not self.object.volunteer_has_signed
        return super().get_context_data(
            document=document,
            text=documents.text_for_page(document) if document else "",
            waits=waits,
            changes=documents.changes_of(self.object) if waits else [],
            translation=documents.english_of(self.object),
            easy=documents.easy_of(self.object) if waits else None,
            **kwargs,
        )


class OwnDocumentView(ScopedMixin, View):
    """A frozen document of one's own agreement."""

    own = True

    def rows(self):
        return queries.documents()

    def get(self, request, *args, **kwargs):
        document = self.get_object()
        return pdf_response(bytes(document.content), documents.file_name(document))
