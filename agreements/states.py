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
    REPLACED = "replaced", _("Replaced by a new one")
    WITHDRAWN = "withdrawn", _("Withdrawn")


AGREEMENT = StateTable(
    {
        AgreementState.DRAFT: (AgreementState.SENT, AgreementState.WITHDRAWN),
        AgreementState.SENT: (AgreementState.CONCLUDED, AgreementState.WITHDRAWN),
        AgreementState.CONCLUDED: (AgreementState.ENDED, AgreementState.REPLACED),
        AgreementState.ENDED: (),
        AgreementState.REPLACED: (),
        AgreementState.WITHDRAWN: (),
    }
)


# The states in which all have signed: it binds, or did, within its days.
SIGNED_BY_ALL = (AgreementState.CONCLUDED, AgreementState.ENDED, AgreementState.REPLACED)


class AttestationState(models.TextChoices):
    DETAILS = "details", _("Waiting for the CPR number")
    ORDERED = "ordered", _("Ordered")
    CONSENTED = "consented", _("The volunteer has consented")
    RECEIVED = "received", _("The answer is here, to be assessed")
    APPROVED = "approved", _("Approved")
    NOT_APPROVED = "not_approved", _("Not approved")
    DECLINED = "declined", _("The volunteer has not consented")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUSPENDED = "suspended", _("Suspended")
    EXEMPT = "exempt", _("Not needed before the age of 15")


# The states in which an attestation opens the gate, within its days.
OPENING = (AttestationState.APPROVED, AttestationState.EXEMPT)
# Those in which an answer is on its way from the police.
AT_THE_POLICE = (AttestationState.ORDERED, AttestationState.CONSENTED)
# Those in which somebody has something left to do: one at a time per volunteer and kind.
UNDER_WAY = (AttestationState.DETAILS, *AT_THE_POLICE, AttestationState.RECEIVED)
# Those that close activities with children to the volunteer, whatever the tie.
CLOSING = (
    AttestationState.NOT_APPROVED,
    AttestationState.SUSPENDED,
    AttestationState.DECLINED,
)

ATTESTATION = StateTable(
    {
        AttestationState.DETAILS: (AttestationState.ORDERED, AttestationState.WITHDRAWN),
        AttestationState.ORDERED: (
            AttestationState.CONSENTED,
            AttestationState.RECEIVED,
            AttestationState.APPROVED,
            AttestationState.NOT_APPROVED,
            AttestationState.DECLINED,
            AttestationState.WITHDRAWN,
        ),
        AttestationState.CONSENTED: (
            AttestationState.RECEIVED,
            AttestationState.APPROVED,
            AttestationState.NOT_APPROVED,
            AttestationState.WITHDRAWN,
        ),
        AttestationState.RECEIVED: (
            AttestationState.APPROVED,
            AttestationState.NOT_APPROVED,
            AttestationState.WITHDRAWN,
        ),
        AttestationState.DECLINED: (),
        AttestationState.APPROVED: (AttestationState.SUSPENDED,),
        AttestationState.NOT_APPROVED: (),
        AttestationState.WITHDRAWN: (),
        AttestationState.SUSPENDED: (AttestationState.APPROVED, AttestationState.NOT_APPROVED),
        AttestationState.EXEMPT: (AttestationState.WITHDRAWN,),
    }
)
