"""What happens to an agreement in its life: renewal, guardians, associations, the own end, and the
archive of those whose person is no longer known here.
"""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View

from agreements import documents, queries
from agreements.actions import agreements
from agreements.forms.agreement import GuardianForm, OwnEndForm, PartnerForm, RenewForm
from agreements.models import Agreement
from agreements.views.agreements import (
    DETAIL_SHOWN,
    AgreementRows,
    crumbs,
    detail_url,
    pdf_response,
)
from coordination.access import Permission
from coordination.actions import associations, guardians
from coordination.models import Association
from core import audit
from core.periods import today
from core.views import FormView, ListView, ScopedMixin

ARCHIVE_SHOWN = audit.purpose("agreement.archive", _("The archive of agreements was shown"))
ARCHIVED_DOCUMENT = audit.purpose(
    "agreement.archived_document", _("An archived agreement was opened as a document")
)


class AgreementRenewView(AgreementRows, FormView):
    """Make the agreement that takes over from this one."""

    permission = Permission.MAKE_AGREEMENTS
    form_class = RenewForm
    success_message = _("The new agreement is made. Look it through, then send it.")

    def get_initial(self):
        ends_on = self.object.ends_on
        start = today() if ends_on is None else max(today(), ends_on + timedelta(days=1))
        return {"starts_on": start}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": detail_url(self.object)}

    def perform(self, form):
        made = agreements.renew(agreement=self.object, by=self.request.user, **form.cleaned_data)
        return detail_url(made)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Make a new agreement"),
            lead=_(
                "It has the newest text and covers the same. Those who sign are shown what has "
                "changed."
            ),
            crumbs=crumbs(self.object),
            **kwargs,
        )


class GuardianCreateView(FormView):
    """Register the guardian of the volunteer of an engagement, and go on to the agreement."""

    permission = Permission.MAKE_AGREEMENTS
    form_class = GuardianForm
    access_purpose = DETAIL_SHOWN
    success_message = _("The guardian is saved.")

    def rows(self):
        return queries.engagements()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def perform(self, form):
        person = self.object.volunteer.person
        guardians.register_guardian(
            ward=person, by=self.request.user, language=person.language, **form.cleaned_data
        )
        return reverse("agreements:agreement-make", args=[self.object.pk])

    def get_form_kwargs(self):
        url = reverse("coordination:volunteer-detail", args=[self.object.volunteer_id])
        return super().get_form_kwargs() | {"cancel_url": url}

    def get_context_data(self, **kwargs):
        name = self.object.volunteer.person.display_name
        return super().get_context_data(
            heading=_("Guardian of %(name)s") % {"name": name},
            lead=_("Somebody under age signs the agreement together with a guardian."),
            crumbs=crumbs(),
            **kwargs,
        )


class PartnerMakeView(FormView):
    """Make an agreement between a branch and an association."""

    model = Association
    permission = Permission.MAKE_AGREEMENTS
    form_class = PartnerForm
    success_message = _("The agreement is made. Look it through, then send it.")

    def permitted_rows(self):
        self.require_permission()
        return queries.associations()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "branches": queries.branches_of(self.request.user, self.permission),
            "contact": self.object.contact,
            "cancel_url": self._association_url(),
        }

    def _association_url(self):
        return reverse("coordination:association-detail", args=[self.object.pk])

    def perform(self, form):
        wanted = form.cleaned_data
        if "contact_name" in wanted:
            associations.set_contact(
                association=self.object,
                name=wanted.pop("contact_name"),
                email=wanted.pop("contact_email"),
                by=self.request.user,
            )
        made = agreements.draft_with_association(
            association=self.object, by=self.request.user, **wanted
        )
        return detail_url(made)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("New agreement with %(name)s") % {"name": self.object.name},
            crumbs=[{"text": self.object.name, "url": self._association_url()}],
            **kwargs,
        )


class OwnEndView(AgreementRows, FormView):
    """A volunteer ends an agreement of their own."""

    own = True
    permission = None
    access_purpose = None
    form_class = OwnEndForm
    success_message = _("Your agreement has got its last day. Thank you for your time with us.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": self._own_url()}

    def _own_url(self):
        return reverse("agreements:own-sign", args=[self.object.pk])

    def perform(self, form):
        agreements.end_own(
            agreement=self.object, last_day=form.cleaned_data["last_day"], by=self.request.user
        )
        return reverse("agreements:own-list")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("End your agreement"),
            lead=_(
                "You may stop whenever you like and need give no reason. Your coordinator is told. "
                "Your duty of confidentiality stays."
            ),
            crumbs=[{"text": _("My agreements"), "url": reverse("agreements:own-list")}],
            **kwargs,
        )


# --- The archive ---------------------------------------------------------------------------


class ArchiveView(ListView):
    """What people signed who have been anonymised since, until its own time is up."""

    model = Agreement
    permission = Permission.VIEW_ARCHIVED_AGREEMENTS
    access_purpose = ARCHIVE_SHOWN
    template_name = "agreements/agreement/archive.html"

    def rows(self):
        return queries.archive()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]


class ArchivedDocumentView(ScopedMixin, View):
    """A frozen document of the archive; each opening is logged."""

    permission = Permission.VIEW_ARCHIVED_AGREEMENTS
    access_purpose = ARCHIVED_DOCUMENT

    def rows(self):
        return queries.documents()

    def people_in(self, rows):
        return [row.agreement.volunteer_id for row in rows]

    def get(self, request, *args, **kwargs):
        document = self.get_object()
        self.record_access([document])
        return pdf_response(bytes(document.content), documents.file_name(document))
