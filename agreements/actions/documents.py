"""Make and freeze the signed document, once."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements import documents, emails, verification
from agreements.models import Agreement, Document, DocumentKind, VerificationCode
from agreements.states import SIGNED_BY_ALL
from agreements.trail import record
from core import audit, pdf

audit.kind("agreement.sealed", _("Signed document made"))


def seal(*, agreement_id, finish):
    """Make the signed document of an agreement that all have signed and freeze it; return it.

    `finish` is the context in which it is stored (the job's own transaction, so that the file
    and "done" are one). Again is harmless: the first document stays.
    """
    agreement = Agreement.objects.select_related("branch", "volunteer__person").get(pk=agreement_id)
    existing = agreement.documents.filter(kind=DocumentKind.SIGNED).first()
    if existing is not None or agreement.state not in SIGNED_BY_ALL:
        return existing
    content = documents.signed(agreement, _code_of(agreement))
    with finish():
        document, created = Document.objects.get_or_create(
            agreement=agreement,
            kind=DocumentKind.SIGNED,
            defaults={
                "content": content,
                "sha256": pdf.sha256(content),
                "size": len(content),
                "made_at": timezone.now(),
            },
        )
        if created:
            record("agreement.sealed", agreement, by=audit.SYSTEM)
            emails.send_signed(agreement)
    return document


def _code_of(agreement):
    """The agreement's short code, drawn once; a second worker gets the same."""
    found, _created = VerificationCode.objects.get_or_create(
        agreement=agreement,
        defaults={"code": verification.new_code(), "made_at": timezone.now()},
    )
    return found.code
