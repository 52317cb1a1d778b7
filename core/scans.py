"""Scans of papers: is it what it says, and nothing besides?

What a file is, its bytes say; its name and what the browser calls it count for nothing. A picture
is decoded and written anew, which leaves behind whatever else the file was. A PDF is kept byte
for byte (it may be evidence), so it must be a PDF from its first byte to its last, with nothing
in it that acts.
"""

import io
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from core.errors import DomainError
from core.uploads import LARGEST

LARGEST_PIXELS = 60_000_000  # A4 at 600 dots an inch is 35 million
PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png"}
END_MARKS = {"PNG": b"IEND\xaeB`\x82", "JPEG": b"\xff\xd9"}
PDF = "application/pdf"
ACTING = {"/JavaScript", "/JS", "/Launch", "/AA", "/EmbeddedFiles", "/EF", "/RichMedia", "/XFA"}
# How a ZIP archive ends (and with it Java and Office files); readers look for it from the end.
ZIP_END, ZIP_END_WITHIN = b"PK\x05\x06", 66_000
MOST_OBJECTS = 50_000


@dataclass(frozen=True)
class Scan:
    """Checked bytes and what they are."""

    content_type: str
    content: bytes

    @property
    def ending(self):
        return {PDF: "pdf", "image/jpeg": "jpg", "image/png": "png"}[self.content_type]


def checked(upload, *, field):
    """The Scan in an uploaded file. Raises DomainError("bad_file") on the field, saying why."""
    if upload.size > LARGEST:
        raise _refused(_("The file is larger than 10 MB. Scan it in black and white."), field)
    content = upload.read()
    if content.startswith(b"%PDF-"):
        _check_pdf(content, field)
        return Scan(PDF, content)
    return _picture(content, field)


def _picture(content, field):
    try:
        with Image.open(io.BytesIO(content), formats=list(PICTURES)) as picture:
            if picture.width * picture.height > LARGEST_PIXELS:
                raise _refused(_("The picture is too large. Scan it at 300 dots per inch."), field)
            kind = picture.format
            if END_MARKS[kind] not in content:
                raise _refused(_("The picture is cut off. Scan the paper again."), field)
            clean = io.BytesIO()
            picture.save(clean, format=kind, exif=b"", icc_profile=None, **_quality(kind))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise _refused(
            _("This is not a scan we can read. Choose a PDF, JPEG or PNG file."), field
        ) from None
    return Scan(PICTURES[kind], clean.getvalue())


def _quality(kind):
    return {"quality": "keep"} if kind == "JPEG" else {}


def _check_pdf(content, field):
    whole = content.rstrip(b"\r\n \x00").endswith(b"%%EOF")
    if not whole or ZIP_END in content[-ZIP_END_WITHIN:]:
        raise _refused(_("There is more in the file than a PDF. Scan the paper again."), field)
    try:
        acts = _acts(content)
    except Exception:  # whatever a broken PDF makes its reader say
        raise _refused(_("The PDF is broken or locked. Scan the paper again."), field) from None
    if acts:
        raise _refused(
            _("The PDF holds a program or another file. Print it, then scan the print."), field
        )


def _acts(content):
    """True if anything reachable in the PDF acts or hides a file. Raises on what is unreadable."""
    # Imported here: pyHanko takes 0.4 s, and most processes never see a scan.
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if reader.encrypted:
        raise ValueError("encrypted")
    if not int(reader.root["/Pages"]["/Count"]):
        raise ValueError("no pages")
    waiting, seen = [reader.root], set()
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, generic.IndirectObject):
            if thing.reference in seen:
                continue
            seen.add(thing.reference)
            if len(seen) > MOST_OBJECTS:
                raise ValueError("too many objects")
            thing = thing.get_object()
        if isinstance(thing, generic.DictionaryObject):
            if ACTING & set(thing) or isinstance(
                thing.get("/OpenAction"), generic.DictionaryObject
            ):
                return True
            if thing.get("/S") in ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm"):
                return True
            waiting.extend(thing.raw_get(key) for key in thing)
        elif isinstance(thing, generic.ArrayObject):
            waiting.extend(thing.raw_get(number) for number in range(len(thing)))
    return False


def _refused(message, field):
    return DomainError(message, code="bad_file", field=field)
