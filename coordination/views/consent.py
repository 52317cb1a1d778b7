"""A shift that was changed: the volunteer says yes or no again; staff do it for who has rung."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import rosters
from coordination.access import Permission
from coordination.actions import consent
from coordination.states import AssignmentState
from coordination.views.own import own_crumbs
from coordination.views.own_places import OwnAnswerView
from coordination.views.shifts import CHANGE, shift_crumbs, shift_url
from core.templatetags.ui import when
from core.views import ActionView


class OwnChangeView(OwnAnswerView):
    """The shift as it is now, to be said yes or no to. Afterwards it says what was answered."""

    template_name = "coordination/own/change.html"
    deeds = {"yes": consent.confirm, "no": consent.refuse}
    told = {
        "yes": gettext_lazy("Thank you! The place is yours."),
        "no": gettext_lazy("Thank you for telling us. Somebody else can have the place now."),
    }

    def get_context_data(self, **kwargs):
        mine, heading = self.object, _("A shift that has changed")
        late = mine.lets_go(timezone.now())
        was_late = mine.state == AssignmentState.LAPSED
        return super().get_context_data(**kwargs) | {
            "assignment": mine,
            "shift": mine.shift,
            "site": mine.shift.site,
            "is_coming": not mine.shift.has_started and not mine.shift.is_cancelled,
            "asks": mine.is_unconfirmed and not late,
            "too_late": late or was_late,
            "has_place": mine.state == AssignmentState.BOOKED and not mine.is_unconfirmed,
            "heading": heading,
            "crumbs": own_crumbs(heading),
        }


class ConfirmForView(ActionView):
    """Staff write down the yes of somebody who has rung."""

    permission = Permission.EDIT_SHIFTS
    access_purpose = CHANGE
    success_message = gettext_lazy("The yes is written down.")

    def rows(self):
        return rosters.assignments()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def perform(self):
        consent.confirm(assignment=self.object, by=self.request.user)
        return shift_url(self.object.shift_id)

    def get_context_data(self, **kwargs):
        row, heading = self.object, _("They say yes")
        name = row.volunteer.person.display_name
        until = when(row.confirm_until) if row.is_unconfirmed else ""
        consequences = [_("%(name)s need not answer any more.") % {"name": name}]
        if until:
            consequences.append(_("The time to answer ends %(until)s.") % {"until": until})
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": shift_crumbs(row.shift, heading),
            "question": _("Has %(name)s said yes to the shift as it is now?") % {"name": name},
            "consequences": consequences,
            "action": _("Yes, they come"),
            "cancel_url": shift_url(row.shift_id),
        }
