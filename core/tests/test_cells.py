"""What people write in cells: read rightly or not at all, and never a crash."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import cells

THIRD = date(2026, 3, 3)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-03",
        "2026-03-03 00:00",
        "2026-03-03T00:00:00",
        "03-03-2026",
        "3/3 2026",
        "3/3-26",
        "3.3.2026",
        "3. marts 2026",
        "3 Marts 2026",
        "3. mar. 2026",
        "tirsdag den 3. marts 2026",
        "tirsdag d. 3. marts 2026",
        "Tuesday 3 March 2026",
        "46084",
    ],
)
def test_day_is_read(text):
    assert cells.day(text) == THIRD


@pytest.mark.parametrize(
    "text",
    ["", "i morgen", "31-02-2026", "3/15/2026", "03-03-1026", "99999", "3", "2026", "3. mats 2026"],
)
def test_day_is_not_guessed(text):
    assert cells.day(text) is None


def test_day_comes_before_month():
    assert cells.day("03-04-2026") == date(2026, 4, 3)


@pytest.mark.parametrize(
    "text", ["15.00", "15:00", "15:00:00", "15", "1500", "kl. 15.00", "Kl 15", "0,625", "0.625"]
)
def test_clock_is_read(text):
    assert cells.clock(text) == time(15)


@pytest.mark.parametrize("text", ["", "25.00", "15.60", "15.3", "16,5", "ved tretiden", "1561"])
def test_clock_is_not_guessed(text):
    assert cells.clock(text) is None


def test_clock_of_excel_is_rounded_to_the_minute():
    assert cells.clock("0.6041666667") == time(14, 30)


def test_midnight_may_be_written_as_24():
    assert (cells.clock("24.00"), cells.clock("0:00")) == (time(0), time(0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15.00", (None, time(15))),
        ("03-03-2026 15:00", (THIRD, time(15))),
        ("2026-03-03 15:00", (THIRD, time(15))),
        ("2026-03-03T15:00", (THIRD, time(15))),
        ("3. marts 2026 kl. 15.00", (THIRD, time(15))),
        ("46084.625", (THIRD, time(15))),
        ("03-03-2026", (THIRD, None)),
        ("snart", (None, None)),
    ],
)
def test_moment_is_read(text, expected):
    assert cells.moment(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2,5", "2.5"), ("1.250,75", "1250.75"), ("2.5", "2.5"), ("1.000", "1000"), ("-3", "-3")],
)
def test_number_has_the_danish_comma(text, expected):
    assert cells.number(text) == Decimal(expected)


def test_whole_is_whole():
    assert [cells.whole(text) for text in ("3", "3,0", "2,5", "", "tre")] == [
        3,
        3,
        None,
        None,
        None,
    ]


@given(st.text(max_size=40))
def test_no_cell_is_a_crash(text):
    found = cells.day(text)
    assert found is None or isinstance(found, date)
    assert cells.clock(text) is None or isinstance(cells.clock(text), time)
    day, clock = cells.moment(text)
    assert day is None or isinstance(day, date)
    assert clock is None or isinstance(clock, time)
    number = cells.number(text)
    assert number is None or isinstance(number, Decimal)
    assert cells.whole(text) is None or isinstance(cells.whole(text), int)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 12, 31)))
def test_what_one_writes_is_what_is_read(moment):
    day, clock = moment.date(), moment.time().replace(second=0, microsecond=0)
    for text in (f"{day:%d-%m-%Y}", f"{day.day}/{day.month} {day.year}", day.isoformat()):
        assert cells.day(text) == day
    for text in (f"{clock:%H.%M}", f"{clock:%H:%M}", f"kl. {clock:%H.%M}"):
        assert cells.clock(text) == clock
    assert cells.moment(f"{day:%d-%m-%Y} {clock:%H.%M}") == (day, clock)
