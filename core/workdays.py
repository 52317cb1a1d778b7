"""Danish public holidays and working days, computed. Source: domain.md section 10.

Store bededag is no holiday since 2024; 24 and 31 December and 5 June are none either.
"""

from datetime import date, timedelta
from functools import cache

DAY = timedelta(days=1)
# Days from Easter Sunday: Maundy Thursday to Whit Monday.
BY_EASTER = (-3, -2, 0, 1, 39, 49, 50)
FIXED = ((1, 1), (12, 25), (12, 26))


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
    """The public holidays of a year, as a set of days."""
    sunday = easter(year)
    moving = {sunday + timedelta(days=days) for days in BY_EASTER}
    return frozenset(moving | {date(year, month, day) for month, day in FIXED})


def is_workday(day):
    """True from Monday to Friday outside public holidays."""
    return day.weekday() < 5 and day not in holidays(day.year)


def add_workdays(day, number):
    """The day so many working days after `day`, which is not counted itself."""
    while number:
        day += DAY
        number -= is_workday(day)
    return day
