"""Pages of hours: a volunteer's own, the coordinator's answers, the list and its file; and of an
absence: the reason and the caring call."""

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination import attendance, exports, follow_up, hours, rosters, statements
from coordination.access import Permission, scope_of
from coordination.actions import attendance as attendance_actions
from coordination.actions import hours as actions
from coordination.forms.hours import (
    AnswerForm,
    HoursFilter,
    MinutesForm,
    ReasonForm,
    TellForm,
    last_day,
)
from coordination.models import HoursEntry
from coordination.states import HoursState
from coordination.views.attendance import pdf_response
from coordination.views.follow_up import follow_up_crumbs
from coordination.views.own import own_crumbs, own_volunteer
from coordination.views.shifts import CHANGE, shift_crumbs
from core import audit
from core.constraints import explained
from core.errors import DomainError
from core.paging import page_of
from core.periods import months_later, today
from core.templatetags.ui import duration
from core.views import ActionView, FormView, ListView, PageView

SHOWN = audit.purpose("hours.list", gettext_lazy("Your hours were shown on a list"))
EXPORTED = audit.purpose("hours.export", gettext_lazy("Your hours were downloaded on a list"))
ANSWERED = audit.purpose("hours.entry", gettext_lazy("Hours that you told of were opened"))
CALL = audit.purpose("caring_call", gettext_lazy("Somebody wanted to call you"))
MONTHS_SHOWN = 12
MOST_TOLD = 30


# --- My own --------------------------------------------------------------------------------


def own_hours_crumbs(heading):
    here = {"text": _("My hours"), "url": reverse("coordination:own-hours")}
    return [*own_crumbs(heading)[:1], here, {"text": heading, "url": ""}]


class OwnHoursView(PageView):
    """My hours by month, each with its statement; what I told of besides, and the answers."""

    template_name = "coordination/own/hours.html"

    def get_context_data(self, **kwargs):
        heading = _("My hours")
        context = super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": own_crumbs(heading),
            "volunteer": own_volunteer(self.request.user),
        }
        if context["volunteer"] is None:
            return context
        first = months_later(today().replace(day=1), -MONTHS_SHOWN)
        rows = hours.own(context["volunteer"], first, today())
        months = hours.by_month(rows)
        return context | {
            "months": [(month, int(f"{month:%Y%m}"), months[month]) for month in months],
            "this_year": sum(row.minutes for row in rows if row.day.year == today().year),
            "told": list(hours.entries_of(context["volunteer"])[:MOST_TOLD]),
        }


class OwnTellView(FormView):
    """I have done something else."""

    form_class = TellForm
    success_message = gettext_lazy("Thank you. Your coordinator looks at it.")

    def prepare(self):
        self.object = own_volunteer(self.request.user)
        if self.object is None:
            raise Http404

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "sites": hours.sites_tied_to(self.object),
            "cancel_url": reverse("coordination:own-hours"),
        }

    def perform(self, form):
        actions.tell(volunteer=self.object, by=self.request.user, **form.cleaned_data)
        return reverse("coordination:own-hours")

    def get_context_data(self, **kwargs):
        heading = _("I have done something else")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "lead": _("Your shifts count by themselves. Tell us what you did besides."),
            "crumbs": own_hours_crumbs(heading),
        }


class OwnWithdrawView(ActionView):
    """Take back what I told of, as long as nobody has answered."""

    model = HoursEntry
    own = True
    success_message = gettext_lazy("It is taken back.")

    def perform(self):
        actions.withdraw(entry=self.object, by=self.request.user)
        return reverse("coordination:own-hours")

    def get_context_data(self, **kwargs):
        heading = _("Take it back")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": own_hours_crumbs(heading),
            "question": _("Take these hours back?"),
            "consequences": [_("You can tell of them again.")],
            "action": _("Yes, take them back"),
            "cancel_url": reverse("coordination:own-hours"),
        }


class OwnStatementView(PageView):
    """My hours of a month as PDF, for whoever I want to show them to; the pk is 202603."""

    def get(self, request, *args, **kwargs):
        volunteer, month = own_volunteer(request.user), statements.month_of(kwargs["pk"])
        if volunteer is None or month is None:
            raise Http404
        content = statements.statement(volunteer, month, last_day(month))
        return pdf_response(content, f"timer-{month:%Y-%m}")


# --- Answers -------------------------------------------------------------------------------


def hours_crumbs(heading):
    here = {"text": _("Hours"), "url": reverse("coordination:hours-waiting")}
    return [here, {"text": heading, "url": ""}]


class WaitingListView(ListView):
    """Hours besides the shifts that wait for an answer; yes to many at once."""

    permission = Permission.EDIT_SHIFTS
    template_name = "coordination/hours/waiting.html"
    access_purpose = SHOWN

    def permitted_rows(self):
        return hours.waiting(self.request.user, self.permission)

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def post(self, request, *args, **kwargs):
        """Approve the chosen ones; say how many, and why not the others."""
        self.require_permission()
        chosen = [int(pk[:18]) for pk in request.POST.getlist("chosen") if pk.isdecimal()]
        done = 0
        for entry in self.permitted_rows().filter(pk__in=chosen[: self.paginate_by]):
            try:
                with explained():
                    actions.approve(entry=entry, by=request.user)
            except DomainError as error:
                name = entry.volunteer.person.display_name
                messages.warning(request, f"{name}: {error.message}")
            else:
                done += 1
        if done:
            said = ngettext("%(number)s is approved.", "%(number)s are approved.", done)
            messages.success(request, said % {"number": done})
        elif not chosen:
            messages.warning(request, _("Choose at least one in the list first."))
        return HttpResponseRedirect(request.get_full_path())


class EntryView(FormView):
    """Answer one entry, or correct what was approved; the trace stands below."""

    form_class = AnswerForm
    permission = Permission.EDIT_SHIFTS
    access_purpose = ANSWERED
    edits = True
    template_name = "coordination/hours/entry.html"
    success_message = gettext_lazy("The answer is saved.")

    def rows(self):
        return hours.entries().exclude(state=HoursState.WITHDRAWN)

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def get_initial(self):
        entry = self.object
        said = {HoursState.APPROVED: "yes", HoursState.DECLINED: "no"}.get(entry.state)
        return {"approved": said, "minutes": entry.minutes, "answer": entry.answer}

    def get_form_kwargs(self):
        cancel_url = reverse("coordination:hours-waiting")
        return super().get_form_kwargs() | {"cancel_url": cancel_url}

    def perform(self, form):
        entry, by, minutes = self.object, self.request.user, form.cleaned_data["minutes"]
        if not form.says_yes:
            actions.decline(entry=entry, answer=form.cleaned_data["answer"], by=by)
        elif entry.state == HoursState.APPROVED:
            actions.correct(entry=entry, minutes=minutes, by=by)
        else:
            actions.approve(entry=entry, minutes=minutes, by=by)
        return reverse("coordination:hours-waiting")

    def get_context_data(self, **kwargs):
        heading = _("Hours besides the shifts")
        return super().get_context_data(**kwargs) | {
            "entry": self.object,
            "changes": list(self.object.changes.select_related("changed_by")),
            "heading": heading,
            "crumbs": hours_crumbs(heading),
        }


class HoursListView(PageView):
    """All hours of one's branches by filter, paged; nobody is ranked."""

    permission = Permission.VIEW_PEOPLE
    template_name = "coordination/hours/list.html"

    def get(self, request, *args, **kwargs):
        self.filter = HoursFilter(request.GET or None, user=request.user)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        rows = asked_for(self.filter, self.request.user, self.permission)
        page = page_of(self.request, rows)
        lines = lines_of(hours.read(page.object_list))
        audit.record_access(self.request, {row.volunteer_id for row, *_rest in lines}, SHOWN)
        scope = scope_of(self.request.user)
        return super().get_context_data(**kwargs) | {
            "filter": self.filter,
            "page_obj": page,
            "lines": lines,
            "may_export": scope.holds(Permission.EXPORT_PEOPLE),
            "may_edit": scope.holds(Permission.EDIT_SHIFTS),
            "heading": _("All hours"),
            "crumbs": hours_crumbs(_("All hours")),
        }


class HoursExportView(PageView):
    """The same rows as CSV, all of them: some queries, and 2 for each five hundred rows."""

    permission = Permission.EXPORT_PEOPLE

    def get(self, request, *args, **kwargs):
        self.require_permission()
        chosen = HoursFilter(request.GET or None, user=request.user)
        rows = asked_for(chosen, request.user, self.permission)
        audit.record_access(request, hours.volunteers_in(rows), EXPORTED)
        return exports.hours_csv(map(lines_of, hours.pieces(rows)))


def asked_for(chosen, user, permission):
    """The rows of `hours.worked` that the filter lets through."""
    first, last = chosen.period()
    return hours.permitted(user, permission, first, last, chosen.wanted.get("branch"))


def lines_of(rows):
    """(Worked, Volunteer, Site) of each. 2 queries."""
    people, sites = rosters.names_of(row.volunteer_id for row in rows), hours.sites_of(rows)
    return [(row, people[row.volunteer_id], sites[row.site_id]) for row in rows]


# --- A sign-up's minutes and reason --------------------------------------------------------


class MarkedMixin:
    """Pages about one attendance mark."""

    permission = Permission.EDIT_SHIFTS
    access_purpose = CHANGE
    edits = True
    heading = ""

    def rows(self):
        return rosters.assignments().select_related("presence")

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def back(self):
        return reverse("coordination:shift-attendance", args=[self.object.shift_id])

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": self.back()}

    def get_context_data(self, **kwargs):
        name = self.object.volunteer.person.display_name
        return super().get_context_data(**kwargs) | {
            "heading": self.heading,
            "lead": name,
            "crumbs": shift_crumbs(self.object.shift, self.heading),
        }


class ShiftMinutesView(MarkedMixin, FormView):
    """Somebody was there for another time than the shift lasted."""

    form_class = MinutesForm
    template_name = "coordination/hours/minutes.html"
    heading = gettext_lazy("Other minutes")
    success_message = gettext_lazy("The minutes are saved.")

    def get_initial(self):
        return {"minutes": actions.minutes_of(self.object)}

    def perform(self, form):
        actions.correct_shift(
            assignment=self.object, minutes=form.cleaned_data["minutes"], by=self.request.user
        )
        return self.back()

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "length": duration(self.object.shift.minutes),
            "changes": list(self.object.hours_changes.select_related("changed_by")),
        }


class ReasonView(MarkedMixin, FormView):
    """Why somebody did not come, if they said so."""

    form_class = ReasonForm
    heading = gettext_lazy("Why they did not come")
    success_message = gettext_lazy("It is saved.")

    def get_initial(self):
        presence = attendance.presence_of(self.object)
        return {"reason": presence.reason if presence else ""}

    def perform(self, form):
        attendance_actions.note_reason(
            assignment=self.object, reason=form.cleaned_data["reason"], by=self.request.user
        )
        return self.back()


class CallView(ActionView):
    """Somebody has called a volunteer who had not come several times."""

    permission = Permission.EDIT_PEOPLE
    access_purpose = CALL
    template_name = "coordination/attendance/call.html"
    success_message = gettext_lazy("Thank you for calling.")

    def rows(self):
        return follow_up.engagements()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def perform(self):
        attendance_actions.call_done(engagement=self.object, by=self.request.user)
        return reverse("coordination:follow-up")

    def get_context_data(self, **kwargs):
        heading, person = _("A caring call"), self.object.volunteer.person
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": follow_up_crumbs(self.object, heading),
            "person": person,
            "advice": [
                _("Ask how they are, and whether day and time still fit. Not for an excuse."),
                _("Write nothing down of what they tell you about themselves."),
                _("Nobody is left out because they did not come."),
            ],
            "back_url": reverse("coordination:follow-up"),
        }
