"""Documents: tagged, archivable PDF from a template, made by WeasyPrint without network.

The files are *built to* PDF/A-3a and PDF/UA-1 in one (no real validator has seen them; the
rule checker in core/tests/pdf_rules.py stands in). WeasyPrint writes one variant only, so
`_finish` declares the second and repairs what the renderer is known to get wrong.

Fonts and stylesheet are read once per process, which is three quarters of the time; the
same input gives the same bytes. Source: ../shared/stack.md section 3.
"""

import hashlib
import mimetypes
import re
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from itertools import pairwise, takewhile
from pathlib import Path
from urllib.parse import unquote

import pydyf
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import CSS, HTML, Attachment
from weasyprint.formatting_structure.boxes import MarginBox
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

VARIANT = "pdf/a-3a"
STYLESHEET = "pdf/document.css"
POINTS_PER_PIXEL = 0.75

# Name of the frozen text inside the signed document; the signature page prints it.
TEXT_FILE = "aftaletekst.pdf"

# WeasyPrint stamps attachments with the clock; a fixed instant keeps the bytes the same.
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)

# PDF/A allows only the properties it knows, so the PDF/UA one comes with its own schema.
UA_METADATA = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 pdfuaid:part="1"/>
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the file is built to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>"""

# What may go on over a page break: HTML tag and the structure element made of it.
CONTINUED = {
    "main": "/Part",
    "article": "/Art",
    "section": "/Sect",
    "div": "/Div",
    "blockquote": "/BlockQuote",
    "p": "/P",
    "ul": "/L",
    "ol": "/L",
    "li": "/LI",
    "table": "/Table",
    "tbody": "/TBody",
}

FONT_FILE = re.compile(r'url\("static:([^"]+)"\)')

# Characters that no font draws and XML forbids (they would break the metadata), and those
# that print the letters after them in another order than they are stored and signed.
CONTROL_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)


# --- What the apps call --------------------------------------------------------------------


def render(template_name, context, *, title, identifier, language="da"):
    """The template as PDF bytes; `identifier` (e.g. the agreement number) names the file
    for good, so that the same input gives the same bytes. Reads nothing but static files.
    """
    return render_html(
        source(template_name, context, title=title, language=language), identifier=identifier
    )


def source(template_name, context, *, title, language="da"):
    """The template as HTML, which is what is stored beside a frozen document so that its
    pages can be set again for the signed one.
    """
    with translation.override(language):
        html = render_to_string(template_name, {**context, "title": title, "language": language})
    return CONTROL_CHARACTERS.sub("", html)


def render_html(html, *, identifier):
    """HTML from `source` as PDF bytes."""
    return _write(_layout(html), identifier=identifier)


def signed_document(text_html, text_pdf, context, *, identifier):
    """The signed document: the pages of the text, a page with the signatures, and the frozen
    text itself as an attached file, byte for byte.

    `text_html` is the stored source of `text_pdf`; `context` fills pdf/_signatures.html
    (`signatures`: name, role, method, signed_at). The signature page names the SHA-256 of
    `text_pdf`, which is computed here and so always the attached file's own.
    Decision: docs/decisions/signed-document.md.
    """
    page_count = len(_layout(text_html).pages)
    facts = {"text_sha256": sha256(text_pdf), "text_pages": page_count, "text_file": TEXT_FILE}
    with translation.override("da"):
        signatures = render_to_string("pdf/_signatures.html", {**context, **facts})
    head, end, tail = text_html.rpartition("</body>")
    html = f"{head}{CONTROL_CHARACTERS.sub('', signatures)}{end}{tail}"
    frozen_text = Attachment(
        string=text_pdf,
        name=TEXT_FILE,
        description="Den tekst, parterne har skrevet under på",
        relationship="Source",
        created=NO_TIME,
        modified=NO_TIME,
    )
    document = _layout(html, stylesheets=[_text_page_numbers(page_count)])
    return _write(document, identifier=identifier, attachments=[frozen_text])


def sha256(content):
    """The fingerprint that is signed and printed: 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


# --- Rendering -----------------------------------------------------------------------------


class StaticFilesOnly(URLFetcher):
    """Reads `static:<path>` and `data:` addresses. Whatever a text asks for elsewhere, on
    the network or on the disk, is not fetched.
    """

    def fetch(self, url, headers=None):
        if url.startswith("data:"):
            return super().fetch(url, headers)
        if not url.startswith("static:"):
            raise ValueError("Documents may only use static files")
        path = finders.find(unquote(url.removeprefix("static:")))
        if path is None:
            raise ValueError(f"No such static file: {url}")
        content_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return URLFetcherResponse(url, Path(path).read_bytes(), {"Content-Type": content_type})


@lru_cache(maxsize=1)
def style():
    """Fonts, parsed stylesheet and fetcher: read once per process.

    Raises ImproperlyConfigured when a font is not there; WeasyPrint would take another one,
    and the same agreement would look different on every machine.
    """
    path = finders.find(STYLESHEET)
    for font in FONT_FILE.findall(Path(path).read_text()):
        if finders.find(font) is None:
            raise ImproperlyConfigured(f"static/{font} is missing; run script/bootstrap")
    fetcher = StaticFilesOnly()
    fonts = FontConfiguration()
    css = CSS(url=f"static:{STYLESHEET}", font_config=fonts, url_fetcher=fetcher)
    return fonts, css, fetcher


@lru_cache(maxsize=64)
def _text_page_numbers(page_count):
    """The text's pages keep the total they were signed with; the signature page follows."""
    fonts, _, fetcher = style()
    rule = f'@page {{ @bottom-right {{ content: "Side " counter(page) " af {page_count}" }} }}'
    return CSS(string=rule, font_config=fonts, url_fetcher=fetcher)


def _layout(html, *, stylesheets=()):
    # The image cache is new for every document: a shared one keeps every QR code it met.
    fonts, css, fetcher = style()
    return HTML(string=html, base_url="static:", url_fetcher=fetcher).render(
        font_config=fonts, stylesheets=[css, *stylesheets], cache={}, pdf_variant=VARIANT
    )


def _write(document, *, identifier, attachments=()):
    output = BytesIO()
    document.write_pdf(
        output,
        finisher=_finish,
        pdf_variant=VARIANT,
        pdf_identifier=hashlib.sha256(identifier.encode()).hexdigest()[:32],
        attachments=list(attachments),
        cache={},
    )
    return output.getvalue()


# --- Repairs before the file is written ----------------------------------------------------


def _finish(document, pdf):
    """WeasyPrint's hook: `pdf` is the whole object graph, about to be written."""
    _declare_accessible(pdf)
    root = _object(pdf, pdf.catalog["StructTreeRoot"])["K"][0]
    _join_over_page_breaks(document, pdf, _object(pdf, root)["K"])
    elements = _reachable(pdf, [root])
    _describe_figures_and_tables(pdf, elements)
    _turn_margins_into_artifacts(pdf, {element.number for element in elements})


def _object(pdf, reference):
    return pdf.objects[int(reference.split()[0])]


def _reachable(pdf, references):
    """The structure elements of the document, in reading order."""
    elements, waiting = [], list(reversed(references))
    while waiting:
        entry = waiting.pop()
        if not isinstance(entry, bytes):
            continue
        element = _object(pdf, entry)
        if element.get("Type") == "/StructElem":
            elements.append(element)
            waiting.extend(reversed(element["K"]))
    return elements


def _declare_accessible(pdf):
    metadata = _object(pdf, pdf.catalog["Metadata"])
    metadata.stream = [metadata.stream[0].replace(b"</rdf:RDF>", UA_METADATA)]
    metadata.compress = False  # readable by tools that do not unpack streams


def _join_over_page_breaks(document, pdf, siblings):
    """A section, list or paragraph that goes on over the page is one element again.

    The renderer starts a new one on every page (Kozea/WeasyPrint#2903), so that a screen
    reader would count one list as two.
    """
    pages = zip(pairwise(document.pages), pdf.page_references[1:], strict=True)
    for (before, after), reference in pages:
        position = next(
            (n for n, kid in enumerate(siblings) if _object(pdf, kid)["Pg"] == reference), 0
        )
        if position:
            _join(pdf, siblings, position, _split_tags(before, after))


def _join(pdf, siblings, position, split):
    """Put siblings[position] into the one before it when it is the same HTML element; `split`
    holds the tags, outermost first, of the elements that the page break cuts through.
    """
    if not isinstance(siblings[position - 1], bytes) or not isinstance(siblings[position], bytes):
        return
    whole, rest = _object(pdf, siblings[position - 1]), _object(pdf, siblings[position])
    if whole["S"] != rest["S"]:
        return
    if split and whole["S"] == CONTINUED[split[0]]:
        split = split[1:]
    elif whole["S"] != "/LBody":  # the body of a list item has no HTML element of its own
        return
    seam = len(whole["K"])
    for kid in rest["K"]:
        _object(pdf, kid)["P"] = whole.reference
    whole["K"] += rest["K"]
    del siblings[position]
    rest.clear()
    if 0 < seam < len(whole["K"]):
        _join(pdf, whole["K"], seam, split)


def _split_tags(before, after):
    """Tags of the elements that end one page and begin the next."""
    pairs = zip(_edge(before._page_box, -1), _edge(after._page_box, 0), strict=False)
    shared = takewhile(lambda pair: pair[0] is pair[1], pairs)
    return [element.tag for element, _ in shared if element.tag in CONTINUED]


def _edge(box, position):
    """HTML elements from the page inwards, always the first (0) or last (-1) child."""
    elements = []
    while True:
        if box.element is not None and box.element not in elements[-1:]:
            elements.append(box.element)
        children = [c for c in getattr(box, "children", ()) if not isinstance(c, MarginBox)]
        if not children:
            return elements
        box = children[position]


def _describe_figures_and_tables(pdf, elements):
    """Figures get their place in points from the bottom left, header cells their scope."""
    for element in elements:
        kind = element["S"]
        if kind == "/Figure":
            _place_figure(pdf, element)
        elif kind == "/TR":
            _scope_headers([_object(pdf, cell) for cell in element["K"]])


def _place_figure(pdf, figure):
    height = _object(pdf, figure["Pg"])["MediaBox"][3]
    left, top, right, bottom = (side * POINTS_PER_PIXEL for side in figure["A"]["BBox"])
    figure["A"]["BBox"] = pydyf.Array([left, height - bottom, right, height - top])


def _scope_headers(row):
    """Scope instead of the renderer's header ids, which need a name tree it does not write."""
    row_headers = {
        id(header) for cell in row if cell["S"] == "/TD" for header in cell["A"].pop("Headers", ())
    }
    for cell in row:
        if cell["S"] == "/TH":
            in_row = id(cell.pop("ID", None)) in row_headers
            cell["A"]["Scope"] = "/Row" if in_row else "/Column"


def _turn_margins_into_artifacts(pdf, reachable):
    """Running headers and page numbers are decoration for who listens: the renderer marks
    them as content of elements outside the tree, here they become pagination artifacts.
    """
    numbers = iter(_object(pdf, _object(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])["Nums"])
    page_entries = dict(zip(numbers, numbers, strict=True))
    for page_reference in pdf.page_references:
        page = _object(pdf, page_reference)
        entries = page_entries[page["StructParents"]]
        strays = {
            number
            for number, reference in enumerate(entries)
            if _object(pdf, reference).number not in reachable
        }
        if strays:
            _mark_as_artifacts(_object(pdf, page["Contents"]).stream, strays)
            for number in strays:
                entries[number] = "null"


def _mark_as_artifacts(stream, numbers):
    for position, operator in enumerate(stream):
        if operator == b"BDC" and stream[position - 1].get("MCID") in numbers:
            stream[position - 2] = "/Artifact"
            stream[position - 1] = pydyf.Dictionary({"Type": "/Pagination"})
