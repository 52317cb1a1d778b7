"""Hours of the young, kind words and short ways: what one person takes on."""

from datetime import UTC, date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordination import load, rosters
from coordination.actions import assignments
from coordination.models import SchoolHoliday
from coordination.tests import factories
from coordination.tests.test_actions_assignments import refused
from core import policies

pytestmark = pytest.mark.django_db

MONDAY = date(2027, 3, 1)  # a week with school
SATURDAY = MONDAY + timedelta(days=5)
CHRISTMAS = date(2026, 12, 25)  # a Friday without
HERE, ELSEWHERE = 1, 2


def time_of(day, hours, *, at=9, branch=HERE, pk=0):
    starts = factories.at(day, at)
    return load.Held(pk, branch, starts, starts + timedelta(hours=hours))


def shift_of(day, hours, at=9):
    starts = factories.at(day, at)
    branch = SimpleNamespace(path="/1/")
    return SimpleNamespace(
        pk=9,
        day=day,
        starts_at=starts,
        ends_at=starts + timedelta(hours=hours),
        site=SimpleNamespace(branch_id=HERE, branch=branch),
    )


def codes(age, shift, *held):
    return [reason.code for reason in load.young_reasons(age, shift, held)]


@pytest.mark.parametrize(
    ("age", "day", "hours", "expected"),
    [
        (14, MONDAY, 2, []),
        (14, MONDAY, 2.5, ["young_day"]),
        (17, MONDAY, 2.5, ["young_day"]),
        (14, SATURDAY, 7, []),
        (14, SATURDAY, 7.5, ["young_day"]),
        (15, SATURDAY, 8, []),
        (15, SATURDAY, 8.5, ["young_day"]),
        (14, CHRISTMAS, 7, []),
        (18, MONDAY, 12, []),
        (None, MONDAY, 12, []),
    ],
)
def test_hours_of_a_day(age, day, hours, expected):
    assert codes(age, shift_of(day, hours)) == expected


def test_hours_of_a_day_add_up():
    assert codes(14, shift_of(MONDAY, 1), time_of(MONDAY, 1, at=15)) == []
    assert codes(14, shift_of(MONDAY, 1), time_of(MONDAY, 1.5, at=15)) == ["young_day"]
    assert codes(14, shift_of(MONDAY, 1), time_of(SATURDAY, 6)) == []


def test_hours_of_a_week_with_school():
    week = [time_of(MONDAY + timedelta(days=day), 2) for day in range(1, 5)]
    assert codes(16, shift_of(MONDAY, 2), *week, time_of(SATURDAY, 2)) == []
    assert codes(16, shift_of(MONDAY, 2), *week, time_of(SATURDAY, 3)) == ["young_week"]


def test_school_holidays_are_free_days():
    holiday = SchoolHoliday.objects.create(
        title="Vinterferie", starts_on=MONDAY, ends_on=MONDAY + timedelta(days=3)
    )
    week = [time_of(MONDAY + timedelta(days=day), 2) for day in range(1, 5)]
    assert codes(14, shift_of(MONDAY, 7)) == []
    assert codes(14, shift_of(MONDAY + timedelta(days=4), 2.5)) == ["young_day"]
    assert codes(16, shift_of(MONDAY, 2), *week, time_of(SATURDAY, 3)) == ["young_week"]
    holiday.ends_on = MONDAY + timedelta(days=4)
    holiday.save()
    assert codes(16, shift_of(MONDAY, 2), *week, time_of(SATURDAY, 3)) == []


@pytest.mark.parametrize("age", [None, 18, 78])
def test_only_the_young_cost_a_look_at_the_list(age, django_assert_num_queries):
    with django_assert_num_queries(0):
        codes(age, shift_of(MONDAY, 7))


@given(st.lists(st.floats(0.5, 7), max_size=6), st.integers(13, 17))
def test_more_time_never_opens(others, age):
    """Whoever may not take a shift may not take it with more to do either."""
    days = [MONDAY + timedelta(days=number % 7) for number in range(len(others))]
    held = [time_of(day, hours, at=1) for day, hours in zip(days, others, strict=True)]
    for number in range(len(held)):
        if codes(age, shift_of(MONDAY, 2), *held[:number]):
            assert codes(age, shift_of(MONDAY, 2), *held)


def test_settings_are_the_municipalitys(manager):
    policies.set("young.school_day_hours", 3, by=manager)
    assert codes(14, shift_of(MONDAY, 3)) == []


def test_kind_words():
    assert load.kind_words(shift_of(MONDAY, 13), []) == []  # one long shift is no pattern
    others = [time_of(SATURDAY, 9.5)]
    assert len(load.kind_words(shift_of(MONDAY, 3), others)) == 1
    assert load.kind_words(shift_of(MONDAY, 2), others) == []


@pytest.mark.parametrize(
    ("at", "branch", "number"),
    [(12, ELSEWHERE, 1), (13, ELSEWHERE, 0), (12, HERE, 0), (7, ELSEWHERE, 1), (6, ELSEWHERE, 0)],
)
def test_short_ways_between_places(at, branch, number):
    """The shift is from 9 to 12; the other takes two hours."""
    other = time_of(MONDAY, 2, at=at, branch=branch)
    assert len(load.kind_words(shift_of(MONDAY, 3), [other])) == number


def test_week_around_both_clock_changes():
    for day, hours in ((date(2027, 3, 28), 167), (date(2026, 10, 25), 169)):
        first, last = load.week_around(factories.at(day, 12))
        assert last.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=hours)


def test_young_cannot_sign_up_for_too_long_but_staff_can(here, coordinator):
    site = factories.make_site(here)
    user = factories.make_user()
    young = factories.make_volunteer(email=user.email, user=user, birth_year=MONDAY.year - 16)
    factories.make_engagement(young, site)
    shift = factories.make_shift(site, day=MONDAY, hours=3)
    refused("young_day", assignments.sign_up, shift=shift, volunteer=young, by=user)
    choice = rosters.choices([rosters.shifts_with_rules().get(pk=shift.pk)], young)[0]
    assert [reason.code for reason in choice.obstacles] == ["young_day"]
    assert assignments.sign_up(shift=shift, volunteer=young, by=coordinator).pk
