"""Contact and sign-in of a person who volunteers."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import queries
from coordination.access import Permission
from coordination.actions import people
from coordination.forms.people import ContactForm
from coordination.models import Volunteer
from core import audit
from core.views import ActionView, FormView

CONTACT = audit.purpose("person.contact", gettext_lazy("Your contact was opened to change it"))
SIGN_IN = audit.purpose("person.sign_in", gettext_lazy("Your sign-in was set up"))


def volunteer_crumbs(volunteer):
    """The way to the pages that lie under a volunteer's."""
    return [
        {"text": _("Volunteers"), "url": reverse("coordination:volunteer-list")},
        {"text": str(volunteer), "url": volunteer_url(volunteer.pk)},
    ]


def volunteer_url(pk):
    return reverse("coordination:volunteer-detail", args=[pk])


class ContactView(FormView):
    """Change how to reach somebody. The whole name and address stand here, also protected ones."""

    model = Volunteer
    permission = Permission.EDIT_PEOPLE
    form_class = ContactForm
    edits = True
    access_purpose = CONTACT
    success_message = gettext_lazy("The contact is saved.")

    def rows(self):
        return queries.people()

    def people_in(self, rows):
        return [row.pk for row in rows]

    def get_initial(self):
        person = self.object.person
        return {name: getattr(person, name) for name in ContactForm.base_fields}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": volunteer_url(self.object.pk)}

    def perform(self, form):
        people.update_person(person=self.object.person, by=self.request.user, **form.cleaned_data)
        return volunteer_url(self.object.pk)

    def get_context_data(self, **kwargs):
        heading = _("Change contact")
        crumbs = [*volunteer_crumbs(self.object), {"text": heading, "url": ""}]
        return super().get_context_data(**kwargs) | {"heading": heading, "crumbs": crumbs}


class GiveSignInView(ActionView):
    """Let a volunteer sign in with their e-mail address."""

    model = Volunteer
    permission = Permission.EDIT_PEOPLE
    access_purpose = SIGN_IN
    success_message = gettext_lazy("The volunteer can sign in now, with a code sent by e-mail.")

    def rows(self):
        return queries.people()

    def people_in(self, rows):
        return [row.pk for row in rows]

    def perform(self):
        people.give_sign_in(person=self.object.person, by=self.request.user)
        return volunteer_url(self.object.pk)

    def get_context_data(self, **kwargs):
        heading = _("Give a sign-in")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": [*volunteer_crumbs(self.object), {"text": heading, "url": ""}],
            "question": _("Let %(name)s sign in?") % {"name": self.object},
            "consequences": [
                _("They sign in with their e-mail address and a code that is sent to it."),
                _("They see their own shifts, agreements and contact, and nobody else's."),
            ],
            "action": _("Yes, give the sign-in"),
            "cancel_url": volunteer_url(self.object.pk),
        }
