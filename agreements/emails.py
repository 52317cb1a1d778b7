"""The mails about agreements and attestations: one function per message.

What a mail says about an attestation is only that something waits on the volunteer's page.
"""

from django.utils import timezone

from agreements import parties, signing, wording
from agreements.models import Agreement, Attestation, Party, SigningCode
from agreements.states import AgreementState, AttestationState
from coordination import addressees
from core import mail, policies
from core.models import Channel
from core.periods import today

LINK = "agreements.link"
LINK_GUARDIAN = "agreements.link_guardian"
LINK_ASSOCIATION = "agreements.link_association"
CODE = "agreements.code"
SIGNED = "agreements.signed"
ENDED = "agreements.ended"
ENDED_STAFF = "agreements.ended_staff"
EXPIRING = "agreements.expiring"
EXPIRING_ASSOCIATION = "agreements.expiring_association"
EXPIRING_STAFF = "agreements.expiring_staff"
ATTESTATION_ORDERED = "agreements.attestation_ordered"
ATTESTATION_EXPIRING = "agreements.attestation_expiring"
ATTESTATION_EXPIRING_STAFF = "agreements.attestation_expiring_staff"

LINKS = {
    Party.VOLUNTEER: LINK,
    Party.GUARDIAN: LINK_GUARDIAN,
    Party.ASSOCIATION: LINK_ASSOCIATION,
}


def register():
    """Called once, from `AgreementsConfig.ready`."""
    wording.name_groups()
    papers, cases = {"load": agreements}, {"load": attestations}
    links = papers | {"ways": (Channel.EMAIL,)}
    mail.register(LINK, context=_link, **links, **wording.LINK)
    mail.register(LINK_GUARDIAN, context=_link_guardian, **links, **wording.LINK_GUARDIAN)
    mail.register(LINK_ASSOCIATION, context=_link_association, **links, **wording.LINK_ASSOCIATION)
    mail.register(CODE, context=_code, **wording.CODE)
    mail.register(SIGNED, context=_signed, **papers, **wording.SIGNED)
    mail.register(ENDED, context=_ended, **papers, **wording.ENDED)
    mail.register(ENDED_STAFF, context=_ended_staff, **papers, **wording.ENDED_STAFF)
    mail.register(EXPIRING, context=_expiring, **papers, **wording.EXPIRING)
    mail.register(
        EXPIRING_ASSOCIATION,
        context=_expiring_association,
        **papers,
        **wording.EXPIRING_ASSOCIATION,
    )
    mail.register(EXPIRING_STAFF, context=_expiring_staff, **papers, **wording.EXPIRING_STAFF)
    mail.register(ATTESTATION_ORDERED, context=_attestation, **cases, **wording.ATTESTATION_ORDERED)
    mail.register(
        ATTESTATION_EXPIRING, context=_attestation_expiring, **cases, **wording.ATTESTATION_EXPIRING
    )
    mail.register(
        ATTESTATION_EXPIRING_STAFF,
        context=_attestation_expiring,
        **cases,
        **wording.ATTESTATION_EXPIRING_STAFF,
    )


def send_links(agreement, *, again=False):
    """To each who has not signed, their own link. Without an address one signs on paper."""
    for party in parties.missing(agreement):
        person = parties.person_of(agreement, party)
        if person is not None:
            key = None if again else f"{LINKS[party]}:{agreement.pk}"
            _send(LINKS[party], person, agreement, key=key, party=str(party))


def send_code(code):
    """The one-time code, in a mail of its own; it is worked out when the mail is written."""
    return _send(CODE, parties.person_of(code.agreement, code.party), code)


def send_signed(agreement):
    """All have signed."""
    _send_to_all(SIGNED, agreement)


def send_ended(agreement):
    """The farewell: the last day, thanks, and what still holds afterwards."""
    _send_to_all(ENDED, agreement)


def send_ended_to_staff(agreement):
    """The volunteer has ended it: the coordinators are told."""
    staff = addressees.coordinators()(agreement.branch.path)
    addressees.tell(staff, kind=ENDED_STAFF, about=agreement)


def _send_to_all(kind, agreement):
    for person in parties.people_of(agreement):
        _send(kind, person, agreement, key=f"{kind}:{agreement.pk}:{person.pk}")


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


def _send(kind, person, about, *, key="", **params):
    """By the way that is right for the person; a link to sign and its code by e-mail or not."""
    if not person.email and kind in (*LINKS.values(), CODE):
        return None
    key = f"{kind}:{about.pk}" if key == "" else key
    return mail.send(kind, to=recipient(person), about=about, key=key, **params)


# --- What the templates get, or None where the mail has lost its sense ----------------------


def agreements(messages):
    """{message pk: the Agreement it is about}. 1 query."""
    rows = Agreement.objects.select_related(
        "branch", "volunteer__person", "association", "guardian", "contact", "version"
    )
    return mail.by_about(rows, messages)


def _shared(row, person):
    """What every mail to somebody on the other side of a row (with a branch) may say."""
    return {
        "first_name": person.first_name,
        "branch": row.branch.name,
        "has_sign_in": person.user_id is not None,
        "own_url": mail.link("agreements:own-list"),
    }


def _reader(message, agreement):
    """The person of the agreement to whom the message goes, or None."""
    people = {person.pk: person for person in parties.people_of(agreement)}
    return people.get(message.person_id)


def _link(message):
    """What all mails with a link say; None once this party need not sign any more."""
    agreement = mail.matter(message)
    if agreement is None or agreement.state != AgreementState.SENT:
        return None
    party = Party(message.params["party"])
    if party not in parties.missing(agreement):
        return None
    return _shared(agreement, parties.person_of(agreement, party)) | {
        "link": mail.link("agreements:sign-start", signing.token(agreement, party)),
        "days": policies.get("agreements.link_days"),
        "is_new": agreement.replaces_id is not None,
    }


def _link_guardian(message):
    shown = _link(message)
    return shown and shown | {
        "young_name": mail.matter(message).volunteer.person.first_name,
        "privacy_url": policies.get("agreements.privacy_url")
        or mail.link("recruitment:privacy-notice"),
    }


def _link_association(message):
    shown = _link(message)
    return shown and shown | {"association": str(mail.matter(message).association)}


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
    person = _reader(message, agreement)
    if person is None:
        return None
    return _shared(agreement, person) | {"starts_on": agreement.in_force_from}


def _ended(message):
    agreement = mail.matter(message)
    if agreement is None or agreement.state != AgreementState.ENDED:
        return None
    person = _reader(message, agreement)
    if person is None:
        return None
    return _shared(agreement, person) | {
        "ends_on": agreement.ends_on,
        "is_volunteer": agreement.volunteer_id == person.pk,
    }


def _ended_staff(message):
    agreement = mail.matter(message)
    if agreement is None or agreement.state != AgreementState.ENDED:
        return None
    return {
        "branch": agreement.branch.name,
        "ends_on": agreement.ends_on,
        "url": mail.link("agreements:agreement-detail", agreement.pk),
    }


def _running_out(message):
    """The agreement while it still runs out, or None."""
    agreement = mail.matter(message)
    if agreement is None or agreement.state != AgreementState.CONCLUDED:
        return None
    if agreement.ends_on is None or agreement.ends_on < today():
        return None
    return agreement


def _expiring(message):
    agreement = _running_out(message)
    if agreement is None:
        return None
    return _shared(agreement, agreement.volunteer.person) | {"ends_on": agreement.ends_on}


def _expiring_association(message):
    agreement = _running_out(message)
    if agreement is None:
        return None
    return {
        "first_name": agreement.contact.first_name,
        "branch": agreement.branch.name,
        "association": str(agreement.association),
        "ends_on": agreement.ends_on,
    }


def _expiring_staff(message):
    agreement = _running_out(message)
    if agreement is None:
        return None
    return {
        "branch": agreement.branch.name,
        "association": str(agreement.association or ""),
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
    return _shared(attestation, attestation.volunteer.person) | {
        "consent_until": attestation.consent_until,
        "lacks_details": attestation.state == AttestationState.DETAILS,
    }


def _attestation_expiring(message):
    attestation = mail.matter(message)
    if attestation is None or not attestation.is_valid_on(today()):
        return None
    return _shared(attestation, attestation.volunteer.person) | {
        "day": attestation.valid_until,
        "url": mail.link("start"),  # the address of the list would say what it is
    }
