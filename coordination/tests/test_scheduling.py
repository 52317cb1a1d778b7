"""The rules of time and room, without a database."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest

from coordination import scheduling

SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)
NOON = datetime(2027, 3, 3, 12, tzinfo=UTC)


def hours(count):
    return timedelta(hours=count)


def held(start, end):
    return SimpleNamespace(starts_at=NOON + hours(start), ends_at=NOON + hours(end))


def codes(reasons):
    return [reason.code for reason in reasons]


def shift_at(instant, *, is_cancelled=False):
    return SimpleNamespace(starts_at=instant, is_cancelled=is_cancelled)


def test_overlap_shared_hour_is_a_reason():
    assert codes(scheduling.overlap_reasons(NOON, NOON + hours(2), [held(1, 3)])) == ["overlap"]


def test_overlap_back_to_back_is_none():
    assert scheduling.overlap_reasons(NOON, NOON + hours(2), [held(2, 4), held(-2, 0)]) == []


def test_overlap_inside_another_is_a_reason():
    assert codes(scheduling.overlap_reasons(NOON, NOON + hours(8), [held(1, 2)])) == ["overlap"]


def test_room_last_place_is_free():
    assert scheduling.room_reasons(2, 1) == []
    assert codes(scheduling.room_reasons(2, 2)) == ["full"]


def test_closed_begun_at_the_very_start():
    assert codes(scheduling.closed_reasons(shift_at(NOON), NOON)) == ["begun"]
    assert scheduling.closed_reasons(shift_at(NOON), NOON - hours(1)) == []


def test_closed_cancelled():
    shift = shift_at(NOON, is_cancelled=True)
    assert codes(scheduling.closed_reasons(shift, NOON - hours(1))) == ["cancelled"]


def test_late_deadline_itself_is_in_time():
    assert scheduling.late_reasons(NOON, NOON - hours(24), 24) == []
    just_after = NOON - hours(24) + timedelta(seconds=1)
    assert codes(scheduling.late_reasons(NOON, just_after, 24)) == ["too_late"]
    assert codes(scheduling.late_reasons(NOON, NOON, 24)) == ["begun"]


def test_length_must_be_positive_and_at_most_a_day():
    assert codes(scheduling.length_reasons(NOON, NOON)) == ["ends_before_start"]
    assert scheduling.length_reasons(NOON, NOON + hours(24)) == []
    assert codes(scheduling.length_reasons(NOON, NOON + hours(25))) == ["too_long"]


def test_instants_of_ordinary_time_is_one():
    assert scheduling.instants_of(date(2027, 3, 3), time(15)) == [
        datetime(2027, 3, 3, 14, tzinfo=UTC)
    ]


def test_instants_of_hour_left_out_in_spring_is_none():
    assert scheduling.instants_of(SPRING, time(2, 30)) == []
    assert codes(scheduling.missing_clock_reasons(SPRING, time(2, 30))) == ["no_such_time"]
    assert scheduling.missing_clock_reasons(SPRING, time(3)) == []


def test_instants_of_hour_that_comes_twice_in_autumn_are_two():
    assert scheduling.instants_of(AUTUMN, time(2, 30)) == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ]


def test_period_night_of_spring_is_an_hour_shorter():
    start, end = scheduling.period_on_clock(SPRING, time(1), SPRING, time(4))
    assert end - start == hours(2)


def test_period_night_of_autumn_is_an_hour_longer():
    start, end = scheduling.period_on_clock(AUTUMN, time(1), AUTUMN, time(4))
    assert end - start == hours(4)


def test_period_within_the_hour_that_comes_twice():
    start, end = scheduling.period_on_clock(AUTUMN, time(2, 15), AUTUMN, time(2, 45))
    assert end - start == timedelta(minutes=30)
    start, end = scheduling.period_on_clock(AUTUMN, time(2, 45), AUTUMN, time(2, 15))
    assert end - start == timedelta(minutes=30)


# --- How long an offer lasts ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("wakes", "closes", "expected"),
    [
        (0, 24 * 7, 24),  # plenty of time: as the municipality has it
        (0, 10, 5),  # half of what is left, so that the next has a chance
        (8, 24 * 7, 32),  # at night the clock starts in the morning
        (8, 12, 10),  # and half of the morning is the next one's
        (8, 6, 3),  # sign-up closes before anybody wakes: at once
        (0, 0.4, None),  # too late for an offer
        (0, -1, None),
    ],
)
def test_offer_until(wakes, closes, expected):
    found = scheduling.offer_until(
        NOON,
        wakes_at=NOON + timedelta(hours=wakes),
        closes_at=NOON + timedelta(hours=closes),
        hours=24,
    )
    assert found == (None if expected is None else NOON + timedelta(hours=expected))
