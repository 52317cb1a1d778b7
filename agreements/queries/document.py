"""Documents, signatures, scans and where they are kept, without their bytes."""

from datetime import timedelta

from django.db.models import BigIntegerField, Exists, OuterRef, Prefetch
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from agreements.models import (
    Agreement,
    Document,
    DocumentKind,
    JournalEntry,
    Signature,
    SignatureScan,
)
from core.models import Job
from core.models.job import UNFINISHED

# Longer than the job's own attempts take together.
SEALED_WITHIN = timedelta(hours=1)


def signatures():
    """Signatures with their agreement, branch and person; the archive's left out."""
    live = Signature.objects.filter(agreement__archived_at__isnull=True)
    return live.select_related("agreement__branch", "agreement__volunteer__person")


def signatures_of(agreement):
    """An agreement's signatures, each with who registered it and its scan, without the bytes."""
    rows = agreement.signatures.select_related("registered_by", "scan")
    return rows.defer("scan__content")


def scans():
    """Scans with the agreement they belong to; the archive's left out."""
    live = SignatureScan.objects.filter(signature__agreement__archived_at__isnull=True)
    return live.select_related("signature__agreement__branch", "signature__agreement__volunteer")


def journal_entry(agreement):
    """Where the agreement lies in the records system, or None. 1 query at most."""
    if agreement.concluded_at is None:
        return None
    return JournalEntry.objects.filter(agreement=agreement).first()


def documents():
    """Documents without their bytes, which only a download reads."""
    return Document.objects.select_related("agreement__branch", "agreement__volunteer").defer(
        "content", "source"
    )


def unsealed(now):
    """Agreements signed by all an hour ago whose signed document is not there and not on its way.

    The job failed, or was lost: somebody must look.
    """
    return unsealed_since(now - SEALED_WITHIN)


def unsealed_since(instant):
    """The same for those signed by all before the instant."""
    made = Document.objects.filter(agreement=OuterRef("pk"), kind=DocumentKind.SIGNED)
    late = Agreement.objects.filter(~Exists(made), concluded_at__lt=instant)
    return late.exclude(pk__in=_on_their_way().values("agreement"))


def is_unsealed(agreement, documents, now):
    """The same for one agreement whose documents have been read. 1 query if it looks late."""
    if agreement.concluded_at is None or agreement.concluded_at >= now - SEALED_WITHIN:
        return False
    if any(document.kind == DocumentKind.SIGNED for document in documents):
        return False
    return not _on_their_way().filter(agreement=agreement.pk).exists()


def _on_their_way():
    """Unfinished jobs that are about one agreement, with its number as `agreement`."""
    jobs = Job.objects.filter(state__in=UNFINISHED, args__has_key="agreement_id")
    return jobs.annotate(agreement=Cast(KT("args__agreement_id"), BigIntegerField()))


def documents_without_bytes():
    """A prefetch of each agreement's documents, as `document_list`."""
    rows = Document.objects.defer("content", "source").order_by("kind")
    return Prefetch("documents", rows, to_attr="document_list")


def text_of(agreement):
    """The frozen text, bytes and all, or None before it is sent."""
    return (
        Document.objects.select_related("agreement")
        .filter(agreement=agreement, kind=DocumentKind.TEXT)
        .first()
    )
