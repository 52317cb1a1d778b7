"""A rule checker for our documents, standing in for a validator that cannot run here.

`broken_rules(content)` names every rule a PDF breaks; an empty list means "built to
PDF/A-3a and PDF/UA-1 as far as these rules see", never "validated".
Source: ../shared/stack.md section 3; ISO 14289-1, the Matterhorn protocol, ISO 19005-3.
"""

from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree

import pikepdf

# Operators that leave something to see.
PAINTING = frozenset("Tj TJ ' \" Do sh f F f* B B* b b* S s".split()) | {"INLINE IMAGE"}  # noqa: SIM905
HEADINGS = [f"/H{level}" for level in range(1, 7)]
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"
DUBLIN = "{http://purl.org/dc/elements/1.1/}"
CHILDREN = {
    "/Table": {"/TR", "/THead", "/TBody", "/TFoot", "/Caption"},
    "/THead": {"/TR"},
    "/TBody": {"/TR"},
    "/TFoot": {"/TR"},
    "/TR": {"/TH", "/TD"},
    "/L": {"/LI", "/L", "/Caption"},
    "/LI": {"/Lbl", "/LBody", "/L"},
}


def broken_rules(content):
    """Names of the broken rules, in the order of `RULES`; content is the file's bytes."""
    with pikepdf.open(BytesIO(content)) as pdf:
        document = Document(pdf)
        return [name for name, holds in RULES.items() if not holds(document)]


class Document:
    """An open PDF with its structure elements in reading order."""

    def __init__(self, pdf):
        self.pdf = pdf
        self.root = pdf.Root
        self.elements = list(self._walk(pdf.Root.get("/StructTreeRoot")))

    def _walk(self, parent):
        for kid in _kids(parent) if parent is not None else ():
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                yield kid
                yield from self._walk(kid)

    def of_kind(self, *kinds):
        return [element for element in self.elements if str(element.S) in kinds]

    @property
    def metadata(self):
        stream = self.root.get("/Metadata")
        try:
            return ElementTree.fromstring(stream.read_bytes()) if stream is not None else None
        except ElementTree.ParseError:
            return None

    def described(self, name):
        """The value of a metadata property, written as attribute or as element."""
        if self.metadata is None:
            return None
        for node in self.metadata.iter(f"{RDF}Description"):
            if name in node.attrib:
                return node.attrib[name]
            if node.find(name) is not None:
                return "".join(node.find(name).itertext()).strip()
        return None

    @property
    def fonts(self):
        return {
            font.objgen: font
            for page in self.pdf.pages
            for font in page.get("/Resources", {}).get("/Font", {}).values()
        }.values()


def _kids(element):
    kids = element.get("/K", [])
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def _marked(document):
    return document.root.get("/MarkInfo", {}).get("/Marked") is True


def _language(document):
    return str(document.root.get("/Lang", "")) in {"da", "en"}


def _shows_title(document):
    return document.root.get("/ViewerPreferences", {}).get("/DisplayDocTitle") is True


def _title(document):
    title = str(document.pdf.docinfo.get("/Title", "")).strip()
    return bool(title) and document.described(f"{DUBLIN}title") == title


def _one_rdf(document):
    return document.metadata is not None and len(document.metadata.findall(f".//{RDF}RDF")) == 1


def _pdfa_part(document):
    return (document.described(f"{PDFA}part"), document.described(f"{PDFA}conformance")) == (
        "3",
        "A",
    )


def _pdfua_part(document):
    return document.described(f"{PDFUA}part") == "1"


def _pdfua_schema(document):
    stream = document.root.get("/Metadata")
    return stream is not None and b"pdfaExtension:schemas" in stream.read_bytes()


def _output_intent(document):
    return any(
        intent.get("/S") == "/GTS_PDFA1" and "/DestOutputProfile" in intent
        for intent in document.root.get("/OutputIntents", [])
    )


def _identifier(document):
    return len(document.pdf.trailer.get("/ID", [])) == 2


def _structure(document):
    return bool(document.elements) and str(document.elements[0].S) == "/Document"


def _headings(document):
    levels = [HEADINGS.index(str(element.S)) for element in document.of_kind(*HEADINGS)]
    return (
        bool(levels)
        and levels[0] == 0
        and all(after <= before + 1 for before, after in pairwise(levels))
    )


def _figure_text(document):
    return all(str(figure.get("/Alt", "")).strip() for figure in document.of_kind("/Figure"))


def _figure_place(document):
    return all(_on_page(figure) for figure in document.of_kind("/Figure"))


def _on_page(figure):
    box = figure.get("/A", {}).get("/BBox")
    if box is None:
        return False
    left, bottom, right, top = (float(side) for side in box)
    page_left, page_bottom, page_right, page_top = (float(side) for side in figure.Pg.MediaBox)
    return page_left <= left < right <= page_right and page_bottom <= bottom < top <= page_top


def _header_cells(document):
    return all(
        str(cell.get("/A", {}).get("/Scope", "")) in {"/Row", "/Column", "/Both"}
        for cell in document.of_kind("/TH")
    )


def _nesting(document):
    return all(
        str(kid.S) in CHILDREN[str(element.S)]
        for element in document.of_kind(*CHILDREN)
        for kid in _kids(element)
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid
    )


def _tabs(document):
    return all(page.get("/Tabs") == "/S" for page in document.pdf.pages)


def _all_content_marked(document):
    return all(_content_marked(page) for page in document.pdf.pages)


def _content_marked(page):
    open_marks = 0
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator in ("BDC", "BMC"):
            open_marks += 1
        elif operator == "EMC":
            open_marks -= 1
        elif operator in PAINTING and open_marks <= 0:
            return False
    return open_marks == 0


def _content_owned(document):
    """Every marked piece belongs to an element that can be reached from the tree's root."""
    tree = document.root.get("/StructTreeRoot")
    if tree is None:
        return False
    owners = dict(pikepdf.NumberTree(tree.ParentTree).items())
    reachable = {element.objgen for element in document.elements}
    return all(
        _owner(owners, page, number) in reachable
        for page in document.pdf.pages
        for number in _marked_numbers(page)
    )


def _owner(owners, page, number):
    entries = owners.get(int(page.get("/StructParents", -1)), [])
    return getattr(entries[number], "objgen", None) if number < len(entries) else None


def _marked_numbers(page):
    for instruction in pikepdf.parse_content_stream(page):
        if str(instruction.operator) == "BDC" and "/MCID" in instruction.operands[1]:
            yield int(instruction.operands[1].MCID)


def _embedded(document):
    return bool(document.fonts) and all(
        any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
        for font in document.fonts
        for descriptor in _descriptors(font)
    )


def _descriptors(font):
    holders = font.get("/DescendantFonts", [font])
    return [holder.get("/FontDescriptor", {}) for holder in holders]


def _readable_letters(document):
    return all("/ToUnicode" in font for font in document.fonts)


def _links(document):
    return all(
        "/Contents" in annotation and "/StructParent" in annotation
        for page in document.pdf.pages
        for annotation in page.get("/Annots", [])
        if not _is_unseen_seal(annotation, page)
    )


def _is_unseen_seal(annotation, page):
    """A signature field that nobody can see needs no words (ISO 14289-1, 7.18.1)."""
    left, bottom, right, top = (float(side) for side in annotation.Rect)
    page_left, page_bottom, page_right, page_top = (float(side) for side in page.MediaBox)
    outside = right <= page_left or top <= page_bottom or left >= page_right or bottom >= page_top
    return annotation.get("/FT") == "/Sig" and (outside or left == right or bottom == top)


def _attachments(document):
    names = document.root.get("/Names", {}).get("/EmbeddedFiles")
    if names is None:
        return True
    associated = {entry.objgen for entry in document.root.get("/AF", [])}
    return all(
        "/AFRelationship" in entry and "/UF" in entry and entry.objgen in associated
        for entry in pikepdf.NameTree(names).values()
    )


def _nothing_active(document):
    return not {"/OpenAction", "/AA"} & set(document.root.keys()) and (
        "/JavaScript" not in document.root.get("/Names", {})
    )


def _form_is_seal(document):
    """No form but the seal's own signature fields, which do nothing when opened."""
    form = document.root.get("/AcroForm")
    return form is None or (
        "/XFA" not in form
        and all(
            field.get("/FT") == "/Sig" and not {"/A", "/AA"} & set(field.keys())
            for field in form.get("/Fields", [])
        )
    )


RULES = {
    "marked": _marked,
    "language": _language,
    "display-title": _shows_title,
    "title": _title,
    "one-rdf": _one_rdf,
    "pdfa-3a": _pdfa_part,
    "pdfua-1": _pdfua_part,
    "pdfua-schema": _pdfua_schema,
    "output-intent": _output_intent,
    "identifier": _identifier,
    "structure": _structure,
    "headings": _headings,
    "figure-text": _figure_text,
    "figure-place": _figure_place,
    "header-cells": _header_cells,
    "nesting": _nesting,
    "tab-order": _tabs,
    "content-marked": _all_content_marked,
    "content-owned": _content_owned,
    "fonts-embedded": _embedded,
    "letters-readable": _readable_letters,
    "links": _links,
    "attachments": _attachments,
    "nothing-active": _nothing_active,
    "form-is-seal": _form_is_seal,
}
