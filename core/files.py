"""Stored files: what comes in is what its bytes are, and is made anew before it is kept."""

import hashlib
import io

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, UnidentifiedImageError

from core import audit, policies
from core.errors import DomainError
from core.models import StoredFile
from core.scope import remembered

LARGEST_IMAGE = 1024 * 1024
LARGEST_SIDE = 4000
IMAGE_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}
# How a whole picture ends. WeasyPrint tells PIL, for the whole process, to take cut-off ones.
END_MARKS = {"PNG": b"IEND\xaeB`\x82", "JPEG": b"\xff\xd9"}

audit.kind("file.added", gettext_lazy("File added"))


def add_image(*, name, content, purpose, by):
    """Keep a PNG or JPEG picture and return its StoredFile; call inside a transaction.

    The picture is decoded and written anew, so that nothing hidden in it (place, device, a
    script) is served. Raises DomainError for a file that is too large, is no picture, or is not
    what its name says.
    """
    content_type, clean = _cleaned_image(name, content)
    stored = StoredFile.objects.create(
        name=name[:200],
        purpose=purpose,
        content_type=content_type,
        content=clean,
        size=len(clean),
        sha256=hashlib.sha256(clean).hexdigest(),
    )
    audit.record("file.added", by=by, about=stored, fields=("content",))
    return stored


@transaction.atomic
def set_picture(key, *, name, content, by, valid_from=None, note=""):
    """Keep a picture and point its FILE setting to it from a day on; returns the PolicyValue."""
    stored = add_image(name=name, content=content, purpose=key, by=by)
    return policies.set(key, stored, by=by, valid_from=valid_from, note=note)


def current(key):
    """The StoredFile a FILE setting points to, or None."""
    file_id = policies.get(key)
    if file_id is None:
        return None
    return remembered(f"file:{file_id}", lambda: StoredFile.objects.filter(pk=file_id).first())


def _cleaned_image(name, content):
    if len(content) > LARGEST_IMAGE:
        raise _refused(_("The file is larger than 1 MB. Choose a smaller picture."))
    try:
        with Image.open(io.BytesIO(content), formats=list(IMAGE_TYPES)) as picture:
            if max(picture.size) > LARGEST_SIDE:
                raise _refused(_("The picture is too large. Choose one of at most 4000 pixels."))
            picture_format = picture.format
            if not _name_fits(name, picture_format):
                raise _refused(
                    _("The file is not what its name says. Save it as PNG and try again.")
                )
            if END_MARKS[picture_format] not in content:
                raise _refused(_("The picture is cut off. Save it anew, then choose it again."))
            clean = io.BytesIO()
            picture.save(clean, format=picture_format, optimize=True, exif=b"", icc_profile=None)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise _refused(
            _("The file is not a picture we can read. Choose a PNG or JPEG file.")
        ) from None
    return IMAGE_TYPES[picture_format], clean.getvalue()


def _name_fits(name, picture_format):
    endings = {"PNG": (".png",), "JPEG": (".jpg", ".jpeg")}[picture_format]
    return name.lower().endswith(endings)


def _refused(message):
    return DomainError(message, code="bad_file", field="value")
