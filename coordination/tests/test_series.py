"""When a series has its shifts: any rule, any year, both nights of the clock change."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import holidays as oracle
import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, settings
from hypothesis import given as given_by_hypothesis
from hypothesis import strategies as st

from coordination import series as rules
from core import workdays
from core.errors import DomainError

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
NOTHING_OFF = rules.Calendar({})
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)

days = st.dates(date(2024, 1, 1), date(2099, 12, 31))
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
weekdays = st.sets(st.integers(0, 6), min_size=1).map(lambda found: tuple(sorted(found)))
weekly = st.builds(rules.Rhythm, st.integers(1, 4), weekdays)
monthly = st.builds(
    rules.Rhythm,
    st.just(rules.MONTHLY),
    weekdays,
    st.sets(st.sampled_from(list(rules.WHICH)), min_size=1).map(
        lambda found: tuple(which for which in rules.WHICH if which in found)
    ),
)
rhythms = weekly | monthly


def given(*strategies):
    """No time limit: a busy machine is no fault of the rule."""
    decorate = given_by_hypothesis(*strategies)
    return lambda test: settings(deadline=None, max_examples=60)(decorate(test))


def series(rule="FREQ=WEEKLY;INTERVAL=1;BYDAY=SU", first=date(2027, 1, 1), **fields):
    values = {"starts": time(15), "ends": time(17), "ends_on": None, "skip_holidays": True}
    values |= {"skip_local_days": True, "skip_school_holidays": True}
    return SimpleNamespace(rule=rule, starts_on=first, **(values | fields))


def held(made, first, last, calendar=NOTHING_OFF, **kwargs):
    found = rules.occurrences(made, first, last, calendar, **kwargs)
    return [one.day for one in found if not one.why]


# --- Words and rules -----------------------------------------------------------------------


@given(rhythms)
def test_rhythm_every_one_is_read_back_from_its_rule(rhythm):
    assert rules.rhythm_of(rhythm.rule) == rhythm


@pytest.mark.parametrize(
    "rule", ["", "FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=9;BYDAY=MO", "FREQ=MONTHLY;BYDAY=MO", "x=y"]
)
def test_rhythm_that_people_cannot_choose_is_refused(rule):
    with pytest.raises(DomainError) as caught:
        rules.rhythm_of(rule)
    assert caught.value.code == "rule_unknown"


# --- Days ----------------------------------------------------------------------------------


@given(rhythms, days, st.integers(0, 500))
def test_days_every_one_fits_the_rhythm_and_none_is_missing(rhythm, first, length):
    """Held against the plain meaning of the words, day by day."""
    made = series(rhythm.rule, first)
    last = first + timedelta(days=length)
    every = [first + timedelta(days=number) for number in range(length + 1)]
    assert rules.days_of(made, first, last) == [day for day in every if fits(rhythm, first, day)]


def fits(rhythm, first, day):
    if day.weekday() not in rhythm.weekdays:
        return False
    if rhythm.weeks != rules.MONTHLY:
        mondays = [one - timedelta(days=one.weekday()) for one in (first, day)]
        return (mondays[1] - mondays[0]).days // 7 % rhythm.weeks == 0
    is_last = (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 + 1 in rhythm.which or (is_last and -1 in rhythm.which)


@given(
    st.sampled_from(["FREQ=DAILY;INTERVAL=5", "FREQ=YEARLY", "FREQ=MONTHLY;BYMONTHDAY=31"]),
    days,
    st.integers(0, 900),
    st.integers(0, 900),
)
def test_days_any_other_rule_is_asked_as_the_standard_means_it(rule, first, start, length):
    begin = first + timedelta(days=start)
    end = begin + timedelta(days=length)
    every = rrulestr(rule, dtstart=datetime.combine(first, time()))
    expected = [moment.date() for moment in every.xafter(datetime(2000, 1, 1), count=500)]
    found = rules.days_of(series(rule, first), begin, end)
    assert found == [day for day in expected if begin <= day <= end]


@given(rhythms, days, st.integers(0, 200), st.integers(0, 200))
def test_days_asked_in_two_parts_are_the_same(rhythm, first, length, cut):
    made, last = series(rhythm.rule, first), first + timedelta(days=length)
    middle = min(first + timedelta(days=cut), last)
    parts = rules.days_of(made, first, middle)
    parts += rules.days_of(made, middle + rules.DAY, last)
    assert parts == rules.days_of(made, first, last)


@given(rhythms, days, st.integers(0, 300))
def test_days_none_after_the_last_day(rhythm, first, length):
    made = series(rhythm.rule, first, ends_on=first + timedelta(days=length))
    assert all(day <= made.ends_on for day in rules.days_of(made, first, date(2101, 1, 1)))


# --- The wall clock ------------------------------------------------------------------------


@given(days, clocks, clocks)
@example(SPRING, time(2, 30), time(3, 0))
@example(SPRING, time(2, 0), time(2, 59))
@example(SPRING - rules.DAY, time(22), time(2, 30))
@example(AUTUMN, time(2, 30), time(2, 15))
@example(AUTUMN, time(2, 0), time(2, 1))
def test_period_shows_the_wall_clock_and_has_a_length(day, starts, ends):
    if starts == ends:
        ends = (datetime.combine(day, starts) + timedelta(minutes=30)).time()
    starts_at, ends_at = rules.period_of(day, starts, ends)
    by_clock = rules.wall_length(starts, ends)
    assert starts_at < ends_at
    assert abs((ends_at - starts_at) - by_clock) <= timedelta(hours=1)
    for instant, on, clock in (
        (starts_at, day, starts),
        (ends_at, day if ends > starts else day + rules.DAY, ends),
    ):
        if exists(on, clock) and exists(day, starts):
            assert instant.astimezone(COPENHAGEN).replace(tzinfo=None) == datetime.combine(
                on, clock
            )


def exists(day, clock):
    naive = datetime.combine(day, clock)
    back = naive.replace(tzinfo=COPENHAGEN).astimezone(UTC).astimezone(COPENHAGEN)
    return back.replace(tzinfo=None) == naive


@given(days, clocks, clocks)
def test_period_is_as_long_as_the_clock_says_but_for_the_two_nights(day, starts, ends):
    nights = {day, day + rules.DAY} & {
        one for one in (day, day + rules.DAY) if is_night_of_change(one)
    }
    if starts != ends and not nights:
        starts_at, ends_at = rules.period_of(day, starts, ends)
        assert ends_at - starts_at == rules.wall_length(starts, ends)


def is_night_of_change(day):
    midnights = [
        datetime.combine(one, time(), tzinfo=COPENHAGEN).utcoffset()
        for one in (day, day + rules.DAY)
    ]
    return midnights[0] != midnights[1]


@pytest.mark.parametrize(
    ("day", "starts", "ends", "minutes"),
    [
        (SPRING - rules.DAY, time(22), time(6), 7 * 60),
        (AUTUMN - rules.DAY, time(22), time(6), 9 * 60),
        (SPRING, time(1), time(4), 2 * 60),
        (AUTUMN, time(1), time(4), 4 * 60),
        (SPRING, time(15), time(17), 2 * 60),
        (AUTUMN, time(15), time(17), 2 * 60),
        (SPRING, time(2, 30), time(3, 0), 30),
    ],
)
def test_period_over_the_night_has_its_real_minutes(day, starts, ends, minutes):
    starts_at, ends_at = rules.period_of(day, starts, ends)
    assert (ends_at - starts_at) == timedelta(minutes=minutes)


def test_the_hour_stays_over_both_clock_changes():
    made = series(starts=time(15), ends=time(17))
    found = rules.occurrences(made, date(2027, 3, 1), date(2027, 11, 30), NOTHING_OFF)
    assert {one.starts_at.astimezone(COPENHAGEN).time() for one in found} == {time(15)}
    assert {one.starts_at.time() for one in found} == {time(13), time(14)}


# --- Days off ------------------------------------------------------------------------------


def test_holidays_are_those_of_another_calendar():
    years = range(2024, 2100)
    ours = set().union(*(workdays.holidays(year) for year in years))
    assert ours == set(oracle.country_holidays("DK", years=years))


def test_store_bededag_is_a_day_like_others():
    friday = date(2027, 4, 23)
    made = series("FREQ=WEEKLY;INTERVAL=1;BYDAY=FR")
    assert held(made, friday, friday) == [friday]


@given(rhythms, days)
def test_no_shift_on_a_holiday_and_the_reason_is_told(rhythm, first):
    last = first + timedelta(days=400)
    for one in rules.occurrences(series(rhythm.rule, first), first, last, NOTHING_OFF):
        assert bool(one.why) == (one.day in workdays.holidays(one.day.year))


def test_what_is_off_depends_on_what_the_series_leaves_out():
    eve, day, winter = date(2027, 12, 24), date(2027, 12, 25), date(2027, 2, 16)
    calendar = rules.Calendar(
        {(12, 24): "juleaften"}, ((rules.SCHOOL, winter, winter, "vinterferie"),)
    )
    made = series()
    assert rules.why_off(made, eve, calendar) == "juleaften"
    assert rules.why_off(made, winter, calendar) == "vinterferie"
    assert rules.why_off(made, day, calendar) == str(workdays.holidays(2027)[day])
    made = series(skip_holidays=False, skip_local_days=False, skip_school_holidays=False)
    assert [rules.why_off(made, one, calendar) for one in (eve, day, winter)] == ["", "", ""]


def test_a_day_that_is_kept_has_its_shift():
    easter = date(2027, 3, 28)
    assert held(series(), easter, easter) == []
    assert held(series(), easter, easter, kept={easter}) == [easter]


# --- What a change means -------------------------------------------------------------------


def shift(day, pk, hour=15):
    starts_at, ends_at = rules.period_of(day, time(hour), time(hour + 2))
    return SimpleNamespace(pk=pk, series_day=day, starts_at=starts_at, ends_at=ends_at)


def wanted(*found, hour=15):
    return [
        rules.Occurrence(day, *rules.period_of(day, time(hour), time(hour + 2))) for day in found
    ]


TUESDAYS = [date(2027, 6, 1) + timedelta(weeks=number) for number in range(3)]
WEDNESDAYS = [day + rules.DAY for day in TUESDAYS]


def test_effects_same_days_and_times_are_kept():
    rows = [shift(day, pk) for pk, day in enumerate(TUESDAYS)]
    found = rules.effects(rows, [], wanted(*TUESDAYS))
    assert ([row for row, _one in found.kept], found.moved, found.cancelled) == (rows, [], [])


def test_effects_another_hour_moves():
    rows = [shift(day, pk) for pk, day in enumerate(TUESDAYS)]
    found = rules.effects(rows, [], wanted(*TUESDAYS, hour=16))
    assert [one.day for _row, one in found.moved] == TUESDAYS
    assert (found.cancelled, found.made) == ([], [])


def test_effects_another_weekday_moves_within_the_week():
    rows = [shift(day, pk) for pk, day in enumerate(TUESDAYS)]
    found = rules.effects(rows, [], wanted(*WEDNESDAYS))
    assert [(row.series_day, one.day) for row, one in found.moved] == list(
        zip(TUESDAYS, WEDNESDAYS, strict=True)
    )


def test_effects_fewer_or_more_days_cancel_and_make():
    rows = [shift(day, pk) for pk, day in enumerate(TUESDAYS)]
    fewer = rules.effects(rows, [], wanted(TUESDAYS[0], TUESDAYS[2]))
    assert fewer.cancelled == [rows[1]]
    more = rules.effects(rows, [], wanted(*TUESDAYS, *WEDNESDAYS))
    assert [one.day for one in more.made] == WEDNESDAYS


def test_effects_leave_what_was_changed_by_itself():
    own = shift(TUESDAYS[0], 9, hour=9)
    found = rules.effects([], [own], wanted(*TUESDAYS, hour=16))
    assert [one.day for one in found.made] == TUESDAYS[1:]
