"""A volunteer's own pages. Everything starts from `.own(user)`; no JavaScript is needed."""

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import panels, rosters
from coordination.actions import assignments, preferences, recognition
from coordination.forms.own import OwnContactForm, OwnRoleForm
from coordination.models import Volunteer
from coordination.states import AssignmentState
from core.errors import DomainError
from core.localised import localised
from core.periods import today
from core.views import ActionView, FormView, ListView, PageView

NEXT_SHIFTS = 5
CHOOSE_AGAIN = ("full", "role_unknown")


def own_volunteer(user):
    """The volunteer who is this user, with their person, or None."""
    return Volunteer.objects.own(user).select_related("person").first()


def own_crumbs(heading):
    return [
        {"text": _("My page"), "url": reverse("coordination:own-page")},
        {"text": heading, "url": ""},
    ]


class OwnPageView(PageView):
    """My page: what comes next, what is missing, where I help, what I am invited to."""

    template_name = "coordination/own/page.html"

    def get_context_data(self, **kwargs):
        user, now = self.request.user, timezone.now()
        volunteer = own_volunteer(user)
        context = super().get_context_data(**kwargs) | {"volunteer": volunteer}
        if volunteer is None:
            return context
        return context | {
            "person": volunteer.person,
            "panels": panels.panels_for("own.page", self.request, volunteer),
            "assignments": list(rosters.own_assignments(user, now)[:NEXT_SHIFTS]),
            "engagements": list(rosters.own_engagements(user, today())),
            "invitations": list(rosters.own_invitations(user, now)),
            "today": today(),
        }


class OwnShiftListView(ListView):
    """Shifts I am on, shifts I can take, and those I cannot, with why and what to do."""

    own = True
    template_name = "coordination/own/shifts.html"
    paginate_by = 20

    def rows(self):
        now = timezone.now()
        return rosters.shifts_with_rules().upcoming(now).filter(starts_at__gt=now)

    def permitted_rows(self):
        mine = rosters.own_assignments(self.request.user, timezone.now())
        return super().permitted_rows().exclude(pk__in=mine.values("shift"))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        volunteer = own_volunteer(self.request.user)
        return context | {
            "volunteer": volunteer,
            "mine": list(rosters.own_assignments(self.request.user, timezone.now())),
            "choices": rosters.choices(context["rows"], volunteer) if volunteer else [],
        }


class OwnSignUpView(ActionView):
    """Take a shift, ask for it, or wait for a place: asks once, then does it; says why not where
    it cannot be."""

    own = True
    template_name = "coordination/own/sign_up.html"
    told = {
        AssignmentState.BOOKED: gettext_lazy("You are signed up. Thank you!"),
        AssignmentState.REQUESTED: gettext_lazy(
            "Thank you for asking. The coordinator answers you."
        ),
        AssignmentState.WAITING: gettext_lazy(
            "You are on the waiting list. We write to you when there is a place."
        ),
    }

    def rows(self):
        return rosters.shifts_with_rules()

    def perform(self):
        assignment = assignments.sign_up(
            shift=self.object,
            volunteer=self.volunteer(),
            by=self.request.user,
            or_wait=self.request.POST.get("wait") == "yes",
            role=self.request.POST.get("role", ""),
        )
        self.success_message = self.told[assignment.state]
        return reverse("coordination:own-shift-list")

    def volunteer(self):
        volunteer = own_volunteer(self.request.user)
        if volunteer is None:
            raise Http404
        return volunteer

    def chosen_role(self):
        return self.request.POST if self.request.method == "POST" else None

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        choice = rosters.own_choice(self.object, self.volunteer())
        error = context.get("error")
        heading = _("Sign up for a shift")
        return context | {
            "shift": self.object,
            "site": self.object.site,
            "choice": choice,
            "form": OwnRoleForm(self.chosen_role(), roles=choice.roles) if choice.roles else None,
            "may_choose": choice.roles and (error is None or error.code in CHOOSE_AGAIN),
            "some_full": any(not one.free for one in choice.roles),
            "heading": heading,
            "crumbs": own_crumbs(heading),
        }


class OwnContactView(FormView):
    """One's own contact, language and wishes."""

    form_class = OwnContactForm
    edits = True
    success_message = gettext_lazy("Your information is saved.")

    def prepare(self):
        self.object = own_volunteer(self.request.user)
        if self.object is None:
            raise Http404

    def get_initial(self):
        volunteer = self.object
        contact = {name: getattr(volunteer.person, name) for name in preferences.CONTACT}
        return contact | {name: getattr(volunteer, name) for name in preferences.WISHES}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "sign_in": self.request.user.email,
            "cancel_url": reverse("coordination:own-page"),
        }

    def perform(self, form):
        preferences.update(volunteer=self.object, by=self.request.user, **form.cleaned_data)
        return reverse("coordination:own-page")

    def get_context_data(self, **kwargs):
        heading = _("My information")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": own_crumbs(heading),
        }


class OwnInvitationView(ActionView):
    """Say yes or no to an invitation to a recognition event."""

    own = True
    template_name = "coordination/own/invitation.html"
    success_message = gettext_lazy("Thank you for your answer.")
    answers = {"yes": True, "no": False}

    def rows(self):
        return rosters.invitations()

    def perform(self):
        coming = self.answers.get(self.request.POST.get("answer"))
        if coming is None:
            raise DomainError(_("Choose whether you are coming."), code="no_answer")
        recognition.answer(invitation=self.object, coming=coming, by=self.request.user)
        return reverse("coordination:own-page")

    def get_context_data(self, **kwargs):
        event = self.object.event
        title = localised(event, "title").text
        return super().get_context_data(**kwargs) | {
            "event": event,
            "invitation": self.object,
            "heading": title,
            "crumbs": own_crumbs(title),
            "is_open": event.cancelled_at is None and event.starts_at > timezone.now(),
        }
