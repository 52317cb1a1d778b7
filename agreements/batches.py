"""Many agreements at once: one PDF to print, a zip, and the zip for the records system (ESDH).

Memory stays flat: one document is read at a time. Only the print job holds them all, as pages
without what a printer does not need (measured: docs/benchmark.md).
"""

import io
import json
import zipfile
from dataclasses import asdict, dataclass

from agreements.documents import TITLE
from agreements.models import Agreement, Document, DocumentKind
from agreements.states import AgreementState
from coordination.exports import csv_bytes
from core import policies
from core.periods import day_of

AT_A_TIME = 20
A4 = (595.28, 841.89)  # points
# What only means something in the file that a page came from.
OF_ITS_FILE = ("/StructParents", "/Tabs", "/Annots")


def printable():
    """Agreements that have a text to print: sent, or signed by all. A queryset."""
    return Agreement.objects.filter(state__in=(AgreementState.SENT, AgreementState.CONCLUDED))


def to_journal():
    """Agreements that are signed, with their document made, and not marked "journaliseret"."""
    signed = Document.objects.filter(kind=DocumentKind.SIGNED).values("agreement")
    return Agreement.objects.filter(pk__in=signed, journal_entry__isnull=True)


def agreements_in(ids):
    """The agreements in the order of the ids, each with its newest document's id as
    `document_id` (None if there is none). 2 queries for every twenty.
    """
    for start in range(0, len(ids), AT_A_TIME):
        some = ids[start : start + AT_A_TIME]
        documents = {}
        kinds = Document.objects.filter(agreement__in=some).order_by("-kind")
        for agreement, document in kinds.values_list("agreement", "pk"):
            documents[agreement] = document  # "signed" comes after "text"
        rows = Agreement.objects.select_related("branch", "volunteer__person", "association")
        found = rows.in_bulk(some)
        for pk in some:
            if pk in found:
                found[pk].document_id = documents.get(pk)
                yield found[pk]


def content_of(document_id):
    """A document's bytes."""
    return bytes(Document.objects.values_list("content", flat=True).get(pk=document_id))


# --- To print, and as a zip ----------------------------------------------------------------


def print_job(ids, *, double_sided, done):
    """One PDF of all the documents, as bytes; `done(number, agreement)` after each.

    With `double_sided` each begins on a sheet of its own. Links and reading order stay behind:
    this file is for paper.
    """
    import pikepdf  # here: no web process prints

    joined = pikepdf.new()
    for number, agreement in enumerate(agreements_in(ids), start=1):
        if agreement.document_id is not None:
            with pikepdf.open(io.BytesIO(content_of(agreement.document_id))) as document:
                _add_pages(joined, document, double_sided)
        done(number, agreement)
    if not joined.pages:
        joined.add_blank_page(page_size=A4)
    output = io.BytesIO()
    joined.save(output, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return output.getbuffer()


def _add_pages(joined, document, double_sided):
    for page in document.pages:
        for key in OF_ITS_FILE:
            if key in page:
                del page[key]
    joined.pages.extend(document.pages)
    if double_sided and len(document.pages) % 2:
        joined.add_blank_page(page_size=A4)


def zip_file(ids, file, *, done):
    """Write a zip of the documents, one file each, to `file`."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, agreement in enumerate(agreements_in(ids), start=1):
            if agreement.document_id is not None:
                archive.writestr(
                    f"aftale-{agreement.number}.pdf", content_of(agreement.document_id)
                )
            done(number, agreement)


# --- For the records system ----------------------------------------------------------------


@dataclass(frozen=True)
class Metadata:
    """What the records system wants to know of one document. The field names are the columns.

    Source: domain.md rule 60; KLE is the municipalities' shared plan of subjects.
    """

    fil: str
    titel: str
    dato: str
    part: str
    partstype: str
    cvr: str
    sagsnummer: str
    kle_nummer: str
    kle_facet: str
    aftalenummer: str
    afdeling: str
    gyldig_fra: str
    gyldig_til: str
    sha256: str


def metadata(agreement, *, case_number, sha256):
    """The Metadata of a signed agreement's document."""
    concluded_on = day_of(agreement.concluded_at)
    association = agreement.association
    return Metadata(
        fil=f"aftale-{agreement.number}.pdf",
        titel=f"{TITLE} {agreement.number}, {agreement.branch.name}",
        dato=concluded_on.isoformat(),
        part=str(agreement.other_party),
        partstype="forening" if association else "person",
        cvr=association.cvr if association else "",
        sagsnummer=case_number,
        kle_nummer=policies.get("journal.kle_number"),
        kle_facet=policies.get("journal.kle_facet"),
        aftalenummer=agreement.number,
        afdeling=agreement.branch.name,
        gyldig_fra=agreement.starts_on.isoformat(),
        gyldig_til=agreement.ends_on.isoformat() if agreement.ends_on else "",
        sha256=sha256,
    )


def journal_zip(ids, file, *, case_number, done):
    """Write the signed documents with metadata.csv and metadata.json to `file` as a zip."""
    rows = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, agreement in enumerate(agreements_in(ids), start=1):
            if agreement.document_id is not None and agreement.concluded_at:
                content = content_of(agreement.document_id)
                row = metadata(
                    agreement,
                    case_number=case_number,
                    sha256=Document.objects.values_list("sha256", flat=True).get(
                        pk=agreement.document_id
                    ),
                )
                archive.writestr(row.fil, content)
                rows.append(asdict(row))
            done(number, agreement)
        header = list(Metadata.__dataclass_fields__)
        table = [header, *([row[name] for name in header] for row in rows)]
        archive.writestr("metadata.csv", csv_bytes(table, first=True))
        archive.writestr("metadata.json", json.dumps(rows, ensure_ascii=False, indent=1))
