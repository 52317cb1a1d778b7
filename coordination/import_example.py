"""The example file of an import: every column once, and it can be imported as it is."""

import io
from datetime import date, time, timedelta

from django.utils.translation import gettext as _

from coordination.columns import COLUMNS
from core.periods import today

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTH = 22


def rows(branch):
    """The headings and three rows about a branch, with days and times as values."""
    day = today() + timedelta(days=30)
    shifts = (
        (_("Coffee and cake"), day, time(10), time(12, 30)),
        (_("Clearing up"), day, time(12), time(15)),
        (_("Coffee and cake"), day + timedelta(days=7), time(10), time(12, 30)),
    )
    found = [[str(column.label) for column in COLUMNS]]
    for title, on, starts, ends in shifts:
        said = {
            "activity": _("Saturday cafe"),
            "branches": str(branch),
            "kind": _("Continuous"),
            "purpose": _("A place to meet"),
            "day": on,
            "starts": starts,
            "ends": ends,
            "title": title,
            "capacity": 3,
            "minimum": 2,
            "place": _("The counter"),
        }
        found.append([said.get(column.key, "") for column in COLUMNS])
    return found


def as_text(branch):
    """The same rows for CSV: days and times as people write them."""
    return [[_written(cell) for cell in row] for row in rows(branch)]


def as_xlsx(branch):
    """The bytes of the example as a workbook."""
    import openpyxl  # here: few processes ever write a workbook
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = _("Activities and shifts")
    for row in rows(branch):
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = WIDTH
    sheet.freeze_panes = "A2"
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def _written(cell):
    if isinstance(cell, date):
        return f"{cell:%d-%m-%Y}"
    return f"{cell:%H.%M}" if isinstance(cell, time) else cell
