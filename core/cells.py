"""What people write in the cells of a table, as days, times and numbers.

Every function takes the text of a cell and returns None for what it cannot be sure of: a wrong
guess would plan a shift on a wrong day. Excel's own values have become text before
(`core/sheets.py`): 2026-03-03, 15:00, 0.625.
"""

import re
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation

MINUTES_A_DAY = 24 * 60
EXCEL_BEGINS = date(1899, 12, 30)
EXCEL_DAYS = (36526, 73050)  # 2000 to 2099
YEARS = (2000, 2099)
# Danish and English, as far as they are spelled out.
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar january",
            "feb februar february",
            "mar marts march",
            "apr april",
            "maj may",
            "jun juni june",
            "jul juli july",
            "aug august",
            "sep sept september",
            "okt oktober oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
EXCEL_ERRORS = {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "########"}

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})\s*[./\s-]\s*(\d{1,2})\s*[./\s-]\s*(\d{2}|\d{4})")
_NAMED = re.compile(r"(\d{1,2})\.?\s*([a-z]+)\.?\s*(\d{4})")
_WEEKDAY = re.compile(r"^[a-zæøå]+\s*,?\s*(?:d\.|den|the)?\s*(?=\d)")
_CLOCK = re.compile(r"(\d{1,2})(?:[.:,](\d{2}))?(?::\d{2})?")
_FOUR_DIGITS = re.compile(r"([01]\d|2[0-4])([0-5]\d)")
_FRACTION = re.compile(r"0?[.,]\d+|0|1")
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")


def is_excel_error(text):
    """True for what Excel writes where a formula went wrong."""
    return text.upper() in EXCEL_ERRORS


def day(text):
    """The day: 2026-03-03, 03-03-2026, 3/3 2026, 3.3.26, 3. marts 2026, tirsdag den 3. marts 2026,
    or Excel's number for it. Day before month, always."""
    text = text.strip().casefold()
    if re.fullmatch(r"\d{5}(?:\.0+)?", text):
        return _excel_day(int(text[:5]))
    text = re.sub(r"[t\s]+00:00(?::00(?:\.0+)?)?$", "", text)
    text = _WEEKDAY.sub("", text)
    if found := _ISO.fullmatch(text):
        year, month, number = map(int, found.groups())
    elif found := _NUMBERS.fullmatch(text):
        number, month, year = map(int, found.groups())
    elif (found := _NAMED.fullmatch(text)) and found[2] in MONTHS:
        number, month, year = int(found[1]), MONTHS[found[2]], int(found[3])
    else:
        return None
    year += 2000 if year < 100 else 0
    try:
        return date(year, month, number) if YEARS[0] <= year <= YEARS[1] else None
    except ValueError:
        return None


def _excel_day(number):
    if not EXCEL_DAYS[0] <= number <= EXCEL_DAYS[1]:
        return None
    return EXCEL_BEGINS + timedelta(days=number)


def clock(text):
    """The time of day: 15.00, 15:00, 15:00:00, 15, 1500, kl. 15.00, or Excel's part of a day.

    24.00 is midnight. 15.3 is nothing: it may be three or thirty minutes past.
    """
    text = re.sub(r"^(?:kl|klokken|at)\.?\s*", "", text.strip().casefold())
    if _FRACTION.fullmatch(text) and text not in ("0", "1"):
        return _part_of_a_day(text)
    found = _FOUR_DIGITS.fullmatch(text) or _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if (hour, minute) == (24, 0):
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _part_of_a_day(text):
    part = float(text.replace(",", "."))
    minutes = round(part * MINUTES_A_DAY)
    return time(*divmod(minutes, 60)) if minutes < MINUTES_A_DAY else None


def moment(text):
    """(day or None, time or None): a time alone, or a day and a time in one cell."""
    text = text.strip()
    if (alone := clock(text)) is not None:
        return None, alone
    if re.fullmatch(r"\d{5}[.,]\d+", text):
        return day(text[:5]), _part_of_a_day("0" + text[5:])
    head, _space, tail = re.sub(r"(?i)\s*,?\s*(?:kl|klokken)\.?\s*", " ", text).rpartition(" ")
    if not head and (found := re.fullmatch(r"(?i)(\d{4}-\d{2}-\d{2})t(.+)", text)):
        head, tail = found.groups()
    on, at = day(head), clock(tail)
    return (on, at) if on and at else (day(text), None)


def number(text):
    """A Decimal, with the decimal comma or the point: 2,5 and 1.250,75 and 2.5."""
    text = re.sub(r"[\s\u00a0']", "", text)
    if _THOUSANDS.fullmatch(text):
        text = text.replace(".", "")
    text = text.replace(",", ".")
    if not re.fullmatch(r"-?\d{1,12}(?:\.\d{1,10})?", text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def whole(text):
    """A whole number: 3, 3,0 and 3.0 are; 2,5 is not."""
    found = number(text)
    return int(found) if found is not None and found == found.to_integral_value() else None
