"""Public holidays and working days."""

from datetime import date

import pytest

from core import workdays


@pytest.mark.parametrize(
    ("year", "day"),
    [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28)), (2038, (4, 25))],
)
def test_easter(year, day):
    assert workdays.easter(year) == date(year, *day)


def test_ten_holidays_and_no_store_bededag():
    found = workdays.holidays(2026)
    assert len(found) == 10
    assert date(2026, 5, 1) not in found


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        (date(2026, 11, 2), 10, date(2026, 11, 16)),
        (date(2026, 3, 31), 3, date(2026, 4, 8)),
        (date(2026, 12, 23), 2, date(2026, 12, 28)),
        (date(2026, 11, 7), 0, date(2026, 11, 7)),
    ],
)
def test_adding_working_days_skips_weekends_and_holidays(start, number, end):
    assert workdays.add_workdays(start, number) == end
