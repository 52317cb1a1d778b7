"""The states of coordination's rows, and which may follow which."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import StateTable


class ActivityState(models.TextChoices):
    IDEA = "idea", _("Idea")
    PILOT = "pilot", _("Pilot")
    RUNNING = "running", _("Running")
    ENDED = "ended", _("Ended")


ACTIVITY = StateTable(
    {
        ActivityState.IDEA: (ActivityState.PILOT, ActivityState.RUNNING, ActivityState.ENDED),
        ActivityState.PILOT: (ActivityState.RUNNING, ActivityState.ENDED),
        ActivityState.RUNNING: (ActivityState.ENDED,),
        ActivityState.ENDED: (ActivityState.RUNNING,),
    }
)


class ShiftState(models.TextChoices):
    OPEN = "open", _("Open")
    CANCELLED = "cancelled", _("Cancelled")


SHIFT = StateTable({ShiftState.OPEN: (ShiftState.CANCELLED,), ShiftState.CANCELLED: ()})


class AssignmentState(models.TextChoices):
    BOOKED = "booked", _("Signed up")
    CANCELLED = "cancelled", _("Cancelled")
    ATTENDED = "attended", _("Attended")
    ABSENT = "absent", _("Did not attend")


ASSIGNMENT = StateTable(
    {
        AssignmentState.BOOKED: (
            AssignmentState.CANCELLED,
            AssignmentState.ATTENDED,
            AssignmentState.ABSENT,
        ),
        AssignmentState.ATTENDED: (AssignmentState.ABSENT,),
        AssignmentState.ABSENT: (AssignmentState.ATTENDED,),
        AssignmentState.CANCELLED: (),
    }
)

# An assignment that takes a place and a person's time.
HOLDING_A_PLACE = (AssignmentState.BOOKED, AssignmentState.ATTENDED, AssignmentState.ABSENT)


class InvitationState(models.TextChoices):
    INVITED = "invited", _("Invited")
    COMING = "coming", _("Coming")
    NOT_COMING = "not_coming", _("Not coming")
    ATTENDED = "attended", _("Attended")


INVITATION = StateTable(
    {
        InvitationState.INVITED: (
            InvitationState.COMING,
            InvitationState.NOT_COMING,
            InvitationState.ATTENDED,
        ),
        InvitationState.COMING: (InvitationState.NOT_COMING, InvitationState.ATTENDED),
        InvitationState.NOT_COMING: (InvitationState.COMING, InvitationState.ATTENDED),
        InvitationState.ATTENDED: (InvitationState.COMING,),
    }
)
