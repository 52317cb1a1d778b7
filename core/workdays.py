"""Danish public holidays and working days, computed. Source: domain.md section 10.

Store bededag is no holiday since 2024; 24 and 31 December and 5 June are none either.
"""

from datetime import date, timedelta
from functools import cache

from django.utils.translation import gettext_lazy as _

DAY = timedelta(days=1)
# Days from Easter Sunday.
BY_EASTER = {
    -3: _("Maundy Thursday"),
    -2: _("Good Friday"),
    0: _("Easter Sunday"),
    1: _("Easter Monday"),
    39: _("Ascension Day"),
    49: _("Whit Sunday"),
    50: _("Whit Monday"),
}
FIXED = {
    (1, 1): _("New Year's Day"),
    (12, 25): _("Christmas Day"),
    (12, 26): _("Second Day of Christmas"),
}


def easter(year):
    """Easter Sunday (Gregorian; the anonymous algorithm of 1876)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * j) // 451
    month, day = divmod(h + j - 7 * m + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year):
    """The public holidays of a year: {day: what it is called}."""
    sunday = easter(year)
    moving = {sunday + timedelta(days=days): name for days, name in BY_EASTER.items()}
    return moving | {date(year, month, day): name for (month, day), name in FIXED.items()}


def is_workday(day):
    """True from Monday to Friday outside public holidays."""
    return day.weekday() < 5 and day not in holidays(day.year)


def add_workdays(day, number):
    """The day so many working days after `day`, which is not counted itself."""
    while number:
        day += DAY
        number -= is_workday(day)
    return day
