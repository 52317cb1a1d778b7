"""`{% month_weeks weeks address %}` and `{% day_shifts day %}`: the shifts of a calendar."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coordination.standing import places_in_words
from core.markup import fill
from core.navigation import address_of_row
from core.templatetags.ui import day as day_text
from core.templatetags.ui import hours, status

register = template.Library()

WEEK = '<tr><th scope="row"><span class="sr-only">%s </span>%s</th>%s</tr>'
DAY = '<td class="%s">%s%s</td>'
EMPTY = '<span class="month-date"%s>%s</span>'
LINK = '<a class="month-date" href="%s"%s>%s%s%s</a>'
TODAY = SafeString(' aria-current="date"')
SHIFT = '<li><a href="%s"><span class="nowrap">%s</span> %s</a>%s</li>'
LINE = (
    '<li class="day-shift"><span class="day-time">%s</span>'
    '<a href="%s">%s</a><span class="quiet">%s</span><span>%s %s</span></li>'
)


@register.simple_tag
def month_weeks(weeks, address):
    """A <tr> for each week. `address` is the calendar's as a list, ending in `day=`. Without a
    template file, as `status` is: a month holds a hundred shifts."""
    return SafeString("".join([_week(week, address) for week in weeks]))


def _week(week, address):
    days = SafeString("".join([_day(one, address) for one in week.days]))
    return fill(WEEK, _("Week"), week.number, days)


def _day(one, address):
    kinds = ("month-outside", one.outside), ("month-today", one.is_today)
    classes = " ".join(["month-day", *(name for name, holds in kinds if holds)])
    current = TODAY if one.is_today else ""
    if not one.shifts:
        return fill(DAY, classes, fill(EMPTY, current, one.day.day), "")
    address = f"{address}{one.day.isoformat()}"
    link = fill(LINK, address, current, one.day.day, _spoken(one), _count(one))
    return fill(DAY, classes, link, _shifts(one, address))


def _spoken(one):
    """What the eye sees at once, for the ear: the month, and how many shifts there are."""
    words = [day_text(one.day).partition(" ")[2], _number(one.number)]
    if one.lacking:
        words.append(_too_few(one.lacking))
    return fill('<span class="sr-only">. %s</span>', ", ".join(words))


def _number(number):
    return ngettext("%(count)s shift", "%(count)s shifts", number) % {"count": number}


def _too_few(number):
    return ngettext("%(count)s with too few", "%(count)s with too few", number) % {"count": number}


def _count(one):
    """On a phone a day is its number and this."""
    kind = "month-count month-lacking" if one.lacking else "month-count"
    text = f"{one.number} !" if one.lacking else one.number
    return fill('<span class="%s" aria-hidden="true">%s</span>', kind, text)


def _shifts(one, address):
    lines = [_entry(entry) for entry in one.shifts]
    if one.more:
        more = ngettext("%(count)s more", "%(count)s more", one.more) % {"count": one.more}
        spoken = fill('<span class="sr-only">: %s</span>', day_text(one.day))
        lines.append(fill('<li><a href="%s">%s%s</a></li>', address, more, spoken))
    return fill('<ul class="month-shifts">%s</ul>', SafeString("".join(lines)))


def _entry(entry):
    url = address_of_row("coordination:shift-detail", entry.pk)
    note = ""
    if entry.is_cancelled:
        note = fill('<span class="quiet">%s</span>', _("Cancelled"))
    elif entry.lacking:
        note = fill('<span class="lacking">%s</span>', _("Too few"))
    return fill(SHIFT, url, hours(entry.starts_at, entry.ends_at), entry.name, note)


@register.simple_tag
def day_shifts(one):
    """A <ul> of the day's shifts, with their places and how they stand."""
    lines = [
        fill(
            LINE,
            hours(entry.starts_at, entry.ends_at),
            address_of_row("coordination:shift-detail", entry.pk),
            entry.name,
            entry.branch,
            places_in_words(entry.taken, entry.capacity, entry.offered),
            status(entry.standing.kind, entry.standing.text),
        )
        for entry in one.shifts
    ]
    return fill('<ul class="plain">%s</ul>', SafeString("".join(lines)))
