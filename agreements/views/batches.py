"""Lists of orders for the police's form: who is ready, the lines, and the one step after."""

from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from agreements import queries, requester
from agreements.actions import batches
from agreements.forms.attestation import BatchForm
from agreements.models import AttestationKind, OrderBatch
from agreements.views.attestations import crumbs
from coordination.access import Permission, scope_of
from core import audit
from core.views import ActionView, DetailView, FormView, ListView

READY_SHOWN = audit.purpose("attestation.batches", _("Lists of certificates to order were shown"))
BATCH_SHOWN = audit.purpose("attestation.batch", _("A list of certificates to order was shown"))
LINES_SHOWN = audit.purpose("attestation.lines", _("CPR numbers were shown for an order"))


def list_crumb():
    return _("To order"), reverse("agreements:batch-list")


def batch_url(batch):
    return reverse("agreements:batch-detail", args=[batch.pk])


class BatchRows:
    model = OrderBatch
    permission = Permission.ORDER_ATTESTATION
    access_purpose = BATCH_SHOWN

    def rows(self):
        return queries.batches()

    def people_in(self, rows):
        return queries.people_on([row.pk for row in rows])


class BatchListView(BatchRows, ListView):
    """Who can be ordered on, who lacks a CPR number, and the lists that have been made."""

    access_purpose = READY_SHOWN
    template_name = "agreements/batch/list.html"

    def get_context_data(self, **kwargs):
        waiting = self.waiting
        return super().get_context_data(
            ready=[one for one in waiting if one.has_cpr and one.batch_id is None],
            without=[one for one in waiting if not one.has_cpr],
            crumbs=crumbs(),
            **kwargs,
        )

    def record_access(self, rows):
        self.waiting = queries.waiting_for_order(self.request.user)
        people = set(queries.people_on([row.pk for row in rows]))
        people |= {one.volunteer_id for one in self.waiting}
        audit.record_access(self.request, people, self.access_purpose)


class BatchCreateView(FormView):
    """Make a list of those who are ready."""

    permission = Permission.ORDER_ATTESTATION
    form_class = BatchForm
    success_message = _("The list is made. Nobody else can put the same people on another one.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "branches": queries.branches_of(self.request.user, self.permission),
            "cancel_url": reverse("agreements:batch-list"),
        }

    def perform(self, form):
        return batch_url(
            batches.make(
                branch=form.cleaned_data["branch"],
                kind=AttestationKind(form.cleaned_data["kind"]),
                by=self.request.user,
            )
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Make a list of orders"),
            lead=_("At most 50 at a time, the oldest first: all of the branch and below it."),
            crumbs=crumbs(list_crumb()),
            **kwargs,
        )


class BatchDetailView(BatchRows, DetailView):
    """The requester's sheet and who is on the list, CPR numbers masked. Printable."""

    template_name = "agreements/batch/detail.html"

    def get_context_data(self, **kwargs):
        path = self.object.branch.path
        return super().get_context_data(
            cases=queries.cases_on(self.object),
            requester=requester.sheet(self.object.branch),
            may_reveal=scope_of(self.request.user).holds(Permission.REVEAL_CPR, path),
            crumbs=crumbs(list_crumb()),
            **kwargs,
        )


@method_decorator(never_cache, name="dispatch")
class BatchLinesView(BatchRows, ActionView):
    """The lines to copy, with whole CPR numbers; to the few who may, and written down."""

    permission = Permission.REVEAL_CPR
    access_purpose = LINES_SHOWN
    template_name = "agreements/batch/lines.html"
    lines = ""

    def post(self, request, *args, **kwargs):
        response = super().post(request, *args, **kwargs)
        if not self.lines:
            return response
        self.record_access([self.object])
        return self.render_to_response(self.get_context_data(object=self.object))

    def perform(self):
        self.lines = batches.lines(batch=self.object, by=self.request.user)
        return batch_url(self.object)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            lines=self.lines,
            requester=requester.sheet(self.object.branch),
            crumbs=crumbs(list_crumb(), (str(self.object), batch_url(self.object))),
            **kwargs,
        )


class BatchDeed(BatchRows, ActionView):
    template_name = "agreements/deed.html"
    heading = ""
    question = ""
    action = ""
    consequences = ()

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=self.heading,
            question=self.question,
            action=self.action,
            consequences=self.consequences,
            cancel_url=batch_url(self.object),
            crumbs=crumbs(list_crumb(), (str(self.object), batch_url(self.object))),
            **kwargs,
        )


class BatchOrderedView(BatchDeed):
    heading = _("The list is ordered")
    question = _("Have you sent the whole list to the police?")
    action = _("Yes, mark them all as ordered")
    consequences = (
        _("The consent clock begins for everybody on the list."),
        _("Each volunteer gets a message that something waits on their page."),
    )
    success_message = _("Everybody on the list is ordered.")

    def perform(self):
        return batch_url(batches.mark_ordered(batch=self.object, by=self.request.user))


class BatchGiveUpView(BatchDeed):
    heading = _("Give the list up")
    question = _("Do you want to take this list apart without ordering?")
    action = _("Give it up")
    consequences = (_("Everybody on it is ready for another list."),)
    success_message = _("The list is given up.")

    def perform(self):
        batches.give_up(batch=self.object, by=self.request.user)
        return reverse("agreements:batch-list")
