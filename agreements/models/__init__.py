"""Agreements' rows: templates, terms, agreements with signatures and documents, attestations."""

from agreements.models.agreement import (
    Agreement,
    Channel,
    Coverage,
    Party,
    Signature,
    SigningMethod,
)
from agreements.models.attestation import (
    Attestation,
    AttestationKind,
    AttestationRoute,
    HeldCpr,
    OrderBatch,
)
from agreements.models.consent import (
    ConfidentialityDeclaration,
    Consent,
    ConsentKind,
    DeclarationMethod,
)
from agreements.models.declaration import AssociationDeclaration
from agreements.models.document import Document, DocumentKind
from agreements.models.duty import CrossedBy, DutyAssessment, ThresholdCrossing
from agreements.models.evidence import SignatureEvidence
from agreements.models.journal import JournalEntry
from agreements.models.signing import SigningCode
from agreements.models.template import (
    AgreementTemplate,
    Clause,
    LegalReference,
    LocalClause,
    TemplateKind,
    TemplateVersion,
)
from agreements.models.terms import ActivityTerms, AttestationDuty, Insurance
from agreements.models.verification import SignatureScan, VerificationCode

__all__ = [
    "ActivityTerms",
    "Agreement",
    "AgreementTemplate",
    "AssociationDeclaration",
    "Attestation",
    "AttestationDuty",
    "AttestationKind",
    "AttestationRoute",
    "Channel",
    "Clause",
    "ConfidentialityDeclaration",
    "Consent",
    "ConsentKind",
    "Coverage",
    "CrossedBy",
    "DeclarationMethod",
    "Document",
    "DocumentKind",
    "DutyAssessment",
    "HeldCpr",
    "Insurance",
    "JournalEntry",
    "LegalReference",
    "LocalClause",
    "OrderBatch",
    "Party",
    "Signature",
    "SignatureEvidence",
    "SignatureScan",
    "SigningCode",
    "SigningMethod",
    "TemplateKind",
    "TemplateVersion",
    "ThresholdCrossing",
    "VerificationCode",
]
