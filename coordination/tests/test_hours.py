"""Hours follow attendance, are told of and answered; corrected with a trace; absences with care."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django import conf
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from coordination import attendance, follow_up, hours, joining, statements
from coordination.access import Permission
from coordination.actions import attendance as attendance_actions
from coordination.actions import hours as actions
from coordination.models import (
    Assignment,
    CaringCall,
    Engagement,
    HoursChange,
    HoursEntry,
    Presence,
)
from coordination.states import HOURS, HoursState
from coordination.tests import factories
from coordination.tests.factories import at
from core import policies, privacy
from core.errors import DomainError
from core.models import AccessEvent, AuditEvent
from core.periods import local, minutes_between, minutes_of_day, months_later, start_of, today
from core.privacy import run
from core.tests.pdf_rules import broken_rules

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def url(name, *args):
    return reverse(f"coordination:{name}", args=args)


def refused(code, action, **kwargs):
    with pytest.raises(DomainError) as error:
        action(**kwargs)
    assert error.value.code == code


@pytest.fixture
def site(volunteer):
    return volunteer.engagements.get().site


def came(site, volunteer, starts_at, ends_at, state="attended", **fields):
    """Somebody was on a shift that is over."""
    shift = factories.make_shift(site, starts_at=starts_at, ends_at=ends_at)
    marked = fields.pop("attendance_at", ends_at)
    return Assignment.objects.create(
        shift=shift,
        volunteer=volunteer,
        starts_at=starts_at,
        ends_at=ends_at,
        state=state,
        booked_at=starts_at - timedelta(days=3),
        booked_by=factories.make_user(),
        attendance_at=marked,
        attendance_by=factories.make_user(),
    )


def yesterday(site, volunteer, hour=15, **fields):
    start = at(today() - timedelta(days=1), hour)
    return came(site, volunteer, start, start + timedelta(hours=2), **fields)


def tell(volunteer, site, **fields):
    values = {"day": today() - timedelta(days=1), "minutes": 90, "words": "Pyntede op"}
    return actions.tell(volunteer=volunteer, site=site, by=volunteer.person.user, **values | fields)


def total(volunteer, first=None, last=None):
    rows = hours.own(volunteer, first or today() - timedelta(days=30), last or today())
    return sum(row.minutes for row in rows)


# --- Minutes, on both nights of the clock change -------------------------------------------

NIGHTS = [datetime(day.year, day.month, day.day, 1, tzinfo=UTC) for day in (SPRING, AUTUMN)]
INSTANTS = st.one_of(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.builds(
        lambda night, minutes: night + timedelta(minutes=minutes),
        st.sampled_from(NIGHTS),
        st.integers(-180, 180),
    ),
)


@given(start=INSTANTS, length=st.integers(1, 1500))
def test_minutes_are_those_of_utc_whatever_the_zone(start, length):
    end = start + timedelta(minutes=length)
    assert minutes_between(start, end) == length
    assert minutes_between(local(start), local(end)) == length
    assert hours.counted(local(start), local(end), None) == length
    assert hours.counted(local(start), local(end), 7) == 7


@given(day=st.dates(date(2015, 1, 1), date(2040, 1, 1)), cut=st.integers(1, 1379))
def test_two_shifts_that_fill_a_day_add_up_to_its_length(day, cut):
    first, last = start_of(day), start_of(day + timedelta(days=1))
    middle = local(first.astimezone(UTC) + timedelta(minutes=cut))
    parts = hours.counted(first, middle, None) + hours.counted(middle, last, None)
    assert parts == minutes_of_day(day)
    assert parts in (1380, 1440, 1500)


@pytest.mark.parametrize(
    ("day", "minutes"), [(SPRING, 120), (AUTUMN, 240), (date(2026, 5, 5), 180)]
)
def test_shift_from_one_to_four_on_the_night(day, minutes, volunteer, site):
    row = came(site, volunteer, at(day, 1), at(day, 4))
    [worked] = hours.own(volunteer, day, day)
    assert (worked.minutes, worked.day) == (minutes, day)
    assert actions.minutes_of(row) == row.shift.minutes == minutes


@pytest.mark.parametrize(
    ("day", "minutes"), [(SPRING, 210), (AUTUMN, 330), (date(2026, 6, 1), 270)]
)
def test_a_shift_after_midnight_is_of_copenhagens_day(day, minutes, volunteer, site):
    """Half past midnight is the evening before by UTC, and on the first the month before."""
    came(site, volunteer, at(day, 0, 30), at(day, 5))
    came(site, volunteer, at(day, 23, 30), at(day + timedelta(days=1), 0, 15))
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    found = [(row.day, row.minutes) for row in hours.own(volunteer, day, day)]
    assert sorted(found) == [(day, 45), (day, minutes)]
    assert hours.own(volunteer, before, before) == hours.own(volunteer, after, after) == []
    month = day.replace(day=1)
    assert hours.by_month(hours.own(volunteer, before, after)) == {month: minutes + 45}
    lines = statements.lines(volunteer, month, months_later(month, 1) - timedelta(days=1))
    assert [line.day for line in lines] == [day, day]


@pytest.mark.parametrize(("day", "whole"), [(SPRING, 1380), (AUTUMN, 1500)])
def test_a_day_has_no_more_minutes_than_it_has(day, whole):
    assert minutes_of_day(day) == whole


# --- Hours follow attendance ---------------------------------------------------------------


def test_only_what_was_attended_counts(volunteer, site, coordinator):
    row = yesterday(site, volunteer)
    yesterday(site, volunteer, hour=9, state="absent")
    assert total(volunteer) == 120
    attendance_actions.mark_attendance(assignment=row, attended=False, by=coordinator)
    assert total(volunteer) == 0


def test_corrected_minutes_count_and_leave_a_trace(volunteer, site, coordinator):
    row = yesterday(site, volunteer)
    for minutes in (150, 150):
        actions.correct_shift(assignment=row, minutes=minutes, by=coordinator)
    assert total(volunteer) == 150
    [change] = HoursChange.objects.all()
    assert (change.before, change.after, change.changed_by) == (120, 150, coordinator)
    [event] = AuditEvent.objects.filter(kind="hours.corrected")
    assert event.actor_id == coordinator.pk
    fresh = Assignment.objects.get(pk=row.pk)
    attendance_actions.mark_attendance(assignment=fresh, attended=False, by=coordinator)
    attendance_actions.mark_attendance(assignment=fresh, attended=True, by=coordinator)
    assert total(volunteer) == 120
    assert list(HoursChange.objects.values_list("before", "after")) == [(120, 150), (150, 0)]


def test_minutes_of_somebody_who_did_not_come(volunteer, site, coordinator):
    row = yesterday(site, volunteer, state="absent")
    refused("not_attended", actions.correct_shift, assignment=row, minutes=10, by=coordinator)


# --- Told of besides -----------------------------------------------------------------------


def test_told_counts_when_it_is_approved(volunteer, site, coordinator):
    entry = tell(volunteer, site)
    assert total(volunteer) == 0
    actions.approve(entry=entry, by=coordinator)
    assert total(volunteer) == 90
    actions.correct(entry=entry, minutes=60, by=coordinator)
    assert total(volunteer) == 60
    actions.decline(entry=entry, answer="talk", by=coordinator)
    assert total(volunteer) == 0
    assert list(HoursChange.objects.values_list("before", "after", "entry")) == [(90, 60, entry.pk)]


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("in_future", {"day": timedelta(days=1)}),
        ("too_long_ago", {"day": timedelta(days=-61)}),
        ("not_engaged", {"day": timedelta(days=-40)}),
        ("too_much", {"minutes": 1441}),
    ],
)
def test_told_too_soon_late_or_much(code, fields, volunteer, site):
    changed = dict(fields)
    if "day" in changed:
        changed["day"] = today() + changed["day"]
    refused(code, tell, volunteer=volunteer, site=site, **changed)


def test_told_besides_what_the_day_holds(volunteer, site):
    yesterday(site, volunteer)
    length = minutes_of_day(today() - timedelta(days=1))
    refused("too_much", tell, volunteer=volunteer, site=site, minutes=length - 119)
    assert tell(volunteer, site, minutes=length - 120).state == "waiting"
    refused("too_much", tell, volunteer=volunteer, site=site, minutes=1, words="Mere")


def test_same_twice_is_told_once(client, volunteer, site):
    client.force_login(volunteer.person.user)
    values = {"site": site.pk, "day": today().isoformat(), "minutes": "30", "words": "Ryddede op"}
    assert client.post(url("own-hours-tell"), values).status_code == 302
    page = client.post(url("own-hours-tell"), values)
    assert page.context["form"].non_field_errors()
    assert HoursEntry.objects.count() == 1


def test_nobody_answers_their_own(volunteer, site):
    user = volunteer.person.user
    entry, row = tell(volunteer, site), yesterday(site, volunteer)
    refused("own_hours", actions.approve, entry=entry, by=user)
    refused("own_hours", actions.decline, entry=entry, answer="", by=user)
    refused("own_hours", actions.correct_shift, assignment=row, minutes=10, by=user)


DEEDS = {
    HoursState.APPROVED: lambda entry, by: actions.approve(entry=entry, by=by),
    HoursState.DECLINED: lambda entry, by: actions.decline(entry=entry, answer="", by=by),
    HoursState.WITHDRAWN: lambda entry, by: actions.withdraw(entry=entry, by=by),
}


@pytest.mark.parametrize("target", DEEDS)
@pytest.mark.parametrize("state", HoursState)
def test_hours_every_transition(state, target, volunteer, site, coordinator):
    entry = tell(volunteer, site)
    decided = state in (HoursState.APPROVED, HoursState.DECLINED)
    HoursEntry.objects.update(
        state=state,
        decided_at=timezone.now() if decided else None,
        decided_by=coordinator if decided else None,
    )
    if HOURS.allows(state, target):
        assert DEEDS[target](entry, coordinator).state == target
    else:
        refused("wrong_state", DEEDS[target], entry=entry, by=coordinator)
        entry.refresh_from_db()
        assert entry.state == state


# --- Pages ---------------------------------------------------------------------------------


def test_own_page_tells_months_and_answers(client, volunteer, site, coordinator):
    row = yesterday(site, volunteer)
    entry = tell(volunteer, site)
    actions.decline(entry=entry, answer="talk", by=coordinator)
    client.force_login(volunteer.person.user)
    page = client.get(url("own-hours"))
    month = row.starts_at.date().replace(day=1)
    assert page.context["months"] == [(month, int(f"{month:%Y%m}"), 120)]
    assert page.context["told"] == [entry]


def test_statement_says_what_how_long_and_for_whom(client, volunteer, here):
    association = factories.make_association(name="Læsevennerne")
    through = factories.make_site(here)
    factories.make_engagement(volunteer, through, association=association)
    direct = volunteer.engagements.exclude(site=through).get().site
    Engagement.objects.update(starts_on=SPRING - timedelta(days=9))
    came(direct, volunteer, at(SPRING, 1), at(SPRING, 4))
    came(through, volunteer, at(SPRING, 12), at(SPRING, 13))
    came(direct, volunteer, at(date(2026, 4, 1), 12), at(date(2026, 4, 1), 13))
    found = statements.lines(volunteer, date(2026, 3, 1), date(2026, 3, 31))
    assert statements.by_way(found) == {statements.DIRECT: 120, "Gennem Læsevennerne": 60}
    client.force_login(volunteer.person.user)
    answer = client.get(url("own-hours-statement", 202603))
    assert broken_rules(answer.content) == []
    for month in (209901, 202613, 0):
        assert client.get(url("own-hours-statement", month)).status_code == 404


def test_many_are_approved_at_once_and_others_are_not_there(
    client, coordinator, volunteer, site, volunteer_elsewhere
):
    mine = [tell(volunteer, site, words=words) for words in ("En", "To")]
    other = tell(volunteer_elsewhere, volunteer_elsewhere.engagements.get().site)
    client.force_login(coordinator)
    assert list(client.get(url("hours-waiting")).context["rows"]) == mine
    client.post(url("hours-waiting"), {"chosen": [mine[0].pk, other.pk]})
    states = dict(HoursEntry.objects.values_list("pk", "state"))
    assert [states[one.pk] for one in (*mine, other)] == ["approved", "waiting", "waiting"]
    assert client.get(url("hours-entry", other.pk)).status_code == 404


def test_answer_to_other_minutes_and_no(client, coordinator, volunteer, site):
    entry = tell(volunteer, site)
    client.force_login(coordinator)
    client.post(url("hours-entry", entry.pk), {"approved": "yes", "minutes": "45"})
    entry.refresh_from_db()
    assert (entry.state, entry.minutes, entry.changes.count()) == ("approved", 45, 1)
    client.post(url("hours-entry", entry.pk), {"approved": "yes", "minutes": "50"})
    client.post(
        url("hours-entry", entry.pk), {"approved": "no", "minutes": "50", "answer": "counted"}
    )
    entry.refresh_from_db()
    assert (entry.state, entry.answer, entry.changes.count()) == ("declined", "counted", 2)


def test_list_and_file_hold_the_branch_and_no_other(
    client, coordinator, volunteer, site, volunteer_elsewhere
):
    row = yesterday(site, volunteer)
    actions.approve(entry=tell(volunteer, site), by=coordinator)
    yesterday(volunteer_elsewhere.engagements.get().site, volunteer_elsewhere)
    client.force_login(coordinator)
    lines = client.get(url("hours-list")).context["lines"]
    assert {(one.kind, one.minutes) for one, *_rest in lines} == {("shift", 120), ("told", 90)}
    text = whole(client.get(url("hours-export")))
    assert (text.count("Frida Frivillig"), "Egon" in text) == (2, False)
    assert AccessEvent.objects.get(purpose="hours.export").subjects.count() == 1
    month = f"{months_later(row.shift.day.replace(day=1), -3):%Y%m}"
    assert client.get(url("hours-list"), {"month": month}).context["lines"] == []


def whole(response):
    return b"".join(response.streaming_content).decode()


def test_file_holds_every_row_in_pieces(client, coordinator, volunteer, site):
    """More than are read at a time; the words are those of the reader, whenever they are sent."""
    number = hours.AT_A_TIME + 20
    day, now = today(), timezone.now()
    HoursEntry.objects.bulk_create(
        HoursEntry(
            volunteer=volunteer,
            site=site,
            day=day,
            minutes=1,
            told_at=now,
            state="approved",
            decided_at=now,
            decided_by=coordinator,
        )
        for _row in range(number)
    )
    client.cookies[conf.settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(coordinator)
    answer = client.get(url("hours-export"))
    _head, *lines = whole(answer).splitlines()
    assert (answer.streaming, len(lines)) == (True, number)
    assert all(line.endswith(";Besides the shifts;1") for line in lines)


def test_list_costs_the_same_for_any_number(client, coordinator, site):
    client.force_login(coordinator)
    costs = []
    for number in (1, 2, 20):
        for _row in range(number):
            one = factories.make_volunteer()
            factories.make_engagement(one, site)
            yesterday(site, one)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url("hours-list")).context["lines"]
        costs.append(len(asked))
    assert len(set(costs)) == 1


# --- Absences, with care -------------------------------------------------------------------


def missed(site, volunteer, *days_ago):
    for number in days_ago:
        start = at(today() - timedelta(days=number), 15)
        came(site, volunteer, start, start + timedelta(hours=2), state="absent")


def suggested(user):
    rows = follow_up.with_calls(Engagement.objects.none(), today())
    return [row.volunteer for row in rows.permitted(user, Permission.EDIT_PEOPLE)]


@pytest.mark.parametrize(
    ("days_ago", "wanted"), [((3,), False), ((3, 10), True), ((3, 130), False)]
)
def test_call_is_suggested_after_absences(days_ago, wanted, volunteer, site, coordinator):
    missed(site, volunteer, *days_ago)
    assert (suggested(coordinator) == [volunteer]) is wanted


def test_call_is_ticked_off_once_and_begins_anew(client, volunteer, site, coordinator):
    missed(site, volunteer, 3, 10)
    tie = volunteer.engagements.get()
    client.force_login(coordinator)
    page = client.get(url("follow-up"))
    assert [one["wants_call"] for one in page.context["found"]] == [True]
    for _time in range(2):
        client.post(url("caring-call", tie.pk))
    assert CaringCall.objects.get().called_by == coordinator
    assert suggested(coordinator) == []
    for hour in (9, 12):
        start = at(today() - timedelta(days=1), hour)
        end = start + timedelta(hours=1)
        came(site, volunteer, start, end, state="absent", attendance_at=timezone.now())
    assert suggested(coordinator) == [volunteer]


def test_no_call_where_none_is_wanted_and_none_elsewhere(
    volunteer, site, coordinator, coordinator_elsewhere, manager
):
    missed(site, volunteer, 3, 10)
    assert suggested(coordinator_elsewhere) == []
    policies.set(attendance.CALL_ABSENCES, 0, by=manager)
    assert suggested(coordinator) == []


def test_absence_keeps_nobody_from_the_next_shift(volunteer, site):
    missed(site, volunteer, 3, 5, 10, 12)
    shift = factories.make_shift(site)
    found = joining.obstacles_of_many(shift, [volunteer], with_hours=True)
    assert found[volunteer.pk] == []


def test_reason_is_of_a_short_list_and_erased_in_time(client, coordinator, volunteer, site):
    start = at(months_later(today(), -7), 15)
    old = came(site, volunteer, start, start + timedelta(hours=1), state="absent")
    new = yesterday(site, volunteer, state="absent")
    client.force_login(coordinator)
    for row in (old, new):
        client.post(url("absence-reason", row.pk), {"reason": "forgot"})
    assert client.post(url("absence-reason", new.pk), {"reason": "syg"}).context["form"].errors
    run()
    reasons = dict(Presence.objects.values_list("assignment", "reason"))
    assert reasons == {old.pk: "", new.pk: "forgot"}
    assert "attendance.reasons" in {rule.key for rule in privacy.rules()}


def test_reason_of_somebody_who_came(volunteer, site, coordinator):
    refused(
        "not_absent",
        attendance_actions.note_reason,
        assignment=yesterday(site, volunteer),
        reason="forgot",
        by=coordinator,
    )
