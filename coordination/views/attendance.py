"""Staff's pages of who came: the form, the sheets to print, shift leads, the poster."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import attendance, calendars, posters, rosters, sheets
from coordination.access import Permission
from coordination.actions import attendance as actions
from coordination.forms.attendance import AttendanceForm, NameLeadForm
from coordination.models import Activity
from coordination.states import AssignmentState, ShiftState
from coordination.views.activities import activity_crumbs
from coordination.views.shifts import DETAIL, ShiftPageMixin, shift_url
from core import audit
from core.periods import start_of, today
from core.views import ActionView, DetailView, FormView

PRINTED = audit.purpose("shift.sheet", gettext_lazy("An attendance sheet with you was printed"))
LEADS = audit.purpose("shift.leads", gettext_lazy("Who is shift lead was shown"))
SHOWN_DAYS = 20


class AttendanceView(ShiftPageMixin, FormView):
    """Register who came, everybody in one form; who registered what stands below."""

    form_class = AttendanceForm
    template_name = "coordination/attendance/form.html"
    heading = gettext_lazy("Who came?")
    success_message = gettext_lazy("Attendance is saved.")
    access_purpose = DETAIL

    def people_in(self, rows):
        self.booked = attendance.on_shift(self.object)
        return [row.volunteer_id for row in self.booked]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "assignments": self.booked,
            "cancel_url": shift_url(self.object.pk),
        }

    def perform(self, form):
        actions.mark_all(marks=form.marks(), by=self.request.user)
        return shift_url(self.object.pk)

    def get_context_data(self, **kwargs):
        marked = [row for row in self.booked if row.state != AssignmentState.BOOKED]
        return super().get_context_data(**kwargs) | {
            "shift": self.object,
            "marked": [(row, attendance.way_of(row)) for row in marked],
        }


# --- Sheets to print -----------------------------------------------------------------------


class SheetMixin:
    """The base of what prints names."""

    permission = Permission.VIEW_CONTACTS
    access_purpose = PRINTED

    def people_in(self, rows):
        self.sign_ups = sheets.on_sheet(self.shifts(rows[0]))
        return [row.volunteer_id for row in self.sign_ups]

    def render_to_response(self, context, **kwargs):
        shifts = self.shifts(self.object)
        return pdf_response(
            sheets.attendance_sheet(shifts, self.sign_ups), f"fremmoede-{shifts[0].day}"
        )


class ShiftSheetView(SheetMixin, DetailView):
    """The attendance sheet of one shift."""

    def rows(self):
        return sheets.shifts_to_print()

    def shifts(self, shift):
        return [shift]


class DaySheetView(SheetMixin, DetailView):
    """The attendance sheet of an activity's day, `?dag=2026-03-31`; else of the next day."""

    model = Activity

    def permitted_rows(self):
        return attendance.activities(self.request.user, self.permission)

    def shifts(self, activity):
        if not hasattr(self, "_shifts"):
            self._shifts = self._of_the_day(activity)
        return self._shifts

    def _of_the_day(self, activity):
        rows = sheets.shifts_to_print().filter(site__activity=activity, state=ShiftState.OPEN)
        rows = rows.permitted(self.request.user, self.permission)
        day = calendars.day_of_text(self.request.GET.get("dag"), None)
        rows = rows.filter(starts_at__gte=start_of(day or today())).order_by("starts_at", "pk")
        first = rows.first()
        if first is None or (day and first.day != day):
            return []
        return list(rows.filter(starts_at__lt=start_of(first.day + timedelta(days=1))))

    def render_to_response(self, context, **kwargs):
        if not self.shifts(self.object):
            messages.info(self.request, _("There are no shifts on that day."))
            address = reverse("coordination:attendance-sheets", args=[self.object.pk])
            return HttpResponseRedirect(address)
        return super().render_to_response(context, **kwargs)


class SheetListView(DetailView):
    """The coming days of an activity, each with its sheet, and its places' posters."""

    permission = Permission.VIEW_CONTACTS
    template_name = "coordination/attendance/sheets.html"
    model = Activity

    def permitted_rows(self):
        return attendance.activities(self.request.user, self.permission)

    def get_context_data(self, **kwargs):
        activity, user = self.object, self.request.user
        heading = _("Attendance sheets")
        shifts = rosters.shifts().filter(site__activity=activity, state=ShiftState.OPEN)
        return super().get_context_data(**kwargs) | {
            "activity": activity,
            "days": attendance.coming_days(shifts.permitted(user, self.permission))[:SHOWN_DAYS],
            "sites": attendance.sites(activity).permitted(user, Permission.EDIT_SHIFTS),
            "heading": heading,
            "crumbs": [*activity_crumbs(activity), {"text": heading, "url": ""}],
        }


def pdf_response(content, name):
    """A document to print; it is kept by nobody on the way."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


# --- A site's shift leads and poster -------------------------------------------------------


def site_url(site):
    return reverse("coordination:site-attendance", args=[site.pk])


class SiteMixin:
    """Pages about how attendance is registered at one site."""

    permission = Permission.EDIT_SHIFTS
    heading = gettext_lazy("Attendance here")

    def rows(self):
        return posters.sites()

    def crumbs(self, site, heading=""):
        here = {"text": _("Attendance here"), "url": site_url(site) if heading else ""}
        last = [{"text": heading, "url": ""}] if heading else []
        return [*activity_crumbs(site.activity), here, *last]


class SiteAttendanceView(SiteMixin, DetailView):
    """Who is shift lead here, and the poster by which volunteers register themselves."""

    template_name = "coordination/attendance/site.html"
    access_purpose = LEADS

    def people_in(self, rows):
        self.leads = list(attendance.leads_of(self.object, today()))
        return [lead.engagement.volunteer_id for lead in self.leads]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "site": self.object,
            "leads": self.leads,
            "poster": getattr(self.object, "poster", None),
            "by_poster": posters.is_on(self.object.branch),
            "heading": self.heading,
            "crumbs": self.crumbs(self.object),
        }


class LeadCreateView(SiteMixin, FormView):
    """Name a shift lead."""

    form_class = NameLeadForm
    heading = gettext_lazy("Name a shift lead")
    success_message = gettext_lazy("The volunteer is shift lead and finds the list on their page.")

    def get_form_kwargs(self):
        coming = rosters.shifts().upcoming().filter(site=self.object)
        return super().get_form_kwargs() | {
            "people": attendance.possible_leads(self.object, today()),
            "shifts": coming.order_by("starts_at", "pk"),
            "cancel_url": site_url(self.object),
        }

    def perform(self, form):
        actions.name_lead(site=self.object, by=self.request.user, **form.cleaned_data)
        return site_url(self.object)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "heading": self.heading,
            "lead": _(
                "A shift lead sees the first names of those on a shift, on the day and some days "
                "after, and registers who came. Nothing else. The right ends with the engagement."
            ),
            "crumbs": self.crumbs(self.object, self.heading),
        }


class LeadEndView(SiteMixin, ActionView):
    """Take the right back."""

    access_purpose = LEADS
    success_message = gettext_lazy("The volunteer is not shift lead any more.")

    def rows(self):
        return attendance.all_leads()

    def people_in(self, rows):
        return [row.engagement.volunteer_id for row in rows]

    def perform(self):
        actions.end_lead(lead=self.object, by=self.request.user)
        return site_url(self.object.engagement.site)

    def get_context_data(self, **kwargs):
        site, heading = self.object.engagement.site, _("Take back a shift lead")
        name = self.object.engagement.volunteer.person.display_name
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": self.crumbs(site, heading),
            "question": _("Shall %(name)s not be shift lead any more?") % {"name": name},
            "consequences": [_("The list is gone from their page at once.")],
            "action": _("Yes, take the right back"),
            "cancel_url": site_url(site),
        }


class PosterView(SiteMixin, DetailView):
    """The poster as PDF; it holds no names."""

    def render_to_response(self, context, **kwargs):
        if not posters.is_on(self.object.branch):
            messages.info(self.request, _("The branch does not use posters."))
            return HttpResponseRedirect(site_url(self.object))
        return pdf_response(sheets.poster(self.object), f"plakat-{self.object.pk}")


class PosterRenewView(SiteMixin, ActionView):
    """A new address, because the old one has wandered."""

    success_message = gettext_lazy("The poster has a new address. Print it and hang it up.")

    def perform(self):
        actions.renew_poster(site=self.object, by=self.request.user)
        return site_url(self.object)

    def get_context_data(self, **kwargs):
        heading = _("A new address for the poster")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": self.crumbs(self.object, heading),
            "question": _("Give the poster a new address?"),
            "consequences": [
                _("What hangs on the wall, and the code on printed sheets, stops working at once."),
                _("Print the poster again and hang it up."),
            ],
            "action": _("Yes, a new address"),
            "cancel_url": site_url(self.object),
        }
