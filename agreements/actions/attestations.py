"""Order certificates and register how they were assessed: the outcome, never the certificate.

An approved one issues the clearance everywhere; suspending revokes it at once. There is no free
text and no upload. Source: domain.md sections 1.3-1.4, rules 6-14.
"""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import emails
from agreements.age import exempt_until, is_exempt
from agreements.authority import refuse_own, require
from agreements.models import Attestation, AttestationDuty, AttestationKind
from agreements.states import ATTESTATION, OPENING, AttestationState
from coordination.access import Permission
from coordination.actions import clearances
from coordination.locks import lock_people, locked_volunteer
from coordination.models import ClearanceKind, Engagement
from core import audit, policies
from core.errors import DomainError
from core.periods import today

OUTCOMES = (AttestationState.APPROVED, AttestationState.NOT_APPROVED)

audit.kind("attestation.ordered", gettext_lazy("Certificate ordered"))
audit.kind("attestation.assessed", gettext_lazy("Certificate assessed"))
audit.kind("attestation.withdrawn", gettext_lazy("Order of a certificate withdrawn"))
audit.kind("attestation.suspended", gettext_lazy("Attestation suspended"))
audit.kind("attestation.reinstated", gettext_lazy("Attestation counts again"))
audit.kind("attestation.exempted", gettext_lazy("Certificate not needed before the age limit"))
audit.kind("attestation.exemption_changed", gettext_lazy("Exemption by age looked at anew"))


# --- Ordering ------------------------------------------------------------------------------


@transaction.atomic
def order(*, volunteer, branch, by):
    """Register that the certificate was ordered; return the Attestation.

    An earlier order that was not answered is withdrawn. The volunteer is told that something
    waits; the deadline is the consent period. Raises DomainError: ordered_already,
    attested_already, under_age, not_tied, own_matter.
    """
    volunteer = locked_volunteer(volunteer.pk)
    require(by, Permission.ORDER_ATTESTATION, branch)
    refuse_own(by, volunteer)
    _require_tie(volunteer, branch)
    if is_exempt(volunteer.person, today()):
        raise DomainError(
            _("A certificate cannot be ordered before the 15th birthday, and is not needed."),
            code="under_age",
        )
    _close_earlier(volunteer, by=by)
    attestation = Attestation.objects.create(
        volunteer=volunteer,
        branch=branch,
        ordered_at=timezone.now(),
        ordered_by=by,
        consent_until=today() + timedelta(days=policies.get("attestation.consent_days")),
    )
    _record("attestation.ordered", attestation, by=by, fields=("state", "consent_until"))
    emails.send_attestation_ordered(attestation)
    return attestation


@transaction.atomic
def exempt(*, volunteer, branch, by):
    """Register that no certificate is needed until the 15th birthday; return the Attestation.

    The gate is open until the day before it, and closes by itself. Raises DomainError("of_age").
    """
    volunteer = locked_volunteer(volunteer.pk)
    require(by, Permission.ORDER_ATTESTATION, branch)
    refuse_own(by, volunteer)
    _require_tie(volunteer, branch)
    if not is_exempt(volunteer.person, today()):
        raise DomainError(
            _("The volunteer is, or may be, 15 or older. Order the certificate instead."),
            code="of_age",
        )
    return _exempt_locked(volunteer, branch, by=by)


def _exempt_locked(volunteer, branch, *, by):
    """What `exempt` does for a locked volunteer; the standing one where there is one."""
    standing = Attestation.objects.filter(volunteer=volunteer).valid_on(today()).first()
    if standing is not None:
        return standing
    now = timezone.now()
    attestation = Attestation.objects.create(
        volunteer=volunteer,
        branch=branch,
        state=AttestationState.EXEMPT,
        ordered_at=now,
        ordered_by=by,
        consent_until=today(),
        assessed_at=now,
        assessed_by=by,
        valid_from=today(),
        valid_until=exempt_until(volunteer.person),
    )
    _issue(attestation, by=by)
    _record("attestation.exempted", attestation, by=by, fields=("state", "valid_until"))
    return attestation


@transaction.atomic
def exempt_when_accepted(*, engagement, by):
    """A young person was accepted where a certificate is a matter: open the gate until 15."""
    terms = getattr(engagement.site.activity, "terms", None)
    if terms is None or terms.child_certificate == AttestationDuty.NOT_RELEVANT:
        return None
    volunteer = locked_volunteer(engagement.volunteer_id)
    if not is_exempt(volunteer.person, today()):
        return None
    return _exempt_locked(volunteer, engagement.site.branch, by=by)


@transaction.atomic
def review_exemption(*, person, by):
    """The person's birth was corrected: move their exemption to the right day, or take it back.

    Returns the Attestation, or None where none counted. Without this a wrong year, once typed,
    would keep the gate open for a grown-up.
    """
    standing = _standing(person.pk).filter(state=AttestationState.EXEMPT).first()
    last = exempt_until(person)
    if standing is None or standing.valid_until == last:
        return standing
    if not is_exempt(person, today()):
        return _end_exemption(standing, by=by)
    clearances.revoke(source=standing, by=by)
    standing.valid_until = last
    standing.save(update_fields=["valid_until"])
    _issue(standing, by=by)
    _record("attestation.exemption_changed", standing, by=by, fields=("valid_until",))
    return standing


def _standing(volunteer_id):
    """The locked attestations that open the gate today or later."""
    rows = Attestation.objects.select_for_update(of=("self",)).filter(
        volunteer=volunteer_id, state__in=OPENING
    )
    return rows.not_over(today()).select_related("branch", "volunteer__person")


def _end_exemption(attestation, *, by):
    ATTESTATION.require(attestation.state, AttestationState.WITHDRAWN)
    clearances.revoke(source=attestation, by=by)
    attestation.state = AttestationState.WITHDRAWN
    attestation.withdrawn_at, attestation.withdrawn_by = timezone.now(), by
    attestation.assessed_at = attestation.assessed_by = None
    attestation.valid_from = attestation.valid_until = None
    attestation.save()
    _record("attestation.exemption_changed", attestation, by=by, fields=("state",))
    return attestation


def _close_earlier(volunteer, *, by):
    """One order at a time, and none while an approved one counts for long yet. An order that was
    not answered in time is withdrawn to make room.
    """
    rows = Attestation.objects.filter(volunteer=volunteer, kind=AttestationKind.CHILD_CERTIFICATE)
    waiting = rows.filter(state=AttestationState.ORDERED).first()
    if waiting is not None and not waiting.consent_has_expired(today()):
        raise DomainError(
            _("A certificate has been ordered already. Wait for the answer."),
            code="ordered_already",
        )
    if waiting is not None:
        _withdraw_locked(waiting, by=by)
    soon = today() + timedelta(days=policies.get("expiry.first_warning_days"))
    if rows.filter(state=AttestationState.APPROVED).valid_on(soon).exists():
        raise DomainError(
            _("The volunteer has a child certificate that counts. No new one is needed now."),
            code="attested_already",
        )


def _require_tie(volunteer, branch):
    """A branch orders only on people who are tied to it."""
    tied = Engagement.objects.filter(
        volunteer=volunteer, site__branch__path__startswith=branch.path
    )
    if not tied.not_ended(today()).exists():
        raise DomainError(
            _("The volunteer is not tied to %(branch)s.") % {"branch": branch.name},
            code="not_tied",
        )


# --- The outcome ---------------------------------------------------------------------------


@transaction.atomic
def assess(*, attestation, outcome, by):
    """Register the outcome, approved or not; return the Attestation.

    Approved opens the gate everywhere, from today, for as long as the setting says. Not approved
    closes it at once: an earlier certificate that counted yet is suspended.
    Raises DomainError: wrong_state, bad_outcome, own_matter, suspended_since.
    """
    attestation = _locked(attestation.pk)
    require(by, Permission.ASSESS_ATTESTATION, attestation.branch)
    refuse_own(by, attestation.volunteer)
    if outcome not in OUTCOMES:
        raise DomainError(
            _("Choose approved or not approved."), code="bad_outcome", field="outcome"
        )
    if attestation.state != AttestationState.ORDERED:
        ATTESTATION.require(attestation.state, AttestationState.ORDERED)
    if outcome == AttestationState.APPROVED:
        _require_not_suspended_since(attestation)
    attestation.state = AttestationState(outcome)
    attestation.assessed_at, attestation.assessed_by = timezone.now(), by
    if attestation.state == AttestationState.APPROVED:
        attestation.valid_from = today()
        attestation.valid_until = _valid_until(today())
    attestation.save()
    if attestation.state == AttestationState.APPROVED:
        _issue(attestation, by=by)
    else:
        _close_standing(attestation.volunteer_id, by=by)
    _record("attestation.assessed", attestation, by=by, fields=("state", "valid_until"))
    return attestation


@transaction.atomic
def withdraw(*, attestation, by):
    """Take back an order that was not answered; return the Attestation."""
    attestation = _locked(attestation.pk)
    require(by, Permission.ORDER_ATTESTATION, attestation.branch)
    return _withdraw_locked(attestation, by=by)


def _withdraw_locked(attestation, *, by):
    ATTESTATION.require(attestation.state, AttestationState.WITHDRAWN)
    attestation.state = AttestationState.WITHDRAWN
    attestation.withdrawn_at, attestation.withdrawn_by = timezone.now(), by
    attestation.save()
    _record("attestation.withdrawn", attestation, by=by, fields=("state",))
    return attestation


@transaction.atomic
def suspend(*, attestation, by):
    """Close the gate at once; the reason is kept elsewhere. Returns the Attestation.

    It is the person who is stopped: every other certificate of theirs that counts, one that
    another branch ordered included, is suspended with it.
    """
    attestation = _locked(attestation.pk)
    require(by, Permission.ASSESS_ATTESTATION, attestation.branch)
    _suspend_locked(attestation, by=by)
    _close_standing(attestation.volunteer_id, by=by)
    return attestation


def _close_standing(volunteer_id, *, by):
    """Nothing that the person has shown opens the gate any more."""
    for attestation in _standing(volunteer_id):
        close = _end_exemption if attestation.state == AttestationState.EXEMPT else _suspend_locked
        close(attestation, by=by)


def _suspend_locked(attestation, *, by):
    ATTESTATION.require(attestation.state, AttestationState.SUSPENDED)
    attestation.state = AttestationState.SUSPENDED
    attestation.suspended_at, attestation.suspended_by = timezone.now(), by
    attestation.save()
    clearances.revoke(source=attestation, by=by)
    _record("attestation.suspended", attestation, by=by, fields=("state",))
    return attestation


@transaction.atomic
def reinstate(*, attestation, by):
    """Let a suspended attestation count again, from today; return it.

    Raises DomainError: wrong_state, own_matter, not_approved_since.
    """
    attestation = _locked(attestation.pk)
    require(by, Permission.ASSESS_ATTESTATION, attestation.branch)
    refuse_own(by, attestation.volunteer)
    _require_not_refused_since(attestation)
    if attestation.state != AttestationState.SUSPENDED:
        ATTESTATION.require(attestation.state, AttestationState.SUSPENDED)
    attestation.state = AttestationState.APPROVED
    attestation.suspended_at, attestation.suspended_by = None, None
    attestation.save()
    if attestation.valid_until is None or attestation.valid_until >= today():
        _issue(attestation, by=by)
    _record("attestation.reinstated", attestation, by=by, fields=("state",))
    return attestation


def _require_not_suspended_since(attestation):
    """An answer to an order from before a suspension says nothing about why it was made."""
    since = Attestation.objects.filter(
        volunteer=attestation.volunteer_id,
        state=AttestationState.SUSPENDED,
        suspended_at__gt=attestation.ordered_at,
    )
    if since.exists():
        raise DomainError(
            _(
                "A certificate of this volunteer has been suspended since this one was ordered. "
                "Withdraw the order and make a new one, or let the suspended one count again first."
            ),
            code="suspended_since",
        )


def _require_not_refused_since(attestation):
    refused = Attestation.objects.filter(
        volunteer=attestation.volunteer_id,
        state=AttestationState.NOT_APPROVED,
        ordered_at__gt=attestation.ordered_at,
    )
    if refused.exists():
        raise DomainError(
            _("A newer certificate was not approved, so this one cannot count again. Order one."),
            code="not_approved_since",
        )


def _issue(attestation, *, by):
    clearances.issue(
        volunteer=attestation.volunteer,
        kind=ClearanceKind.CHILD_CERTIFICATE,
        source=attestation,
        valid_from=max(today(), attestation.valid_from),
        valid_until=attestation.valid_until,
        by=by,
    )


def _valid_until(start):
    """The last day it counts: so many months on, less a day; None where the setting is empty."""
    months = policies.get("attestation.validity_months")
    if months is None:
        return None
    year, month = divmod(start.month - 1 + months, 12)
    first = date(start.year + year, month + 1, 1)
    following = (first + timedelta(days=31)).replace(day=1)
    last = (following - timedelta(days=1)).day
    return first.replace(day=min(start.day, last)) - timedelta(days=1)


def _locked(attestation_id):
    people = Attestation.objects.filter(pk=attestation_id).values_list("volunteer_id", flat=True)
    lock_people(list(people))
    return (
        Attestation.objects.select_for_update(of=("self",))
        .select_related("branch", "volunteer__person__user")
        .get(pk=attestation_id)
    )


def _record(kind, attestation, *, by, fields):
    audit.record(
        kind,
        by=by,
        about=attestation,
        fields=fields,
        person_ids=[attestation.volunteer_id],
        branch_path=attestation.branch.path,
    )
