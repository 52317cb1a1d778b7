"""The states of opportunities and applications, and which may follow which."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import StateTable


class OpportunityState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


OPPORTUNITY = StateTable(
    {
        OpportunityState.DRAFT: (OpportunityState.OPEN, OpportunityState.CLOSED),
        OpportunityState.OPEN: (OpportunityState.CLOSED,),
        OpportunityState.CLOSED: (OpportunityState.OPEN,),
    }
)


class ApplicationState(models.TextChoices):
    RECEIVED = "received", _("New")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


APPLICATION = StateTable(
    {
        ApplicationState.RECEIVED: (
            ApplicationState.ACCEPTED,
            ApplicationState.DECLINED,
            ApplicationState.WITHDRAWN,
        ),
        ApplicationState.ACCEPTED: (),
        ApplicationState.DECLINED: (),
        ApplicationState.WITHDRAWN: (),
    }
)
