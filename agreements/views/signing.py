"""The public pages behind a signing link: ask for a code, type it, read, sign.

GET changes nothing: mail scanners open links. What a link may still do is decided anew on
every request; a link that can do no more says kindly why.
"""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from agreements import documents, mitid, queries, signing
from agreements.actions import signatures
from agreements.forms.agreement import SignForm
from agreements.forms.signing import CodeForm, SendCodeForm
from agreements.views.agreements import pdf_response
from core.views import PublicFormView

CODE_KEY = "signing_code"


@method_decorator([login_not_required, never_cache], name="dispatch")
class LinkView(PublicFormView):
    """A page behind a link. Closed links get a page that says what they are."""

    needs_code = False

    def dispatch(self, request, *args, **kwargs):
        self.link = signing.read(kwargs["token"])
        if self.link is None or not self.link.is_open:
            return self._closed()
        if self.needs_code and not self._is_proved():
            return redirect("agreements:sign-start", kwargs["token"])
        return super().dispatch(request, *args, **kwargs)

    def _closed(self):
        status = self.link.status if self.link else "unknown"
        return render(
            self.request,
            "agreements/signing/closed.html",
            {"status": status, "link": self.link},
            status=200 if status == "signed" else 404 if status == "unknown" else 410,
        )

    def _is_proved(self):
        self.identity = mitid.proof(self.request.session, self.link)
        if self.identity is not None:
            return True
        self.code = queries.signing_code(self.request.session.get(CODE_KEY))
        return signing.proves(self.code, self.link.agreement, self.link.party)

    def address(self, page):
        return reverse(f"agreements:{page}", args=[self.kwargs["token"]])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            link=self.link,
            agreement=self.link.agreement,
            token=self.kwargs["token"],
            **kwargs,
        )


class StartView(LinkView):
    """Where the link leads: what it is about, and a button that has a code sent."""

    form_class = SendCodeForm
    template_name = "agreements/signing/start.html"

    def perform(self, form):
        signatures.send_code(link=self.link)
        return self.address("sign-code")

    def get_context_data(self, **kwargs):
        return super().get_context_data(has_mitid=mitid.is_on(), **kwargs)


class CodeView(LinkView):
    """Type the code."""

    form_class = CodeForm
    template_name = "agreements/signing/code.html"

    def perform(self, form):
        code = signatures.confirm_code(link=self.link, typed=form.cleaned_data["code"])
        self.request.session[CODE_KEY] = code.pk
        return self.address("sign-read")


class ReadView(LinkView):
    """The whole text, and the explicit act."""

    needs_code = True
    form_class = SignForm
    template_name = "agreements/signing/read.html"
    success_message = _("Thank you. You have signed the agreement.")

    def perform(self, form):
        if self.identity is not None:
            signatures.sign_with_mitid(link=self.link, proof=self.identity)
            mitid.forget(self.request.session)
        else:
            signatures.sign_by_link(link=self.link, code=self.code)
            del self.request.session[CODE_KEY]
        return self.address("sign-start")

    def get_context_data(self, **kwargs):
        agreement = self.link.agreement
        return super().get_context_data(
            text=documents.text_for_page(queries.text_of(agreement)),
            changes=documents.changes_of(agreement),
            easy=documents.easy_of(agreement),
            translation=documents.english_of(agreement),
            **kwargs,
        )


class LinkDocumentView(LinkView):
    """The text as the PDF that is signed."""

    needs_code = True

    def get(self, request, *args, **kwargs):
        document = queries.text_of(self.link.agreement)
        return pdf_response(bytes(document.content), documents.file_name(document))

    def post(self, request, *args, **kwargs):
        return redirect("agreements:sign-read", kwargs["token"])
