"""Accepting, ending, pausing and resuming volunteers."""

from datetime import timedelta

import pytest
from django.db import transaction

from coordination import events
from coordination.actions import engagements
from coordination.models import Assignment, Engagement, Person, Volunteer
from coordination.tests import factories
from core import policies
from core.errors import DomainError
from core.models import AuditEvent, Message
from core.periods import today

NOW = today()


def days(number):
    return today() + timedelta(days=number)


def refusal(call, **arguments):
    with pytest.raises(DomainError) as caught, transaction.atomic():
        call(**arguments)
    return caught.value.code


@pytest.fixture
def person(db):
    return factories.make_person("Nanna Ny", email="nanna@example.dk")


def accept(person, site, by, **fields):
    return engagements.accept(
        person=person, site=site, by=by, **{"starts_on": today(), "tie": "fixed"} | fields
    )


def book(volunteer, shift, by):
    return Assignment.objects.create(
        shift=shift,
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=shift.starts_at - timedelta(days=20),
        booked_by=by,
    )


def test_accept_makes_a_volunteer_with_sign_in_and_welcome(person, site, coordinator):
    engagement = accept(person, site, coordinator, languages="dansk, arabisk")
    volunteer = Volunteer.objects.get(pk=person.pk)
    assert (engagement.volunteer, volunteer.languages) == (volunteer, "dansk, arabisk")
    assert Person.objects.get(pk=person.pk).user.email == "nanna@example.dk"
    assert Message.objects.get(kind="coordination.welcome").person_id == person.pk


def test_accept_is_recorded_in_the_branch(person, site, coordinator):
    engagement = accept(person, site, coordinator)
    event = AuditEvent.objects.get(kind="engagement.accepted")
    assert (event.object_id, event.branch_path) == (str(engagement.pk), site.branch.path)


def test_accept_tells_the_floors_above(person, site, coordinator, monkeypatch):
    told = []
    monkeypatch.setitem(events._handlers, events.EngagementAccepted, [told.append])
    engagement = accept(person, site, coordinator)
    assert told == [events.EngagementAccepted(engagement=engagement, by=coordinator)]


def test_accept_without_address_gives_no_sign_in_and_another_way_is_found(site, coordinator):
    person = factories.make_person(email="", phone="+4512345678")
    accept(person, site, coordinator)
    assert Person.objects.get(pk=person.pk).user is None
    assert set(Message.objects.values_list("channel", "state")) == {("any", "waiting")}


def test_accept_of_a_friend_with_a_shared_address_gives_no_sign_in(volunteer, site, coordinator):
    friend = factories.make_person(email="frida@example.dk")
    engagement = accept(friend, site, coordinator)
    assert engagement.pk
    assert Person.objects.get(pk=friend.pk).user is None


def test_accept_uses_the_usual_tie_of_the_kind(person, here, coordinator):
    festival = factories.make_site(here, factories.make_activity(here, kind="event"))
    cafe = factories.make_site(here)
    assert accept(person, festival, coordinator, tie=None).tie == "occasional"
    assert accept(person, cafe, coordinator, tie=None).tie == "fixed"


def test_accept_usual_tie_is_a_setting_of_the_branch(person, here, elsewhere, manager):
    policies.set("engagement.default_tie_event", "fixed", path=here.path, by=manager)
    activity = factories.make_activity(here, kind="event")
    assert accept(person, factories.make_site(here, activity), manager, tie=None).is_fixed
    assert not accept(person, factories.make_site(elsewhere, activity), manager, tie=None).is_fixed


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"starts_on": days(0), "ends_on": days(-1)}, "ends_before_start"),
        ({"starts_on": days(-10)}, "already_engaged"),
        ({"starts_on": days(10), "ends_on": days(20)}, "already_engaged"),
    ],
)
def test_accept_refuses_periods(volunteer, coordinator, fields, code):
    site = volunteer.engagements.get().site
    assert refusal(accept, person=volunteer.person, site=site, by=coordinator, **fields) == code


def test_accept_again_after_an_end(volunteer, coordinator):
    old = volunteer.engagements.get()
    engagements.end(engagement=old, last_day=days(-1), reason="moved", by=coordinator)
    assert accept(volunteer.person, old.site, coordinator).starts_on == today()


@pytest.mark.parametrize("state", ["idea", "ended"])
def test_accept_refuses_activities_that_do_not_run(person, here, coordinator, state):
    site = factories.make_site(here, factories.make_activity(here, state=state))
    assert refusal(accept, person=person, site=site, by=coordinator) == "activity_not_running"


def test_accept_refuses_a_closed_site(person, here, coordinator):
    site = factories.make_site(here, closed_on=days(3))
    assert accept(person, site, coordinator, ends_on=days(2)).pk
    other = factories.make_person()
    assert (
        refusal(accept, person=other, site=site, by=coordinator, starts_on=days(3)) == "site_closed"
    )


@pytest.mark.parametrize(
    ("age", "code"), [(None, "age_unknown"), (17, "too_young"), (18, "age_unknown"), (19, None)]
)
def test_accept_asks_for_the_date_only_where_the_year_leaves_it_open(here, coordinator, age, code):
    site = factories.make_site(here, factories.make_activity(here, minimum_age=18))
    person = factories.make_person(birth_year=age and today().year - age)
    if code:
        assert refusal(accept, person=person, site=site, by=coordinator) == code
    else:
        assert accept(person, site, coordinator).pk


def test_accept_no_activity_goes_below_the_municipality(here, coordinator, manager):
    policies.set("volunteer.minimum_age", 18, by=manager)
    site = factories.make_site(here, factories.make_activity(here, minimum_age=15))
    person = factories.make_person(birth_date=today() - timedelta(days=366 * 16))
    assert refusal(accept, person=person, site=site, by=coordinator) == "too_young"


def test_end_gives_the_last_day_frees_shifts_and_cuts_pauses(volunteer, coordinator):
    engagement = volunteer.engagements.get()
    engagements.pause(engagement=engagement, starts_on=days(20), by=coordinator)
    kept = book(volunteer, factories.make_shift(engagement.site, day=days(2)), coordinator)
    freed = book(volunteer, factories.make_shift(engagement.site, day=days(6)), coordinator)
    engagements.end(engagement=engagement, last_day=days(5), reason="moved", by=coordinator)
    engagement.refresh_from_db()
    states = Assignment.objects.in_bulk()
    assert (engagement.ends_on, engagement.end_reason) == (days(5), "moved")
    assert (states[kept.pk].state, states[freed.pk].state) == ("booked", "cancelled")
    assert engagement.pauses.count() == 0


def test_end_before_the_start_is_refused(volunteer, coordinator):
    call = {"engagement": volunteer.engagements.get(), "reason": "moved", "by": coordinator}
    assert refusal(engagements.end, last_day=days(-31), **call) == "ends_before_start"


def test_end_of_what_is_over_is_refused_and_a_coming_end_can_be_moved(volunteer, coordinator):
    call = {"engagement": volunteer.engagements.get(), "reason": "moved", "by": coordinator}
    engagements.end(last_day=days(9), **call)
    engagements.end(last_day=days(-1), **call)
    assert refusal(engagements.end, last_day=days(9), **call) == "engagement_over"


def test_pause_frees_the_shifts_in_it_and_no_others(volunteer, coordinator):
    engagement = volunteer.engagements.get()
    shifts = [factories.make_shift(engagement.site, day=days(number)) for number in (2, 5, 9)]
    rows = [book(volunteer, shift, coordinator).pk for shift in shifts]
    engagements.pause(engagement=engagement, starts_on=days(4), ends_on=days(6), by=coordinator)
    states = Assignment.objects.in_bulk()
    assert [states[pk].state for pk in rows] == ["booked", "cancelled", "booked"]


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (-40, None, "pause_outside"),
        (5, 3, "ends_before_start"),
        (4, 12, "pause_overlaps"),
        (20, None, "pause_overlaps"),
    ],
)
def test_pause_refuses(volunteer, coordinator, first, last, code):
    engagement = volunteer.engagements.get()
    engagements.pause(engagement=engagement, starts_on=days(10), ends_on=days(30), by=coordinator)
    call = {"engagement": engagement, "by": coordinator, "starts_on": days(first)}
    last_day = None if last is None else days(last)
    assert refusal(engagements.pause, ends_on=last_day, **call) == code


def test_resume_ends_the_pause_the_day_before(volunteer, coordinator):
    engagement = volunteer.engagements.get()
    rest = engagements.pause(engagement=engagement, starts_on=days(-5), by=coordinator)
    engagements.resume(engagement=engagement, on=today(), by=coordinator)
    rest.refresh_from_db()
    assert rest.ends_on == days(-1)
    assert list(Engagement.objects.running_on(today()).filter(pk=engagement.pk)) == [engagement]


def test_resume_before_it_began_takes_the_pause_away(volunteer, coordinator):
    engagement = volunteer.engagements.get()
    engagements.pause(engagement=engagement, starts_on=days(5), by=coordinator)
    engagements.resume(engagement=engagement, on=days(3), by=coordinator)
    assert engagement.pauses.count() == 0


def test_resume_without_pause_is_refused(volunteer, coordinator):
    call = {"engagement": volunteer.engagements.get(), "on": today(), "by": coordinator}
    assert refusal(engagements.resume, **call) == "not_paused"


def test_change_tie_lets_the_gate_ask_for_more(volunteer, coordinator):
    engagement = volunteer.engagements.get()
    engagement = engagements.change_tie(engagement=engagement, tie="occasional", by=coordinator)
    assert not engagement.is_fixed
    assert AuditEvent.objects.filter(kind="engagement.tie_changed").count() == 1


def test_register_volunteer_tells_the_person_what_is_kept(site, coordinator):
    engagement = engagements.register_volunteer(
        person_values={"name": "Tove Tastet", "email": "tove@example.dk"},
        site=site,
        starts_on=today(),
        by=coordinator,
    )
    kinds = Message.objects.filter(person_id=engagement.volunteer_id).values_list("kind", flat=True)
    assert sorted(kinds) == ["coordination.data_notice", "coordination.welcome"]
