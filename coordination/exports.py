"""Lists as CSV that Danish Excel opens rightly: semicolons, UTF-8 with its mark."""

import csv

from django.http import HttpResponse
from django.utils.translation import gettext as _

from coordination import queries
from core.periods import today

# A cell that begins so would be run as a formula by a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
AT_A_TIME = 500


def csv_response(name, header, rows):
    """A download of the rows, every cell made harmless."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(response, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return response


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


def volunteers_csv(volunteers, user):
    """These volunteers with contact and the engagements that the user may see.

    Who has a protected identity is on it with first name and initial only.
    """
    header = [
        _("Name"),
        _("E-mail"),
        _("Phone"),
        _("Postcode"),
        _("Activities"),
        _("Volunteer since"),
    ]
    return csv_response("frivillige", header, _volunteer_rows(volunteers, user))


def _volunteer_rows(volunteers, user):
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
