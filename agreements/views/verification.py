"""The public pages that say whether a signed document is genuine. GET changes nothing."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic.base import View

from agreements import verification
from agreements.forms.verification import VerifyForm
from core import throttle
from core.errors import DomainError
from core.views import PublicFormView

PAGE = "agreements/verification/answer.html"


def _answer(request, answer):
    """The page with the answer; what is not known is 404, and counted."""
    if answer is None:
        throttle.check(request, "verify")
    return render(request, PAGE, {"answer": answer}, status=404 if answer is None else 200)


@method_decorator([never_cache], name="dispatch")
class VerifyView(PublicFormView):
    """Type the code from the document, or choose the PDF; the file is never stored."""

    form_class = VerifyForm
    template_name = "agreements/verification/form.html"

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        if not form.is_valid():
            return self.render_form(form)
        if code := form.cleaned_data["code"]:
            typed = verification.normalised(code) or "X"
            address = reverse("agreements:verify-answer", args=[verification.shown(typed) or "X"])
            return HttpResponseRedirect(address)
        try:
            content = form.cleaned_data["file"].read()
            return _answer(request, verification.answer_for_file(content))
        except DomainError as error:
            form.add_domain_error(error)
            return self.render_form(form)


@method_decorator([login_not_required, never_cache], name="dispatch")
class VerifyAnswerView(View):
    """Where the QR code leads: genuine, replaced or ended; one and the same page for the rest."""

    def get(self, request, *args, **kwargs):
        try:
            return _answer(request, verification.answer_for_code(kwargs["code"]))
        except DomainError as error:
            return render(request, PAGE, {"answer": None, "error": error}, status=429)
