"""Pages of volunteers: the list, one volunteer, a new one, the list as CSV."""

from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination import exports, panels, queries
from coordination.access import Permission, scope_of
from coordination.actions import engagements
from coordination.filters import VolunteerFilter, visible_activities
from coordination.forms.people import NewVolunteerForm
from coordination.models import Volunteer
from core import audit, forms, jobs
from core.navigation import address_of_row
from core.periods import today
from core.views import DetailView, FormView, ListView, PageView

LIST = audit.purpose("volunteer.list", gettext_lazy("The list of volunteers was shown"))
DETAIL = audit.purpose("volunteer.detail", gettext_lazy("Your page as a volunteer was shown"))


PAGE_OF_ONE = "coordination:volunteer-detail"


class VolunteerListView(ListView):
    """Volunteers of one's branches; contacts for those who may see no more."""

    model = Volunteer
    permission = Permission.VIEW_CONTACTS
    template_name = "coordination/volunteer/list.html"
    filter_class = VolunteerFilter
    access_purpose = LIST

    def permitted_rows(self):
        return queries.volunteers_of(self.request.user, self.permission)

    def prepared_rows(self, filter_form):
        if filter_form.wanted.keys() - {"q"}:
            return None
        words = filter_form.wanted.get("q", "")
        return queries.volunteers_found(self.request.user, self.permission, words)

    def people_in(self, rows):
        return [row.pk for row in rows]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        scope = scope_of(self.request.user)
        ids = [row.pk for row in context["rows"]]
        lines = queries.lines_of(ids, self.request.user, today())
        sees_people = scope.holds(Permission.VIEW_PEOPLE)
        for row in context["rows"]:
            row.lines = lines[row.pk]
            row.url = address_of_row(PAGE_OF_ONE, row.pk) if sees_people else ""
        return context | {
            "sees_people": sees_people,
            "may_edit": scope.holds(Permission.EDIT_PEOPLE),
            "may_export": scope.holds(Permission.EXPORT_PEOPLE),
        }


class VolunteerExportView(VolunteerListView):
    """The same rows, all of them, as CSV; more than a page can wait for are made by a job."""

    permission = Permission.EXPORT_PEOPLE
    access_purpose = exports.PURPOSE

    def get(self, request, *args, **kwargs):
        self.require_permission()
        rows = list(wanted_volunteers(request)[: exports.AT_ONCE + 1])
        if len(rows) > exports.AT_ONCE:
            start = reverse("coordination:volunteer-export-start")
            return HttpResponseRedirect(f"{start}?{request.GET.urlencode()}")
        self.record_access(rows)
        return exports.volunteers_csv(rows, request.user)


def wanted_volunteers(request):
    """Those who may be exported and whom the address's filter lets through."""
    rows = queries.volunteers_of(request.user, Permission.EXPORT_PEOPLE)
    return VolunteerFilter(request.GET or None, user=request.user).apply(rows)


class VolunteerExportStartView(PageView):
    """Asks whether to make a long list, and starts the job that does."""

    permission = Permission.EXPORT_PEOPLE
    template_name = "components/confirm_page.html"

    def post(self, request, *args, **kwargs):
        self.require_permission()
        numbers = list(wanted_volunteers(request).values_list("pk", flat=True))
        job = jobs.start("coordination.export_volunteers", by=request.user, volunteer_ids=numbers)
        return redirect("core:job", pk=job.pk)

    def get_context_data(self, **kwargs):
        volunteers = reverse("coordination:volunteer-list")
        heading = _("Download a long list of volunteers")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "question": ngettext(
                "Shall a file with %(number)s volunteer be made?",
                "Shall a file with %(number)s volunteers be made?",
                number := wanted_volunteers(self.request).count(),
            )
            % {"number": number},
            "action": _("Make the file"),
            "consequences": [
                _("It takes a moment. You see how far it is, and may do other things meanwhile."),
                _("Only you can download it, and only for a limited time."),
            ],
            "cancel_url": f"{volunteers}?{self.request.GET.urlencode()}",
            "crumbs": [
                {"text": _("Start"), "url": reverse("start")},
                {"text": _("Volunteers"), "url": volunteers},
                {"text": heading, "url": ""},
            ],
        }


class VolunteerDetailView(DetailView):
    """One volunteer: contact, engagements, what is missing, coming shifts, what happened."""

    model = Volunteer
    permission = Permission.VIEW_PEOPLE
    template_name = "coordination/volunteer/detail.html"
    access_purpose = DETAIL

    def rows(self):
        return queries.people()

    def people_in(self, rows):
        return [row.pk for row in rows]

    def get_context_data(self, **kwargs):
        user, volunteer = self.request.user, self.object
        lines, shared = queries.volunteer_page(volunteer, user, today())
        return super().get_context_data(**kwargs) | {
            "volunteer": volunteer,
            "person": volunteer.person,
            "lines": lines,
            "clearances": shared,
            "may_edit": scope_of(user).holds(Permission.EDIT_PEOPLE),
            "panels": panels.panels_for("volunteer.detail", self.request, volunteer),
            "shifts": queries.coming_shifts(volunteer, user, timezone.now()),
            "events": queries.history_of(volunteer.pk, user),
        }


class VolunteerCreateView(FormView):
    """A volunteer typed in by a coordinator."""

    permission = Permission.EDIT_PEOPLE
    form_class = NewVolunteerForm
    template_name = "coordination/volunteer/form.html"
    success_message = gettext_lazy("The volunteer is added.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "user": self.request.user,
            "cancel_url": reverse("coordination:volunteer-list"),
        }

    def perform(self, form):
        engagement = engagements.register_volunteer(
            person_values=form.person_values(), by=self.request.user, **form.engagement_values()
        )
        return reverse("coordination:volunteer-detail", args=[engagement.volunteer_id])

    def get_context_data(self, **kwargs):
        heading = _("Add a volunteer")
        return super().get_context_data(**kwargs) | {"heading": heading}


class LookupView(PageView):
    """The hits of a lookup field as one types; what may be found is the user's own.

    Subclasses give `find(words)` -> Hits.
    """

    http_method_names = ("get",)

    def get(self, request, *args, **kwargs):
        self.require_permission()
        name = request.GET.get("name", "")
        words = request.GET.get("q", "") or request.GET.get(f"{name}_q", "")
        lookup = forms.lookup_context(
            name=name,
            id=request.GET.get("id", ""),
            query=words,
            hits=self.find(words)[: forms.LOOKUP_LIMIT],
        )
        return render(request, "components/lookup_results.html", {"lookup": lookup})

    def find(self, words):
        raise NotImplementedError


class ActivityLookupView(LookupView):
    """Activities by words of their title."""

    permission = Permission.VIEW_ACTIVITIES

    def find(self, words):
        rows = queries.activities_matching(visible_activities(self.request.user), words)
        return [forms.Hit(str(row.pk), row.title) for row in rows[: forms.LOOKUP_LIMIT]]


class SiteLookupView(LookupView):
    """Open sites where the user may take people in, by words of activity and branch."""

    permission = Permission.EDIT_PEOPLE

    def find(self, words):
        rows = queries.open_sites(self.request.user, Permission.EDIT_PEOPLE)
        rows = queries.sites_matching(rows, words)[: forms.LOOKUP_LIMIT]
        return [forms.Hit(str(row.pk), str(row)) for row in rows]
