"""A good start: what is due and when, to whom it is told, what staff and volunteers do and see."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from coordination import follow_up, overviews
from coordination.actions import follow_up as actions
from coordination.models import (
    Engagement,
    FollowUpTalk,
    Mentorship,
    StepOwner,
    TalkMoment,
    WelcomeStep,
    WelcomeTick,
)
from coordination.tests import factories
from core import delivery, policies, privacy, schedule
from core.errors import DomainError
from core.models import Message
from core.periods import months_later, today
from core.scope import scope

STEPS, MENTOR, TALKS = "coordination.welcome_step", "coordination.mentor_step", "coordination.talk"
ANNIVERSARY, WEEK, MONTH = "coordination.anniversary", "coordination.week", "coordination.month"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def make_step(days=0, **fields):
    fields.setdefault("title", "Vis stedet frem")
    fields.setdefault("since", date(2020, 1, 1))
    return WelcomeStep.objects.create(days=days, **fields)


@pytest.fixture
def engagement(volunteer, here):
    """The volunteer's, begun today."""
    row = volunteer.engagements.get()
    row.starts_on = today()
    row.save()
    return row


def begun(engagement, *, days=0):
    Engagement.objects.filter(pk=engagement.pk).update(starts_on=today() - timedelta(days=days))
    engagement.refresh_from_db()
    return engagement


def remind(name):
    return schedule.remind(schedule.reminders()[name])


def mails_to(user, mailoutbox):
    delivery.deliver()
    return [mail for mail in mailoutbox if user.email in mail.to[0]]


# --- Steps ---------------------------------------------------------------------------------


def test_step_is_due_on_its_day_and_told_once(engagement, coordinator, mailoutbox):
    make_step(title="Vis stedet frem")
    make_step(days=1, title="I morgen")
    assert [remind(STEPS), remind(STEPS)] == [1, 0]
    [mail] = mails_to(coordinator, mailoutbox)
    assert "Frida Frivillig" in mail.body
    assert "Vis stedet frem" in mail.body
    assert "I morgen" not in mail.body


@pytest.mark.parametrize(
    "change",
    [
        {"tie": "occasional"},
        {"ends_on": date(2026, 3, 1), "starts_on": date(2026, 3, 1)},
        {"accepted_at": datetime(2019, 6, 1, tzinfo=UTC)},
        {"starts_on": date(2026, 2, 1)},
    ],
    ids=["occasional", "over", "accepted before the list", "long ago"],
)
def test_step_that_does_not_concern_is_not_told(engagement, coordinator, change):
    make_step()
    Engagement.objects.filter(pk=engagement.pk).update(**change)
    assert remind(STEPS) == 0


def test_step_that_is_done_meanwhile_is_not_told(engagement, coordinator, mailoutbox):
    step = make_step()
    remind(STEPS)
    actions.set_steps(engagement=engagement, steps=[step], by=coordinator)
    assert mails_to(coordinator, mailoutbox) == []
    actions.set_steps(engagement=engagement, steps=[], by=coordinator)
    assert not WelcomeTick.objects.exists()


def test_step_that_is_retired_concerns_who_was_accepted_before(engagement):
    assert not follow_up.concerns(make_step(retired_on=date(2026, 3, 1)), engagement)
    assert follow_up.concerns(make_step(retired_on=date(2026, 3, 3)), engagement)


def test_step_of_another_list_cannot_be_ticked(engagement, coordinator):
    with pytest.raises(DomainError):
        actions.set_steps(
            engagement=engagement, steps=[make_step(since=date(2027, 1, 1))], by=coordinator
        )


def test_mentor_hears_of_their_own_step(engagement, here, coordinator, mailoutbox):
    make_step(owner=StepOwner.MENTOR, title="Følges ad")
    assert remind(MENTOR) == 0
    mentor = factories.make_volunteer("Mona Mentor")
    actions.choose_mentor(engagement=engagement, mentor=mentor, by=coordinator)
    assert [remind(MENTOR), remind(STEPS)] == [1, 0]
    [mail] = mails_to(mentor.person, mailoutbox)
    assert "Følges ad" in mail.body
    actions.choose_mentor(engagement=engagement, mentor=None, by=coordinator)
    assert not Mentorship.objects.exists()


def test_nobody_is_their_own_mentor(engagement, coordinator):
    with pytest.raises(DomainError):
        actions.choose_mentor(engagement=engagement, mentor=engagement.volunteer, by=coordinator)


def test_suggested_steps_are_loaded_once(manager):
    assert [actions.load_suggested(by=manager), actions.load_suggested(by=manager)] == [5, 0]


@pytest.mark.parametrize("number", [3, 300])
def test_queries_do_not_grow_with_what_is_due(here, number, django_assert_num_queries):
    make_step()
    site = factories.make_site(here)
    user = factories.make_staff("local_coordinator", here)
    volunteers = [factories.make_volunteer() for _one in range(number)]
    Engagement.objects.bulk_create(
        Engagement(volunteer=one, site=site, starts_on=today(), accepted_at=NOW, accepted_by=user)
        for one in volunteers
    )
    # settings, steps, coordinators, the step's branches; used keys, the insert
    with django_assert_num_queries(6):
        assert remind(STEPS) == 1


# --- Talks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begun_on", "moment", "day"),
    [
        (date(2026, 1, 31), TalkMoment.WEEK, date(2026, 2, 7)),
        (date(2026, 1, 31), TalkMoment.MONTH, date(2026, 2, 28)),
        (date(2028, 2, 29), TalkMoment.YEAR, date(2029, 2, 28)),
        (date(2026, 11, 30), TalkMoment.QUARTER, date(2027, 2, 28)),
    ],
)
def test_day_of_a_talk(begun_on, moment, day):
    assert follow_up.talk_day(begun_on, moment) == day


@pytest.mark.parametrize(("days", "told"), [(6, 0), (7, 1), (14, 1), (15, 0), (28, 1), (90, 1)])
def test_talk_is_told_when_due_and_not_weeks_later(engagement, coordinator, days, told):
    begun(engagement, days=days)
    assert [remind(TALKS), remind(TALKS)] == [told, 0]


def test_only_the_latest_talk_waits(engagement):
    begun(engagement, days=40)
    with scope():
        row = follow_up.engagements().get(pk=engagement.pk)
        assert [line.moment for line in follow_up.still_waiting(row, [], today())] == ["month"]


def test_talk_is_registered_corrected_and_may_be_declined(engagement, coordinator):
    begun(engagement, days=8)
    actions.register_talk(
        engagement=engagement,
        moment="week",
        held_on=today(),
        next_step="Prøv torsdage",
        by=coordinator,
    )
    assert remind(TALKS) == 0
    actions.register_talk(engagement=engagement, moment="week", held_on=None, by=coordinator)
    talk = FollowUpTalk.objects.get()
    assert (talk.held_on, talk.next_step) == (None, "")


@pytest.mark.parametrize(
    "values",
    [
        {"held_on": date(2026, 3, 3)},
        {"held_on": date(2019, 3, 3)},
        {"held_on": None, "next_step": "Kursus"},
    ],
)
def test_talk_that_cannot_be(engagement, coordinator, values):
    with pytest.raises(DomainError):
        actions.register_talk(engagement=engagement, moment="week", by=coordinator, **values)


def test_erasure_blanks_what_was_agreed(engagement, coordinator, manager):
    begun(engagement, days=8)
    actions.register_talk(
        engagement=engagement, moment="week", held_on=today(), next_step="Kursus", by=coordinator
    )
    Engagement.objects.update(ends_on=today() - timedelta(days=1))
    privacy.erase(engagement.volunteer_id, by=manager)
    assert FollowUpTalk.objects.get().next_step == ""


# --- Anniversaries -------------------------------------------------------------------------


def test_greeting_goes_once_to_who_still_helps(volunteer, clock, mailoutbox):
    volunteer.since = date(2021, 3, 2)
    volunteer.save()
    assert [remind(ANNIVERSARY), remind(ANNIVERSARY)] == [1, 0]
    clock.move_to(NOW + timedelta(days=1))
    assert remind(ANNIVERSARY) == 0
    [mail] = mails_to(volunteer.person, mailoutbox)
    assert "5 år" in mail.body


def test_no_greeting_for_who_has_stopped(volunteer):
    volunteer.since = date(2021, 3, 2)
    volunteer.save()
    Engagement.objects.update(ends_on=date(2026, 1, 1), starts_on=date(2025, 1, 1))
    assert remind(ANNIVERSARY) == 0


@given(since=st.dates(date(2000, 1, 1), date(2027, 12, 31)))
def test_everybody_has_each_anniversary_on_exactly_one_day(since):
    for years in follow_up.ANNIVERSARIES:
        day = months_later(since, 12 * years)
        around = [day + timedelta(days=offset) for offset in (-1, 0, 1)]
        found = [
            on for on in around if follow_up.anniversary_beginnings(on, on).get(since) is not None
        ]
        assert found == [day]
        assert follow_up.anniversary_beginnings(day, day)[since] == (years, day)


def test_29_february_is_greeted_on_the_28th_where_there_is_no_29th():
    born = date(2024, 2, 29)
    assert follow_up.anniversary_beginnings(date(2025, 2, 28), date(2025, 3, 1))[born][1] == date(
        2025, 2, 28
    )


# --- Overviews -----------------------------------------------------------------------------


def test_monday_overview_tells_each_coordinator_of_their_own(
    engagement, volunteer_elsewhere, coordinator, coordinator_elsewhere, mailoutbox
):
    volunteer_elsewhere.since = date(2025, 3, 10)
    volunteer_elsewhere.save()
    assert [remind(WEEK), remind(WEEK)] == [2, 0]
    [mine] = mails_to(coordinator, mailoutbox)
    [theirs] = mails_to(coordinator_elsewhere, mailoutbox)
    assert "Frida Frivillig" in mine.body
    assert "Egon" not in mine.body
    assert "Egon Etsteds" in theirs.body
    assert "10. marts 2026" in theirs.body
    assert "Frida" not in theirs.body


def test_monday_overview_names_gaps_and_people_without_papers(engagement, coordinator, mailoutbox):
    factories.make_requirement(engagement.site.activity)
    factories.make_shift(engagement.site, day=today() + timedelta(days=2), title="Tom vagt")
    remind(WEEK)
    [mail] = mails_to(coordinator, mailoutbox)
    assert "Tom vagt" in mail.body
    assert mail.body.count("Frida Frivillig") == 2


def test_no_overview_without_content_on_a_thursday_or_where_it_is_off(
    engagement, here, coordinator, clock
):
    clock.move_to(NOW + timedelta(days=3))
    assert remind(WEEK) == 0
    clock.move_to(NOW + timedelta(days=2))
    policies.set(f"reminders.{WEEK}", False, path=here.path, by=coordinator)
    assert remind(WEEK) == 0
    policies.set(f"reminders.{WEEK}", True, path=here.path, by=coordinator)
    assert remind(WEEK) == 1
    Message.objects.all().delete()
    Engagement.objects.all().update(starts_on=date(2024, 1, 1))
    assert remind(WEEK) == 0


def test_monthly_overview_holds_numbers_and_no_names(engagement, manager, coordinator, mailoutbox):
    begun(engagement, days=10)
    assert [remind(MONTH), remind(MONTH)] == [1, 0]
    [mail] = mails_to(manager, mailoutbox)
    assert "februar 2026" in mail.subject
    assert "Vollsmose Bibliotek" in mail.body
    assert "Frida" not in mail.body


def test_month_before_the_first_of_march():
    assert overviews.month_before(date(2028, 3, 1)).last == date(2028, 2, 29)


# --- Pages ---------------------------------------------------------------------------------


def url(name, *args):
    return reverse(f"coordination:{name}", args=args)


def test_a_coordinator_follows_up(client, engagement, coordinator):
    step = make_step(title="Vis stedet frem", title_en="Show the place")
    mentor = factories.make_volunteer("Mona Mentor")
    factories.make_engagement(mentor, engagement.site, starts_on=date(2024, 1, 1))
    client.force_login(coordinator)
    assert "Vis stedet frem" in client.get(url("follow-up")).text

    client.post(url("engagement-steps", engagement.pk), {"steps": [step.pk]})
    client.post(url("engagement-mentor", engagement.pk), {"mentor": mentor.pk})
    page = client.get(url("follow-up-detail", engagement.pk)).text
    assert "Mona Mentor" in page
    assert WelcomeTick.objects.get().done_by == coordinator
    assert "Vis stedet frem" not in client.get(url("follow-up")).text


def test_a_talk_is_registered_and_the_volunteer_sees_the_next_step(client, engagement, coordinator):
    begun(engagement, days=8)
    client.force_login(coordinator)
    answer = client.post(
        url("engagement-talk", engagement.pk),
        {"moment": "week", "held_on": "02.03.2026", "next_step": "Prøv torsdage"},
    )
    assert answer.status_code == 302
    client.force_login(engagement.volunteer.person.user)
    assert "Prøv torsdage" in client.get(url("own-start")).text


def test_mentor_from_another_branch_cannot_be_chosen(
    client, engagement, coordinator, volunteer_elsewhere
):
    client.force_login(coordinator)
    answer = client.post(
        url("engagement-mentor", engagement.pk), {"mentor": volunteer_elsewhere.pk}
    )
    assert answer.status_code == 200
    assert not Mentorship.objects.exists()


def test_a_volunteer_chooses_without_javascript(client, volunteer):
    client.force_login(volunteer.person.user)
    answer = client.post(url("own-reminders"), {"days": "7", "hours": "0"})
    assert answer.status_code == 302
    wishes = volunteer.reminder_wishes
    assert (wishes.days, wishes.hours) == (7, 0)
    client.post(url("own-reminders"), {"days": "", "hours": "4"})
    wishes.refresh_from_db()
    assert (wishes.days, wishes.hours) == (None, 4)


def test_the_table_tells_of_every_rule(client, coordinator, here, manager):
    policies.set(f"reminders.{TALKS}", False, path=here.path, by=manager)
    client.force_login(coordinator)
    page = client.get(url("reminder-table")).text
    for reminder in schedule.reminders().values():
        assert str(reminder.label)
        assert str(reminder.when)
        assert str(reminder.to)
    assert page.count("<tr>") == len(schedule.reminders()) + 1
    assert "Vollsmose Bibliotek" in page


def test_a_mentor_ticks_the_steps_that_are_theirs(client, engagement, coordinator, here):
    begun(engagement, days=8)
    make_step(title="Vis stedet frem")
    mine = make_step(days=7, title="Følges ad", owner=StepOwner.MENTOR)
    mentor = factories.make_volunteer("Mona Mentor", user=factories.make_user("mona@example.dk"))
    factories.make_engagement(mentor, engagement.site, starts_on=date(2024, 1, 1))
    actions.choose_mentor(engagement=engagement, mentor=mentor, by=coordinator)
    client.force_login(mentor.person.user)
    address = url("own-mentor-steps", engagement.pk)
    assert address in client.get(url("own-start")).text
    page = client.get(address).text
    assert "Følges ad" in page
    assert "Vis stedet frem" not in page
    assert client.post(address, {"steps": [mine.pk]}).status_code == 302
    tick = WelcomeTick.objects.get()
    assert (tick.step, tick.done_by) == (mine, mentor.person.user)


def test_a_mentor_leaves_the_coordinators_ticks_alone(engagement, coordinator):
    theirs, mine = make_step(), make_step(title="Følges ad", owner=StepOwner.MENTOR)
    mentor = factories.make_volunteer("Mona Mentor", user=factories.make_user("mona@example.dk"))
    actions.set_steps(engagement=engagement, steps=[theirs, mine], by=coordinator)
    actions.choose_mentor(engagement=engagement, mentor=mentor, by=coordinator)
    actions.set_mentors_steps(engagement=engagement, steps=[], by=mentor.person.user)
    assert WelcomeTick.objects.get().step == theirs
    with pytest.raises(DomainError, match="ikke på listen"):
        actions.set_mentors_steps(engagement=engagement, steps=[theirs], by=mentor.person.user)


def test_who_is_not_the_mentor_ticks_nothing(engagement, coordinator):
    mine = make_step(owner=StepOwner.MENTOR)
    mentor = factories.make_volunteer("Mona Mentor", user=factories.make_user("mona@example.dk"))
    with pytest.raises(DomainError) as refused:
        actions.set_mentors_steps(engagement=engagement, steps=[mine], by=mentor.person.user)
    assert refused.value.code == "not_the_mentor"
    assert not WelcomeTick.objects.exists()


def test_who_came_is_asked_where_it_is_registered(client, coordinator, here):
    """A shift to which only a group came leads to the groups; one with both leads to each."""
    site = factories.make_site(here)
    alone, both = (
        factories.make_shift(site, day=today() - timedelta(days=3), hour=hour) for hour in (9, 15)
    )
    for shift in (alone, both):
        factories.make_group(shift, title="4.B")
    volunteer = factories.make_volunteer()
    both.assignments.create(
        volunteer=volunteer,
        starts_at=both.starts_at,
        ends_at=both.ends_at,
        booked_at=NOW - timedelta(days=9),
        booked_by=coordinator,
    )
    client.force_login(coordinator)
    text = client.get(url("follow-up")).content.decode()
    found = [
        url(name, shift.pk) in text
        for shift in (alone, both)
        for name in ("shift-attendance", "shift-groups")
    ]
    assert found == [False, True, True, True]
    assert text.count("4.B") == 2
