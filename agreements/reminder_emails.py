"""The mails that remind of papers: what each text gets, or None where it has lost its sense.

What a mail says about a certificate is only that something waits on the volunteer's page.
"""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements import parties, signing
from agreements.models import Agreement, Attestation, Party
from agreements.states import AgreementState, AttestationState
from agreements.wording import BRANCH, FIRST_NAME, PAPERS, STAFF, UNSAID
from core import mail
from core.mail import Placeholder
from core.periods import today

UNSIGNED = "agreements.unsigned"
UNSIGNED_LEADER = "agreements.unsigned_leader"
UNSIGNED_STAFF = "agreements.unsigned_staff"
CONSENT = "agreements.consent"
CONSENT_STAFF = "agreements.consent_staff"

AGREEMENT_URL = Placeholder("url", _("Link to the agreement"), "/aftaler/12/", required=True)
DEADLINE = Placeholder("deadline", _("The last day to answer"), today())


def register():
    """Called once, from `AgreementsConfig.ready`."""
    mail.register(
        UNSIGNED,
        context=_unsigned,
        title=_("Reminder to sign the agreement"),
        group=PAPERS,
        priority=mail.URGENT,
        placeholders=(
            FIRST_NAME,
            BRANCH,
            Placeholder("link", _("Link to sign"), "/skriv-under/1", required=True, secret=True),
        ),
    )
    mail.register(
        UNSIGNED_LEADER,
        context=_unsigned_by_leader,
        title=_("To the branch leader: an agreement waits for you"),
        group=STAFF,
        placeholders=(BRANCH, AGREEMENT_URL),
    )
    mail.register(
        UNSIGNED_STAFF,
        context=_unsigned_by_somebody,
        title=_("To the coordinator: an agreement is not signed by all"),
        group=STAFF,
        placeholders=(
            BRANCH,
            Placeholder("sent_at", _("When the agreement was sent"), timezone.now()),
            Placeholder("waits_for", _("Who has not signed"), [_("Volunteer")]),
            AGREEMENT_URL,
        ),
    )
    mail.register(
        CONSENT,
        context=_consent,
        title=_("Reminder of a certificate that waits for consent"),
        group=PAPERS,
        sensitive=True,
        unsaid=UNSAID,
        placeholders=(
            FIRST_NAME,
            BRANCH,
            DEADLINE,
            Placeholder("own_url", _("Link to my page, for those with a sign-in"), "/min-side/"),
        ),
    )
    mail.register(
        CONSENT_STAFF,
        context=_consent_staff,
        title=_("To the coordinator: consent to a certificate is missing"),
        group=STAFF,
        sensitive=True,
        unsaid=UNSAID,
        placeholders=(
            BRANCH,
            DEADLINE,
            Placeholder("url", _("Link to the list"), "/min-side/", required=True),
        ),
    )


def _sent_agreement(message):
    """(the agreement, the parties that have yet to sign it), or None if it no longer waits."""
    rows = Agreement.objects.select_related("branch", "volunteer__person", "guardian")
    agreement = rows.filter(pk=message.about_id, state=AgreementState.SENT).first()
    if agreement is None:
        return None
    return agreement, parties.missing(agreement)


def _unsigned(message):
    """The link again: the one in the first mail may have been lost."""
    found = _sent_agreement(message)
    if found is None or Party.VOLUNTEER not in found[1]:
        return None
    agreement = found[0]
    return {
        "first_name": agreement.volunteer.person.first_name,
        "branch": agreement.branch.name,
        "link": mail.link("agreements:sign-start", signing.token(agreement)),
    }


def _unsigned_by_leader(message):
    """None unless the leader is the one everybody waits for."""
    found = _sent_agreement(message)
    if found is None or found[1] != (Party.LEADER,):
        return None
    return _for_staff(found[0])


def _unsigned_by_somebody(message):
    found = _sent_agreement(message)
    if found is None:
        return None
    agreement, missing = found
    return _for_staff(agreement) | {
        "sent_at": agreement.sent_at,
        "waits_for": [party.label for party in missing],
    }


def _for_staff(agreement):
    return {
        "branch": agreement.branch.name,
        "url": mail.link("agreements:agreement-detail", agreement.pk),
    }


def _waiting_attestation(message):
    """None once it is decided, or the time for consent has run out."""
    rows = Attestation.objects.select_related("branch", "volunteer__person")
    return rows.filter(
        pk=message.about_id, state=AttestationState.ORDERED, consent_until__gte=today()
    ).first()


def _consent(message):
    attestation = _waiting_attestation(message)
    if attestation is None:
        return None
    person = attestation.volunteer.person
    return {
        "first_name": person.first_name,
        "branch": attestation.branch.name,
        "deadline": attestation.consent_until,
        "own_url": mail.link("agreements:own-list") if person.user_id else "",
    }


def _consent_staff(message):
    attestation = _waiting_attestation(message)
    if attestation is None:
        return None
    return {
        "branch": attestation.branch.name,
        "deadline": attestation.consent_until,
        "url": mail.link("agreements:attestation-list"),
    }
