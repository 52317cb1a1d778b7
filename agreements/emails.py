"""The mails about agreements and attestations: one function per message.

What a mail says about an attestation is only that something waits on the volunteer's page.
"""

from django.utils import timezone

from agreements import signing, wording
from agreements.models import Agreement, Attestation, Party, SigningCode
from agreements.states import AgreementState
from core import mail
from core.models import Channel
from core.periods import today

LINK = "agreements.link"
CODE = "agreements.code"
SIGNED = "agreements.signed"
EXPIRING = "agreements.expiring"
EXPIRING_STAFF = "agreements.expiring_staff"
ATTESTATION_ORDERED = "agreements.attestation_ordered"
ATTESTATION_EXPIRING = "agreements.attestation_expiring"
ATTESTATION_EXPIRING_STAFF = "agreements.attestation_expiring_staff"


def register():
    """Called once, from `AgreementsConfig.ready`."""
    wording.name_groups()
    mail.register(LINK, context=_link, load=agreements, ways=(Channel.EMAIL,), **wording.LINK)
    mail.register(CODE, context=_code, **wording.CODE)
    mail.register(SIGNED, context=_signed, load=agreements, **wording.SIGNED)
    mail.register(EXPIRING, context=_expiring, load=agreements, **wording.EXPIRING)
    mail.register(EXPIRING_STAFF, context=_expiring, load=agreements, **wording.EXPIRING_STAFF)
    mail.register(
        ATTESTATION_ORDERED,
        context=_attestation,
        load=attestations,
        **wording.ATTESTATION_ORDERED,
    )
    mail.register(
        ATTESTATION_EXPIRING,
        context=_attestation_expiring,
        load=attestations,
        **wording.ATTESTATION_EXPIRING,
    )
    mail.register(
        ATTESTATION_EXPIRING_STAFF,
        context=_attestation_expiring,
        load=attestations,
        **wording.ATTESTATION_EXPIRING_STAFF,
    )


def send_link(agreement, *, again=False):
    """The link to sign. Nothing without an address: those people sign on paper."""
    key = None if again else f"{LINK}:{agreement.pk}"
    return _send(LINK, agreement.volunteer.person, agreement, key=key)


def send_code(code):
    """The one-time code, in a mail of its own; it is worked out when the mail is written."""
    return _send(CODE, code.agreement.volunteer.person, code)


def send_signed(agreement):
    """All have signed."""
    return _send(SIGNED, agreement.volunteer.person, agreement)


def send_attestation_ordered(attestation):
    """Something waits on the volunteer's page."""
    return _send(ATTESTATION_ORDERED, attestation.volunteer.person, attestation)


def send_attestation_requested(attestation):
    """The same, when the CPR number is needed first."""
    key = f"{ATTESTATION_ORDERED}:{attestation.pk}:requested"
    return _send(ATTESTATION_ORDERED, attestation.volunteer.person, attestation, key=key)


def recipient(person):
    """The Recipient of messages to a person."""
    return mail.Recipient(
        email=person.email, name=person.name, language=person.language, person_id=person.pk
    )


def staff_recipient(user):
    """The Recipient of messages to a member of staff."""
    return mail.Recipient(
        email=user.email, name=user.get_full_name(), language=user.language, user=user
    )


def _send(kind, person, about, *, key=""):
    """By the way that is right for the person; a link to sign and its code by e-mail or not."""
    if not person.email and kind in (LINK, CODE):
        return None
    key = f"{kind}:{about.pk}" if key == "" else key
    return mail.send(kind, to=recipient(person), about=about, key=key)


# --- What the templates get, or None where the mail has lost its sense ----------------------


def agreements(messages):
    """{message pk: the Agreement it is about}. 1 query."""
    return mail.by_about(Agreement.objects.select_related("branch", "volunteer__person"), messages)


def _shared(agreement):
    person = agreement.volunteer.person
    return {
        "first_name": person.first_name,
        "branch": agreement.branch.name,
        "has_sign_in": person.user_id is not None,
        "own_url": mail.link("agreements:own-list"),
    }


def _link(message):
    agreement = mail.matter(message)
    if agreement is None or agreement.state != AgreementState.SENT:
        return None
    if agreement.signatures.filter(party=Party.VOLUNTEER).exists():
        return None
    token = signing.token(agreement)
    return _shared(agreement) | {"link": mail.link("agreements:sign-start", token)}


def _code(message):
    code = SigningCode.objects.select_related("agreement__branch").filter(pk=message.about_id)
    code = code.first()
    if code is None or not signing.is_live(code, timezone.now()):
        return None
    minutes = int(signing.CODE_LIFETIME.total_seconds() // 60)
    return {
        "code": signing.code_of(code),
        "minutes": minutes,
        "branch": code.agreement.branch.name,
    }


def _signed(message):
    agreement = mail.matter(message)
    if agreement is None or agreement.state != AgreementState.CONCLUDED:
        return None
    return _shared(agreement) | {"starts_on": agreement.starts_on}


def _expiring(message):
    agreement = mail.matter(message)
    if agreement is None or agreement.state != AgreementState.CONCLUDED:
        return None
    if agreement.ends_on is None or agreement.ends_on < today():
        return None
    return _shared(agreement) | {
        "ends_on": agreement.ends_on,
        "url": mail.link("agreements:agreement-detail", agreement.pk),
    }


def attestations(messages):
    """{message pk: the Attestation it is about}. 1 query."""
    rows = Attestation.objects.select_related("branch", "volunteer__person")
    return mail.by_about(rows, messages)


def _attestation(message):
    attestation = mail.matter(message)
    if attestation is None or not attestation.is_under_way:
        return None
    return _shared(attestation) | {"consent_until": attestation.consent_until}


def _attestation_expiring(message):
    attestation = mail.matter(message)
    if attestation is None or not attestation.is_valid_on(today()):
        return None
    return _shared(attestation) | {
        "day": attestation.valid_until,
        "url": mail.link("start"),  # the address of the list would say what it is
    }
