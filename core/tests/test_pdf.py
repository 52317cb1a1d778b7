"""Documents: what goes in comes out, for every name and text people really have."""

import hashlib
import subprocess
from io import BytesIO

import pikepdf
import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from weasyprint import HTML

from core import pdf
from core.tests.pdf_rules import Document, broken_rules
from core.tests.pdf_samples import (
    CLAUSE,
    IDENTIFIER,
    TITLE,
    agreement_context,
    agreement_sample,
    signature_context,
    signed_sample,
)

EXTREMES = {
    "danish letters": "Åse Ærøskøbing-Østergård",
    "long name": "Wolfeschlegelsteinhausenbergerdorff" * 6,
    "emoji": "Åse 👩‍👩‍👧‍👦 🇩🇰 Hansen",
    "right to left": "عبد الرحمن بن محمد \u202eøåå",
    "html": "<script>alert(1)</script><b>Åse</b> & Co",
    "quotes": 'Robert\'); DROP TABLE volunteer;-- "Bobby"',
    "control characters": "Åse\x00\x07\x1b Hansen",
}


@pytest.fixture
def on_disk(tmp_path):
    """Writes bytes to a file for the command-line tools."""

    def write(content):
        path = tmp_path / "document.pdf"
        path.write_bytes(content)
        return str(path)

    return write


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def pages_text(path, *pages):
    return run("pdftotext", "-layout", *pages, path, "-").stdout


def test_render_keeps_the_rules():
    assert broken_rules(agreement_sample()) == []


def test_render_is_clean_for_qpdf(on_disk):
    assert run("qpdf", "--check", on_disk(signed_sample())).returncode == 0


def test_render_embeds_only_our_font(on_disk):
    listing = run("pdffonts", on_disk(agreement_sample())).stdout.splitlines()[2:]
    fonts = [line.split() for line in listing]
    assert fonts
    for name, *_, embedded, _subset, unicode_map, _number, _generation in fonts:
        assert "IBM-Plex-Sans" in name
        assert (embedded, unicode_map) == ("yes", "yes")


def test_render_gives_the_same_bytes_for_the_same_input():
    assert agreement_sample() == agreement_sample()


def test_render_names_files_apart_by_identifier():
    html = pdf.source("pdf/agreement.html", agreement_context(), title=TITLE)
    assert pdf.render_html(html, identifier="1") != pdf.render_html(html, identifier="2")


def test_render_sets_title_and_language():
    with pikepdf.open(BytesIO(agreement_sample())) as document:
        assert str(document.docinfo.Title) == TITLE
        assert str(document.Root.Lang) == "da"


def test_render_prints_numbered_pages_and_reference(on_disk):
    clauses = [{"heading": "Punkt", "html": CLAUSE}] * 20
    path = on_disk(agreement_sample(clauses=clauses))
    second = pages_text(path, "-f", "2", "-l", "2")
    assert "Aftale 2026-000123" in second
    assert "Side 2 af 4" in second
    assert "Skabelon 1.0 · udskrevet 3. marts 2026" in second


def test_running_headers_are_no_content_for_who_listens(on_disk):
    clauses = [{"heading": "Punkt", "html": CLAUSE}] * 20
    path = on_disk(agreement_sample(clauses=clauses))
    spoken = run("pdfinfo", "-struct-text", path).stdout
    assert "Punkt" in spoken
    assert "Side 2" not in spoken
    assert "udskrevet" not in spoken


@pytest.mark.parametrize("text", EXTREMES.values(), ids=EXTREMES)
def test_render_takes_any_text(text):
    facts = [{"label": "Frivillig", "value": text, "detail": text}]
    content = agreement_sample(facts=facts, lead=text, reference=text, sender_unit=text)
    assert broken_rules(content) == []


@pytest.mark.parametrize("text", EXTREMES.values(), ids=EXTREMES)
def test_render_takes_any_title(text):
    html = pdf.source("pdf/agreement.html", agreement_context(), title=text)
    assert broken_rules(pdf.render_html(html, identifier=IDENTIFIER)) == []


def test_render_never_takes_html_from_a_name(on_disk):
    path = on_disk(agreement_sample(lead=EXTREMES["html"]))
    assert "<script>alert(1)</script><b>Åse</b> & Co" in pages_text(path)


def test_render_prints_letters_in_the_order_they_are_stored(on_disk):
    path = on_disk(agreement_sample(lead="Mellem \u202eÅse\u202c og Bo"))
    assert "Mellem Åse og Bo" in pages_text(path)


def test_render_takes_forty_clauses(on_disk):
    clauses = [{"heading": f"Punkt {n}", "html": CLAUSE} for n in range(40)]
    content = agreement_sample(clauses=clauses)
    assert broken_rules(content) == []
    assert "40. Punkt 39" in pages_text(on_disk(content))


def test_render_takes_a_clause_of_twenty_thousand_characters():
    paragraph = format_html("<p>{}</p>", "Ærlig talt er øvelse bedst. " * 715)
    content = agreement_sample(clauses=[{"heading": "Langt", "html": paragraph}])
    assert broken_rules(content) == []


def kinds(element):
    return [str(kid.S) for kid in element.K]


def test_a_paragraph_over_page_breaks_stays_one_paragraph():
    paragraph = format_html("<p>{}</p>", "Ærlig talt er øvelse bedst. " * 400)
    content = agreement_sample(clauses=[{"heading": "Langt", "html": paragraph}])
    with pikepdf.open(BytesIO(content)) as document:
        assert len(document.pages) > 2
        clause, paper = Document(document).of_kind("/Sect")
        assert kinds(clause) == ["/H2", "/P"]
        assert kinds(paper)[0] == "/H2"


def test_a_list_over_page_breaks_stays_one_list():
    entries = format_html_join("", "<li>{}</li>", [("Frivillig hjælp " * 12,)] * 90)
    content = agreement_sample(
        clauses=[{"heading": "Langt", "html": SafeString(f"<ul>{entries}</ul>")}]
    )
    assert broken_rules(content) == []
    with pikepdf.open(BytesIO(content)) as document:
        assert len(document.pages) > 3
        (only,) = Document(document).of_kind("/L")
        assert kinds(only) == ["/LI"] * 90
        assert {tuple(kinds(entry)) for entry in only.K} == {("/Lbl", "/LBody")}


def test_paragraphs_beside_a_page_break_stay_two():
    paragraphs = format_html_join("", "<p>{}</p>", [(f"Afsnit {n}",) for n in range(120)])
    content = agreement_sample(clauses=[{"heading": "Mange", "html": paragraphs}])
    with pikepdf.open(BytesIO(content)) as document:
        assert len(document.pages) > 2
        clause = Document(document).of_kind("/Sect")[0]
        assert kinds(clause) == ["/H2"] + ["/P"] * 120


def test_a_figure_is_where_it_is_printed():
    with pikepdf.open(BytesIO(agreement_sample())) as document:
        (logo,) = Document(document).of_kind("/Figure")
        left, bottom, right, top = (round(float(side)) for side in logo.A.BBox)
    assert (left, right - left, top - bottom) == (71, 31, 37)  # points; 25 mm is the margin
    assert 842 - top == 51  # 18 mm from the upper edge


def test_words_stay_whole(on_disk):
    word = "kommunalbestyrelsesmedlemmernes"
    text = format_html("<p>{}</p>", f"{word} " * 40)
    path = on_disk(agreement_sample(clauses=[{"heading": "Ord", "html": text}]))
    assert pages_text(path).count(word) == 40


def test_soft_hyphens_are_drawn_with_our_font(on_disk):
    text = format_html("<p>{}</p>", "kommunal\u00adbestyrelses\u00admedlemmernes " * 40)
    path = on_disk(agreement_sample(clauses=[{"heading": "Ord", "html": text}]))
    assert "DejaVu" not in run("pdffonts", path).stdout


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/spy.png",
        "file:///etc/passwd",
        "static:../manage.py",
        "ftp://127.0.0.1/x",
    ],
)
def test_fetcher_reads_only_static_files(address):
    with pytest.raises(Exception, match=r"static file|outside|not found|joined path"):
        pdf.StaticFilesOnly().fetch(address)


def test_render_goes_on_without_what_it_may_not_fetch():
    content = agreement_sample(logo="http://127.0.0.1:9/spy.png")
    assert broken_rules(content) == []


def test_signed_document_keeps_the_rules():
    assert broken_rules(signed_sample()) == []


def test_signed_document_holds_the_frozen_text_byte_for_byte():
    text = agreement_sample()
    with pikepdf.open(BytesIO(signed_sample())) as document:
        held = document.attachments[pdf.TEXT_FILE].get_file().read_bytes()
    assert held == text


def test_signed_document_names_the_text_and_who_signed(on_disk):
    page = pages_text(on_disk(signed_sample()), "-f", "2")
    assert hashlib.sha256(agreement_sample()).hexdigest() in page
    assert "Åse Østergård" in page
    assert "3. marts 2026 kl. 14.05" in page
    assert "På papir, registreret af Ida Ås" in page


def test_signed_document_shows_the_text_pages_as_they_were_signed(on_disk):
    clauses = [{"heading": f"Punkt {n}", "html": CLAUSE} for n in range(15)]
    text = agreement_sample(clauses=clauses)
    signed = signed_sample(clauses=clauses)
    with pikepdf.open(BytesIO(text)) as document:
        count = str(len(document.pages))
    frozen = run("pdftotext", "-bbox", on_disk(text), "-").stdout
    shown = run("pdftotext", "-bbox", "-l", count, on_disk(signed), "-").stdout
    assert shown == frozen


def test_signed_document_is_the_same_for_the_same_input():
    assert signed_sample() == signed_sample()


def test_signed_document_takes_any_name():
    context = signature_context()
    html = pdf.source("pdf/agreement.html", agreement_context(), title=TITLE)
    for name in EXTREMES.values():
        context["signatures"][0]["name"] = name
        content = pdf.signed_document(html, b"%PDF-1.7", context, identifier=IDENTIFIER)
        assert broken_rules(content) == []


def test_repairs_are_needed():
    """Without our finisher the renderer's own file breaks rules; when this fails after an
    upgrade, a repair in core/pdf.py can go.
    """
    fonts, css, fetcher = pdf.style()
    html = pdf.source("pdf/agreement.html", agreement_context(), title=TITLE)
    plain = HTML(string=html, base_url="static:", url_fetcher=fetcher).write_pdf(
        font_config=fonts, stylesheets=[css], pdf_variant=pdf.VARIANT
    )
    assert broken_rules(plain) == [
        "pdfua-1",
        "pdfua-schema",
        "header-cells",
        "content-owned",
    ]


def test_style_stops_when_a_font_is_missing(tmp_path, settings):
    settings.STATICFILES_DIRS = [tmp_path]
    (tmp_path / "pdf").mkdir()
    rule = '@font-face { src: url("static:vendor/absent.woff2") }'
    (tmp_path / pdf.STYLESHEET).write_text(rule)
    finders.get_finder.cache_clear()
    pdf.style.cache_clear()
    try:
        with pytest.raises(
            ImproperlyConfigured, match=r"absent\.woff2 is missing; run script/boot"
        ):
            pdf.style()
    finally:
        finders.get_finder.cache_clear()
        pdf.style.cache_clear()
