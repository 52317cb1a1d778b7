"""Reminders of shifts: who decides when, clock changes, outages, shifts that move, attendance."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from coordination import emails, follow_up, news, reminder_emails
from coordination.actions import assignments, attendance, groups, preferences, shifts
from coordination.actions import follow_up as actions
from coordination.models import Assignment
from coordination.tests import factories
from core import delivery, policies, schedule
from core.models import Message
from core.periods import monday_of
from core.scope import scope

DAYS, HOURS, ATTENDANCE = (
    "coordination.shift_reminder",
    "coordination.shift_soon",
    "coordination.attendance_missing",
)
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)  # a Tuesday


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def site(here):
    return factories.make_site(here, place="Lokale 2")


def booked(site, *, starts_at, booked_at=None, volunteer=None):
    """An assignment of somebody with an address; booked ten days before the shift."""
    volunteer = volunteer or factories.make_volunteer("Frida Frivillig")
    factories.make_engagement(volunteer, site)
    shift = factories.make_shift(site, starts_at=starts_at, hours=1)
    return Assignment.objects.create(
        shift=shift,
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=booked_at or starts_at - timedelta(days=10),
        booked_by=factories.make_user(),
    )


def remind(name):
    return schedule.remind(schedule.reminders()[name])


def in_hours(hours):
    return NOW + timedelta(hours=hours)


# --- Who decides ---------------------------------------------------------------------------


def test_two_hours_before_and_once(site, clock):
    booked(site, starts_at=in_hours(5))
    assert remind(HOURS) == 0
    clock.move_to(NOW + timedelta(hours=3))
    assert [remind(HOURS), remind(HOURS)] == [1, 0]
    assert Message.objects.get().kind == reminder_emails.SHIFT_SOON


def test_written_a_little_ahead_and_sent_on_the_minute(site):
    booked(site, starts_at=in_hours(2) + timedelta(minutes=4))
    remind(HOURS)
    assert Message.objects.get().not_before == NOW + timedelta(minutes=4)


def test_activity_decides_before_the_branch_and_the_volunteer_before_both(site, here, coordinator):
    policies.set("shift.reminder_hours", 6, path=here.path, by=coordinator)
    assignment = booked(site, starts_at=in_hours(5))
    assert remind(HOURS) == 1
    Message.objects.all().delete()

    actions.set_activity_reminders(activity=site.activity, days=None, hours=4, by=coordinator)
    assert remind(HOURS) == 0

    volunteer = assignment.volunteer
    preferences.choose_reminders(volunteer=volunteer, days=None, hours=12, by=coordinator)
    assert remind(HOURS) == 1
    Message.objects.all().delete()

    preferences.choose_reminders(volunteer=volunteer, days=None, hours=0, by=coordinator)
    assert remind(HOURS) == 0


def test_activity_may_want_no_reminder_days_before(site, coordinator):
    booked(site, starts_at=NOW + timedelta(days=2))
    actions.set_activity_reminders(activity=site.activity, days=0, hours=None, by=coordinator)
    assert remind(DAYS) == 0


def test_changed_mind_does_not_remind_twice_of_one_shift(site, manager):
    assignment = booked(site, starts_at=NOW + timedelta(days=2))
    assert remind(DAYS) == 1
    policies.set("shift.reminder_days", 5, by=manager)
    preferences.choose_reminders(volunteer=assignment.volunteer, days=3, hours=None, by=manager)
    assert remind(DAYS) == 0


def test_nobody_is_reminded_of_what_they_have_just_signed_up_for(site):
    booked(site, starts_at=in_hours(1), booked_at=NOW - timedelta(minutes=10))
    booked(site, starts_at=NOW + timedelta(days=1), booked_at=NOW - timedelta(minutes=10))
    assert [remind(HOURS), remind(DAYS)] == [0, 0]


def test_branch_off(site, here, manager):
    booked(site, starts_at=in_hours(1))
    policies.set(f"reminders.{HOURS}", False, path=here.path, by=manager)
    assert remind(HOURS) == 0


# --- What has lost its sense ---------------------------------------------------------------


def test_a_manager_turns_a_rule_off_for_one_branch(site, here, elsewhere, manager, client):
    """As on the page that the table of reminders leads to."""
    client.force_login(manager)
    rule = schedule.reminders()[DAYS]
    address = reverse("admin:core_policyvalue_set", args=[rule.setting])
    page = client.get(address)
    paths = [path for path, _name in page.context["form"].fields["path"].choices]
    assert paths[0] == ""
    assert set(paths[1:]) == {here.path, elsewhere.path}
    answer = client.post(
        address, {"path": here.path, "value": "False", "valid_from": "03.03.2026", "note": ""}
    )
    assert answer.status_code == 302
    assert not schedule.is_on(DAYS, here.path)
    assert schedule.is_on(DAYS, elsewhere.path)


def test_shift_that_began_during_an_outage_is_not_reminded_of(site, clock):
    booked(site, starts_at=in_hours(3))
    clock.move_to(NOW + timedelta(hours=4))
    assert [remind(HOURS), remind(DAYS)] == [0, 0]


def test_short_outage_sends_late(site, clock):
    booked(site, starts_at=in_hours(3))
    clock.move_to(NOW + timedelta(hours=2, minutes=50))
    assert remind(HOURS) == 1


def test_shift_that_moved_after_it_was_written_is_reminded_of_at_its_new_time(
    site, clock, coordinator, mailoutbox
):
    assignment = booked(site, starts_at=in_hours(2) + timedelta(minutes=4))
    remind(HOURS)
    shift, later = assignment.shift, timedelta(hours=6)
    shifts.reschedule(
        shift=shift,
        starts_at=shift.starts_at + later,
        ends_at=shift.ends_at + later,
        by=coordinator,
    )
    clock.move_to(NOW + timedelta(minutes=5))
    delivery.deliver()
    assert Message.objects.get(kind=reminder_emails.SHIFT_SOON).state == "skipped"
    clock.move_to(NOW + later + timedelta(minutes=10))
    assert remind(HOURS) == 1


def test_the_last_reminder_goes_in_the_quiet_hours_and_the_first_rests(site, clock, mailoutbox):
    """Of a shift at seven one is reminded at five: at eight it would be worth nothing."""
    seven = datetime(2026, 3, 6, 6, 0, tzinfo=UTC)  # 7 in Copenhagen
    booked(site, starts_at=seven)
    clock.move_to(seven - timedelta(hours=2))
    assert remind(HOURS) == 1
    assert delivery.deliver() == 1
    assert mailoutbox[0].subject.startswith("Din vagt begynder")
    Message.objects.all().delete()

    clock.move_to(datetime(2026, 3, 4, 20, 30, tzinfo=UTC))  # half past nine in the evening
    remind(DAYS)
    Message.objects.update(not_before=timezone.now())
    assert delivery.deliver() == 0
    clock.move_to(datetime(2026, 3, 5, 9, 0, tzinfo=UTC))
    assert delivery.deliver() == 1


def test_cancelled_in_the_meantime_is_skipped(site, mailoutbox):
    assignment = booked(site, starts_at=in_hours(2))
    remind(HOURS)
    assignments.cancel(assignment=assignment, by=factories.make_user())
    delivery.deliver()
    assert Message.objects.get(kind=reminder_emails.SHIFT_SOON).state == "skipped"


def test_text_of_the_last_reminder(site, here, mailoutbox, clock):
    here.phone = "66131313"
    here.save()
    booked(site, starts_at=in_hours(2))
    remind(HOURS)
    delivery.deliver()
    body = mailoutbox[0].body
    assert "Lokale 2" in body
    assert "66 13 13 13" in body
    assert "/min-side/paamindelser/" in body


# --- Both nights of the clock change -------------------------------------------------------


@pytest.mark.parametrize(
    ("starts_at", "reminded_at"),
    [
        # 25 October 2026: 03.00 summer time becomes 02.00; two real hours before 04.00 winter time
        # is the first 02.00 … seen on the clock, the second time the hand stands there.
        (datetime(2026, 10, 25, 3, 0, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, tzinfo=UTC)),
        # 29 March 2026: 02.00 becomes 03.00; two real hours before 04.00 summer time.
        (datetime(2026, 3, 29, 2, 0, tzinfo=UTC), datetime(2026, 3, 29, 0, 0, tzinfo=UTC)),
    ],
)
def test_hours_are_real_hours(site, clock, starts_at, reminded_at):
    clock.move_to(starts_at - timedelta(days=20))
    booked(site, starts_at=starts_at)
    clock.move_to(reminded_at - timedelta(minutes=6))
    assert remind(HOURS) == 0
    clock.move_to(reminded_at)
    assert remind(HOURS) == 1
    assert Message.objects.get().not_before == reminded_at


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        (datetime(2026, 10, 26, 12, tzinfo=UTC), 6),  # two days before: still summer time
        (datetime(2026, 10, 27, 12, tzinfo=UTC), 7),  # two days before: the night has passed
        (datetime(2026, 3, 30, 12, tzinfo=UTC), 7),
        (datetime(2026, 3, 31, 12, tzinfo=UTC), 6),
    ],
)
def test_eight_in_the_morning_is_eight_on_the_clock(site, clock, day, utc_hour):
    clock.move_to(day - timedelta(days=2, hours=8))
    booked(site, starts_at=day)
    assert remind(DAYS) == 1
    not_before = Message.objects.get().not_before
    assert not_before.astimezone(UTC).hour == utc_hour
    assert timezone.localtime(not_before).hour == 8


# --- Any history of runs -------------------------------------------------------------------


@settings(max_examples=12)
@given(
    minutes=st.lists(st.integers(0, 60 * 24 * 4), min_size=1, max_size=8),
    repeats=st.integers(1, 2),
)
def test_any_history_of_runs_reminds_once_and_in_time(site, minutes, repeats):
    """At whatever times the clock ticks, back and forth: at most one of each; and one for sure
    where a run fell between the reminder's time and the shift."""
    Message.objects.all().delete()
    Assignment.objects.all().delete()
    starts_at = NOW + timedelta(days=3)
    booked(site, starts_at=starts_at)
    moments = [NOW + timedelta(minutes=number) for number in minutes]
    for moment in moments:
        with time_machine.travel(moment, tick=False):
            for _again in range(repeats):
                remind(HOURS)
                remind(DAYS)
    soon = Message.objects.filter(kind=reminder_emails.SHIFT_SOON).count()
    days = Message.objects.filter(kind=emails.SHIFT_REMINDER).count()
    assert soon <= 1
    assert days <= 1
    if any(starts_at - timedelta(hours=2) <= moment < starts_at for moment in moments):
        assert soon == 1
    if any(starts_at - timedelta(days=2) <= moment < starts_at for moment in moments):
        assert days == 1


@pytest.mark.parametrize("number", [3, 300])
def test_queries_do_not_grow_with_what_is_due(site, number, django_assert_max_num_queries):
    people = [factories.make_volunteer() for _one in range(number)]
    shift = factories.make_shift(site, starts_at=in_hours(1), hours=1, capacity=number)
    user = factories.make_user()
    Assignment.objects.bulk_create(
        Assignment(
            shift=shift,
            volunteer=one,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            booked_at=NOW - timedelta(days=10),
            booked_by=user,
        )
        for one in people
    )
    # The settings, activities' times, people's times, the rows; used keys, the insert (and on
    # SQLite a few inserts for as many rows as a statement may hold).
    with django_assert_max_num_queries(6 + number // 30):
        assert remind(HOURS) == number


# --- Attendance ----------------------------------------------------------------------------


def test_attendance_is_asked_for_once_per_coordinator(site, elsewhere, coordinator, mailoutbox):
    for hours in (-50, -52):
        booked(site, starts_at=in_hours(hours))
    booked(factories.make_site(elsewhere), starts_at=in_hours(-50))
    booked(site, starts_at=in_hours(-3))

    assert [remind(ATTENDANCE), remind(ATTENDANCE)] == [1, 0]
    delivery.deliver()
    [mail] = [mail for mail in mailoutbox if mail.to[0].endswith(f"<{coordinator.email}>")]
    assert mail.body.count("\n- ") == 2
    assert "/opfoelgning/" in mail.body


def test_attendance_after_an_outage_asks_once_for_all(site, coordinator, clock):
    for days in (3, 4, 5):
        booked(site, starts_at=NOW - timedelta(days=days))
    assert remind(ATTENDANCE) == 1
    clock.move_to(NOW + timedelta(days=1))
    assert remind(ATTENDANCE) == 0


def test_registered_in_the_meantime_is_skipped(site, coordinator, mailoutbox):
    assignment = booked(site, starts_at=in_hours(-50))
    remind(ATTENDANCE)
    attendance.mark_attendance(assignment=assignment, attended=True, by=coordinator)
    delivery.deliver()
    assert mailoutbox == []


def test_groups_without_a_number_are_named(site, coordinator, mailoutbox):
    """A shift with a group alone, and one with people and two groups; no names of people."""
    alone = factories.make_shift(site, starts_at=in_hours(-50), capacity=30)
    factories.make_group(alone, title="4.B", names="Anna")
    assert remind(ATTENDANCE) == 1
    both = booked(site, starts_at=in_hours(-47)).shift
    for title in ("5.A", "6.C"):
        factories.make_group(both, title=title)
    counted = factories.make_group(factories.make_shift(site, starts_at=in_hours(-48)), title="7.D")
    groups.mark_attendance(booking=counted, came=1, by=coordinator)
    delivery.deliver()
    [mail] = [mail for mail in mailoutbox if mail.to[0].endswith(f"<{coordinator.email}>")]
    lines = [line.rpartition(" (")[2] for line in mail.body.splitlines() if line[:2] == "- "]
    assert lines == ["4.B)", "5.A og 1 gruppe til)"]
    assert not {"Anna", "Lis"} & set(mail.body.split())
    with scope():
        [first, second] = follow_up.without_attendance(coordinator, NOW)
    assert [(row, row.people_wait, row.groups_wait) for row in (first, second)] == [
        (alone, False, 1),
        (both, True, 2),
    ]


def test_monday_overview_names_groups_too(site, coordinator):
    shift = factories.make_shift(site, starts_at=in_hours(-50), capacity=30)
    factories.make_group(shift, title="4.B")
    monday = monday_of(NOW.date()) + timedelta(days=7)
    [found] = news.without_attendance(monday)
    assert news.SECTIONS[2].line(found).endswith(" (4.B)")


def test_shifts_without_attendance_are_those_of_ones_own_branches(
    site, coordinator, coordinator_elsewhere
):
    assignment = booked(site, starts_at=in_hours(-50))
    with scope():
        assert list(follow_up.without_attendance(coordinator, NOW)) == [assignment.shift]
        assert list(follow_up.without_attendance(coordinator_elsewhere, NOW)) == []
