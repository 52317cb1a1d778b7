"""Scans of papers that were signed: added afterwards, and opened by staff."""

from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View

from agreements import queries
from agreements.actions import scans
from agreements.forms.agreement import ScanForm
from agreements.models import Signature, SignatureScan, SigningMethod
from agreements.views.agreements import crumbs, detail_url, private_file
from coordination.access import Permission
from core import audit
from core.views import FormView, ScopedMixin

SCAN_SHOWN = audit.purpose("agreement.scan", _("The scan of a signed paper was opened"))


class ScanAddView(FormView):
    """Choose the scan of a signature that was registered without one."""

    model = Signature
    permission = Permission.MAKE_AGREEMENTS
    form_class = ScanForm
    success_message = _("The scan is kept with the agreement.")

    def rows(self):
        return queries.signatures().filter(method=SigningMethod.PAPER)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": detail_url(self.object.agreement)}

    def perform(self, form):
        scans.add(signature=self.object, scan=form.cleaned_data["scan"], by=self.request.user)
        return detail_url(self.object.agreement)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Add the scan of the signed paper"),
            lead=_("Signed by %(name)s") % {"name": self.object.signer_name},
            crumbs=crumbs(self.object.agreement),
            **kwargs,
        )


class ScanView(ScopedMixin, View):
    """The scan itself; each opening is logged."""

    permission = Permission.VIEW_AGREEMENTS
    access_purpose = SCAN_SHOWN
    model = SignatureScan

    def rows(self):
        return queries.scans()

    def people_in(self, rows):
        people = (row.signature.agreement.volunteer_id for row in rows)
        return [person for person in people if person]

    def get(self, request, *args, **kwargs):
        scan = self.get_object()
        self.record_access([scan])
        number = scan.signature.agreement.number
        ending = scan.content_type.rpartition("/")[2]
        return private_file(
            bytes(scan.content), f"underskrift-{number}.{ending}", scan.content_type
        )
