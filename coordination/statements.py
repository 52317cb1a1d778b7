"""A volunteer's own statement of a month's hours, to show to whom they want.

An unemployment fund asks what was done, for how long and for whom, directly for the municipality
or through an association. What somebody lives of is neither asked nor known here. The words are
Danish, as in every printed document.

Source: domain.md 4.3 and rule 32.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone, translation

from coordination import hours
from coordination.models import Site
from coordination.sheets import letterhead
from core import pdf
from core.periods import today
from core.templatetags.ui import month as month_text
from core.templatetags.ui import when

TEMPLATE = "pdf/hours.html"
DIRECT = "Direkte for kommunen"


@dataclass(frozen=True)
class Line:
    """One thing that was done."""

    day: date
    site: Site
    what: str
    through: str
    minutes: int


def month_of(number):
    """The first day of a month written as 202603, or None if there is no such month, or not yet."""
    try:
        found = datetime.strptime(f"{number:06d}01", "%Y%m%d").date()
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= today() else None


def lines(volunteer, first, last):
    """The Lines of the days, oldest first. 3 queries."""
    rows = hours.own(volunteer, first, last)
    sites, ties = hours.sites_of(rows), hours.ties_of(volunteer)
    return [
        Line(row.day, sites[row.site_id], row.what, _through(ties, row), row.minutes)
        for row in reversed(rows)
    ]


def by_way(found):
    """{directly, or the association's name: minutes}."""
    total = Counter()
    for line in found:
        total[line.through] += line.minutes
    return dict(sorted(total.items()))


def statement(volunteer, first, last):
    """The PDF of a month. Slow: some 300 ms."""
    content = statement_html(volunteer, first, last)
    return pdf.render_html(content, identifier=f"hours:{volunteer.pk}:{first:%Y%m}")


def statement_html(volunteer, first, last):
    """The same as HTML: what the statement says."""
    with translation.override("da"):
        found = lines(volunteer, first, last)
        context = letterhead("") | {
            "name": volunteer.person.name,
            "month": month_text(first),
            "lines": found,
            "ways": by_way(found),
            "total": sum(line.minutes for line in found),
            "edition": f"Udskrevet {when(timezone.now())}",
        }
        return pdf.source(TEMPLATE, context, title=f"Frivillige timer, {month_text(first)}")


def _through(ties, row):
    tie = hours.tie_on(ties, row.site_id, row.day)
    return f"Gennem {tie.association}" if tie and tie.association else DIRECT
