"""Sample documents for the PDF tests: an agreement with everything a document may hold."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import segno
from django.conf import settings
from django.utils.safestring import mark_safe

from core import pdf

IDENTIFIER = "2026-000123"
TITLE = "Samarbejdsaftale"
SIGNED_AT = datetime(2026, 3, 3, 13, 5, tzinfo=UTC)
CLAUSE = mark_safe(
    "<p>Du hjælper børn og unge med lektier. Læs mere på "
    '<a href="https://www.example.dk/">kommunens side</a>.</p>'
    "<h3>Det må du gerne</h3><ul><li>Læse højt</li><li>Øve dansk</li></ul>"
)


def agreement_context(**changes):
    """Context of pdf/agreement.html; the names have every Danish letter."""
    logo = (Path(settings.BASE_DIR) / "static/pdf/mark.svg").read_bytes()
    context = {
        "sender": "Ærøskøbing Kommune",
        "sender_unit": "Åby Bibliotek",
        "logo": f"data:image/svg+xml;base64,{base64.b64encode(logo).decode()}",
        "logo_alt": "Ærøskøbing Kommunes logo",
        "reference": "Aftale 2026-000123",
        "edition": "Skabelon 1.0 · udskrevet 3. marts 2026",
        "lead": "Mellem Åse Østergård og Åby Bibliotek.",
        "facts": [
            {"label": "Frivillig", "value": "Åse Østergård", "detail": "aase@example.dk"},
            {"label": "Sted", "value": "Åby Bibliotek", "detail": ""},
        ],
        "clauses": [{"heading": f"Punkt {number}", "html": CLAUSE} for number in range(3)],
        "paper_parties": [{"role": "Frivillig", "name": "Åse Østergård"}],
    }
    return context | changes


def agreement_sample(**changes):
    return pdf.render(
        "pdf/agreement.html", agreement_context(**changes), title=TITLE, identifier=IDENTIFIER
    )


def signature_context():
    return {
        "reference": "Aftale 2026-000123",
        "code": "ABCD-2345-EFGH",
        "verify_url": "https://frivillig.example.dk/dokument/ABCD-2345-EFGH/",
        "qr_code": segno.make("https://frivillig.example.dk/dokument/x/").svg_data_uri(border=0),
        "signatures": [
            {
                "role": "Frivillig",
                "name": "Åse Østergård",
                "method": "Link og engangskode",
                "signed_at": SIGNED_AT,
            },
            {
                "role": "Leder",
                "name": "Bo Ærø",
                "method": "På papir, registreret af Ida Ås",
                "signed_on": SIGNED_AT.date(),
            },
        ],
    }


def signed_sample(**changes):
    html = pdf.source("pdf/agreement.html", agreement_context(**changes), title=TITLE)
    text = pdf.render_html(html, identifier=IDENTIFIER)
    return pdf.signed_document(html, text, signature_context(), identifier=f"{IDENTIFIER}/signed")
