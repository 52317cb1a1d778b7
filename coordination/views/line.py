"""Staff's pages of who asks and who waits for a shift, and an activity's rules of signing up."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import explainer, queries, rosters
from coordination.access import Permission
from coordination.actions import line, sign_up
from coordination.forms.line import AnyVolunteerField, SignUpRulesForm, WaitForm, WhyNotForm
from coordination.models import Activity
from coordination.states import AssignmentState
from coordination.views.activities import activity_crumbs, activity_url
from coordination.views.shifts import CHANGE, SEARCH, SignUpView, shift_crumbs
from core import audit, forms
from core.views import ActionView, DetailView, FormView

WHO_CAN = audit.purpose("shift.who_can", gettext_lazy("A coordinator looked who can take a shift"))
# So many names stand under each reason; the number tells of the others.
MOST_NAMES = 10


def line_url(shift_id):
    return reverse("coordination:shift-line", args=[shift_id])


class LineView(DetailView):
    """Who asks to join, who has been offered a place and until when, and who waits, in order."""

    permission = Permission.EDIT_SHIFTS
    template_name = "coordination/shift/line.html"
    access_purpose = CHANGE

    def rows(self):
        return rosters.shifts_with_rules()

    def people_in(self, rows):
        self.line = rosters.line_with_people(self.object)
        asking = (*self.line.requested, *self.line.offered, *self.line.waiting)
        return [row.volunteer_id for row in asking]

    def get_context_data(self, **kwargs):
        shift, heading = self.object, _("Waiting list and requests")
        return super().get_context_data(**kwargs) | {
            "shift": shift,
            "line": self.line,
            "heading": heading,
            "crumbs": shift_crumbs(shift, heading),
        }


class PutInLineView(SignUpView):
    """Put a volunteer on the waiting list, for somebody who has rung."""

    form_class = WaitForm
    heading = gettext_lazy("Put somebody on the waiting list")
    success_message = gettext_lazy("It is done.")
    or_wait = True

    def page_before(self):
        return line_url(self.object.pk)

    def get_context_data(self, **kwargs):
        lead = _("If there is a place free, they get it at once.")
        return super().get_context_data(**kwargs) | {"lead": lead}


class PendingView(ActionView):
    """A deed on one who asks or waits."""

    permission = Permission.EDIT_SHIFTS
    access_purpose = CHANGE

    def rows(self):
        return rosters.assignments()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def get_context_data(self, **kwargs):
        shift, name = self.object.shift, self.object.volunteer.person.display_name
        heading = self.heading(name)
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": [
                *shift_crumbs(shift, _("Waiting list and requests"))[:2],
                {"text": _("Waiting list and requests"), "url": line_url(shift.pk)},
                {"text": heading, "url": ""},
            ],
            "question": heading,
            "cancel_url": line_url(shift.pk),
        }


class GrantView(PendingView):
    """Yes: a place where one is free, else the line."""

    success_message = gettext_lazy("The volunteer is told.")

    def heading(self, name):
        return _("Give %(name)s a place?") % {"name": name}

    def perform(self):
        line.grant(assignment=self.object, by=self.request.user)
        return line_url(self.object.shift_id)

    def get_context_data(self, **kwargs):
        consequence = (
            _("If all places are taken, they go on the waiting list.")
            if self.object.state == AssignmentState.REQUESTED
            else _("They get it before the others who wait.")
        )
        return super().get_context_data(**kwargs) | {
            "consequences": [_("The volunteer is told."), consequence],
            "action": _("Yes, give them a place"),
        }


class DeclineView(PendingView):
    """No to a request, or off the waiting list."""

    success_message = gettext_lazy("The volunteer is told.")

    def heading(self, name):
        if self.object.state == AssignmentState.REQUESTED:
            return _("Say no to %(name)s?") % {"name": name}
        return _("Take %(name)s off the waiting list?") % {"name": name}

    def perform(self):
        line.decline(assignment=self.object, by=self.request.user)
        return line_url(self.object.shift_id)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "consequences": [_("The volunteer is told. A place held for them goes to the next.")],
            "action": _("Yes, do it"),
        }


class WhoCanView(FormView):
    """Why does nobody see this shift, and why can this person not join?"""

    permission = Permission.EDIT_SHIFTS
    form_class = WhyNotForm
    template_name = "coordination/shift/who_can.html"
    access_purpose = WHO_CAN

    def rows(self):
        return rosters.shifts_with_rules()

    def people_in(self, rows):
        self.now = timezone.now()
        self.found = explainer.who_can(self.object_of(rows), self.now)
        self.asked = self.asked_about()
        self.names = rosters.names_of([pk for group in self.groups() for pk in group[:MOST_NAMES]])
        return [*self.names, *([self.asked.pk] if self.asked else [])]

    def object_of(self, rows):
        self.object = rows[0]
        return self.object

    def groups(self):
        return [self.found.able, *(stop.people for stop in self.found.stops)]

    def asked_about(self):
        """The volunteer in the address, if there is one whom the user may see."""
        number = self.request.GET.get("frivillig", "")
        if not number.isdecimal():
            return None
        rows = queries.volunteers_of(self.request.user, Permission.VIEW_PEOPLE)
        return rows.filter(pk=int(number[:12])).first()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"shift": self.object, "user": self.request.user}

    def perform(self, form):
        pk = form.cleaned_data["volunteer"].pk
        return f"{reverse('coordination:shift-who-can', args=[self.object.pk])}?frivillig={pk}"

    def get_context_data(self, **kwargs):
        shift, found, heading = self.object, self.found, _("Who can take the shift?")
        return super().get_context_data(**kwargs) | {
            "shift": shift,
            "found": found,
            "of_the_shift": [(one, explainer.next_step(one.code)) for one in found.of_the_shift],
            "able": self.named(found.able),
            "stops": [(stop, self.named(stop.people)) for stop in found.stops],
            "asked": self.asked,
            "reasons": self.reasons(),
            "heading": heading,
            "crumbs": shift_crumbs(shift, heading),
        }

    def named(self, people):
        """The first of them by name, and how many more there are."""
        shown = [self.names[pk] for pk in people[:MOST_NAMES] if pk in self.names]
        return {"people": shown, "more": len(people) - len(shown)}

    def reasons(self):
        if self.asked is None:
            return []
        found = explainer.why_not(self.object, self.asked, self.now)
        return [(one, explainer.next_step(one.code)) for one in found]


class WhoCanLookupView(DetailView):
    """The hits of the search as one types: volunteers whom the user may see."""

    permission = Permission.EDIT_SHIFTS

    def rows(self):
        return rosters.shifts()

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        name = request.GET.get("name", "")
        words = (request.GET.get("q", "") or request.GET.get(f"{name}_q", "")).strip()
        field = AnyVolunteerField(self.object, request.user)
        hits = field.hits(words) if words else []
        audit.record_access(request, [int(hit.value) for hit in hits], SEARCH)
        lookup = forms.lookup_context(
            name=name, id=request.GET.get("id", ""), query=words, hits=hits
        )
        return render(request, "components/lookup_results.html", {"lookup": lookup})


class SignUpRulesView(FormView):
    """Who signs up for an activity's shifts, and until when."""

    model = Activity
    permission = Permission.EDIT_ACTIVITIES
    form_class = SignUpRulesForm
    edits = True
    success_message = gettext_lazy("The rules of signing up are saved.")

    def get_initial(self):
        return sign_up.rules_of(self.object)

    def get_form_kwargs(self):
        return (
            super().get_form_kwargs()
            | sign_up.usual_at(self.object.branch.path)
            | {"cancel_url": activity_url(self.object.pk)}
        )

    def perform(self, form):
        sign_up.set_rules(activity=self.object, by=self.request.user, **form.rules())
        return activity_url(self.object.pk)

    def get_context_data(self, **kwargs):
        heading = _("Signing up for shifts")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "lead": _("Holds for every shift of the activity that does not say otherwise."),
            "crumbs": [*activity_crumbs(self.object), {"text": heading, "url": ""}],
        }
