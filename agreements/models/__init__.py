"""Agreements' rows: templates, terms, agreements with signatures and documents, attestations."""

from agreements.models.agreement import Agreement, Coverage, Party, Signature, SigningMethod
from agreements.models.attestation import Attestation, AttestationKind
from agreements.models.document import Document, DocumentKind
from agreements.models.signing import SigningCode
from agreements.models.template import AgreementTemplate, Clause, LegalReference, TemplateVersion
from agreements.models.terms import ActivityTerms, AttestationDuty, Insurance

__all__ = [
    "ActivityTerms",
    "Agreement",
    "AgreementTemplate",
    "Attestation",
    "AttestationDuty",
    "AttestationKind",
    "Clause",
    "Coverage",
    "Document",
    "DocumentKind",
    "Insurance",
    "LegalReference",
    "Party",
    "Signature",
    "SigningCode",
    "SigningMethod",
    "TemplateVersion",
]
