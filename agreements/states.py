"""The states of agreements and attestations, and which may follow which.

Only what somebody did is stored. What follows from the calendar (in force, expired, consent
expired) is derived from dates when read.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import StateTable


class AgreementState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Waiting for signatures")
    CONCLUDED = "concluded", _("Signed by all")
    ENDED = "ended", _("Ended")
    WITHDRAWN = "withdrawn", _("Withdrawn")


AGREEMENT = StateTable(
    {
        AgreementState.DRAFT: (AgreementState.SENT, AgreementState.WITHDRAWN),
        AgreementState.SENT: (AgreementState.CONCLUDED, AgreementState.WITHDRAWN),
        AgreementState.CONCLUDED: (AgreementState.ENDED,),
        AgreementState.ENDED: (),
        AgreementState.WITHDRAWN: (),
    }
)


class AttestationState(models.TextChoices):
    ORDERED = "ordered", _("Ordered")
    APPROVED = "approved", _("Approved")
    NOT_APPROVED = "not_approved", _("Not approved")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUSPENDED = "suspended", _("Suspended")
    EXEMPT = "exempt", _("Not needed before the age of 15")


# The states in which an attestation opens the gate, within its days.
OPENING = (AttestationState.APPROVED, AttestationState.EXEMPT)


ATTESTATION = StateTable(
    {
        AttestationState.ORDERED: (
            AttestationState.APPROVED,
            AttestationState.NOT_APPROVED,
            AttestationState.WITHDRAWN,
        ),
        AttestationState.APPROVED: (AttestationState.SUSPENDED,),
        AttestationState.NOT_APPROVED: (),
        AttestationState.WITHDRAWN: (),
        AttestationState.SUSPENDED: (AttestationState.APPROVED, AttestationState.NOT_APPROVED),
        AttestationState.EXEMPT: (AttestationState.WITHDRAWN,),
    }
)
