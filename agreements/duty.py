"""Is a child certificate needed in an activity? Three answers in, one of three out, with reasons.

Source: boerneattestloven § 2 as read in domain.md 1.1-1.2, and rule 6.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from agreements.models import AttestationDuty, LegalReference
from coordination.models import Tie
from core import policies
from core.periods import today

# From the least to the most that can be asked.
STRICTER = (AttestationDuty.NOT_RELEVANT, AttestationDuty.OPTION, AttestationDuty.DUTY)
ORDER_KEY = "boerneattest-"


@dataclass(frozen=True)
class Answers:
    """Direct contact with children under 15; regularly among them; the usual tie."""

    contact: bool
    among: bool
    tie: str


def answer_of(answers):
    """The AttestationDuty that follows."""
    if not (answers.contact or answers.among):
        return AttestationDuty.NOT_RELEVANT
    return AttestationDuty.DUTY if answers.tie == Tie.FIXED else AttestationDuty.OPTION


def explanation(answers):
    """Why, in sentences: what was answered, what follows, what it means."""
    reasons = []
    if answers.contact:
        reasons.append(_("The tasks bring direct contact with children under 15."))
    if answers.among:
        reasons.append(_("The volunteers are regularly among children under 15."))
    return [*reasons, *_MEANING[answer_of(answers)]]


_MEANING = {
    AttestationDuty.NOT_RELEVANT: (
        _("The volunteers are not with children under 15, so no child certificate is asked for."),
        _("Answer again if the activity changes."),
    ),
    AttestationDuty.DUTY: (
        _("They come again and again, which is a fixed tie: the certificate is a duty."),
        _("Whoever has a fixed tie begins when the certificate is assessed."),
        _("Whoever comes now and then may help without, until they have come too often."),
    ),
    AttestationDuty.OPTION: (
        _("They come once or seldom, which is no fixed tie: the law allows a certificate."),
        _("It is no duty, but it becomes one for those who come often: that is counted."),
    ),
}


def choices(answer, *, path):
    """What may be decided where the questions lead to `answer`: itself, and what the setting
    `attestation.other_answer` allows.
    """
    allowed = policies.get("attestation.other_answer", path=path)
    if allowed == "any":
        return list(STRICTER)
    if allowed == "stricter":
        return list(STRICTER[STRICTER.index(answer) :])
    return [answer]


def legal_orders(on=None):
    """The orders in force on the day, as citations: an editable, dated list."""
    rows = LegalReference.objects.in_force(on or today()).filter(key__startswith=ORDER_KEY)
    return list(rows.order_by("key").values_list("citation", flat=True))
