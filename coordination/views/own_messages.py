"""My messages: what was sent to me, what it said, and what I want to get."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import inbox, queries
from coordination.access import Permission
from coordination.actions import preferences
from coordination.forms.messages import ChoicesForm
from coordination.models import Volunteer
from coordination.reach import reach
from coordination.views.own import own_crumbs, own_volunteer
from coordination.views.people import volunteer_crumbs, volunteer_url
from core import audit, choices
from core.views import FormView, ListView, PageView

CHOICES = audit.purpose(
    "person.message_choices", gettext_lazy("Your choices about messages were opened")
)


class OwnMessageListView(ListView):
    """Messages to me, the newest first."""

    template_name = "coordination/own/messages.html"
    paginate_by = 20

    def permitted_rows(self):
        return inbox.own_messages(self.request.user)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {
            "volunteer": own_volunteer(self.request.user),
            "lines": [
                {
                    "message": message,
                    "title": inbox.title_of(message),
                    "fate": inbox.fate_of(message),
                    "opens": inbox.is_worth_opening(message),
                }
                for message in context["rows"]
            ],
        }


class OwnMessageView(PageView):
    """One message to me; what is sensitive is told here and nowhere else."""

    template_name = "coordination/own/message.html"

    def get_context_data(self, **kwargs):
        message = inbox.own_messages(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if message is None or not inbox.is_worth_opening(message):
            raise Http404
        return super().get_context_data(**kwargs) | {
            "message": message,
            "letter": inbox.read(message),
            "fate": inbox.fate_of(message),
        }


class ChoicesFormView(FormView):
    """What one person wants to get, and how. Subclasses say who it is."""

    form_class = ChoicesForm
    success_message = gettext_lazy("The choices are saved.")

    def get_form_kwargs(self):
        person = self.object.person
        return super().get_form_kwargs() | {
            "offers": choices.offers(person.pk, reach(person)),
            "cancel_url": self.back(),
        }

    def perform(self, form):
        preferences.choose_messages(
            volunteer=self.object, by=self.request.user, wishes=form.wishes()
        )
        return self.back()


class OwnChoicesView(ChoicesFormView):
    """My own choices."""

    def prepare(self):
        self.object = own_volunteer(self.request.user)
        if self.object is None:
            raise Http404

    def back(self):
        return reverse("coordination:own-message-list")

    def get_context_data(self, **kwargs):
        heading = _("Messages to me")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "lead": _("Choose how you hear from us. Codes and receipts always come at once."),
            "crumbs": own_crumbs(heading),
        }


class PersonChoicesView(ChoicesFormView):
    """A coordinator sets the choices of somebody who has rung."""

    model = Volunteer
    permission = Permission.EDIT_PEOPLE
    access_purpose = CHOICES

    def rows(self):
        return queries.people()

    def people_in(self, rows):
        return [row.pk for row in rows]

    def back(self):
        return volunteer_url(self.object.pk)

    def get_context_data(self, **kwargs):
        heading = _("Choices about messages")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "lead": _("Set only what %(name)s has asked for.") % {"name": self.object},
            "crumbs": [*volunteer_crumbs(self.object), {"text": heading, "url": ""}],
        }
