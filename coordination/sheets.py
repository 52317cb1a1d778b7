"""What hangs on the wall: the attendance sheet of a shift or a day, and the poster with its code.

On a sheet stand names as lists may show them, a box, room for minutes and a signature: nothing
else about anybody. The words are Danish, as in every printed document.
"""

import base64
from dataclasses import dataclass

from django.utils import timezone, translation

from coordination import posters, rosters, stand_ins
from coordination.models import Shift
from core import files, pdf, policies
from core.templatetags.ui import day as day_text
from core.templatetags.ui import hours as hours_text
from core.templatetags.ui import weekday, when

SHEET, POSTER = "pdf/attendance.html", "pdf/poster.html"


@dataclass(frozen=True)
class Line:
    """One who holds a place: the name as a list shows it, their role on the shift if any, and
    whether they look for a stand-in."""

    name: str
    role: str
    is_looking: bool


@dataclass(frozen=True)
class Part:
    """One shift of a sheet."""

    shift: Shift
    lines: tuple

    @property
    def has_roles(self):
        return any(line.role for line in self.lines)

    @property
    def hours(self):
        return hours_text(self.shift.starts_at, self.shift.ends_at)


def shifts_to_print():
    """Shifts with all that their sheet tells."""
    return rosters.shifts().select_related(
        "site__activity__contact", "site__activity__deputy", "site__poster"
    )


def on_sheet(shifts):
    """The sign-ups that stand on the sheet of these shifts, people read along. 1 query."""
    return list(rosters.places_on(shifts))


def attendance_sheet(shifts, sign_ups):
    """The PDF of the shifts of one day and one activity, with their `on_sheet`. Slow: 300 ms."""
    numbers = "-".join(str(shift.pk) for shift in shifts)
    return pdf.render_html(attendance_html(shifts, sign_ups), identifier=f"sheet:{numbers}")


def attendance_html(shifts, sign_ups):
    """The same as HTML: what the sheet says."""
    looking = stand_ins.looking_on(shifts)
    with translation.override("da"):
        first = shifts[0]
        day = weekday(first.starts_at)
        context = letterhead(first.site.branch.name) | {
            "parts": [Part(shift, _lines(shift, sign_ups, looking)) for shift in shifts],
            "day": day,
            "activity": first.site.activity,
            "sites": _sites(shifts),
            "edition": f"Udskrevet {when(timezone.now())}",
        }
        return pdf.source(SHEET, context, title=f"Fremmødeliste: {first.site.activity}, {day}")


def poster(site):
    """The PDF that hangs on the wall of a site all the time: no names, only the code."""
    with translation.override("da"):
        context = letterhead(site.branch.name) | {"site": site, "qr_code": posters.qr_code(site)}
        context["edition"] = f"Udskrevet {day_text(timezone.localdate())}"
        return pdf.render(POSTER, context, title="Er du mødt ind?", identifier=f"poster:{site.pk}")


def _lines(shift, sign_ups, looking):
    people = [row for row in sign_ups if row.shift_id == shift.pk]
    return tuple(
        Line(row.volunteer.person.display_name, row.role, row.pk in looking) for row in people
    )


def _sites(shifts):
    """Each site of the sheet once: whom one asks there, and its code where it has one."""
    found = {shift.site_id: shift.site for shift in shifts}
    return [
        {
            "branch": site.branch,
            "place": site.place,
            "contact": _contact(site.activity),
            "qr_code": posters.qr_code(site) if posters.is_on(site.branch) else "",
        }
        for site in found.values()
    ]


def _contact(activity):
    people = [str(one) for one in (activity.contact, activity.deputy) if one]
    return " eller ".join(people)


def letterhead(unit):
    """What stands at the top of a printed document of the municipality."""
    logo = files.current("municipality.logo")
    image = base64.b64encode(bytes(logo.content)).decode() if logo else ""
    return {
        "sender": policies.get("municipality.name"),
        "sender_unit": unit,
        "logo": f"data:{logo.content_type};base64,{image}" if logo else "",
        "logo_alt": policies.get("municipality.name"),
        "reference": "",
    }
