"""Tables that people send us: Excel (.xlsx) or CSV, read as rows of text.

What a file is, its bytes decide, never its name. Nothing in it is run: of a formula its last value
is read. A workbook is a zip of XML, so what it unpacks to is limited before it is opened, and XML
that declares entities is refused (OOXML has none). Memory holds the rows, and no more.

Source: ECMA-376 (OOXML forbids DTDs); OWASP, "XML External Entity Prevention".
"""

import csv
import io
import unicodedata
import zipfile
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.errors import DomainError

LARGEST = 5 * 1024 * 1024
UNPACKED = 25 * 1024 * 1024
LARGEST_STYLES = 2 * 1024 * 1024
MOST_PARTS = 500
MOST_ROWS = 2000
MOST_COLUMNS = 60
MOST_EMPTY = 20_000  # rows of nothing that are passed by before we stop reading
LONGEST_CELL = 6000
LARGEST_WHOLE = 10**15

ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx with a password
DOCTYPE = tuple("<!DOCTYPE".encode(name) for name in ("ascii", "utf-16-le", "utf-16-be"))
MACROS = "vbaproject.bin"
DELIMITERS = ";\t,"
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
NOT_TEXT = {chr(code) for code in range(32)} - set("\t\r\n") | {"\x7f"}


class Row(NamedTuple):
    """A row that is not empty: its number as spreadsheets show it, and the text of its cells."""

    number: int
    cells: tuple


def read(content, *, field="file"):
    """The rows of the first sheet that is not empty, each cell as text.

    Days become 2026-03-03, times 15:00, both 2026-03-03 15:00, whole numbers 3. Raises
    DomainError("bad_file") with what to do.
    """
    try:
        if len(content) > LARGEST:
            raise _Bad(_("The file is larger than 5 MB. Split it into smaller ones."))
        found = list(_workbook(content) if content.startswith(ZIP) else _separated(content))
    except _Bad as error:
        raise DomainError(error.args[0], code="bad_file", field=field) from None
    if not found:
        raise DomainError(
            _("The file is empty. Choose one with headings and rows."), code="bad_file", field=field
        )
    return found


class _Bad(Exception):
    """The file cannot be read; its first argument tells people what to do."""


def _kept(numbered):
    """Rows that are not empty, within the limits."""
    found = 0
    for number, cells in numbered:
        cells = tuple(_clean(cell) for cell in cells)
        while cells and not cells[-1]:
            cells = cells[:-1]
        if not cells:
            continue
        found += 1
        if found > MOST_ROWS + 1:
            raise _Bad(
                _("There are more than %(most)s rows in the file. Split it into smaller ones.")
                % {"most": MOST_ROWS}
            )
        if len(cells) > MOST_COLUMNS:
            raise _Bad(
                _("There are more than %(most)s columns in the file. Delete those you do not need.")
                % {"most": MOST_COLUMNS}
            )
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise _Bad(
                _("A cell in row %(row)s holds more text than a table does. Look at that row.")
                % {"row": number}
            )
        yield Row(number, cells)


def _clean(text):
    text = unicodedata.normalize("NFC", text).translate(INVISIBLE).replace("_x000D_", "")
    text = "".join(one for one in text if one not in NOT_TEXT)
    return text.replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n").strip()


# --- Excel -----------------------------------------------------------------------------------


def _workbook(content):
    """The rows of the first visible sheet that has any."""
    _require_harmless(content)
    import openpyxl  # here: few processes ever read a workbook

    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()  # what the file claims may be a million columns
            rows = list(_kept(_numbered(sheet)))
            if rows:
                return rows
    except _Bad:
        raise
    except Exception:  # whatever a broken workbook makes its reader say
        raise _unreadable() from None
    return []


def _numbered(sheet):
    empty = 0
    for number, values in enumerate(
        sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True), start=1
    ):
        cells = [_text_of(value) for value in values]
        empty = 0 if any(cells) else empty + 1
        if empty > MOST_EMPTY:
            return
        yield number, cells


def _text_of(value):
    """A value of Excel's as text; rounded to the minute, which is what people write."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return (
            str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".10g")
        )
    if isinstance(value, datetime):
        value = (value + timedelta(seconds=30)).replace(second=0, microsecond=0, tzinfo=None)
        if value.time() == time.min:
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, timedelta):
        hours, minutes = divmod(round(value.total_seconds() / 60), 60)
        return f"{hours:02d}:{minutes:02d}"
    return str(value)


def _require_harmless(content):
    """Look at the zip before anything opens it: what it unpacks to, programs, entities.

    `zipfile` never gives more of a part than the size it declares, so the sum is a limit.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename.lower() for part in parts}
            if "[content_types].xml" not in names or not any(
                name.startswith("xl/") for name in names
            ):
                raise _unreadable()
            if any(name.endswith(MACROS) for name in names):
                raise _Bad(_("There is a program (a macro) in the file. Save it as .xlsx without."))
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise _Bad(_("There is too much in the file. Keep only the sheet with the table."))
            for part in parts:
                _require_plain(archive, part)
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, EOFError, NotImplementedError):
        raise _unreadable() from None
    except zipfile.zlib.error:
        raise _unreadable() from None


def _require_plain(archive, part):
    name = part.filename.lower()
    if part.flag_bits & 1:
        raise _locked()
    if name.endswith("styles.xml") and part.file_size > LARGEST_STYLES:
        raise _Bad(_("There is too much in the file. Keep only the sheet with the table."))
    if name.endswith((".xml", ".rels")) and any(
        mark in archive.read(part).upper() for mark in DOCTYPE
    ):
        raise _unreadable()


# --- CSV -------------------------------------------------------------------------------------


def _separated(content):
    """The rows of a text file whose columns are separated by semicolon, tab or comma."""
    if content.startswith(OLD_EXCEL):
        raise _locked()
    text = _decoded(content)
    if NOT_TEXT & set(text):
        raise _unreadable()
    delimiter = None
    if text[:4].lower() == "sep=" and text[4:5]:  # Excel's own hint
        delimiter, text = text[4], "\n" + text.partition("\n")[2]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text))
    try:
        yield from _kept(enumerate(reader, start=1))
    except csv.Error:
        raise _Bad(
            _("The file has a quotation mark that does not end. Save it anew from Excel.")
        ) from None


def _decoded(content):
    """UTF-8 with or without its mark, Excel's "Unicode text", or the old Windows alphabet."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        names = ("utf-16",)
    else:
        names = ("utf-8-sig", "cp1252")
    for name in names:
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    raise _unreadable()


def _delimiter(text):
    """The one that divides the first line most; what stands in quotation marks is not counted."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _unreadable():
    return _Bad(
        _(
            "The file is not a table we can read. Save it as Excel (.xlsx) or CSV, and choose it "
            "again."
        )
    )


def _locked():
    return _Bad(
        _(
            "The file has a password, or is from an old Excel (.xls). Save it as .xlsx without a "
            "password, and choose it again."
        )
    )
