"""Dates, times, numbers and telephone numbers as the two languages write them."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from core.templatetags import ui

AFTERNOON = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)  # 15:00 in Copenhagen
EVENING = datetime(2026, 3, 3, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("da", ["3. marts 2026", "kl. 15.00", "3. marts 2026 kl. 15.00", "marts 2026"]),
        ("en", ["3 March 2026", "15:00", "3 March 2026 at 15:00", "March 2026"]),
    ],
)
def test_days_and_times(language, written):
    with translation.override(language):
        assert [
            ui.day(AFTERNOON),
            ui.clock(AFTERNOON),
            ui.when(AFTERNOON),
            ui.month(AFTERNOON),
        ] == written


@pytest.mark.parametrize(
    ("language", "written"),
    [("da", "tirsdag den 3. marts 2026"), ("en", "Tuesday 3 March 2026")],
)
def test_weekday(language, written):
    with translation.override(language):
        assert ui.weekday(date(2026, 3, 3)) == written


def test_an_instant_falls_on_its_copenhagen_day():
    with translation.override("da"):
        assert ui.day(datetime(2026, 6, 30, 22, 30, tzinfo=UTC)) == "1. juli 2026"


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        (date(2026, 3, 3), date(2026, 3, 5), "3.–5. marts 2026"),
        (date(2026, 3, 3), date(2026, 3, 3), "3. marts 2026"),
        (date(2026, 2, 28), date(2026, 3, 5), "28. februar – 5. marts 2026"),
        (date(2026, 12, 30), date(2027, 1, 2), "30. december 2026 – 2. januar 2027"),
        (AFTERNOON, EVENING, "3. marts 2026 kl. 15.00–17.30"),
        (AFTERNOON, None, "3. marts 2026 kl. 15.00"),
        (None, None, ""),
    ],
)
def test_period(start, end, written):
    with translation.override("da"):
        assert ui.period(start, end) == written


def test_open_periods():
    with translation.override("en"):
        assert ui.period(date(2026, 3, 3)) == "from 3 March 2026"
        assert ui.period(None, date(2026, 3, 3)) == "until 3 March 2026"


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("+4512345678", "12 34 56 78"),
        ("12345678", "12 34 56 78"),
        ("+46701234567", "+46701234567"),
        ("", ""),
        (None, ""),
    ],
)
def test_phone(kept, shown):
    assert ui.phone(kept) == shown


@pytest.mark.parametrize(
    ("language", "value", "decimals", "written"),
    [
        ("da", 1234.5, 1, "1.234,5"),
        ("en", 1234.5, 1, "1,234.5"),
        ("da", 1234, None, "1.234"),
        ("da", 2.0, None, "2"),
        ("da", None, None, ""),
    ],
)
def test_number(language, value, decimals, written):
    with translation.override(language):
        assert ui.number(value, decimals) == written


@pytest.mark.parametrize(
    ("minutes", "written"),
    [(45, "45 min."), (60, "1 hour"), (150, "2 hours and 30 min."), (0, "0 min."), (None, "")],
)
def test_duration(minutes, written):
    with translation.override("en"):
        assert ui.duration(minutes) == written


@pytest.mark.parametrize(
    ("day", "written"),
    [(3, "today"), (4, "tomorrow"), (8, "in 5 days"), (2, "1 day ago"), (1, "2 days ago")],
)
def test_age_word(day, written):
    with translation.override("en"):
        assert ui.age_word(date(2026, 3, day), today=date(2026, 3, 3)) == written


def test_status_says_it_in_words_and_icon():
    html = ui.status("success", "Underskrevet & <set>")
    assert "badge-success" in html
    assert "#success" in html
    assert "Underskrevet &amp; &lt;set&gt;" in html


def test_icon_is_silent_without_a_label_and_named_with_one():
    assert 'aria-hidden="true"' in ui.icon("lock")
    assert 'role="img" aria-label="Beskyttet"' in ui.icon("lock", "Beskyttet")
