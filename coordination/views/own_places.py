"""A volunteer's own page of a place they asked for, wait for or have been offered."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import rosters
from coordination.actions import line
from coordination.states import AssignmentState
from coordination.views.own import own_crumbs
from core.errors import DomainError
from core.views import ActionView


class OwnAnswerView(ActionView):
    """A place of mine that I say yes or no to. Subclasses name the `deeds` and what is `told`."""

    own = True

    def rows(self):
        return rosters.assignments()

    def perform(self):
        answer = self.request.POST.get("answer")
        if answer not in self.deeds:
            raise DomainError(_("Choose yes or no."), code="no_answer")
        self.deeds[answer](assignment=self.object, by=self.request.user)
        self.success_message = self.told[answer]
        return reverse("coordination:own-shift-list")


class OwnPlaceView(OwnAnswerView):
    """Where I stand in the line; a place that is held for me, to be said yes or no to."""

    template_name = "coordination/own/place.html"
    deeds = {"yes": line.accept, "no": line.decline}
    told = {
        "yes": gettext_lazy("You are signed up. Thank you!"),
        "no": gettext_lazy("Thank you for telling us."),
    }

    def get_context_data(self, **kwargs):
        mine = self.object
        standing = rosters.line_of(mine.shift)
        heading = _("My place")
        return super().get_context_data(**kwargs) | {
            "assignment": mine,
            "shift": mine.shift,
            "site": mine.shift.site,
            "is_coming": not mine.shift.has_started and not mine.shift.is_cancelled,
            "has_offer": mine.has_offer(timezone.now()),
            "is_requested": mine.state == AssignmentState.REQUESTED,
            "has_place": mine.state == AssignmentState.BOOKED,
            "position": standing.position(mine),
            "waiting": len(standing.waiting),
            "heading": heading,
            "crumbs": own_crumbs(heading),
        }
