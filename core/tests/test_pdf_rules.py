"""The rule checker finds what it is for: one planted fault per rule, each named."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from core.tests import pdf_rules
from core.tests.pdf_samples import signed_sample

FAULTS = {}


def fault(rule):
    """Registers a function that breaks one rule in an open PDF."""

    def register(plant):
        assert rule not in FAULTS
        FAULTS[rule] = plant
        return plant

    return register


def first(pdf, kind):
    return next(e for e in pdf_rules.Document(pdf).elements if str(e.S) == kind)


def edit_metadata(pdf, old, new):
    content = pdf.Root.Metadata.read_bytes()
    assert old in content
    pdf.Root.Metadata.write(content.replace(old, new))


@fault("marked")
def not_marked(pdf):
    pdf.Root.MarkInfo.Marked = False


@fault("language")
def no_language(pdf):
    del pdf.Root.Lang


@fault("display-title")
def file_name_as_title(pdf):
    del pdf.Root.ViewerPreferences.DisplayDocTitle


@fault("title")
def empty_title(pdf):
    pdf.docinfo.Title = pikepdf.String("")


@fault("one-rdf")
def second_rdf(pdf):
    rdf = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    edit_metadata(pdf, b"</x:xmpmeta>", rdf + b"</x:xmpmeta>")


@fault("pdfa-3a")
def weaker_conformance(pdf):
    edit_metadata(pdf, b'conformance="A"', b'conformance="B"')


@fault("pdfua-1")
def no_accessibility_claim(pdf):
    edit_metadata(pdf, b'pdfuaid:part="1"', b"")


@fault("pdfua-schema")
def undeclared_property(pdf):
    edit_metadata(pdf, b"pdfaExtension:schemas", b"pdfaExtension:other")


@fault("output-intent")
def no_colour_profile(pdf):
    del pdf.Root.OutputIntents


@fault("identifier")
def no_identifier(pdf):
    del pdf.trailer["/ID"]


@fault("structure")
def not_a_document(pdf):
    first(pdf, "/Document").S = pikepdf.Name.Part


@fault("headings")
def skipped_heading_level(pdf):
    first(pdf, "/H2").S = pikepdf.Name.H3


@fault("figure-text")
def figure_without_words(pdf):
    del first(pdf, "/Figure").Alt


@fault("figure-place")
def figure_in_pixels(pdf):
    first(pdf, "/Figure").A.BBox = pikepdf.Array([710, 90, 790, 170])


@fault("header-cells")
def header_without_scope(pdf):
    del first(pdf, "/TH").A.Scope


@fault("nesting")
def paragraph_as_row(pdf):
    first(pdf, "/TR").S = pikepdf.Name.P


@fault("tab-order")
def no_tab_order(pdf):
    del pdf.pages[0].Tabs


@fault("content-marked")
def stray_line(pdf):
    pdf.pages[0].contents_add(b"0 0 m 10 10 l S")


@fault("content-owned")
def orphaned_content(pdf):
    paragraph = first(pdf, "/P")
    paragraph.P.K = pikepdf.Array(kid for kid in paragraph.P.K if kid.objgen != paragraph.objgen)


@fault("fonts-embedded")
def font_left_out(pdf):
    font = next(iter(pdf.pages[0].Resources.Font.values()))
    descriptor = font.DescendantFonts[0].FontDescriptor
    for key in ("/FontFile", "/FontFile2", "/FontFile3"):
        if key in descriptor:
            del descriptor[key]


@fault("letters-readable")
def letters_without_meaning(pdf):
    del next(iter(pdf.pages[0].Resources.Font.values())).ToUnicode


@fault("links")
def link_without_words(pdf):
    page = next(page for page in pdf.pages if "/Annots" in page)
    del page.Annots[0].Contents


@fault("attachments")
def attachment_without_relation(pdf):
    del pdf.Root.AF


@fault("nothing-active")
def script_on_opening(pdf):
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('hej')")
    pdf.Root.OpenAction = pdf.make_indirect(action)


@fault("form-is-seal")
def field_to_fill_in(pdf):
    field = pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="Navn")
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[pdf.make_indirect(field)])


@pytest.fixture(scope="module")
def good_file():
    return signed_sample()


def test_broken_rules_is_empty_for_our_own_document(good_file):
    assert pdf_rules.broken_rules(good_file) == []


def test_every_rule_has_a_planted_fault():
    assert sorted(FAULTS) == sorted(pdf_rules.RULES)


@pytest.mark.parametrize("rule", pdf_rules.RULES)
def test_broken_rules_names_the_planted_fault(good_file, rule):
    with pikepdf.open(BytesIO(good_file)) as pdf:
        FAULTS[rule](pdf)
        spoilt = BytesIO()
        pdf.save(spoilt, static_id=True)
    content = spoilt.getvalue()
    if rule == "identifier":  # pikepdf always writes one
        content = content.replace(b"/ID", b"/XX")
    assert rule in pdf_rules.broken_rules(content)


def test_only_the_job_that_joins_many_reads_pdfs():
    # pikepdf parses what may come from anywhere; no web process loads it.
    root = Path(pdf_rules.__file__).resolve().parents[2]
    importers = [
        path.relative_to(root).as_posix()
        for app in ("core", "coordination", "agreements", "recruitment", "frivillig")
        for path in (root / app).rglob("*.py")
        if "tests" not in path.parts and "import pikepdf" in path.read_text()
    ]
    assert importers == ["agreements/batches.py"]
