"""Lists as CSV that Danish Excel opens rightly: semicolons, UTF-8 with its mark."""

import csv
import io
from itertools import chain

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import queries
from core import audit
from core.periods import today

PURPOSE = audit.purpose("volunteer.export", gettext_lazy("The list of volunteers was downloaded"))

# A cell that begins so would be run as a formula by a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
CSV_TYPE = "text/csv; charset=utf-8"
AT_A_TIME = 500
AT_ONCE = 1000  # more volunteers than a page is kept waiting for


def csv_response(name, header, rows):
    """A download of the rows, every cell made harmless."""
    response = HttpResponse(csv_bytes([header, *rows], first=True), content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def csv_bytes(rows, *, first):
    """Rows as a piece of a CSV file, every cell made harmless; the first piece has the mark."""
    text = io.StringIO("\ufeff" if first else "")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def harmless(cell):
    """Text as text: what looks like a formula gets an apostrophe in front.

    Source: OWASP, "CSV Injection".
    """
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def overview_csv(rows):
    """The overview in the form in which Odense published it."""
    return csv_response(
        "overblik",
        ["activity", "kind", "volunteers", "branches"],
        [[row.activity, row.kind, row.volunteers, "|".join(row.branches)] for row in rows],
    )


def hours_csv(pieces):
    """Hours, a line each: (Worked, Volunteer, Site), sent piece by piece however many they are.
    Minutes, so that a spreadsheet can add up."""
    # In words now: the request's language is no longer set while the answer is on its way.
    header = [_("Day"), _("Name"), _("Activity"), _("Branch"), _("What"), _("Minutes")]
    kinds = {True: _("Shift"), False: _("Besides the shifts")}
    texts = (
        csv_bytes((_hours_row(*line, kinds) for line in lines), first=False) for lines in pieces
    )
    content = chain([csv_bytes([header], first=True)], texts)
    response = StreamingHttpResponse(content, content_type=CSV_TYPE)
    response["Content-Disposition"] = 'attachment; filename="timer.csv"'
    return response


def _hours_row(row, volunteer, site, kinds):
    what = row.what or kinds[row.is_shift]
    name = volunteer.person.display_name
    return [row.day.isoformat(), name, site.activity, site.branch, what, row.minutes]


def volunteers_csv(volunteers, user):
    """These volunteers with contact and the engagements that the user may see.

    Who has a protected identity is on it with first name and initial only.
    """
    return csv_response("frivillige", volunteer_header(), volunteer_rows(volunteers, user))


def volunteer_header():
    return [
        _("Name"),
        _("E-mail"),
        _("Phone"),
        _("Postcode"),
        _("Activities"),
        _("Volunteer since"),
    ]


def volunteer_rows(volunteers, user):
    for start in range(0, len(volunteers), AT_A_TIME):
        batch = volunteers[start : start + AT_A_TIME]
        lines = queries.lines_of([row.pk for row in batch], user, today())
        for volunteer in batch:
            yield _volunteer_row(volunteer, lines[volunteer.pk])


def _volunteer_row(volunteer, lines):
    person = volunteer.person
    contact = (
        ["", "", ""]
        if person.contact_hidden
        else [person.email, _national(person.phone), person.postcode]
    )
    places = " | ".join(str(line.engagement.site) for line in lines)
    return [person.display_name, *contact, places, volunteer.since.isoformat()]


def _national(phone):
    """A Danish number as eight digits; a foreign one with 00, since + would be a formula."""
    return phone.removeprefix("+45").replace("+", "00")
