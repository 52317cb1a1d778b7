"""Many agreements at once: print or fetch those of an activity, and hand over to the ESDH."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agreements import batches, queries
from agreements.actions import journal
from agreements.forms.batches import BatchForm, JournalFilter, JournalForm
from agreements.models import Agreement
from agreements.views.agreements import crumbs
from coordination.access import Permission
from core import audit, jobs
from core.errors import DomainError
from core.views import FormView, ListView

JOURNAL_SHOWN = audit.purpose("agreement.journal", _("The list for the records system was shown"))
BATCH_JOB, JOURNAL_JOB = "agreements.batch", "agreements.journal"


def job_page(job):
    return reverse("core:job", args=[job.pk])


class BatchView(FormView):
    """Choose an activity; a job makes the file, and shows how far it is."""

    permission = Permission.VIEW_AGREEMENTS
    form_class = BatchForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "activities": queries.activities_with(self._agreements()),
            "cancel_url": reverse("agreements:agreement-list"),
        }

    def _agreements(self):
        return batches.printable().permitted(self.request.user, self.permission)

    def perform(self, form):
        wanted = form.cleaned_data
        ids = queries.ids_by_name(self._agreements(), wanted["activity"])
        job = jobs.start(
            BATCH_JOB,
            by=self.request.user,
            agreement_ids=ids,
            form=wanted["form"],
            double_sided=wanted["double_sided"],
        )
        return job_page(job)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Print or fetch many agreements"),
            lead=_("Those that wait for signatures or are signed, from your branches, by name."),
            crumbs=crumbs(),
            **kwargs,
        )


class JournalView(ListView):
    """Signed agreements that are not in the records system yet: fetch a zip, then mark them."""

    model = Agreement
    permission = Permission.MAKE_AGREEMENTS
    access_purpose = JOURNAL_SHOWN
    template_name = "agreements/agreement/journal.html"
    filter_class = JournalFilter
    form = None

    def rows(self):
        return queries.with_activities(
            batches.to_journal().select_related("branch", "volunteer__person", "association")
        )

    def people_in(self, rows):
        return [row.volunteer_id for row in rows if row.volunteer_id]

    def get_filter_kwargs(self):
        branches = queries.branches_of(self.request.user, self.permission)
        return super().get_filter_kwargs() | {"branches": branches}

    def get_context_data(self, **kwargs):
        return super().get_context_data(form=self.form or JournalForm(), **kwargs)

    def post(self, request, *args, **kwargs):
        """ "zip": all on the list, by a job. "mark": those chosen on this page."""
        self.require_permission()
        self.form = JournalForm(request.POST)
        if not self.form.is_valid():
            return self.get(request)
        reference = self.form.cleaned_data["reference"]
        rows = self.get_filter().apply(self.permitted_rows())
        if request.POST.get("deed") == "zip":
            ids = list(rows.order_by("pk").values_list("pk", flat=True))
            job = jobs.start(JOURNAL_JOB, by=request.user, agreement_ids=ids, reference=reference)
            return HttpResponseRedirect(job_page(job))
        self._mark(rows, reference)
        return HttpResponseRedirect(request.get_full_path())

    def _mark(self, rows, reference):
        chosen = [int(pk) for pk in self.request.POST.getlist("chosen") if pk.isdecimal()]
        marked = 0
        for agreement in rows.filter(pk__in=chosen):
            try:
                journal.mark(agreement=agreement, reference=reference, by=self.request.user)
            except DomainError as error:
                messages.warning(self.request, f"{agreement.number}: {error.message}")
            else:
                marked += 1
        words = ngettext("%d agreement is marked.", "%d agreements are marked.", marked)
        messages.success(self.request, words % marked)
