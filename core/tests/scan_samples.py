"""Files that somebody might choose as a scan: good ones, and what must be refused."""

import io
import zipfile

import pikepdf
from PIL import Image

from core.uploads import LARGEST


def picture(kind="PNG", size=(60, 40)):
    content = io.BytesIO()
    Image.new("RGB", size, "white").save(content, format=kind)
    return content.getvalue()


def pdf(change=lambda pdf: None):
    """A PDF of one empty page, changed before it is written."""
    made = pikepdf.new()
    made.add_blank_page()
    change(made)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def archive():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("program.exe", "MZ")
    return content.getvalue()


def _script(made):
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    made.Root.OpenAction = made.make_indirect(action)


def _launch(made):
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action
    )
    made.pages[0].Annots = pikepdf.Array([made.make_indirect(link)])


def _attached(made):
    made.attachments["program.exe"] = b"MZ"


GOOD = {
    "a PDF": (pdf(), "application/pdf"),
    "a PNG": (picture("PNG"), "image/png"),
    "a JPEG": (picture("JPEG"), "image/jpeg"),
}
BAD = {
    "an executable": b"MZ" + b"\x00" * 400,
    "an executable for Linux": b"\x7fELF" + b"\x00" * 400,
    "a web page": b"<!doctype html><script>alert(1)</script>",
    "a GIF": picture("GIF"),
    "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "an archive": archive(),
    "a PDF with an archive behind it": pdf() + archive(),
    "a PDF with a web page behind it": pdf() + b"<script>alert(1)</script>",
    "a program with a PDF behind it": b"MZ" + pdf(),
    "a PDF with an archive inside": pdf().replace(b"%%EOF", b"") + archive() + b"%%EOF",
    "a PDF that runs a script": pdf(_script),
    "a PDF that starts a program": pdf(_launch),
    "a PDF with a file attached": pdf(_attached),
    "half a PDF": pdf()[:200] + b"%%EOF",
    "half a picture": picture("JPEG", (600, 400))[:-60],
    "a huge file": pdf() + b"%" * LARGEST,
}
