"""“I cannot come”: one page that finds the right way, for the volunteer and for who is rung up."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import joining, rosters, scheduling, stand_ins
from coordination.access import Permission
from coordination.actions import assignments
from coordination.actions import stand_ins as deeds
from coordination.forms.stand_ins import ReasonForm
from coordination.states import AssignmentState
from coordination.views.own import own_crumbs
from coordination.views.shifts import CHANGE, shift_crumbs, shift_url
from core.errors import DomainError
from core.views import ActionView

CANCEL, ASK, WITHDRAW = "cancel", "ask", "withdraw"


class CannotComeView(ActionView):
    """Cancel, look for a stand-in, or find somebody to swap with; what fits stands first."""

    template_name = "coordination/own/cannot_come.html"
    told = {
        CANCEL: gettext_lazy("You have cancelled. Thank you for telling us."),
        ASK: gettext_lazy("We look for a stand-in. You keep the shift until there is one."),
        WITHDRAW: gettext_lazy("It is good that you can come after all."),
    }

    def rows(self):
        return rosters.assignments()

    def perform(self):
        deed = self.request.POST.get("deed", self.usual_deed)
        if deed not in self.told:
            raise DomainError(_("Choose what you would like to do."), code="no_deed")
        self.do(deed)
        self.success_message = self.told[deed]
        return self.page_after(deed)

    usual_deed = CANCEL

    def do(self, deed):
        if deed == CANCEL:
            assignments.cancel(assignment=self.object, by=self.request.user)
        elif deed == ASK:
            form = self.reason_form()
            if not form.is_valid():
                raise DomainError(_("Nothing has been done yet. Look below."), code="invalid")
            deeds.ask(assignment=self.object, by=self.request.user, **form.cleaned_data)
        else:
            deeds.withdraw(stand_in=self.open_search(), by=self.request.user)

    def reason_form(self):
        """What was written is kept where something else was wrong with it."""
        written = self.request.POST if self.request.method == "POST" else None
        return ReasonForm(written, prompt=self.prompt)

    def open_search(self):
        search = stand_ins.search_of(self.object, timezone.now())
        if search is None:
            raise DomainError(_("No stand-in is looked for any more."), code="not_open")
        return search

    def page_after(self, deed):
        if deed == CANCEL:
            return reverse("coordination:own-shift-list")
        return reverse("coordination:own-assignment-cancel", args=[self.object.pk])

    def get_context_data(self, **kwargs):
        place, shift, now = self.object, self.object.shift, timezone.now()
        search = stand_ins.search_of(place, now)
        coming = place.state == AssignmentState.BOOKED and not scheduling.closed_reasons(shift, now)
        late = scheduling.late_reasons(shift.starts_at, now, self.hours())
        return super().get_context_data(**kwargs) | {
            "assignment": place,
            "shift": shift,
            "site": shift.site,
            "branch": shift.site.branch,
            "search": search,
            "asked": stand_ins.number_asked(search) if search else 0,
            "coming": coming,
            "late": late[0] if late else None,
            "volunteers_decide": stand_ins.volunteers_decide(shift),
            "waiting": len(rosters.line_of(shift).waiting) if coming else 0,
            "form": self.reason_form(),
            **self.page(),
        }


class OwnCannotComeView(CannotComeView):
    """The volunteer's own page."""

    own = True
    prompt = gettext_lazy("Only the coordinator sees it. Write nothing about health.")

    def hours(self):
        return joining.leave_hours(self.object.shift)

    def page(self):
        heading = _("I cannot come")
        return {"heading": heading, "crumbs": own_crumbs(heading)}


class StaffCannotComeView(CannotComeView):
    """Somebody has rung: each way, on the volunteer's behalf."""

    permission = Permission.EDIT_SHIFTS
    access_purpose = CHANGE
    template_name = "coordination/shift/cannot_come.html"
    usual_deed = ASK
    prompt = gettext_lazy("Only coordinators see it. Write nothing about health.")
    told = {
        ASK: gettext_lazy("A stand-in is looked for. The volunteer is on the shift until then."),
        WITHDRAW: gettext_lazy("No stand-in is looked for any more."),
    }

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def hours(self):
        return 0

    def page_after(self, deed):
        return shift_url(self.object.shift_id)

    def page(self):
        name = self.object.volunteer.person.display_name
        heading = _("%(name)s cannot come") % {"name": name}
        crumbs = shift_crumbs(self.object.shift, heading)
        return {"heading": heading, "crumbs": crumbs, "person": self.object.volunteer.person}
