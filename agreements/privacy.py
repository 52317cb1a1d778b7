"""What agreements' rows say about people, and how long it is kept."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import (
    ActivityTerms,
    Agreement,
    AgreementTemplate,
    AssociationDeclaration,
    Attestation,
    Clause,
    ConfidentialityDeclaration,
    Consent,
    Coverage,
    Document,
    DutyAssessment,
    HeldCpr,
    JournalEntry,
    LegalReference,
    LocalClause,
    OrderBatch,
    Signature,
    SignatureEvidence,
    SignatureScan,
    SigningCode,
    TemplateVersion,
    ThresholdCrossing,
    VerificationCode,
)
from agreements.states import (
    OPENING,
    SIGNED_BY_ALL,
    UNDER_WAY,
    AgreementState,
    AttestationState,
)
from coordination.models import Engagement
from core import privacy
from core.periods import start_of, today
from core.policies import Policy
from core.policies import register as register_policy
from core.privacy import DELETE_ROW, KEEP, REPLACE, Operational, Personal, Sensitive

AGREED = gettext_lazy("The agreement on volunteering")
CLEARED = gettext_lazy("Knowing who may work with children")
FOR_A_DAY = gettext_lazy("a day")
CONSENTED = gettext_lazy("What the person has consented to")
AGREEMENTS = "agreements.over"
CONSENTS = "consents.over"
DECLARATIONS = "declarations.over"
ATTESTATIONS = "attestations.over"
CPR = "attestations.cpr"
KEPT = KEEP(
    gettext_lazy(
        "What was signed is kept for its own time, in case of a claim, and only few may see it."
    )
)


def _operational(*names, **options):
    return {name: Operational(**options) for name in names}


def _agreed(*names, export=True):
    return {
        name: Personal(
            AGREED,
            basis=privacy.PUBLIC_TASK,
            retention=AGREEMENTS,
            erase=KEPT,
            export=export,
        )
        for name in names
    }


def register_fields():
    """Called once, from `AgreementsConfig.ready`."""
    _register_texts()
    _register_agreements()
    _register_consents()
    privacy.register(
        Attestation,
        _operational("id", "opened_by", "ordered_by", "received_by", "declined_by")
        | _operational("assessed_by", "withdrawn_by", "suspended_by", "batch", "declaration")
        | _operational("branch", "association", "opened_at", "ordered_at", export=True)
        | _operational("consent_until", "consented_on", "received_at", export=True)
        | {"volunteer": Operational(erase=DELETE_ROW)}
        | {
            name: Sensitive(
                CLEARED,
                basis=privacy.CRIMINAL_RECORD,
                retention=ATTESTATIONS,
                erase=DELETE_ROW,
            )
            for name in (
                "kind",
                "route",
                "state",
                "declined_at",
                "assessed_at",
                "valid_from",
                "renew_by",
                "valid_until",
                "withdrawn_at",
                "suspended_at",
                "case_reference",
            )
        },
        person="volunteer",
    )
    _register_orders()
    privacy.refuse_erasure_while(_agreement_in_force)
    privacy.before_erasure(_forget_unsigned)


def _register_orders():
    privacy.register(
        HeldCpr,
        _operational("given_by")
        | {"attestation": Operational(erase=DELETE_ROW)}
        | {
            name: Sensitive(
                gettext_lazy("Ordering a certificate at the police"),
                basis=privacy.CPR,
                retention=CPR,
                erase=DELETE_ROW,
                export=False,
            )
            for name in ("sealed", "given_at")
        },
        person="attestation__volunteer",
    )
    privacy.register(
        ThresholdCrossing,
        _operational("branch", "noticed_at", export=True)
        | {"volunteer": Operational(erase=DELETE_ROW)}
        | {
            name: Personal(
                CLEARED, basis=privacy.PUBLIC_TASK, retention=ATTESTATIONS, erase=DELETE_ROW
            )
            for name in ("reason", "number", "crossed_on", "due_on")
        },
        person="volunteer",
    )
    privacy.register(
        OrderBatch,
        _operational("id", "branch", "kind", "made_at", "made_by", "ordered_at", "ordered_by"),
    )
    privacy.register(
        DutyAssessment,
        _operational(*(field.name for field in DutyAssessment._meta.local_concrete_fields)),
    )
    privacy.register(
        AssociationDeclaration,
        _operational("id", "association", "signed_on", "valid_until", "registered_at")
        | _operational("registered_by", "signer_name"),
    )


def _register_texts():
    """The texts are about activities, not about people."""
    for model in (AgreementTemplate, TemplateVersion, Clause, LocalClause):
        privacy.register(model, _operational(*_TEXT_FIELDS[model].split()))
    privacy.register(
        LegalReference,
        _operational(
            "id",
            "key",
            "citation",
            "citation_en",
            "unconfirmed",
            "valid_from",
            "valid_until",
            "source",
        ),
    )
    privacy.register(
        ActivityTerms,
        _operational(*(field.name for field in ActivityTerms._meta.local_concrete_fields)),
    )


# Every field by name, so that a new one is thought about.
_TEXT_FIELDS = {
    AgreementTemplate: "id key title kind",
    TemplateVersion: "id template number resign note note_en published_at published_by",
    Clause: (
        "id version order key heading body heading_easy body_easy heading_en body_en locked "
        "local_limit local_placeholders"
    ),
    LocalClause: (
        "id branch template key body body_en written_at written_by approved_at approved_by "
        "withdrawn_at withdrawn_by"
    ),
}


def _register_agreements():
    privacy.register(
        Agreement,
        _operational("id", "version", "volunteer", "association", "guardian", "contact", "replaces")
        | _operational("created_by", "sent_by", "ended_by", "withdrawn_by")
        | _operational("created_at", "withdrawn_at")
        | _operational("branch", "state", "sent_at", "concluded_at", "ended_at", export=True)
        | {"archived_at": Operational(erase=REPLACE(Now()))}
        | _agreed("number", "starts_on", "ends_on", "in_force_from"),
        person="volunteer",
    )
    privacy.register(
        Coverage,
        _operational("id", "agreement", "engagement") | _agreed("binding_from", "binding_until"),
        person="agreement__volunteer",
    )
    privacy.register(
        Signature,
        _operational("id", "agreement", "recorded_at", "registered_by")
        | _operational("party", "method", "channel", "text_sha256", export=True)
        | _agreed("signer_name", "signed_on", "sent_to", "sent_to_sha256"),
        person="agreement__volunteer",
    )
    privacy.register(
        Document,
        _operational("id", "agreement", "size")
        | _operational("kind", "sha256", "made_at", export=True)
        | _agreed("content", "source", export=False),
        person="agreement__volunteer",
    )
    privacy.register(
        VerificationCode,
        _operational("id", "agreement", "made_at") | _agreed("code"),
        person="agreement__volunteer",
    )
    privacy.register(
        JournalEntry,
        _operational("id", "agreement", "recorded_by")
        | _operational("recorded_at", export=True)
        | _agreed("reference"),
        person="agreement__volunteer",
    )
    privacy.register(
        SignatureEvidence,
        _operational("id", "signature")
        | _operational("received_at", export=True)
        | _agreed("issuer", "claims"),
        person="signature__agreement__volunteer",
    )
    privacy.register(
        SignatureScan,
        _operational("id", "signature", "content_type", "size", "added_by")
        | _operational("sha256", "added_at", export=True)
        | _agreed("content", export=False),
        person="signature__agreement__volunteer",
    )
    privacy.register(
        SigningCode,
        _operational("id", "agreement", "party", "nonce", "created_at", "expires_at", "attempts")
        | _operational("channel")
        | {"used_at": Operational(erase=DELETE_ROW)}
        | {
            name: Personal(AGREED, basis=privacy.PUBLIC_TASK, retention=FOR_A_DAY, erase=DELETE_ROW)
            for name in ("sent_to", "sent_to_sha256")
        },
        person="agreement__volunteer",
    )


def _register_consents():
    """What somebody said yes to, for as long as it must be shown that they did."""
    privacy.register(
        Consent,
        _operational("id", "branch", "text", "asked_by", "given_by", "withdrawn_by")
        | _operational("taken_down_by")
        | _operational("asked_at", "taken_down_at", export=True)
        | {"volunteer": Operational(erase=DELETE_ROW)}
        | {
            name: Personal(CONSENTED, basis=privacy.CONSENT, retention=CONSENTS, erase=DELETE_ROW)
            for name in (
                *("kind", "context", "places", "given_at", "given_by_guardian"),
                "withdrawn_at",
            )
        },
        person="volunteer",
    )
    privacy.register(
        ConfidentialityDeclaration,
        _operational("id", "text", "recorded_at", "recorded_by")
        | _operational("method", export=True)
        | {"volunteer": Operational(erase=DELETE_ROW)}
        | {
            name: Personal(
                AGREED, basis=privacy.PUBLIC_TASK, retention=DECLARATIONS, erase=DELETE_ROW
            )
            for name in ("signer_name", "signed_on")
        },
        person="volunteer",
    )


def _agreement_in_force(person_id):
    """Why a person cannot be erased while an agreement is being signed or in force."""
    live = Agreement.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today()),
        volunteer=person_id,
        state__in=(AgreementState.SENT, *SIGNED_BY_ALL),
    )
    return [
        _("Agreement %(number)s is in force or waits for signatures. End or withdraw it first.")
        % {"number": number}
        for number in live.values_list("number", flat=True)
    ]


def _forget_unsigned(person_id):
    """What not all have signed binds nobody and proves nothing: it goes with the person."""
    _delete_agreements(
        Agreement.objects.filter(volunteer=person_id).exclude(state__in=SIGNED_BY_ALL)
    )


# --- Retention -----------------------------------------------------------------------------


def register_rules():
    """Called once, from `AgreementsConfig.ready`."""
    register_policy(
        Policy(
            "agreements.kept_months",
            int,
            60,
            minimum=1,
            maximum=240,
            unit=gettext_lazy("months"),
            label=gettext_lazy("Agreements are deleted so long after their end"),
            help=gettext_lazy(
                "Also when somebody who has stopped is anonymised before: what was signed is then "
                "in the archive, which only few may see."
            ),
            source="forældelsesloven; domain.md rule 46",
            verify=True,
        ),
        Policy(
            "consents.kept_months",
            int,
            24,
            minimum=1,
            maximum=120,
            unit=gettext_lazy("months"),
            label=gettext_lazy("Withdrawn consents are deleted so long after"),
            help=gettext_lazy("Until then it can be shown what was consented to, and when."),
            source="GDPR art. 7(1); domain.md rule 49",
            verify=True,
        ),
        Policy(
            "attestations.kept_months",
            int,
            12,
            minimum=1,
            maximum=120,
            unit=gettext_lazy("months"),
            label=gettext_lazy("Outcomes of certificates are deleted so long after they end"),
            source="domain.md 1.4, rule 46",
            verify=True,
        ),
        Policy(
            "attestation.cpr_days",
            int,
            60,
            minimum=1,
            maximum=60,
            unit=gettext_lazy("days"),
            label=gettext_lazy("A CPR number is deleted at the latest after so long"),
            help=gettext_lazy("It is deleted at once when the answer is registered."),
            source="domain.md rules 11 and 46",
        ),
    )
    privacy.register_rule(
        privacy.RowRule(
            key=AGREEMENTS,
            label=gettext_lazy("Agreements that are over"),
            policy="agreements.kept_months",
            unit="months",
            model=Agreement,
            expired=_agreements_over,
            action=_delete_agreements,
            basis="GDPR art. 5(1)(e)",
        )
    )
    for key, label, policy, model, expired in (
        (
            CONSENTS,
            gettext_lazy("Consents that were withdrawn"),
            "consents.kept_months",
            Consent,
            _consents_over,
        ),
        (
            DECLARATIONS,
            gettext_lazy("Declarations of confidentiality of people who have stopped"),
            "agreements.kept_months",
            ConfidentialityDeclaration,
            _declarations_over,
        ),
    ):
        privacy.register_rule(
            privacy.RowRule(
                key=key,
                label=label,
                policy=policy,
                unit="months",
                model=model,
                expired=expired,
                basis="GDPR art. 5(1)(e)",
            )
        )
    privacy.register_rule(
        privacy.RowRule(
            key=ATTESTATIONS,
            label=gettext_lazy("Outcomes of certificates that no longer count"),
            policy="attestations.kept_months",
            unit="months",
            model=Attestation,
            expired=_attestations_over,
            basis="GDPR art. 5(1)(e)",
        )
    )
    privacy.register_rule(
        privacy.RowRule(
            key=CPR,
            label=gettext_lazy("CPR numbers whose order was never answered"),
            policy="attestation.cpr_days",
            unit="days",
            model=HeldCpr,
            expired=_cpr_too_old,
            basis="databeskyttelsesloven § 11; GDPR art. 5(1)(e)",
        )
    )


def _consents_over(day):
    """Withdrawn or refused; pictures only when they are taken down."""
    over = Consent.objects.filter(withdrawn_at__lt=start_of(day))
    return over.exclude(pk__in=Consent.objects.to_take_down().values("pk"))


def _declarations_over(day):
    """Of people without an engagement since the day."""
    running = Engagement.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), volunteer=OuterRef("volunteer")
    )
    return ConfidentialityDeclaration.objects.filter(~Exists(running), signed_on__lt=day)


def _agreements_over(day):
    ended = Q(state__in=SIGNED_BY_ALL, ends_on__lt=day)
    withdrawn = Q(state=AgreementState.WITHDRAWN, withdrawn_at__lt=start_of(day))
    return Agreement.objects.filter(ended | withdrawn)


def _delete_agreements(rows):
    Document.objects.filter(agreement__in=rows).delete()
    rows.delete()


def _cpr_too_old(day):
    return HeldCpr.objects.filter(given_at__lt=start_of(day + timedelta(days=1)))


def _attestations_over(day):
    begun = start_of(day)
    ended = Q(state__in=OPENING, valid_until__lt=day)
    refused = Q(state=AttestationState.NOT_APPROVED, assessed_at__lt=begun)
    withdrawn = Q(state=AttestationState.WITHDRAWN, withdrawn_at__lt=begun)
    suspended = Q(state=AttestationState.SUSPENDED, suspended_at__lt=begun)
    declined = Q(state=AttestationState.DECLINED, declined_at__lt=begun)
    unanswered = Q(state__in=UNDER_WAY, opened_at__lt=begun)
    return Attestation.objects.filter(
        ended | refused | declined | withdrawn | suspended | unanswered
    )
