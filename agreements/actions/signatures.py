"""Signing, by three routes of equal standing, and what follows when all have signed.

Every route locks the engagements and then the agreement, so two people who sign at the same
moment both succeed and the agreement is concluded once.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import emails, parties, signing
from agreements.actions import scans
from agreements.actions.agreements import (
    locked,
    locked_engagements,
    refuse_second,
    replace_locked,
)
from agreements.authority import is_party, refuse_party, require
from agreements.models import (
    Agreement,
    Coverage,
    DocumentKind,
    Party,
    Signature,
    SignatureEvidence,
    SigningCode,
    SigningMethod,
)
from agreements.states import AGREEMENT, AgreementState
from agreements.trail import record
from coordination.access import Permission
from coordination.actions import clearances
from coordination.models import ClearanceKind
from core import audit, jobs
from core.errors import DomainError
from core.periods import day_of, today

SEAL_JOB = "agreements.seal_document"

audit.kind("agreement.code_sent", gettext_lazy("Code for signing sent"))
audit.kind("agreement.signed", gettext_lazy("Agreement signed"))
audit.kind("agreement.concluded", gettext_lazy("Agreement signed by all"))


# --- By link -------------------------------------------------------------------------------


@transaction.atomic
def send_code(*, link):
    """Mail a fresh code to the one whose link it is; return the SigningCode.

    Earlier codes stop working. Raises DomainError: link_<status>, too_many_codes, no_email.
    """
    agreement = locked(link.agreement.pk)
    person = parties.person_of(agreement, link.party)
    _require_open(link)
    if signing.too_many(agreement, link.party):
        raise DomainError(
            _("You have asked for many codes. Wait an hour, or call your contact person."),
            code="too_many_codes",
        )
    if not person.email:
        raise DomainError(
            _("We have no e-mail address to send the code to. Call your contact person."),
            code="no_email",
        )
    now = timezone.now()
    live = SigningCode.objects.filter(agreement=agreement, party=link.party, expires_at__gt=now)
    live.update(expires_at=now)
    code = SigningCode.objects.create(
        agreement=agreement,
        party=link.party,
        nonce=signing.new_nonce(),
        **signing.evidence(agreement, person.email),
        created_at=now,
        expires_at=now + signing.CODE_LIFETIME,
    )
    record("agreement.code_sent", agreement, by=audit.person(person.pk))
    emails.send_code(code)
    return code


def confirm_code(*, link, typed):
    """Check the typed code; return the SigningCode that proves it.

    Each attempt counts, also when it fails. Raises DomainError: wrong_code, code_dead,
    link_<status>.
    """
    _require_open(link)
    code = signing.latest(link.agreement, link.party)
    now = timezone.now()
    counted = code is not None and SigningCode.objects.filter(
        pk=code.pk, used_at=None, expires_at__gt=now, attempts__lt=signing.MAX_ATTEMPTS
    ).update(attempts=F("attempts") + 1)
    if not counted:
        raise DomainError(
            _("The code no longer works. Ask for a new one."), code="code_dead", field="code"
        )
    if not signing.fits(code, typed):
        raise DomainError(
            _("This is not the code from the newest e-mail. Look again and try once more."),
            code="wrong_code",
            field="code",
        )
    SigningCode.objects.filter(pk=code.pk).update(used_at=now)
    code.used_at = now
    return code


def sign_by_link(*, link, code):
    """The one whose link it is signs after having typed the code; returns the agreement.

    Raises DomainError("code_needed") without a fresh proof, or as `_sign`.
    """
    _require_open(link)
    if not signing.proves(code, link.agreement, link.party):
        raise DomainError(
            _("It took a while since you typed the code. Ask for a new one."), code="code_needed"
        )
    person = parties.person_of(link.agreement, link.party)
    return _sign(
        link.agreement.pk,
        party=link.party,
        signer_name=person.display_name,
        method=SigningMethod.LINK,
        by=None,
        actor=audit.person(person.pk),
        code=code,
    )


@transaction.atomic
def sign_with_mitid(*, link, proof):
    """The one whose link it is signs after a sign-in with MitID; returns the agreement.

    The signature carries the name that MitID gave, and the broker's claims as evidence.
    Raises DomainError("code_needed") without a fresh `mitid.Proof`, or as `_sign`.
    """
    _require_open(link)
    if proof is None or not proof.fits(link):
        raise DomainError(
            _("It took a while since you used MitID. Use it once more."), code="code_needed"
        )
    agreement = _sign(
        link.agreement.pk,
        party=link.party,
        signer_name=proof.name,
        method=SigningMethod.MITID,
        by=None,
        actor=audit.person(parties.person_of(link.agreement, link.party).pk),
    )
    SignatureEvidence.objects.create(
        signature=agreement.signatures.get(party=link.party),
        issuer=proof.issuer[:200],
        claims=proof.claims,
        received_at=proof.at,
    )
    return agreement


def _require_open(link):
    if not link.is_open:
        raise DomainError(_("This link can no longer be used."), code=f"link_{link.status}")


# --- Signed in -----------------------------------------------------------------------------


def sign_on_own_page(*, agreement, by):
    """The volunteer signs, signed in as themself; returns the agreement."""
    if not is_party(by, agreement.volunteer):
        raise DomainError(_("This agreement is not yours to sign."), code="not_yours")
    return _sign(
        agreement.pk,
        party=Party.VOLUNTEER,
        signer_name=agreement.volunteer.person.display_name,
        method=SigningMethod.OWN_PAGE,
        by=by,
    )


def sign_as_leader(*, agreement, by):
    """The branch leader signs for the branch; returns the agreement.

    Never one of the other side: nobody signs for both parties.
    """
    require(by, Permission.SIGN_AGREEMENT, agreement.branch)
    refuse_party(by, agreement)
    return _sign(
        agreement.pk,
        party=Party.LEADER,
        signer_name=by.get_full_name(),
        method=SigningMethod.OWN_PAGE,
        by=by,
    )


# --- On paper ------------------------------------------------------------------------------


@transaction.atomic
def register_paper(*, agreement, party, signed_on, signer_name, by, scan=None):
    """Register that a party signed the printed text, with a `core.scans.Scan` of it if there is
    one; returns the agreement.

    Raises DomainError: signed_in_future, signed_before_sent, no_signer.
    """
    require(by, Permission.MAKE_AGREEMENTS, agreement.branch)
    refuse_party(by, agreement)
    if signed_on > today():
        raise DomainError(
            _("The day of signing cannot lie ahead."), code="signed_in_future", field="signed_on"
        )
    if agreement.sent_at and signed_on < day_of(agreement.sent_at):
        raise DomainError(
            _("The text was made on %(day)s; it cannot have been signed before.")
            % {"day": date_format(day_of(agreement.sent_at), "DATE_FORMAT")},
            code="signed_before_sent",
            field="signed_on",
        )
    if not signer_name.strip():
        raise DomainError(_("Write who signed."), code="no_signer", field="signer_name")
    agreement = _sign(
        agreement.pk,
        party=Party(party),
        signer_name=" ".join(signer_name.split()),
        method=SigningMethod.PAPER,
        signed_on=signed_on,
        by=by,
    )
    if scan is not None:
        scans.add(signature=agreement.signatures.get(party=party), scan=scan, by=by)
    return agreement


# --- What all routes do --------------------------------------------------------------------


@transaction.atomic
def _sign(agreement_id, *, party, signer_name, method, by, signed_on=None, actor=None, code=None):
    """Write the signature on the frozen text's hash; conclude when it was the last one.

    Raises DomainError: already_signed, not_waiting, not_a_party.
    """
    covered = Coverage.objects.filter(agreement=agreement_id).values_list("engagement", flat=True)
    engagements = locked_engagements(list(covered))
    agreement = locked(agreement_id)
    if agreement.signatures.filter(party=party).exists():
        raise DomainError(
            _("This signature is there already. Nothing more is needed."), code="already_signed"
        )
    if agreement.state != AgreementState.SENT:
        raise DomainError(
            _("The agreement does not wait for signatures any more. Open it again to see why."),
            code="not_waiting",
        )
    if party not in parties.required(agreement):
        raise DomainError(
            _("This signature is not needed. The others are enough."), code="not_a_party"
        )
    Signature.objects.create(
        agreement=agreement,
        party=party,
        signer_name=signer_name[:200],
        method=method,
        signed_on=signed_on or today(),
        text_sha256=agreement.documents.get(kind=DocumentKind.TEXT).sha256,
        recorded_at=timezone.now(),
        registered_by=by,
        **_where_it_went(code),
    )
    agreement.signing_codes.filter(party=party).delete()
    record("agreement.signed", agreement, by=actor or by, fields=(str(party),))
    if not parties.missing(agreement):
        _conclude(agreement, engagements, by=actor or by)
    return agreement


def _where_it_went(code):
    """Channel and address of the code, as the signature keeps them."""
    names = ("channel", "sent_to", "sent_to_sha256")
    return {name: getattr(code, name) for name in names} if code else {}


def _conclude(agreement, engagements, *, by):
    """All have signed: the agreement binds from the first day on which it both had begun and was
    signed, what it replaces ends the day before, the clearances follow, the document comes later.
    """
    AGREEMENT.require(agreement.state, AgreementState.CONCLUDED)
    signed_on = max(agreement.signatures.values_list("signed_on", flat=True))
    first_day = max(agreement.starts_on, signed_on)
    if agreement.replaces_id:
        first_day = replace_locked(agreement.replaces_id, by_agreement=agreement, on=first_day)
    refuse_second(engagements, first_day, agreement.ends_on, besides=[agreement])
    agreement.state = AgreementState.CONCLUDED
    agreement.concluded_at = timezone.now()
    agreement.in_force_from = first_day
    agreement.save(update_fields=["state", "concluded_at", "in_force_from"])
    if agreement.ends_on is None or first_day <= agreement.ends_on:
        agreement.coverage_set.update(binding_from=first_day, binding_until=agreement.ends_on)
        _clear(agreement, engagements, by=by)
    record("agreement.concluded", agreement, by=by, fields=("state",))
    jobs.enqueue(SEAL_JOB, key=f"seal:{agreement.pk}", agreement_id=agreement.pk)


def _clear(agreement, engagements, *, by):
    for site in {engagement.site for engagement in engagements}:
        clearances.issue(
            volunteer=agreement.volunteer,
            kind=ClearanceKind.AGREEMENT,
            source=agreement,
            valid_from=agreement.in_force_from,
            valid_until=agreement.ends_on,
            site=site,
            by=by,
        )


@transaction.atomic
def conclude_if_signed(*, agreement, by):
    """Conclude an agreement that waits for nobody any more: its volunteer came of age after the
    other two had signed. Returns the agreement, concluded or not.
    """
    covered = Coverage.objects.filter(agreement=agreement).values_list("engagement", flat=True)
    engagements = locked_engagements(list(covered))
    agreement = locked(agreement.pk)
    if agreement.state == AgreementState.SENT and not parties.missing(agreement):
        _conclude(agreement, engagements, by=by)
    return agreement


def conclude_of_age():
    """Conclude what waits for a guardian only, and no longer needs one; return how many.

    Each in a transaction of its own.
    """
    waiting = Agreement.objects.filter(state=AgreementState.SENT, guardian__isnull=False)
    waiting = waiting.select_related("volunteer__person").order_by("pk")
    ready = [one for one in waiting if not parties.missing(one)]
    done = [conclude_if_signed(agreement=one, by=audit.SYSTEM) for one in ready]
    return len(done)


@transaction.atomic
def forget_old_codes(*, older_than=timedelta(days=1)):
    """Delete codes that ran out long ago; return how many."""
    before = timezone.now() - older_than
    return SigningCode.objects.filter(expires_at__lt=before).delete()[0]
