"""Reminders of papers: not signed, no consent yet, running out. One line each in `REMINDERS`.

For a row only the tightest message that has been reached counts, so an outage or a short
agreement gives one mail and not three. What is renewed or done already is left out. What is said
about a certificate is only that something waits.
"""

from datetime import time, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from agreements import emails, reminder_emails
from agreements.models import Agreement, Attestation, Coverage, Party, Signature
from agreements.parties import FIRST_PARTIES
from agreements.states import UNDER_WAY, AgreementState, AttestationState
from coordination import addressees
from core import policies
from core.periods import day_of
from core.schedule import Clock, Due, Reminder

DAILY = timedelta(days=1)
SENT_FROM = time(7)
WARNINGS = tuple(f"expiry.{name}_warning_days" for name in ("first", "second", "last"))

UNSIGNED = Clock(_("%(days)s days after it was sent"), after=(7, 14))
TURN = Clock(_("%(days)s days after the other side signed"), after=(7, 14))
UNSIGNED_STAFF = Clock(_("%(days)s days after it was sent"), after=(14,))
CONSENT = Clock(_("%(days)s days after it was ordered"), after=(3, 7, 12))
CONSENT_STAFF = Clock(_("%(days)s days after it was ordered"), after=(12,))
EXPIRY = Clock(_("%(days)s days before the last day"), before=WARNINGS)


# --- Not signed yet ------------------------------------------------------------------------


def unsigned_for_volunteers(today):
    """Due messages to volunteers who have not signed what they were sent. 2 queries."""
    rows = _waiting(UNSIGNED, today).filter(volunteer__isnull=False)
    for agreement in _with_person(rows.exclude(_signed_by(Party.VOLUNTEER))):
        yield from _to_volunteer(agreement, UNSIGNED.reached(day_of(agreement.sent_at), today))


def unsigned_for_guardians(today):
    """Due messages to guardians who have not signed; the link comes again. 2 queries."""
    return _unsigned_by(Party.GUARDIAN, "guardian", today)


def unsigned_for_associations(today):
    """Due messages to the contacts who sign for their association. 2 queries."""
    return _unsigned_by(Party.ASSOCIATION, "contact", today)


def _unsigned_by(party, column, today):
    rows = _waiting(UNSIGNED, today).filter(**{f"{column}__isnull": False})
    for agreement in _with_path(rows.exclude(_signed_by(party)).select_related(column)):
        day = UNSIGNED.reached(day_of(agreement.sent_at), today)
        yield from _to_person(getattr(agreement, column), agreement, day, party=str(party))


def unsigned_for_leaders(today):
    """Due messages to the branch leaders, counted from the day on which it became their turn."""
    leaders = addressees.leaders()
    rows = Signature.objects.filter(
        ~Exists(
            Signature.objects.filter(agreement=OuterRef("agreement"), party=Party.LEADER),
        ),
        TURN.lately_at("recorded_at", today),
        party__in=FIRST_PARTIES,
        agreement__state=AgreementState.SENT,
    )
    for signature in _with_path(rows.select_related("agreement"), "agreement__branch__path"):
        day = TURN.reached(day_of(signature.recorded_at), today)
        yield from _to_staff(leaders, signature.agreement, day, signature.path)


def unsigned_for_coordinators(today):
    """Due messages to the coordinators of the branch, whoever it is that has not signed."""
    coordinators = addressees.coordinators()
    rows = _waiting(UNSIGNED_STAFF, today)
    for agreement in _with_path(rows):
        day = UNSIGNED_STAFF.reached(day_of(agreement.sent_at), today)
        yield from _to_staff(coordinators, agreement, day, agreement.path)


def _waiting(clock, today):
    return Agreement.objects.filter(clock.lately_at("sent_at", today), state=AgreementState.SENT)


def _signed_by(party):
    return Q(Exists(Signature.objects.filter(agreement=OuterRef("pk"), party=party)))


# --- No consent yet ------------------------------------------------------------------------


def consent_for_volunteers(today):
    """Due messages to volunteers who are asked for a certificate and have time left to consent."""
    rows = _ordered(CONSENT, today)
    for attestation in _with_person(rows):
        yield from _to_volunteer(
            attestation, CONSENT.reached(day_of(attestation.ordered_at), today)
        )


def consent_for_coordinators(today):
    """Due messages to the coordinators of the branch that ordered, two days before it is late."""
    coordinators = addressees.coordinators()
    for attestation in _with_path(_ordered(CONSENT_STAFF, today)):
        day = CONSENT_STAFF.reached(day_of(attestation.ordered_at), today)
        yield from _to_staff(coordinators, attestation, day, attestation.path)


def _ordered(clock, today):
    return Attestation.objects.filter(
        clock.lately_at("ordered_at", today),
        state=AttestationState.ORDERED,
        consent_until__gte=today,
    )


# --- Running out ---------------------------------------------------------------------------


def warning_days():
    """The municipality's three warnings, the tightest first."""
    return sorted({policies.get(name) for name in WARNINGS})


def expiring_agreements(today, within):
    """Agreements in force that run out within so many days and are not renewed."""
    return running_out(today, today + timedelta(days=within))


def running_out(first, last):
    """Agreements in force whose last day is one of these (days, or `given`), not renewed."""
    return _not_renewed().filter(ends_on__range=(first, last))


def expiring_attestations(today, within):
    """Approved attestations that run out within so many days and have no successor."""
    return _without_successor().filter(
        valid_until__range=(today, today + timedelta(days=within)),
    )


def agreements_for_volunteers(today):
    """Due messages to the volunteers whose agreement runs out. 2 queries."""
    rows = _not_renewed().filter(EXPIRY.lately("ends_on", today), volunteer__isnull=False)
    for agreement in _with_person(rows):
        yield from _to_volunteer(agreement, EXPIRY.reached(agreement.ends_on, today))


def agreements_for_associations(today):
    """Due messages to the contacts of the associations whose agreement runs out. 2 queries."""
    rows = _not_renewed().filter(EXPIRY.lately("ends_on", today), association__isnull=False)
    for agreement in _with_path(rows.select_related("contact")):
        yield from _to_person(
            agreement.contact, agreement, EXPIRY.reached(agreement.ends_on, today)
        )


def agreements_for_staff(today):
    """Due messages to the coordinators of the agreement's branch. 3 queries."""
    coordinators = addressees.coordinators()
    rows = _not_renewed().filter(EXPIRY.lately("ends_on", today))
    for agreement in _with_path(rows):
        day = EXPIRY.reached(agreement.ends_on, today)
        yield from _to_staff(coordinators, agreement, day, agreement.path)


def attestations_for_volunteers(today):
    """Due messages to the volunteers; the text says only that something waits. 2 queries."""
    rows = _without_successor().filter(EXPIRY.lately("valid_until", today))
    for attestation in _with_person(rows):
        yield from _to_volunteer(attestation, EXPIRY.reached(attestation.valid_until, today))


def attestations_for_staff(today):
    """Due messages to the coordinators of the branch that ordered. 3 queries."""
    coordinators = addressees.coordinators()
    rows = _without_successor().filter(EXPIRY.lately("valid_until", today))
    for attestation in _with_path(rows):
        day = EXPIRY.reached(attestation.valid_until, today)
        yield from _to_staff(coordinators, attestation, day, attestation.path)


def _not_renewed():
    """Agreements in which something goes on after the last day: an engagement that nothing binds
    later, or a partnership of an association without a later agreement.
    """
    renewed = Coverage.objects.filter(
        engagement=OuterRef("engagement"), binding_from__gt=OuterRef("binding_until")
    )
    ends_anyway = Q(engagement__ends_on__lte=OuterRef("ends_on"))
    going_on = Coverage.objects.filter(~Exists(renewed), agreement=OuterRef("pk"))
    later = Agreement.objects.filter(
        association=OuterRef("association"),
        branch=OuterRef("branch"),
        state=AgreementState.CONCLUDED,
        in_force_from__gt=OuterRef("ends_on"),
    )
    return Agreement.objects.filter(
        Q(Exists(going_on.exclude(ends_anyway))) | Q(association__isnull=False) & ~Exists(later),
        state=AgreementState.CONCLUDED,
    )


def _without_successor():
    newer = Attestation.objects.filter(
        Q(state__in=UNDER_WAY)
        | Q(state=AttestationState.APPROVED, valid_until__isnull=True)
        | Q(state=AttestationState.APPROVED, valid_until__gt=OuterRef("valid_until")),
        volunteer=OuterRef("volunteer"),
        kind=OuterRef("kind"),
    )
    return Attestation.objects.filter(~Exists(newer), state=AttestationState.APPROVED)


# --- To whom -------------------------------------------------------------------------------


def _with_person(rows):
    return _with_path(rows.select_related("volunteer__person"))


def _with_path(rows, lookup="branch__path"):
    """The rows as they come, each with the path of its branch."""
    return rows.annotate(path=F(lookup)).iterator(chunk_size=500)


def _to_volunteer(row, day):
    return _to_person(row.volunteer.person, row, day)


def _to_person(person, row, day, **params):
    if person.email and day is not None:
        yield Due(emails.recipient(person), row, day, row.path, params)


def _to_staff(addressed, row, day, path):
    if day is not None:
        for user in addressed(path):
            yield Due(addressees.recipient(user), row, day, path)


THE_VOLUNTEER = _("the volunteer")
THE_GUARDIAN = _("the guardian")
THE_CONTACT = _("the association's contact")
THE_COORDINATORS = _("the coordinators of the branch")
THE_LEADER = _("the branch leader")

TABLE = (
    # name, kind, due, what, when, to whom
    (
        ("agreements.unsigned", reminder_emails.UNSIGNED, unsigned_for_volunteers),
        (_("The volunteer has not signed"), UNSIGNED, THE_VOLUNTEER),
    ),
    (
        ("agreements.unsigned_guardian", emails.LINK_GUARDIAN, unsigned_for_guardians),
        (_("The guardian has not signed"), UNSIGNED, THE_GUARDIAN),
    ),
    (
        ("agreements.unsigned_association", emails.LINK_ASSOCIATION, unsigned_for_associations),
        (_("The association has not signed"), UNSIGNED, THE_CONTACT),
    ),
    (
        ("agreements.unsigned_leader", reminder_emails.UNSIGNED_LEADER, unsigned_for_leaders),
        (_("The branch leader has not signed"), TURN, THE_LEADER),
    ),
    (
        ("agreements.unsigned_staff", reminder_emails.UNSIGNED_STAFF, unsigned_for_coordinators),
        (_("An agreement is not signed by all"), UNSIGNED_STAFF, THE_COORDINATORS),
    ),
    (
        ("agreements.consent", reminder_emails.CONSENT, consent_for_volunteers),
        (_("Consent to a certificate is missing"), CONSENT, THE_VOLUNTEER),
    ),
    (
        ("agreements.consent_staff", reminder_emails.CONSENT_STAFF, consent_for_coordinators),
        (_("Consent to a certificate is missing"), CONSENT_STAFF, THE_COORDINATORS),
    ),
    (
        ("agreements.expiring", emails.EXPIRING, agreements_for_volunteers),
        (_("An agreement runs out"), EXPIRY, THE_VOLUNTEER),
    ),
    (
        (
            "agreements.expiring_association",
            emails.EXPIRING_ASSOCIATION,
            agreements_for_associations,
        ),
        (_("An agreement runs out"), EXPIRY, THE_CONTACT),
    ),
    (
        ("agreements.expiring_staff", emails.EXPIRING_STAFF, agreements_for_staff),
        (_("An agreement runs out"), EXPIRY, THE_COORDINATORS),
    ),
    (
        (
            "agreements.attestation_expiring",
            emails.ATTESTATION_EXPIRING,
            attestations_for_volunteers,
        ),
        (_("A certificate runs out"), EXPIRY, THE_VOLUNTEER),
    ),
    (
        (
            "agreements.attestation_expiring_staff",
            emails.ATTESTATION_EXPIRING_STAFF,
            attestations_for_staff,
        ),
        (_("A certificate runs out"), EXPIRY, THE_COORDINATORS),
    ),
)

REMINDERS = tuple(
    Reminder(f"{name}_reminder", kind, due, label=what, when=when, to=to, every=DAILY, at=SENT_FROM)
    for (name, kind, due), (what, when, to) in TABLE
)
