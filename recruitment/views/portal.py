"""What citizens see without signing in: open opportunities, and the sign-up."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View
from django.views.generic.base import ContextMixin, TemplateResponseMixin

from coordination.models import Person
from core import throttle
from core.constraints import explained
from core.errors import DomainError
from core.localised import localised
from core.paging import page_of
from recruitment import notices, queries
from recruitment.actions import applications
from recruitment.forms.signup import AnswersForm, SignUpForm


@method_decorator(login_not_required, name="dispatch")
class OpportunityListView(TemplateResponseMixin, ContextMixin, View):
    """The open opportunities, as cards. 2 queries beside the frame's."""

    template_name = "recruitment/opportunity/public_list.html"

    def get(self, request):
        page = page_of(request, queries.public_opportunities())
        return self.render_to_response(
            self.get_context_data(page_obj=page, cards=[_card(row) for row in page.object_list])
        )


def _card(opportunity):
    """The row as `components/card_list.html` shows it."""
    return {
        "url": reverse("recruitment:opportunity-detail", args=[opportunity.pk]),
        "heading": localised(opportunity, "title").text,
        "place": opportunity.site.branch.name,
        "text": localised(opportunity, "summary").text,
        "tags": [opportunity.site.activity.get_kind_display()],
    }


class OpportunityPage(TemplateResponseMixin, ContextMixin, View):
    """Base of the pages about one open opportunity; 404 when it is not open."""

    def dispatch(self, request, *args, **kwargs):
        self.opportunity = queries.public_opportunities().filter(pk=kwargs["pk"]).first()
        if self.opportunity is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(opportunity=self.opportunity, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class OpportunityDetailView(OpportunityPage):
    """One opportunity with what it asks for."""

    template_name = "recruitment/opportunity/public_detail.html"

    def get(self, request, pk):
        _text, html = notices.shown(notices.NOT_VOLUNTEERING)
        return self.render_to_response(
            self.get_context_data(not_volunteering=html, notice_language=_text.language)
        )


@method_decorator(login_not_required, name="dispatch")
class SignUpView(OpportunityPage):
    """The sign-up. Somebody who is signed in as a known person answers less."""

    template_name = "recruitment/application/sign_up.html"

    def get(self, request, pk):
        return self._page(self._form())

    def post(self, request, pk):
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(form)
        try:
            throttle.check(request, "sign-up")
            with explained():
                self._receive(form.cleaned_data)
        except DomainError as error:
            form.add_domain_error(error)
            return self._page(form)
        return HttpResponseRedirect(reverse("recruitment:sign-up-thanks", args=[pk]))

    @property
    def person(self):
        """The known person who is signed in, or None."""
        return Person.objects.own(self.request.user).first()

    def _form(self, data=None):
        if self.person:
            return AnswersForm(data)
        return SignUpForm(data, activity=self.opportunity.site.activity)

    def _page(self, form):
        text, html = notices.shown(notices.PRIVACY_NOTICE)
        _other, not_volunteering = notices.shown(notices.NOT_VOLUNTEERING)
        return self.render_to_response(
            self.get_context_data(
                form=form,
                person=self.person,
                notice=html,
                notice_language=text.language,
                not_volunteering=not_volunteering,
            )
        )

    def _receive(self, answers):
        notice, _html = notices.shown(notices.PRIVACY_NOTICE)
        if self.person:
            return applications.receive_from_person(
                opportunity=self.opportunity,
                person=self.person,
                notice=notice,
                by=self.request.user,
                **answers,
            )
        return applications.receive(
            opportunity=self.opportunity, notice=notice, language=get_language(), **answers
        )


@method_decorator(login_not_required, name="dispatch")
class ThanksView(OpportunityPage):
    """What happens next, after signing up."""

    template_name = "recruitment/application/thanks.html"

    def get(self, request, pk):
        return self.render_to_response(self.get_context_data())


@login_not_required
def privacy_notice(request):
    """How we use your information: the art. 13 text that holds now."""
    return _text_page(request, notices.PRIVACY_NOTICE, _("How we use your information"))


@login_not_required
def about_volunteering(request):
    """What volunteering is, and what it is not."""
    return _text_page(request, notices.NOT_VOLUNTEERING, _("About being a volunteer"))


def _text_page(request, key, heading):
    text, html = notices.shown(key)
    return render(
        request,
        "recruitment/text_page.html",
        {"heading": heading, "html": html, "language": text.language},
    )
