"""Calendars: the right day, the right people's, at a cost that does not grow."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination import calendars
from coordination.models import Assignment
from coordination.tests import factories
from core.models import AccessEvent
from core.periods import today
from core.templatetags.ui import hours
from core.tests.counting import asks

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


@pytest.fixture
def staff(client, coordinator):
    client.force_login(coordinator)
    return client


def url(name, **query):
    return reverse(f"coordination:{name}", query=query)


def on(shift, by, name="", **fields):
    volunteer = factories.make_volunteer(name, **fields)
    factories.make_engagement(volunteer, shift.site)
    return booked(shift, volunteer, by)


def booked(shift, volunteer, by):
    return Assignment.objects.create(
        shift=shift,
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=timezone.now(),
        booked_by=by,
    )


def days_with(weeks):
    return {
        one.day: [entry.pk for entry in one.shifts]
        for week in weeks
        for one in week.days
        if one.shifts
    }


# --- Days ----------------------------------------------------------------------------------


def test_month_starts_on_a_monday_and_knows_its_weeks():
    weeks = calendars.month_weeks(date(2027, 1, 15), today())
    assert [week.number for week in weeks] == [53, 1, 2, 3, 4]
    assert (weeks[0].first, weeks[-1].last) == (date(2026, 12, 28), date(2027, 1, 31))
    assert [one.outside for one in weeks[0].days] == [True] * 4 + [False] * 3


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_shift_over_the_night_of_the_clock_change_is_on_the_day_it_starts(day, site, coordinator):
    eve = day - timedelta(days=1)
    over = factories.make_shift(
        site, starts_at=factories.at(eve, 23, 30), ends_at=factories.at(day, 4)
    )
    late = factories.make_shift(site, starts_at=factories.at(day, 23, 59), hours=1)
    weeks = calendars.fill(calendars.month_weeks(day, today()), coordinator)
    assert days_with(weeks) == {eve: [over.pk], day: [late.pk]}


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_days_of_the_clock_change_have_all_their_hours(day, site, coordinator):
    first = factories.make_shift(site, starts_at=factories.at(day, 0), hours=1)
    last = factories.make_shift(site, starts_at=factories.at(day, 23), hours=1)
    factories.make_shift(site, starts_at=factories.at(day + timedelta(days=1), 0), hours=1)
    week = calendars.fill([calendars.week_of(day, today())], coordinator)
    assert days_with(week) == {day: [first.pk, last.pk]}


def test_time_that_goes_on_past_midnight_says_until_which_day(db):
    day = date(2026, 3, 3)
    assert hours(factories.at(day, 22), factories.at(day + timedelta(days=1), 2)) == (
        "22.00–02.00 (4. marts 2026)"
    )
    assert hours(factories.at(day, 22), factories.at(day + timedelta(days=1), 0)) == "22.00–00.00"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-29", SPRING),
        ("", AUTUMN),
        ("29.3.2026", AUTUMN),
        ("0001-01-01", date(2000, 1, 1)),
        ("9999-12-31", date(2100, 12, 31)),
    ],
)
def test_day_of_an_address(text, day):
    assert calendars.day_of_text(text, AUTUMN) == day


@pytest.mark.parametrize("view", ["month", "week", "list", "nonsense"])
@pytest.mark.parametrize("day", ["2000-01-01", "2100-12-31", "9999-99-99", "<script>"])
def test_every_address_opens(view, day, staff):
    assert staff.get(url("calendar", view=view, day=day, branch="x")).status_code == 200


# --- The calendar --------------------------------------------------------------------------


def test_calendar_holds_ones_own_branches_only(staff, site, elsewhere):
    mine = factories.make_shift(site, day=today())
    factories.make_shift(factories.make_site(elsewhere), day=today())
    weeks = staff.get(url("calendar")).context["weeks"]
    assert days_with(weeks) == {today(): [mine.pk]}


def test_calendar_by_branch_holds_what_lies_under_it(client, manager, here, elsewhere):
    below = factories.make_branch(parent=here)
    shown = [factories.make_shift(factories.make_site(one), day=today()) for one in (here, below)]
    factories.make_shift(factories.make_site(elsewhere), day=today())
    client.force_login(manager)
    weeks = client.get(url("calendar", branch=here.pk)).context["weeks"]
    assert days_with(weeks) == {today(): [shift.pk for shift in shown]}


def test_calendar_keeps_the_branch_in_every_link(staff, here):
    page = staff.get(url("calendar", branch=here.pk, view="week", day="2026-03-31"))
    text = page.content.decode()
    assert f'href="?branch={here.pk}&amp;view=week&amp;day=2026-03-23"' in text
    assert f'href="?branch={here.pk}&amp;view=month&amp;day=2026-03-31"' in text


def test_month_shows_four_of_a_day_and_says_how_many_more(staff, site):
    for hour in range(8, 14):
        factories.make_shift(site, day=today(), hour=hour, title=f"Vagt {hour}")
    text = staff.get(url("calendar")).content.decode()
    assert [f"Vagt {hour}" in text for hour in range(8, 14)] == [True] * 4 + [False] * 2
    assert "2 flere" in text


def test_month_tells_who_lacks_and_what_is_cancelled(staff, site, coordinator):
    day = today().replace(day=28) + timedelta(days=30)
    short = factories.make_shift(site, day=day, minimum=2, capacity=3)
    on(short, coordinator)
    weeks = staff.get(url("calendar", day=day.isoformat())).context["weeks"]
    [entry] = [entry for week in weeks for one in week.days for entry in one.shifts]
    assert (entry.taken, entry.lacking, entry.standing.kind) == (1, 1, "warning")


def test_calendar_shows_no_names(staff, site, coordinator):
    on(factories.make_shift(site, day=today()), coordinator, "Mette Hemmelig")
    for view in ("month", "week", "list"):
        assert "Mette" not in staff.get(url("calendar", view=view)).content.decode()


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_calendar_costs_the_same_for_any_number(view, staff, site, coordinator):
    address = url("calendar", view=view)
    factories.make_shift(site, day=today())
    number = 8
    with asks(number):
        staff.get(address)
    for _row in range(30):
        on(factories.make_shift(site, day=today()), coordinator)
    with asks(number):
        staff.get(address)


# --- Who lacks, who is in ------------------------------------------------------------------


def test_gaps_are_the_shifts_that_do_not_work(staff, site, coordinator):
    short = factories.make_shift(site, minimum=2, capacity=3)
    on(short, coordinator)
    works = factories.make_shift(site, minimum=1, capacity=3)
    on(works, coordinator)
    factories.make_shift(site, day=today() + timedelta(days=60))
    page = staff.get(url("shift-gaps"))
    assert [shift.pk for _week, shifts in page.context["weeks"] for shift in shifts] == [short.pk]
    assert page.context["people"] == 1
    both = staff.get(url("shift-gaps", free="on")).context["rows"]
    assert {row.pk for row in both} == {short.pk, works.pk}


def test_gaps_of_others_are_not_shown(staff, elsewhere):
    factories.make_shift(factories.make_site(elsewhere))
    assert list(staff.get(url("shift-gaps")).context["rows"]) == []


def test_today_shows_who_is_in_and_writes_it_down(staff, site, coordinator):
    yesterday = today() - timedelta(days=1)
    over = factories.make_shift(
        site, starts_at=factories.at(yesterday, 22), ends_at=factories.at(today(), 2)
    )
    in_today = [
        on(over, coordinator, "Nat Ravn"),
        on(factories.make_shift(site, day=today(), hour=10), coordinator, "Dag Lund"),
    ]
    on(factories.make_shift(site, day=yesterday, hour=10), coordinator, "Gry Igaar")
    page = staff.get(url("today"))
    assert list(page.context["rows"]) == in_today
    event = AccessEvent.objects.get(purpose="shift.today")
    shown = {subject.person_id for subject in event.subjects.all()}
    assert shown == {row.volunteer_id for row in in_today}


def test_today_names_the_groups_and_their_responsible(staff, site, elsewhere):
    """A shift to which only a group comes, too; those of other branches and days are not there."""
    shift = factories.make_shift(site, day=today(), hour=10, capacity=30)
    group = factories.make_group(shift, seats=24, title="4.B", names="Anna")
    given_back = factories.make_group(
        shift, title="5.C", state="cancelled", given_back_at=timezone.now()
    )
    factories.make_group(factories.make_shift(site, day=today() + timedelta(days=1)))
    factories.make_group(factories.make_shift(factories.make_site(elsewhere), day=today()))
    page = staff.get(url("today"))
    assert page.context["groups"] == [group]
    text = page.content.decode()
    shown = [word in text for word in ("4.B", "24 pladser", "Lis Lærer", given_back.title, "Anna")]
    assert shown == [True, True, True, False, False]
    event = AccessEvent.objects.get(purpose="shift.today")
    assert event.subjects.get().person_id == group.responsible_id
    narrowed = staff.get(url("today", branch=site.branch_id))
    assert narrowed.context["groups"] == [group]


def test_today_hides_a_protected_identity(staff, site, coordinator):
    shift = factories.make_shift(site, day=today(), hour=10)
    on(shift, coordinator, "Skjult Navn", phone="12345678", protected_identity=True)
    text = staff.get(url("today")).content.decode()
    assert "Skjult Navn" not in text
    assert "12 34 56 78" not in text


def test_today_of_others_is_not_shown(staff, elsewhere, coordinator):
    on(factories.make_shift(factories.make_site(elsewhere), day=today()), coordinator)
    assert list(staff.get(url("today")).context["rows"]) == []


# --- My week -------------------------------------------------------------------------------


def test_my_week_holds_my_shifts(client, here, volunteer, coordinator):
    site = factories.make_site(here)
    mine = booked(factories.make_shift(site, day=today(), hour=10), volunteer, coordinator)
    on(factories.make_shift(site, day=today(), hour=12), coordinator)
    client.force_login(volunteer.person.user)
    week = client.get(url("own-week")).context["week"]
    assert [row for one in week.days for row in one.shifts] == [mine]
    other = client.get(url("own-week", day=(today() + timedelta(days=7)).isoformat()))
    assert [one.shifts for one in other.context["week"].days] == [[]] * 7
