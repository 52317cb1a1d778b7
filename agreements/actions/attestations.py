"""Ask for certificates, order them and register how they were assessed: never the certificate.

An approved one issues the clearance everywhere; suspending revokes it at once. There is no free
text and no upload. Source: domain.md sections 1.3-1.4, rules 6-14.
"""

import re
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import emails, renewal
from agreements.actions import duties
from agreements.age import exempt_until, is_exempt
from agreements.authority import is_party, refuse_own, require
from agreements.models import (
    Attestation,
    AttestationDuty,
    AttestationKind,
    AttestationRoute,
    HeldCpr,
)
from agreements.states import ATTESTATION, CLOSING, OPENING, AttestationState
from agreements.trail import record
from coordination.access import Permission
from coordination.actions import clearances
from coordination.locks import lock_people, locked_volunteer
from coordination.models import Engagement
from core import audit, policies
from core.errors import DomainError
from core.periods import today

OUTCOMES = (AttestationState.APPROVED, AttestationState.NOT_APPROVED)
CASE_REFERENCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,39}")

audit.kind("attestation.requested", gettext_lazy("Certificate asked for"))
audit.kind("attestation.ordered", gettext_lazy("Certificate ordered"))
audit.kind("attestation.consented", gettext_lazy("Consent to a certificate registered"))
audit.kind("attestation.declined", gettext_lazy("Refused consent to a certificate registered"))
audit.kind("attestation.received", gettext_lazy("Answer from the police registered"))
audit.kind("attestation.assessed", gettext_lazy("Certificate assessed"))
audit.kind("attestation.seen", gettext_lazy("Certificate shown by the volunteer"))
audit.kind("attestation.withdrawn", gettext_lazy("Order of a certificate withdrawn"))
audit.kind("attestation.suspended", gettext_lazy("Attestation suspended"))
audit.kind("attestation.reinstated", gettext_lazy("Attestation counts again"))
audit.kind("attestation.exempted", gettext_lazy("Certificate not needed before the age limit"))
audit.kind("attestation.exemption_changed", gettext_lazy("Exemption by age looked at anew"))


# --- Asking and ordering -------------------------------------------------------------------


@transaction.atomic
def request(*, volunteer, branch, kind=AttestationKind.CHILD_CERTIFICATE, by):
    """Open a case: the CPR number is needed, then it can be ordered. Returns the Attestation.

    An earlier order that was not answered in time is withdrawn; its CPR number, if it is held
    yet, goes along. The volunteer is told that something waits on their page. Raises DomainError:
    ordered_already, attested_already, under_age, not_tied, own_matter.
    """
    volunteer = _ready_to_ask(volunteer, branch, by)
    _require_age(volunteer, kind)
    held = _close_earlier(volunteer, kind, by=by)
    attestation = _open(volunteer, branch, kind, by=by)
    if held is not None:
        HeldCpr.objects.create(
            attestation=attestation,
            sealed=held.sealed,
            given_at=held.given_at,
            given_by=held.given_by,
        )
    record("attestation.requested", attestation, by=by, fields=("state",))
    emails.send_attestation_requested(attestation)
    return attestation


@transaction.atomic
def order(
    *,
    volunteer,
    branch,
    kind=AttestationKind.CHILD_CERTIFICATE,
    route=AttestationRoute.DIGITAL,
    by,
):
    """Register that it was ordered, one by one, outside a list; return the Attestation.

    A case that waits for the CPR number becomes the order. On paper no consent clock runs:
    the volunteer signs the form. Raises DomainError as `request`, and bad_route.
    """
    volunteer = _ready_to_ask(volunteer, branch, by)
    _require_age(volunteer, kind)
    if route not in (AttestationRoute.DIGITAL, AttestationRoute.PAPER):
        raise DomainError(_("Choose Digital Post or paper."), code="bad_route", field="route")
    waiting = _of_kind(volunteer, kind).filter(state=AttestationState.DETAILS).first()
    if waiting is None:
        _close_earlier(volunteer, kind, by=by)
        waiting = _open(volunteer, branch, kind, by=by)
    waiting.route = route
    return become_ordered(attestation=waiting, by=by)


@transaction.atomic
def become_ordered(*, attestation, by):
    """The step that a list and a single order share; the case is locked. Returns it."""
    ATTESTATION.require(attestation.state, AttestationState.ORDERED)
    attestation.state = AttestationState.ORDERED
    attestation.ordered_at, attestation.ordered_by = timezone.now(), by
    if attestation.route == AttestationRoute.DIGITAL:
        days = policies.get("attestation.consent_days")
        attestation.consent_until = today() + timedelta(days=days)
    attestation.save()
    record("attestation.ordered", attestation, by=by, fields=("state", "consent_until"))
    emails.send_attestation_ordered(attestation)
    return attestation


@transaction.atomic
def again(*, attestation, by):
    """Ask anew where an order or an outcome no longer counts; return the new Attestation."""
    return request(
        volunteer=attestation.volunteer,
        branch=attestation.branch,
        kind=AttestationKind(attestation.kind),
        by=by,
    )


@transaction.atomic
def register_seen(*, volunteer, branch, by):
    """The volunteer has shown a private criminal record certificate; only that is kept.

    Returns the Attestation, approved. Raises DomainError not_tied, own_matter. Source: rule 18.
    """
    volunteer = locked_volunteer(volunteer.pk)
    require(by, Permission.ASSESS_ATTESTATION, branch)
    refuse_own(by, volunteer)
    _require_tie(volunteer, branch)
    kind = AttestationKind.PRIVATE_RECORD
    _close_earlier(volunteer, kind, by=by)
    attestation = _open(volunteer, branch, kind, by=by, route=AttestationRoute.SEEN)
    _approve(attestation, by=by)
    record("attestation.seen", attestation, by=by, fields=("state", "valid_until"))
    return attestation


def _ready_to_ask(volunteer, branch, by):
    """The locked volunteer, for whom this user may ask here."""
    volunteer = locked_volunteer(volunteer.pk)
    require(by, Permission.ORDER_ATTESTATION, branch)
    refuse_own(by, volunteer)
    _require_tie(volunteer, branch)
    return volunteer


def _open(volunteer, branch, kind, *, by, route=AttestationRoute.DIGITAL):
    return Attestation.objects.create(
        volunteer=volunteer,
        branch=branch,
        kind=kind,
        route=route,
        opened_at=timezone.now(),
        opened_by=by,
    )


def _of_kind(volunteer, kind):
    """The locked attestations of this volunteer and kind, branch and person read along."""
    rows = Attestation.objects.select_for_update(of=("self",)).filter(
        volunteer=volunteer, kind=kind
    )
    return rows.select_related("branch", "volunteer__person__user")


def _close_earlier(volunteer, kind, *, by):
    """One at a time, and none while an approved one counts for long yet. An order that was not
    answered in time is withdrawn to make room; returns its HeldCpr, if any is held yet.
    """
    rows = _of_kind(volunteer, kind)
    waiting = rows.under_way().first()
    if waiting is not None and not waiting.consent_has_expired(today()):
        raise DomainError(
            _("A certificate has been ordered already. Wait for the answer."),
            code="ordered_already",
        )
    soon = today() + timedelta(days=policies.get("expiry.first_warning_days"))
    if rows.filter(state=AttestationState.APPROVED).valid_on(soon).exists():
        raise DomainError(
            _("The volunteer has a certificate that counts. No new one is needed now."),
            code="attested_already",
        )
    if waiting is None:
        return None
    held = HeldCpr.objects.filter(attestation=waiting).first()
    _withdraw_locked(waiting, by=by)
    return held


def _require_age(volunteer, kind):
    if kind == AttestationKind.CHILD_CERTIFICATE and is_exempt(volunteer.person, today()):
        raise DomainError(
            _("A certificate cannot be ordered before the 15th birthday, and is not needed."),
            code="under_age",
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


# --- Under 15 ------------------------------------------------------------------------------


@transaction.atomic
def exempt(*, volunteer, branch, by):
    """Register that no certificate is needed until the 15th birthday; return the Attestation.

    The gate is open until the day before it, and closes by itself. Raises DomainError("of_age").
    """
    volunteer = _ready_to_ask(volunteer, branch, by)
    if not is_exempt(volunteer.person, today()):
        raise DomainError(
            _("The volunteer is, or may be, 15 or older. Order the certificate instead."),
            code="of_age",
        )
    return _exempt_locked(volunteer, branch, by=by)


def _exempt_locked(volunteer, branch, *, by):
    """What `exempt` does for a locked volunteer; the standing one where there is one."""
    mine = Attestation.objects.about_children().filter(volunteer=volunteer)
    standing = mine.valid_on(today()).first()
    if standing is not None:
        return standing
    now = timezone.now()
    attestation = Attestation.objects.create(
        volunteer=volunteer,
        branch=branch,
        state=AttestationState.EXEMPT,
        opened_at=now,
        opened_by=by,
        assessed_at=now,
        assessed_by=by,
        valid_from=today(),
        valid_until=exempt_until(volunteer.person),
    )
    _issue(attestation, by=by)
    record("attestation.exempted", attestation, by=by, fields=("state", "valid_until"))
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
    record("attestation.exemption_changed", standing, by=by, fields=("valid_until",))
    return standing


def _standing(volunteer_id):
    """The locked attestations about children that open the gate today or later."""
    rows = Attestation.objects.select_for_update(of=("self",)).filter(
        volunteer=volunteer_id, kind=AttestationKind.CHILD_CERTIFICATE, state__in=OPENING
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
    record("attestation.exemption_changed", attestation, by=by, fields=("state",))
    return attestation


# --- Consent and answer --------------------------------------------------------------------


@transaction.atomic
def consent(*, attestation, by):
    """Register that the volunteer has answered yes to the police; return the Attestation.

    By the volunteer on their own page, or by who may order. Raises wrong_state, not_allowed.
    """
    attestation = locked(attestation.pk)
    _require_party_or_orderer(attestation, by)
    _step(attestation, AttestationState.CONSENTED)
    attestation.consented_on = today()
    attestation.save()
    record("attestation.consented", attestation, by=by, fields=("state",))
    return attestation


@transaction.atomic
def decline(*, attestation, by):
    """Register that the volunteer does not consent: activities with children close to them.

    By the volunteer, or by who may order. Other activities stay open. Returns the Attestation.
    """
    attestation = locked(attestation.pk)
    _require_party_or_orderer(attestation, by)
    _step(attestation, AttestationState.DECLINED)
    attestation.declined_at, attestation.declined_by = timezone.now(), by
    attestation.save()
    forget_cpr(attestation)
    _close_where_it_matters(attestation, by=by)
    record("attestation.declined", attestation, by=by, fields=("state",))
    return attestation


@transaction.atomic
def receive(*, attestation, by):
    """Register that the police have answered, so that it can be assessed; return it."""
    attestation = locked(attestation.pk)
    require(by, Permission.ORDER_ATTESTATION, attestation.branch)
    _step(attestation, AttestationState.RECEIVED)
    attestation.received_at, attestation.received_by = timezone.now(), by
    attestation.save()
    forget_cpr(attestation)
    record("attestation.received", attestation, by=by, fields=("state",))
    return attestation


def _step(attestation, target):
    ATTESTATION.require(attestation.state, target)
    attestation.state = target


def _require_party_or_orderer(attestation, by):
    if not is_party(by, attestation.volunteer):
        require(by, Permission.ORDER_ATTESTATION, attestation.branch)


# --- The outcome ---------------------------------------------------------------------------


@transaction.atomic
def assess(*, attestation, outcome, case_reference="", by):
    """Register the outcome, approved or not; return the Attestation.

    Approved opens the gate everywhere, from today, for as long as the setting says. Not approved
    closes it at once: an earlier certificate that counted yet is suspended, and activities with
    children are closed whatever the tie. The CPR number is deleted.
    Raises DomainError: wrong_state, bad_outcome, own_matter, suspended_since, bad_case_reference.
    """
    attestation = locked(attestation.pk)
    require(by, Permission.ASSESS_ATTESTATION, attestation.branch)
    refuse_own(by, attestation.volunteer)
    if outcome not in OUTCOMES:
        raise DomainError(
            _("Choose approved or not approved."), code="bad_outcome", field="outcome"
        )
    _require_answerable(attestation)
    if outcome == AttestationState.APPROVED:
        _require_not_suspended_since(attestation)
    attestation.case_reference = clean_case_reference(case_reference)
    if outcome == AttestationState.APPROVED:
        _approve(attestation, by=by)
    else:
        _step(attestation, AttestationState.NOT_APPROVED)
        attestation.assessed_at, attestation.assessed_by = timezone.now(), by
        attestation.save()
        _close_where_it_matters(attestation, by=by)
    forget_cpr(attestation)
    record("attestation.assessed", attestation, by=by, fields=("state", "valid_until"))
    return attestation


def _require_answerable(attestation):
    """An outcome belongs to an answer, so a suspended one is not assessed but reinstated."""
    if not attestation.is_at_the_police and attestation.state != AttestationState.RECEIVED:
        ATTESTATION.require(attestation.state, attestation.state)  # no state follows itself


def _approve(attestation, *, by):
    """Count from today, as long as the interval and the grace say, and open the gate."""
    attestation.state = AttestationState.APPROVED
    attestation.assessed_at, attestation.assessed_by = timezone.now(), by
    attestation.valid_from = today()
    attestation.renew_by, attestation.valid_until = renewal.period_of(attestation, today())
    attestation.save()
    _issue(attestation, by=by)


@transaction.atomic
def withdraw(*, attestation, by):
    """Take back what was not answered; the CPR number is deleted. Returns the Attestation."""
    attestation = locked(attestation.pk)
    require(by, Permission.ORDER_ATTESTATION, attestation.branch)
    return _withdraw_locked(attestation, by=by)


def _withdraw_locked(attestation, *, by):
    _step(attestation, AttestationState.WITHDRAWN)
    attestation.withdrawn_at, attestation.withdrawn_by = timezone.now(), by
    attestation.save()
    forget_cpr(attestation)
    record("attestation.withdrawn", attestation, by=by, fields=("state",))
    return attestation


@transaction.atomic
def suspend(*, attestation, case_reference="", by):
    """Close the gate at once; the reason is kept elsewhere, under the case's number at most.

    It is the person who is stopped: every other certificate about children that counts, one that
    another branch ordered included, is suspended with it. Returns the Attestation.
    """
    attestation = locked(attestation.pk)
    require(by, Permission.ASSESS_ATTESTATION, attestation.branch)
    attestation.case_reference = clean_case_reference(case_reference)
    _suspend_locked(attestation, by=by)
    _close_where_it_matters(attestation, by=by)
    return attestation


def _close_where_it_matters(attestation, *, by):
    """A no about children: nothing that the person has shown opens the gate any more."""
    if attestation.kind != AttestationKind.CHILD_CERTIFICATE:
        return
    for standing in _standing(attestation.volunteer_id):
        close = _end_exemption if standing.state == AttestationState.EXEMPT else _suspend_locked
        close(standing, by=by)
    duties.sync(volunteer_ids=[attestation.volunteer_id], by=by)


def _suspend_locked(attestation, *, by):
    _step(attestation, AttestationState.SUSPENDED)
    attestation.suspended_at, attestation.suspended_by = timezone.now(), by
    attestation.save()
    clearances.revoke(source=attestation, by=by)
    record("attestation.suspended", attestation, by=by, fields=("state",))
    return attestation


@transaction.atomic
def reinstate(*, attestation, by):
    """Let a suspended attestation count again, from today; return it.

    Raises DomainError: wrong_state, own_matter, not_approved_since.
    """
    attestation = locked(attestation.pk)
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
    duties.sync(volunteer_ids=[attestation.volunteer_id], by=by)
    record("attestation.reinstated", attestation, by=by, fields=("state",))
    return attestation


@transaction.atomic
def end_early(*, attestation, last_day, by):
    """Have an approved one count no longer than to the day, because it is to be renewed.

    Never longer than before. Returns the Attestation.
    """
    attestation = locked(attestation.pk)
    ends = attestation.valid_until
    if attestation.state != AttestationState.APPROVED or (ends is not None and ends <= last_day):
        return attestation
    last_day = max(last_day, attestation.valid_from)
    attestation.valid_until = last_day
    attestation.renew_by = min(attestation.renew_by or last_day, last_day)
    attestation.save(update_fields=["valid_until", "renew_by"])
    clearances.revoke(source=attestation, last_day=last_day, by=by)
    record("attestation.renewal", attestation, by=by, fields=("valid_until",))
    return attestation


audit.kind("attestation.renewal", gettext_lazy("Certificate is to be renewed earlier"))


def clean_case_reference(text):
    """A case number, or "": so short and plain that nothing can be told in it."""
    text = text.strip()
    if text and not CASE_REFERENCE.fullmatch(text):
        raise DomainError(
            _("Write only the number of the case: letters, digits, dots and dashes, no spaces."),
            code="bad_case_reference",
            field="case_reference",
        )
    return text


def _require_not_suspended_since(attestation):
    """An answer to an order from before a suspension says nothing about why it was made."""
    since = Attestation.objects.filter(
        volunteer=attestation.volunteer_id,
        kind=attestation.kind,
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
        kind=attestation.kind,
        state__in=set(CLOSING) - {AttestationState.SUSPENDED},
        opened_at__gt=attestation.opened_at,
    )
    if refused.exists():
        raise DomainError(
            _("A newer certificate was not approved, so this one cannot count again. Order one."),
            code="not_approved_since",
        )


def _issue(attestation, *, by):
    clearances.issue(
        volunteer=attestation.volunteer,
        kind=AttestationKind(attestation.kind).clears,
        source=attestation,
        valid_from=max(today(), attestation.valid_from),
        valid_until=attestation.valid_until,
        by=by,
    )


# --- Shared with the lists of orders and the CPR numbers -----------------------------------


def forget_cpr(attestation):
    """Delete the CPR number: the case needs it no more."""
    HeldCpr.objects.filter(attestation=attestation).delete()


def locked(attestation_id):
    """The attestation as it is now, its person locked first."""
    people = Attestation.objects.filter(pk=attestation_id).values_list("volunteer_id", flat=True)
    lock_people(list(people))
    return (
        Attestation.objects.select_for_update(of=("self",))
        .select_related("branch", "volunteer__person__user")
        .get(pk=attestation_id)
    )
