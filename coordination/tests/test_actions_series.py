"""Regular shifts: made ahead, changed from a day on, ended; nobody is moved in silence."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction

from coordination import timetable
from coordination.actions import assignments, series, shifts
from coordination.models import Assignment, SchoolHoliday, Series, Shift
from coordination.states import ActivityState, AssignmentState, ShiftState
from coordination.tests import factories
from core import audit, jobs, policies
from core.errors import DomainError
from core.models import AuditEvent, Job, Message
from core.periods import local, today
from core.scope import scope

EVERY_DAY = "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR,SA,SU"
OPEN_ALL_YEAR = {"skip_holidays": False, "skip_local_days": False, "skip_school_holidays": False}


@pytest.fixture
def planned(site, coordinator):
    """Every week, on the weekday of the day after tomorrow; twelve or thirteen shifts."""
    return plan(site, coordinator, rule=weekly(first_day()))


def first_day():
    return today() + timedelta(days=2)


def weekly(*days):
    codes = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    found = ",".join(codes[number] for number in sorted({day.weekday() for day in days}))
    return f"FREQ=WEEKLY;INTERVAL=1;BYDAY={found}"


def plan(site, by, **fields):
    values = {"starts_on": first_day(), "rule": EVERY_DAY, "starts": time(15), "ends": time(17)}
    values |= {"capacity": 3, **OPEN_ALL_YEAR}
    return series.plan_series(site=site, by=by, **(values | fields))


def values_of(row, **changes):
    return {name: getattr(row, name) for name in series.EDITABLE} | changes


def book(shift, by, **fields):
    volunteer = factories.make_volunteer(**fields)
    factories.make_engagement(volunteer, shift.site)
    return assignments.sign_up(shift=shift, volunteer=volunteer, by=by)


def refused(code, deed, **kwargs):
    with pytest.raises(DomainError) as caught:
        deed(**kwargs)
    assert caught.value.code == code


def told():
    return list(Message.objects.order_by("pk").values_list("kind", "person_id"))


def days_of(row, state=ShiftState.OPEN):
    found = row.shifts.filter(state=state).order_by("series_day")
    return list(found.values_list("series_day", flat=True))


# --- Made ahead ----------------------------------------------------------------------------


def test_plan_makes_the_shifts_of_the_weeks_ahead(site, coordinator):
    policies.set("series.weeks_ahead", 3, by=audit.SYSTEM)
    made = plan(site, coordinator, title="Lektier", note="Husk nøglen", minimum=2)
    last = today() + timedelta(weeks=3)
    number = (last - first_day()).days + 1
    assert days_of(made) == [first_day() + timedelta(days=n) for n in range(number)]
    one = made.shifts.first()
    assert (one.title, one.note, one.capacity, one.minimum) == ("Lektier", "Husk nøglen", 3, 2)
    assert local(one.starts_at).time() == time(15)
    kinds = AuditEvent.objects.filter(kind__startswith="series").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["series.planned", "series.extended"]


def test_generate_twice_is_once(planned, coordinator):
    before = days_of(planned)
    assert series.generate(series=planned, by=coordinator) == []
    assert days_of(planned) == before


def test_generate_does_not_bring_a_cancelled_shift_back(planned, coordinator):
    shifts.cancel_shift(shift=planned.shifts.first(), by=coordinator)
    assert series.generate(series=planned, by=coordinator) == []


def test_the_database_holds_one_open_shift_a_day(planned):
    row = planned.shifts.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_shift(row.site, series=planned, series_day=row.series_day)


def test_the_nightly_rule_goes_on_making_them(planned):
    policies.set("series.weeks_ahead", 14, by=audit.SYSTEM)
    before = len(days_of(planned))
    for night in ("2027-01-01T03:40:00+00:00", "2027-01-02T03:40:00+00:00"):
        jobs.run(jobs.enqueue("coordination.extend_series", key=night, slot=night).pk)
    assert Job.objects.filter(name="coordination.extend_series", state="done").count() == 2
    assert len(days_of(planned)) == before + 2


def test_days_off_are_left_out_and_put_back_singly(site, coordinator):
    holiday = first_day() + timedelta(days=3)
    SchoolHoliday.objects.create(
        title="Vinterferie", starts_on=holiday, ends_on=holiday + timedelta(days=1)
    )
    made = plan(site, coordinator, skip_school_holidays=True)
    assert {holiday, holiday + timedelta(days=1)} & set(days_of(made)) == set()
    assert [(line.day, line.why) for line in timetable.left_out(made)] == [
        (holiday, "Vinterferie"),
        (holiday + timedelta(days=1), "Vinterferie"),
    ]
    series.keep_days(series=made, days=[holiday], by=coordinator)
    series.keep_days(series=made, days=[holiday], by=coordinator)
    assert days_of(made).count(holiday) == 1
    assert [line.day for line in timetable.left_out(made)] == [holiday + timedelta(days=1)]


def test_keep_a_cancelled_day_makes_a_new_shift(planned, coordinator):
    shift = planned.shifts.first()
    shifts.cancel_shift(shift=shift, by=coordinator)
    series.keep_days(series=planned, days=[shift.series_day], by=coordinator)
    assert shift.series_day in days_of(planned)


def test_keep_a_day_that_is_none_of_its_days_is_refused(planned, coordinator):
    day = first_day() + timedelta(days=1)
    refused("not_a_day", series.keep_days, series=planned, days=[day], by=coordinator)


def test_none_after_the_site_closes_or_the_activity_ends(site, coordinator):
    site.closed_on = first_day() + timedelta(days=4)
    site.save()
    made = plan(site, coordinator)
    assert days_of(made) == [first_day() + timedelta(days=number) for number in range(4)]
    site.activity.state = ActivityState.ENDED
    site.activity.save()
    Shift.objects.all().delete()
    assert series.generate(series=made, by=coordinator) == []


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("in_past", {"starts_on": timedelta(days=-1)}),
        ("no_days", {"ends_on": timedelta(days=1)}),
        ("ends_before_start", {"ends": time(15)}),
        ("too_long", {"ends": time(14, 30)}),
        ("minimum_above_capacity", {"minimum": 4}),
        ("rule_unknown", {"rule": "FREQ=DAILY"}),
    ],
)
def test_plan_refuses(site, coordinator, code, fields):
    found = {
        name: today() + value if isinstance(value, timedelta) else value
        for name, value in fields.items()
    }
    with pytest.raises(DomainError) as caught:
        plan(site, coordinator, **found)
    assert (caught.value.code, Series.objects.count()) == (code, 0)


# --- This one ------------------------------------------------------------------------------


def test_a_shift_that_is_changed_by_itself_is_left_by_the_series(planned, coordinator):
    first, second = planned.shifts.all()[:2]
    shifts.change(shift=first, by=coordinator, title="Særligt", capacity=9)
    shifts.reschedule(
        shift=second,
        starts_at=second.starts_at + timedelta(hours=1),
        ends_at=second.ends_at + timedelta(hours=1),
        by=coordinator,
    )
    changed = series.change_series(
        series=planned,
        from_day=today(),
        by=coordinator,
        **values_of(planned, capacity=5, starts=time(9), ends=time(11)),
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.title, first.capacity, first.detached) == ("Særligt", 9, True)
    assert local(second.starts_at).time() == time(16)
    others = changed.shifts.exclude(pk__in=[first.pk, second.pk])
    assert {(row.capacity, local(row.starts_at).time()) for row in others} == {(5, time(9))}


def test_a_shift_that_the_series_changes_stays_in_it(planned, coordinator):
    series.change_series(
        series=planned, from_day=today(), by=coordinator, **values_of(planned, place="Loftet")
    )
    assert set(planned.shifts.values_list("detached", "place")) == {(False, "Loftet")}


# --- This one and those that follow, or all ------------------------------------------------


def test_following_splits_and_leaves_what_was(planned, coordinator):
    days = days_of(planned)
    changed = series.change_series(
        series=planned, from_day=days[3], by=coordinator, **values_of(planned, capacity=7)
    )
    planned.refresh_from_db()
    assert planned.ends_on == days[3] - timedelta(days=1)
    assert (days_of(planned), days_of(changed)) == (days[:3], days[3:])
    assert set(planned.shifts.values_list("capacity", flat=True)) == {3}
    assert set(changed.shifts.values_list("capacity", flat=True)) == {7}


def test_another_hour_moves_the_shifts_and_tells_those_on_them(planned, coordinator):
    shift = planned.shifts.first()
    one = book(shift, coordinator)
    Message.objects.all().delete()
    series.change_series(
        series=planned,
        from_day=today(),
        by=coordinator,
        **values_of(planned, starts=time(16), ends=time(18), place="Loftet"),
    )
    one.refresh_from_db()
    assert local(one.starts_at).time() == time(16)
    assert {local(row.starts_at).time() for row in planned.shifts.all()} == {time(16)}
    assert told() == [("coordination.shift_changed", one.volunteer_id)]


def test_another_weekday_moves_within_the_week_and_tells(planned, coordinator):
    shift = planned.shifts.first()
    one = book(shift, coordinator)
    other = first_day() + timedelta(days=1)
    if other.isocalendar()[1] != first_day().isocalendar()[1]:
        other = first_day() - timedelta(days=1)
    Message.objects.all().delete()
    series.change_series(
        series=planned,
        from_day=first_day(),
        by=coordinator,
        **values_of(planned, rule=weekly(other)),
    )
    one.refresh_from_db()
    moved = one.shift
    assert one.state in (AssignmentState.BOOKED, AssignmentState.CANCELLED)
    assert moved.series_day.weekday() == other.weekday() or moved.is_cancelled
    assert [person for _kind, person in told()] == [one.volunteer_id]
    assert {day.weekday() for day in days_of(planned)} == {other.weekday()}


def test_fewer_days_cancel_and_tell(site, coordinator):
    made = plan(site, coordinator)
    kept, left = made.shifts.all()[:2]
    stays, leaves = book(kept, coordinator), book(left, coordinator)
    Message.objects.all().delete()
    series.change_series(
        series=made,
        from_day=today(),
        by=coordinator,
        **values_of(made, rule=weekly(kept.series_day)),
    )
    stays.refresh_from_db()
    leaves.refresh_from_db()
    assert (stays.state, leaves.state) == (AssignmentState.BOOKED, AssignmentState.CANCELLED)
    assert told() == [("coordination.shift_cancelled", leaves.volunteer_id)]


def test_who_does_not_fit_is_shown_first_and_then_taken_off(planned, coordinator):
    shift = planned.shifts.first()
    one = book(shift, coordinator)
    busy = factories.make_shift(factories.make_site(shift.site.branch), day=shift.day, hour=17)
    factories.make_engagement(one.volunteer, busy.site)
    assignments.sign_up(shift=busy, volunteer=one.volunteer, by=coordinator)
    values = values_of(planned, starts=time(16), ends=time(18))
    found = series.preview(series=planned, from_day=today(), **values)
    assert list(found.misfits) == [shift.pk]
    assert list(found.misfits[shift.pk]) == [one.volunteer_id]
    assert found.told == 1
    series.change_series(
        series=planned, from_day=today(), seen=found.mark, by=coordinator, **values
    )
    one.refresh_from_db()
    assert one.state == AssignmentState.CANCELLED
    assert Message.objects.filter(
        kind="coordination.assignment_released", person_id=one.volunteer_id
    ).exists()


def test_what_was_seen_must_still_be_so(planned, coordinator):
    values = values_of(planned, starts=time(16), ends=time(18))
    seen = series.preview(series=planned, from_day=today(), **values).mark
    book(planned.shifts.first(), coordinator)
    refused(
        "look_first",
        series.change_series,
        series=planned,
        from_day=today(),
        seen=seen,
        by=coordinator,
        **values,
    )
    assert {local(row.starts_at).time() for row in planned.shifts.all()} == {time(15)}


def test_fewer_places_than_are_taken_changes_nothing(planned, coordinator):
    shift = planned.shifts.last()
    for _number in range(2):
        book(shift, coordinator)
    refused(
        "capacity_below_taken",
        series.change_series,
        series=planned,
        from_day=today(),
        by=coordinator,
        **values_of(planned, capacity=1),
    )
    assert set(planned.shifts.values_list("capacity", flat=True)) == {3}


def test_preview_writes_nothing(planned):
    before = list(Shift.objects.values())
    series.preview(series=planned, from_day=today(), **values_of(planned, starts=time(9)))
    assert list(Shift.objects.values()) == before


# --- Ended ---------------------------------------------------------------------------------


def test_end_cancels_what_comes_after_and_tells(planned, coordinator):
    rows = list(planned.shifts.all())
    stays, leaves = book(rows[0], coordinator), book(rows[2], coordinator)
    shifts.change(shift=rows[3], by=coordinator, title="Særligt")
    Message.objects.all().delete()
    last_day = rows[1].series_day
    series.end_series(series=planned, last_day=last_day, by=coordinator)
    assert days_of(planned) == [row.series_day for row in rows[:2]]
    assert told() == [("coordination.shift_cancelled", leaves.volunteer_id)]
    assert Assignment.objects.get(pk=stays.pk).state == AssignmentState.BOOKED
    with scope():
        assert series.generate(series=planned, by=coordinator) == []


def test_end_on_a_past_day_or_later_than_it_ends_is_refused(planned, coordinator):
    long_ago = today() - timedelta(days=9)
    refused("in_past", series.end_series, series=planned, last_day=long_ago, by=coordinator)
    series.end_series(series=planned, last_day=first_day(), by=coordinator)
    later = first_day() + timedelta(days=9)
    refused("wrong_state", series.end_series, series=planned, last_day=later, by=coordinator)
