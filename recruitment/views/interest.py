"""The public page behind "are you still interested?": two buttons. GET changes nothing."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from core.constraints import explained
from core.errors import DomainError
from core.localised import localised
from recruitment import interest
from recruitment.actions import interest as actions
from recruitment.states import ApplicationState


@method_decorator([login_not_required, never_cache], name="dispatch")
class InterestView(View):
    """Asks, and takes the answer; afterwards the same address says what was answered."""

    template_name = "recruitment/application/interest.html"
    answers = {"yes": actions.confirm, "no": actions.withdraw}

    def dispatch(self, request, *args, **kwargs):
        self.application = interest.read(kwargs["token"])
        if self.application is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, token):
        return self.page()

    def post(self, request, token):
        answer = self.answers.get(request.POST.get("answer"))
        if answer is None:
            return self.page(error=DomainError(_("Choose yes or no."), code="no_answer"))
        try:
            with explained():
                answer(application=self.application)
        except DomainError as error:
            return self.page(error=error)
        return HttpResponseRedirect(reverse("recruitment:interest", args=[token]))

    def page(self, error=None):
        application = self.application
        waits = application.state == ApplicationState.RECEIVED
        return render(
            self.request,
            self.template_name,
            {
                "activity": localised(application.site.activity, "title").text,
                "branch": application.site.branch,
                "asks": waits and application.confirmed_at is None,
                "said_yes": waits and application.confirmed_at is not None,
                "said_no": application.state == ApplicationState.WITHDRAWN,
                "error": error,
            },
            status=409 if error else 200,
        )
