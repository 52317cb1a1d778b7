"""The way over the MitID broker and back, for who has a signing link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic.base import View

from agreements import mitid, signing
from agreements.views.signing import LinkView
from core import oidc

WORDS = {
    "declined": _("You stopped at MitID. Nothing is signed. You can try again, or use a code."),
    "unreachable": _("MitID does not answer just now. Try again in a while, or use a code."),
    "bad_answer": _("The answer from MitID could not be used. Nothing is signed. Try again."),
    "other_person": _(
        "MitID names somebody else than the agreement is with. Nothing is signed. "
        "Is your name written otherwise here? Then call your contact person."
    ),
}


@method_decorator([login_not_required, never_cache], name="dispatch")
class MitidStartView(LinkView):
    """Off to the broker; only a press on the button goes there."""

    def dispatch(self, request, *args, **kwargs):
        if not mitid.is_on():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        return redirect("agreements:sign-start", kwargs["token"])

    def post(self, request, *args, **kwargs):
        try:
            return redirect(mitid.ask(request.session, kwargs["token"], self.link))
        except oidc.OidcError as error:
            messages.error(request, WORDS[error.code])
            return self.get(request, *args, **kwargs)


@method_decorator([login_not_required, never_cache], name="dispatch")
class MitidAnswerView(View):
    """Back from the broker: keep the proof in the session, then read and sign, or say why not.

    Signs nothing: that is an act of its own on the page with the text.
    """

    def get(self, request, *args, **kwargs):
        found = mitid.asked(request.session) if mitid.is_on() else None
        link = signing.read(found["token"]) if found else None
        if link is None:
            raise Http404
        if link.is_open:
            try:
                mitid.answer(request.session, found, link, request.GET.dict())
            except oidc.OidcError as error:
                messages.error(request, WORDS[error.code])
            else:
                return redirect("agreements:sign-read", found["token"])
        return redirect("agreements:sign-start", found["token"])
