"""Staff's pages of recognition events: the list, one event, plan, change, invite, who came."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import queries, rosters
from coordination.access import Permission, scope_of
from coordination.actions import recognition
from coordination.forms.recognition import (
    ONE,
    AttendanceForm,
    EventForm,
    InviteForm,
    NewEventForm,
    tied_to,
)
from core import audit, forms
from core.views import ActionView, DetailView, FormView, ListView

DETAIL = audit.purpose(
    "recognition.detail", gettext_lazy("The list of those invited to an event was shown")
)
SEARCH = audit.purpose(
    "recognition.search", gettext_lazy("You were found when people were invited to an event")
)


def event_url(pk):
    return reverse("coordination:recognition-detail", args=[pk])


def event_crumbs(event, heading):
    return [
        {"text": _("Recognition"), "url": reverse("coordination:recognition-list")},
        {"text": event.title, "url": event_url(event.pk)},
        {"text": heading, "url": ""},
    ]


class EventListView(ListView):
    """Recognition events of one's branches, the latest first."""

    permission = Permission.VIEW_RECOGNITION
    template_name = "coordination/recognition/list.html"

    def rows(self):
        return rosters.events()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        answers = rosters.answers_of([row.pk for row in context["rows"]])
        for row in context["rows"]:
            row.answers = answers.get(row.pk)
        may_edit = scope_of(self.request.user).holds(Permission.EDIT_RECOGNITION)
        return context | {"may_edit": may_edit, "now": timezone.now()}


class EventDetailView(DetailView):
    """One event and, for those who may see them, the people invited."""

    permission = Permission.VIEW_RECOGNITION
    template_name = "coordination/recognition/detail.html"
    access_purpose = DETAIL

    def rows(self):
        return rosters.events()

    def holds(self, permission):
        return scope_of(self.request.user).holds(permission, self.object.branch.path)

    def people_in(self, rows):
        self.invitations = []
        if self.holds(Permission.VIEW_CONTACTS):
            self.invitations = list(rosters.invitations_of(self.object))
        return [row.volunteer_id for row in self.invitations]

    def get_context_data(self, **kwargs):
        event = self.object
        is_cancelled = event.cancelled_at is not None
        coming = event.starts_at > timezone.now()
        may_edit = self.holds(Permission.EDIT_RECOGNITION) and not is_cancelled
        return super().get_context_data(**kwargs) | {
            "event": event,
            "invitations": self.invitations,
            "answers": rosters.answers_of([event.pk]).get(event.pk),
            "sees_people": self.holds(Permission.VIEW_PEOPLE),
            "is_cancelled": is_cancelled,
            "may_change": may_edit and coming,
            "may_mark": may_edit and not coming and bool(self.invitations),
        }


class EventCreateView(FormView):
    """Plan an event."""

    permission = Permission.EDIT_RECOGNITION
    form_class = NewEventForm
    success_message = gettext_lazy("The event is planned. Now invite somebody.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "user": self.request.user,
            "cancel_url": reverse("coordination:recognition-list"),
        }

    def perform(self, form):
        event = recognition.plan(
            branch=form.cleaned_data["branch"], by=self.request.user, **form.details()
        )
        return event_url(event.pk)

    def get_context_data(self, **kwargs):
        heading = _("Plan an event")
        crumbs = [
            {"text": _("Recognition"), "url": reverse("coordination:recognition-list")},
            {"text": heading, "url": ""},
        ]
        return super().get_context_data(**kwargs) | {"heading": heading, "crumbs": crumbs}


class EventPageMixin:
    """Pages about one event."""

    permission = Permission.EDIT_RECOGNITION
    heading = ""

    def rows(self):
        return rosters.events()

    def get_context_data(self, **kwargs):
        crumbs = event_crumbs(self.object, self.heading)
        return super().get_context_data(**kwargs) | {"heading": self.heading, "crumbs": crumbs}


class EventEditView(EventPageMixin, FormView):
    """Change what is told about the event."""

    form_class = EventForm
    edits = True
    heading = gettext_lazy("Change the event")
    success_message = gettext_lazy("The event is saved.")

    def get_initial(self):
        start = timezone.localtime(self.object.starts_at)
        names = ("title", "title_en", "place", "description", "description_en", "reply_by")
        initial = {name: getattr(self.object, name) for name in names}
        return initial | {"starts_on": start.date(), "starts": start.time()}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": event_url(self.object.pk)}

    def perform(self, form):
        recognition.change(event=self.object, by=self.request.user, **form.details())
        return event_url(self.object.pk)


class InviteView(EventPageMixin, FormView):
    """Invite everybody, or one."""

    form_class = InviteForm
    heading = gettext_lazy("Invite volunteers")
    success_message = gettext_lazy("The invitations are on their way.")

    def get_form_kwargs(self):
        invited = self.object.invitations.values("volunteer")
        return super().get_form_kwargs() | {
            "event": self.object,
            "user": self.request.user,
            "number": recognition.reachable_by(self.object).exclude(pk__in=invited).count(),
            "cancel_url": event_url(self.object.pk),
        }

    def perform(self, form):
        event, user = self.object, self.request.user
        if form.cleaned_data["who"] == ONE:
            chosen = queries.people().filter(pk=form.cleaned_data["volunteer"].pk)
            recognition.invite(event=event, volunteers=chosen, by=user)
        else:
            recognition.invite_all(event=event, by=user)
        return event_url(event.pk)


class InviteLookupView(EventPageMixin, DetailView):
    """The hits of the invitation's search as one types."""

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        name = request.GET.get("name", "")
        words = (request.GET.get("q", "") or request.GET.get(f"{name}_q", "")).strip()
        rows = []
        if words:
            people = tied_to(self.object, request.user)
            rows = list(queries.volunteers_matching(people, words)[: forms.LOOKUP_LIMIT])
        audit.record_access(request, [row.pk for row in rows], SEARCH)
        hits = [forms.Hit(str(row.pk), row.person.display_name) for row in rows]
        lookup = forms.lookup_context(
            name=name, id=request.GET.get("id", ""), query=words, hits=hits
        )
        return render(request, "components/lookup_results.html", {"lookup": lookup})


class EventAttendanceView(EventPageMixin, FormView):
    """Register who came."""

    form_class = AttendanceForm
    heading = gettext_lazy("Who came?")
    success_message = gettext_lazy("Who came is saved.")
    access_purpose = DETAIL

    def people_in(self, rows):
        self.invitations = list(rosters.invitations_of(self.object))
        return [row.volunteer_id for row in self.invitations]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "invitations": self.invitations,
            "cancel_url": event_url(self.object.pk),
        }

    def perform(self, form):
        recognition.register_attendances(marks=form.marks(), by=self.request.user)
        return event_url(self.object.pk)


class EventCancelView(EventPageMixin, ActionView):
    """Cancel an event."""

    heading = gettext_lazy("Cancel the event")
    success_message = gettext_lazy("The event is cancelled.")

    def perform(self):
        recognition.cancel(event=self.object, by=self.request.user)
        return event_url(self.object.pk)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "question": _("Cancel this event?"),
            "consequences": [_("Those who said yes are told by e-mail.")],
            "action": _("Yes, cancel the event"),
            "cancel_url": event_url(self.object.pk),
        }
