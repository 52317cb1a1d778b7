"""Those on a shift that was changed say yes again: asked, answered, and let go by the clock."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from coordination import consent as rules
from coordination import explainer, feeds, line, rosters
from coordination import stand_ins as stand_in_rules
from coordination.actions import (
    activities,
    assignments,
    attendance,
    consent,
    shifts,
    stand_ins,
    swaps,
)
from coordination.actions import feeds as feed_actions
from coordination.actions import line as lines
from coordination.actions import series as series_actions
from coordination.locks import locked_shift
from coordination.models import Assignment, Shift
from coordination.reminders import consent as reminders
from coordination.tests import factories
from coordination.tests.deeds import code, context, engaged, fresh, sent
from coordination.tests.test_line_histories import DEEDS, PEOPLE, Told
from coordination.tests.test_races import at_once
from core import policies
from core.errors import DomainError
from core.models import AuditEvent
from core.periods import today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_quiet_hours")]
DAY = timedelta(days=1)


@pytest.fixture
def shift(site):
    return factories.make_shift(site, capacity=2)


def on(shift, by, **options):
    volunteer = engaged(shift.site)
    return assignments.sign_up(shift=shift, volunteer=volunteer, by=by, **options)


def moved(shift, by, by_days=1, ask=True, **options):
    step = by_days * DAY
    return shifts.reschedule(
        shift=shift,
        starts_at=shift.starts_at + step,
        ends_at=shift.ends_at + step,
        by=by,
        ask=ask,
        **options,
    )


def too_late(row):
    """As if the time to answer had passed a moment ago."""
    past = timezone.now() - timedelta(seconds=1)
    Assignment.objects.filter(pk=row.pk).update(confirm_asked_at=past - DAY, confirm_until=past)


def user_of(row):
    return row.volunteer.person.user


# --- Until when ----------------------------------------------------------------------------


def test_limit_is_the_setting_and_never_more_than_half_of_what_is_left(shift):
    now = datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert rules.until_for(shift, now + 10 * DAY, now) == now + 2 * DAY
    assert rules.until_for(shift, now + timedelta(hours=6), now) == now + timedelta(hours=3)
    assert rules.until_for(shift, now + timedelta(minutes=20), now) is None


def test_limit_stands_on_the_quarter(shift):
    now = datetime(2026, 6, 1, 10, 7, 31, tzinfo=UTC)
    until = rules.until_for(shift, now + 10 * DAY, now)
    assert until == datetime(2026, 6, 3, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("night", "hours"), [(date(2026, 3, 28), 33 - 1), (date(2026, 10, 24), 33 + 1)]
)
def test_limit_over_the_nights_of_the_clock_change(shift, manager, night, hours):
    """The clock begins when quiet hours end, by Copenhagen's clock; the hours after are real."""
    policies.set("messages.quiet_from", 22, by=manager)
    policies.set("messages.quiet_until", 8, by=manager)
    policies.set("shift.reconfirm_hours", 24, by=manager)
    asked = factories.at(night, 23).astimezone(UTC)
    until = rules.until_for(shift, asked + 10 * DAY, asked)
    assert until - asked == timedelta(hours=hours)
    assert timezone.localtime(until).hour == 8


@pytest.mark.parametrize(("night", "hour"), [(date(2026, 3, 28), 13), (date(2026, 10, 24), 11)])
def test_limit_counts_real_hours_over_the_clock_change(shift, night, hour):
    asked = factories.at(night, 12).astimezone(UTC)
    until = rules.until_for(shift, asked + 10 * DAY, asked)
    assert until - asked == timedelta(hours=48)
    assert timezone.localtime(until).hour == hour


# --- Asking --------------------------------------------------------------------------------


def test_move_asks_those_on_it_and_the_place_stays_theirs(shift, coordinator):
    rows = [on(shift, coordinator) for _number in range(2)]
    waits = on(shift, coordinator, or_wait=True)
    moved(shift, coordinator)
    rows = [fresh(row) for row in rows]
    assert [row.is_unconfirmed for row in rows] == [True, True]
    assert line.read(fresh(shift), timezone.now()).free == 0
    assert fresh(waits).confirm_until is None
    told = context(sent("shift_reconfirm")[0])
    assert told["answer_by"] == rows[0].confirm_until
    assert told["answer_url"].endswith(reverse("coordination:own-change", args=[rows[0].pk]))
    assert (len(sent("shift_reconfirm")), sent("shift_changed")) == (2, [])


def test_tell_asks_nobody(shift, coordinator):
    row = on(shift, coordinator)
    moved(shift, coordinator, ask=False)
    assert not fresh(row).is_unconfirmed
    assert (len(sent("shift_changed")), sent("shift_reconfirm")) == (1, [])


def test_other_place_asks_and_a_note_does_not(shift, coordinator):
    row = on(shift, coordinator)
    shifts.change(shift=shift, by=coordinator, note="Tag sko med", ask=True)
    assert not fresh(row).is_unconfirmed
    shifts.change(shift=shift, by=coordinator, place="Sal 2", ask=True)
    assert fresh(row).is_unconfirmed


def test_too_soon_to_answer_tells(site, coordinator):
    shift = factories.make_shift(site, starts_at=timezone.now() + timedelta(hours=5))
    row = on(shift, coordinator)
    start = timezone.now() + timedelta(minutes=20)
    shifts.reschedule(
        shift=shift, starts_at=start, ends_at=start + timedelta(hours=1), by=coordinator, ask=True
    )
    assert not fresh(row).is_unconfirmed
    assert len(sent("shift_changed")) == 1


def test_who_changes_it_need_not_answer(shift, coordinator, here):
    mine = factories.make_volunteer(email=coordinator.email, user=coordinator)
    factories.make_engagement(mine, shift.site)
    row = assignments.sign_up(shift=shift, volunteer=mine, by=coordinator)
    moved(shift, coordinator)
    assert not fresh(row).is_unconfirmed


def test_earlier_start_leaves_no_more_time_than_there_is(site, coordinator):
    shift = factories.make_shift(site, day=today() + timedelta(days=9), capacity=2)
    row = on(shift, coordinator)
    moved(shift, coordinator)
    moved(fresh(shift), coordinator, by_days=-9, ask=False)
    shift, row = fresh(shift), fresh(row)
    assert row.is_unconfirmed
    assert timezone.now() < row.confirm_until < shift.starts_at


# --- Answering -----------------------------------------------------------------------------


def test_yes_twice_is_once(shift, coordinator):
    row = on(shift, coordinator)
    moved(shift, coordinator)
    for _time in range(2):
        consent.confirm(assignment=row, by=user_of(row))
    assert (fresh(row).state, fresh(row).confirm_until) == ("booked", None)
    assert AuditEvent.objects.filter(kind="assignment.confirmed").count() == 1
    assert context(sent("shift_reconfirm")[0]) is None


def test_no_twice_is_once_and_the_next_gets_it(shift, coordinator):
    rows = [on(shift, coordinator) for _number in range(2)]
    waits = on(shift, coordinator, or_wait=True)
    moved(shift, coordinator)
    for _time in range(2):
        consent.refuse(assignment=rows[0], by=user_of(rows[0]))
    assert (fresh(rows[0]).state, fresh(waits).state) == ("cancelled", "offered")
    assert sent("assignment_released") == []


def test_no_is_not_bound_by_the_deadline_of_cancelling(shift, coordinator, manager):
    policies.set("shift.cancel_deadline_hours", 24 * 30, by=manager)
    row = on(shift, coordinator)
    moved(shift, coordinator)
    consent.refuse(assignment=row, by=user_of(row))
    assert fresh(row).state == "cancelled"


def test_staff_say_yes_for_who_has_rung(shift, coordinator):
    row = on(shift, coordinator)
    moved(shift, coordinator)
    consent.confirm(assignment=row, by=coordinator)
    assert not fresh(row).is_unconfirmed


def test_who_was_not_asked_has_nothing_to_refuse(shift, coordinator):
    row = on(shift, coordinator)
    assert code(consent.refuse, assignment=row, by=user_of(row)) == "wrong_state"


# --- By the clock --------------------------------------------------------------------------


def test_after_the_limit_the_place_is_free_before_any_worker_has_run(shift, coordinator):
    row = on(shift, coordinator)
    moved(shift, coordinator)
    too_late(row)
    shift = fresh(shift)
    standing = line.read(shift, timezone.now())
    seats = rosters.group_seats_of([shift])
    assert (standing.held, standing.free) == (0, 2)
    assert rosters.taken_of(seats) == {shift.pk: 0}
    assert rosters.free_of([shift]) == {shift.pk: 2}
    assert [one.held for one in rosters.with_gaps(Shift.objects.filter(pk=shift.pk))] == [0]
    assert rosters.sign_ups_of([shift]) == []
    assert list(rosters.own_assignments(user_of(row), timezone.now())) == []
    for deed in (consent.confirm, consent.refuse):
        assert code(deed, assignment=row, by=user_of(row)) == "answer_too_late"
    assert fresh(row).state == "booked"


def test_next_sign_up_takes_the_place_without_a_worker(site, coordinator):
    shift = factories.make_shift(site, capacity=1)
    row = on(shift, coordinator)
    moved(shift, coordinator)
    too_late(row)
    taken = on(shift, coordinator)
    assert (fresh(row).state, taken.state) == ("lapsed", "booked")
    assert code(consent.confirm, assignment=row, by=user_of(row)) == "answer_too_late"


def test_clock_gives_the_place_to_the_next_and_tells_both(site, coordinator):
    shift = factories.make_shift(site, capacity=1)
    row = on(shift, coordinator)
    waits = on(shift, coordinator, or_wait=True)
    moved(shift, coordinator)
    too_late(row)
    for _time in range(2):
        lines.advance_due()
    assert (fresh(row).state, fresh(waits).state) == ("lapsed", "offered")
    [released] = sent("assignment_released")
    assert context(released)["unanswered"] is True
    [staff] = sent("shift_unanswered")
    assert (staff.recipient_email, context(staff)["number"]) == (coordinator.email, "1")
    again = assignments.sign_up(shift=shift, volunteer=row.volunteer, by=user_of(row), or_wait=True)
    assert again.state == "waiting"


def test_move_after_the_limit_lets_go_first(shift, coordinator):
    row = on(shift, coordinator)
    moved(shift, coordinator)
    too_late(row)
    moved(fresh(shift), coordinator)
    assert fresh(row).state == "lapsed"


def let_go_at(shift, volunteer, by):
    """Their place on a shift at this one's time, of which the clock has let them go."""
    other = factories.make_shift(shift.site, starts_at=shift.starts_at + timedelta(minutes=30))
    past = timezone.now() - timedelta(seconds=1)
    return booked(other, volunteer, by, confirm_asked_at=timezone.now() - DAY, confirm_until=past)


def booked(shift, volunteer, by, **fields):
    return volunteer.assignments.create(
        shift=shift,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=timezone.now(),
        booked_by=by,
        **fields,
    )


def say_yes_to_an_offer(shift, volunteer, by):
    row = on(shift, by)
    on(shift, by)
    waits = assignments.sign_up(shift=shift, volunteer=volunteer, by=by, or_wait=True)
    assignments.cancel(assignment=row, by=by)
    lines.accept(assignment=fresh(waits), by=volunteer.person.user)


def be_granted(shift, volunteer, by):
    Shift.objects.filter(pk=shift.pk).update(way="request")
    asked = assignments.sign_up(shift=shift, volunteer=volunteer, by=volunteer.person.user)
    lines.grant(assignment=asked, by=by)


def take_over(shift, volunteer, by):
    row = on(shift, by)
    search = stand_ins.ask(assignment=row, by=user_of(row))
    stand_ins.take(stand_in=search, volunteer=volunteer, by=volunteer.person.user)


def swap(shift, volunteer, by):
    theirs = on(shift, by)
    mine = booked(factories.make_shift(shift.site, hour=20), volunteer, by)
    proposed = swaps.propose(mine=mine, theirs=theirs, by=volunteer.person.user)
    swaps.accept(swap=proposed, by=user_of(theirs))


def be_moved_to_it(shift, volunteer, by):
    start, end = shift.starts_at, shift.ends_at
    Shift.objects.filter(pk=shift.pk).update(starts_at=start + 5 * DAY, ends_at=end + 5 * DAY)
    booked(fresh(shift), volunteer, by)
    shifts.reschedule(shift=shift, starts_at=start, ends_at=end, by=by)


def sign_up(shift, volunteer, by):
    assignments.sign_up(shift=shift, volunteer=volunteer, by=volunteer.person.user)


WAYS_TO_A_PLACE = (sign_up, say_yes_to_an_offer, be_granted, take_over, swap, be_moved_to_it)


@pytest.mark.parametrize("way", WAYS_TO_A_PLACE)
def test_after_the_limit_their_time_is_free_before_any_worker_has_run(way, shift, coordinator):
    volunteer = engaged(shift.site)
    gone = let_go_at(shift, volunteer, coordinator)
    way(shift, volunteer, coordinator)
    assert fresh(gone).state == "lapsed"
    assert shift.assignments.get(volunteer=volunteer).state == "booked"
    lines.advance_due()
    assert AuditEvent.objects.filter(kind="assignment.unanswered").count() == 1
    assert len(sent("shift_unanswered")) == 1


@pytest.mark.parametrize("way", WAYS_TO_A_PLACE)
def test_before_the_limit_their_time_is_taken(way, shift, coordinator):
    volunteer = engaged(shift.site)
    asked = let_go_at(shift, volunteer, coordinator)
    Assignment.objects.filter(pk=asked.pk).update(confirm_until=timezone.now() + DAY)
    with pytest.raises(DomainError):
        way(shift, volunteer, coordinator)
    assert fresh(asked).state == "booked"


def test_pages_judge_their_time_by_the_clock(shift, coordinator):
    volunteer = engaged(shift.site)
    let_go_at(shift, volunteer, coordinator)
    rules_read = rosters.shifts_with_rules().get(pk=shift.pk)
    assert rosters.own_choice(rules_read, volunteer).can_join
    assert [one.can_join for one in rosters.choices([rules_read], volunteer)] == [True]
    assert volunteer.pk in explainer.eligible_for(rules_read)
    row = on(shift, coordinator)
    found = stand_ins.ask(assignment=row, by=user_of(row))
    search = stand_in_rules.looking().get(pk=found.pk)
    assert [one.can_take for one in stand_in_rules.help_for([search], volunteer)] == [True]


def test_begun_shift_takes_the_time_of_who_did_not_answer(site, coordinator):
    """They may be there."""
    volunteer, now = engaged(site), timezone.now()
    begun = factories.make_shift(site, starts_at=now - timedelta(hours=1), hours=4)
    asked = {"confirm_asked_at": now - 2 * DAY, "confirm_until": now - DAY}
    booked(begun, volunteer, coordinator, **asked)
    shift = factories.make_shift(site, starts_at=now + timedelta(hours=1))
    refused = code(assignments.sign_up, shift=shift, volunteer=volunteer, by=coordinator)
    assert refused == "overlap"


def test_begun_shift_lets_nobody_go(site, coordinator):
    """Who came all the same can be marked."""
    shift = factories.make_shift(site, starts_at=timezone.now() - timedelta(hours=1))
    volunteer = engaged(site)
    row = volunteer.assignments.create(
        shift=shift,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=shift.starts_at - 5 * DAY,
        booked_by=coordinator,
        confirm_asked_at=shift.starts_at - 2 * DAY,
        confirm_until=shift.starts_at - DAY,
    )
    lines.advance_due()
    with transaction.atomic():
        lines.advance(locked_shift(shift.pk))
    attendance.mark_attendance(assignment=row, attended=True, by=coordinator)
    assert fresh(row).state == "attended"


def test_reminder_before_the_limit_once_and_not_to_who_was_asked_just_now(shift, coordinator):
    first, second = on(shift, coordinator), on(shift, coordinator)
    moved(shift, coordinator)
    assert list(reminders.unanswered(today())) == []
    now = timezone.now()
    for row, hours in ((first, 30), (second, 3)):
        Assignment.objects.filter(pk=row.pk).update(
            confirm_asked_at=now - timedelta(hours=hours), confirm_until=now + timedelta(hours=6)
        )
    [due] = reminders.unanswered(today())
    assert due.about == first
    assert due.not_before == due.about.confirm_until - reminders.LEAD


# --- Two at once ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_yes_and_the_clock_at_once(here, coordinator):
    """At the moment the limit passes: either the yes is too late, or the place is kept."""
    site = factories.make_site(here)
    for _round in range(3):
        shift = factories.make_shift(site, capacity=1)
        row = on(shift, coordinator)
        moved(shift, coordinator)
        until = timezone.now() + timedelta(milliseconds=150)
        Assignment.objects.filter(pk=row.pk).update(confirm_until=until)
        outcomes = at_once(
            [
                lambda row=row: consent.confirm(assignment=row, by=coordinator),
                lambda row=row: consent.confirm(assignment=row, by=coordinator),
                lines.advance_due,
                lambda shift=shift: on(shift, coordinator),
            ]
        )
        row, held = fresh(row), shift.assignments.holding_a_place().in_time(timezone.now())
        assert set(outcomes) <= {"done", "answer_too_late", "full"}
        assert held.count() <= 1
        assert (row.state, row.confirm_until is None) in {
            ("booked", True),
            ("booked", False),
            ("lapsed", False),
        }
        shifts.cancel_shift(shift=shift, by=coordinator)


class WithConsent(Told):
    """The history of a shift that is moved, and said yes or no to."""

    def move_and_ask(self, _volunteer):
        now = self.now()
        moved(now, self.staff, release=[person.pk for person in self.people])

    def yes(self, volunteer):
        self.answer(consent.confirm, volunteer, volunteer.person.user)

    def no(self, volunteer):
        self.answer(consent.refuse, volunteer, volunteer.person.user)

    def limit(self, volunteer):
        row = self.row(volunteer)
        if row.pk and row.is_unconfirmed:
            too_late(row)

    def check_places(self, shift, rows, now):
        super().check_places(shift, [row for row in rows if not row.lets_go(now)], now)
        for row in rows:
            assert row.confirm_until is None or row.state not in ("waiting", "offered")

    def check_end(self):
        super().check_end()
        assert not [row for row in self.shift.assignments.all() if row.lets_go(timezone.now())]


@settings(max_examples=20)
@given(
    history=st.lists(
        st.tuples(
            st.sampled_from((*DEEDS, "move_and_ask", "move_and_ask", "yes", "no", "limit")),
            st.integers(0, PEOPLE - 1),
        ),
        min_size=6,
        max_size=20,
    )
)
@example(
    history=[
        ("join", 0),
        ("wait", 1),
        ("move_and_ask", 0),
        ("limit", 0),
        ("yes", 0),
        ("clock", 0),
        ("accept", 1),
    ]
)
@example(history=[("join", 0), ("move_and_ask", 0), ("limit", 0), ("wait", 1), ("move", 0)])
def test_any_history_with_consent_keeps_the_line_right(here, coordinator, history):
    savepoint = transaction.savepoint()
    try:
        told = WithConsent(factories.make_site(here), coordinator)
        for deed, number in history:
            told.do(deed, number)
        told.check_end()
    finally:
        transaction.savepoint_rollback(savepoint)


# --- Series --------------------------------------------------------------------------------


def test_series_ask_in_the_same_way(site, coordinator):
    row = factories.make_series(site, weekday=(today().weekday() + 3) % 7)
    series_actions.generate(series=row, by=coordinator)
    first = row.shifts.order_by("starts_at").first()
    assignment = on(first, coordinator)
    values = {"starts": row.starts.replace(hour=16), "ends": row.ends.replace(hour=18)}
    found = series_actions.preview(series=row, from_day=today(), **values)
    assert (found.asked, found.excused, list(found.answers)) == (1, False, [first.pk])
    series_actions.change_series(
        series=row, from_day=today(), by=coordinator, seen=found.mark, ask=True, **values
    )
    assert fresh(assignment).is_unconfirmed


# --- Calendars -----------------------------------------------------------------------------


def event(user, **kind):
    feed = feed_actions.make(by=user, **kind)
    name, found = "x", feeds.entries(feed)
    [one] = Calendar.from_ical(feeds.ical.written(name, found)).walk("VEVENT")
    return str(one["status"]), int(one["sequence"])


def test_calendar_is_tentative_until_answered_and_cancelled_after(shift, coordinator):
    row = on(shift, coordinator)
    user = user_of(row)
    steps = [event(user)]
    moved(shift, coordinator)
    steps.append(event(user))
    consent.confirm(assignment=row, by=user)
    steps.append(event(user))
    moved(fresh(shift), coordinator)
    steps.append(event(user))
    too_late(row)
    steps.append(event(user))
    by_the_clock = steps[-1]
    lines.advance_due()
    assert event(user) == by_the_clock
    names = ["CONFIRMED", "TENTATIVE", "CONFIRMED", "TENTATIVE", "CANCELLED"]
    assert [status for status, _number in steps] == names
    numbers = [number for _status, number in steps]
    assert numbers == sorted(set(numbers))


def test_first_change_of_a_series_shift_raises_the_number(site, coordinator):
    """Its making wrote no event about it."""
    shift = factories.make_shift(site)
    before = event(coordinator, branch=site.branch)
    shifts.change(shift=shift, by=coordinator, place="Sal 2")
    assert (before[1], event(coordinator, branch=site.branch)[1]) == (0, 1)


def test_change_of_many_shifts_raises_the_number(site, coordinator):
    """The activity's name is every shift's, and nothing is written about each."""
    factories.make_shift(site)
    before = event(coordinator, branch=site.branch)
    activities.change_activity(activity=site.activity, by=coordinator, title="Et andet navn")
    assert event(coordinator, branch=site.branch)[1] == before[1] + 1


# --- Pages ---------------------------------------------------------------------------------


def url(name, pk):
    return reverse(f"coordination:{name}", args=[pk])


def move_form(shift, days=1):
    start = timezone.localtime(shift.starts_at) + days * DAY
    end = timezone.localtime(shift.ends_at) + days * DAY
    return {
        "starts_on": f"{start:%d.%m.%Y}",
        "starts": f"{start:%H.%M}",
        "ends": f"{end:%H.%M}",
        "ends_on": "",
    }


def test_coordinator_sees_who_is_affected_and_until_when(client, shift, coordinator):
    row = on(shift, coordinator)
    client.force_login(coordinator)
    page = client.post(url("shift-reschedule", shift.pk), move_form(shift))
    text, form = page.content.decode(), page.context["form"]
    assert row.volunteer.person.display_name in text
    assert text.count('name="consent"') == 2
    assert form.data["consent"] == "ask"
    assert fresh(shift).starts_at == shift.starts_at
    again = move_form(shift) | {"looked_at": form.data["looked_at"], "consent": "ask"}
    assert client.post(url("shift-reschedule", shift.pk), again).status_code == 302
    assert fresh(row).is_unconfirmed
    assert "Ikke bekræftet" in client.get(url("shift-detail", shift.pk)).content.decode()
    assert client.post(url("assignment-confirm", row.pk)).status_code == 302
    assert not fresh(row).is_unconfirmed


def test_small_move_is_excused_unless_one_chooses(client, shift, coordinator):
    on(shift, coordinator)
    client.force_login(coordinator)
    start = timezone.localtime(shift.starts_at) + timedelta(minutes=10)
    values = move_form(shift, 0) | {"starts": f"{start:%H.%M}"}
    page = client.post(url("shift-reschedule", shift.pk), values)
    assert page.context["form"].data["consent"] == "tell"


def test_somebody_new_on_it_is_shown_before_it_is_moved(client, shift, coordinator):
    on(shift, coordinator)
    client.force_login(coordinator)
    page = client.post(url("shift-reschedule", shift.pk), move_form(shift))
    on(shift, coordinator)
    seen = {"looked_at": page.context["form"].data["looked_at"], "consent": "tell"}
    page = client.post(url("shift-reschedule", shift.pk), move_form(shift) | seen)
    assert page.status_code == 200
    assert page.context["form"].data["consent"] == "tell"
    assert fresh(shift).starts_at == shift.starts_at


def test_second_coordinator_who_moves_it_is_told_and_loses_nothing(client, shift, coordinator):
    on(shift, coordinator)
    client.force_login(coordinator)
    form = client.get(url("shift-reschedule", shift.pk)).context["form"]
    values = move_form(shift, 3) | {"seen": form.initial["seen"]}
    page = client.post(url("shift-reschedule", shift.pk), values)
    seen = {"looked_at": page.context["form"].data["looked_at"], "consent": "ask"}
    moved(shift, coordinator, ask=False)
    page = client.post(url("shift-reschedule", shift.pk), values | seen)
    assert page.context["form"].has_error("__all__", "changed_meanwhile")
    assert values["starts_on"] in page.content.decode()
    assert page.content.decode().count('name="consent"') == 2


def test_other_meeting_place_is_looked_at_first_and_a_note_is_not(client, shift, coordinator):
    row = on(shift, coordinator)
    client.force_login(coordinator)
    values = {"capacity": "2", "minimum": "1", "title": "", "place": "", "note": "Sko"}
    assert client.post(url("shift-edit", shift.pk), values).status_code == 302
    page = client.post(url("shift-edit", shift.pk), values | {"place": "Sal 2"})
    assert page.status_code == 200
    seen = {"looked_at": page.context["form"].data["looked_at"], "consent": "ask"}
    client.post(url("shift-edit", shift.pk), values | {"place": "Sal 2"} | seen)
    assert (fresh(shift).place, fresh(row).is_unconfirmed) == ("Sal 2", True)


@pytest.mark.parametrize(("answer", "state"), [("yes", "booked"), ("no", "cancelled")])
def test_volunteer_answers_on_their_page(client, shift, coordinator, answer, state):
    row = on(shift, coordinator)
    moved(shift, coordinator)
    client.force_login(user_of(row))
    page = url("own-change", row.pk)
    assert page in client.get(reverse("coordination:own-shift-list")).content.decode()
    assert 'value="yes"' in client.get(page).content.decode()
    for _time in range(2):
        assert client.post(page, {"answer": answer}).status_code == 302
    assert fresh(row).state == state
    assert 'value="yes"' not in client.get(page).content.decode()


def test_volunteer_who_is_too_late_is_told_kindly(client, shift, coordinator):
    row = on(shift, coordinator)
    moved(shift, coordinator)
    too_late(row)
    client.force_login(user_of(row))
    answer = client.post(url("own-change", row.pk), {"answer": "yes"})
    assert answer.status_code == 409
    assert "helt i orden" in answer.content.decode()
