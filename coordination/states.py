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
    REQUESTED = "requested", _("Asks to join")
    WAITING = "waiting", _("On the waiting list")
    OFFERED = "offered", _("Offered a place")
    BOOKED = "booked", _("Signed up")
    CANCELLED = "cancelled", _("Cancelled")
    ATTENDED = "attended", _("Attended")
    ABSENT = "absent", _("Did not attend")
    DECLINED = "declined", _("Came to nothing")
    LAPSED = "lapsed", _("Not answered in time")


ASSIGNMENT = StateTable(
    {
        AssignmentState.REQUESTED: (
            AssignmentState.BOOKED,
            AssignmentState.WAITING,
            AssignmentState.DECLINED,
        ),
        AssignmentState.WAITING: (
            AssignmentState.OFFERED,
            AssignmentState.BOOKED,
            AssignmentState.DECLINED,
        ),
        # Back to waiting: the shift was moved, and the offer is made anew for the new time.
        AssignmentState.OFFERED: (
            AssignmentState.WAITING,
            AssignmentState.BOOKED,
            AssignmentState.DECLINED,
            AssignmentState.LAPSED,
        ),
        AssignmentState.BOOKED: (
            AssignmentState.CANCELLED,
            AssignmentState.ATTENDED,
            AssignmentState.ABSENT,
            # The shift was changed, and they did not say yes again in time.
            AssignmentState.LAPSED,
        ),
        AssignmentState.ATTENDED: (AssignmentState.ABSENT,),
        AssignmentState.ABSENT: (AssignmentState.ATTENDED,),
        AssignmentState.CANCELLED: (),
        AssignmentState.DECLINED: (),
        AssignmentState.LAPSED: (),
    }
)

# An assignment that takes a place and a person's time.
HOLDING_A_PLACE = (AssignmentState.BOOKED, AssignmentState.ATTENDED, AssignmentState.ABSENT)
# In the line for a place; an offer holds one until its time is up, but nobody's time.
IN_LINE = (AssignmentState.WAITING, AssignmentState.OFFERED)
# Asked, and nothing has come of it yet.
PENDING = (AssignmentState.REQUESTED, *IN_LINE)
# Somebody is on the shift or may still be: at most one of a person on a shift.
LIVE = (*HOLDING_A_PLACE, *PENDING)


class StandInState(models.TextChoices):
    """A volunteer who cannot come looks for a stand-in; over by the clock when the shift begins."""

    OPEN = "open", _("Looking for a stand-in")
    TAKEN = "taken", _("Taken over")
    WITHDRAWN = "withdrawn", _("Withdrawn")


STAND_IN = StateTable(
    {
        StandInState.OPEN: (StandInState.TAKEN, StandInState.WITHDRAWN),
        StandInState.TAKEN: (),
        StandInState.WITHDRAWN: (),
    }
)


class SwapState(models.TextChoices):
    """One volunteer proposes to another that they take each other's shift."""

    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Swapped")
    DECLINED = "declined", _("No, thank you")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Not answered in time")


SWAP = StateTable(
    {
        SwapState.PROPOSED: (
            SwapState.ACCEPTED,
            SwapState.DECLINED,
            SwapState.WITHDRAWN,
            SwapState.LAPSED,
        ),
        SwapState.ACCEPTED: (),
        SwapState.DECLINED: (),
        SwapState.WITHDRAWN: (),
        SwapState.LAPSED: (),
    }
)


class SignUpWay(models.TextChoices):
    """Who puts people on a shift."""

    SELF = "self", _("Volunteers sign up themselves")
    REQUEST = "request", _("Volunteers ask, and a coordinator says yes")
    STAFF = "staff", _("Only coordinators put people on")


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


class GroupState(models.TextChoices):
    BOOKED = "booked", _("Booked")
    CANCELLED = "cancelled", _("Given back")


GROUP = StateTable({GroupState.BOOKED: (GroupState.CANCELLED,), GroupState.CANCELLED: ()})


class HoursState(models.TextChoices):
    """Hours that a volunteer told of besides the shifts."""

    WAITING = "waiting", _("Waits for an answer")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Not approved")
    WITHDRAWN = "withdrawn", _("Taken back")


HOURS = StateTable(
    {
        HoursState.WAITING: (HoursState.APPROVED, HoursState.DECLINED, HoursState.WITHDRAWN),
        HoursState.APPROVED: (HoursState.DECLINED,),
        HoursState.DECLINED: (HoursState.APPROVED,),
        HoursState.WITHDRAWN: (),
    }
)
