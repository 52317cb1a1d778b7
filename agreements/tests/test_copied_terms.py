"""An activity that is copied has its terms, and so its requirements; and nothing of its people."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import ActivityTerms
from agreements.tests import factories as papers
from coordination.actions import copying_activity, frames, shifts, sign_up
from coordination.models import (
    Activity,
    Assignment,
    Engagement,
    Frame,
    Requirement,
    Shift,
    SignUpRules,
)
from coordination.tests import factories
from core.errors import DomainError
from core.periods import local, today


def later(days):
    return today() + timedelta(days=days)


@pytest.fixture
def event(here, coordinator):
    """Last year's event: terms, frame, rules, two days of shifts, people on one of them."""
    association = factories.make_association()
    activity = factories.make_activity(
        here, "Magiske Dage", kind="event", purpose="Trylleri", contact=coordinator, minimum_age=15
    )
    site = factories.make_site(here, activity, place="Salen")
    papers.make_child_terms(activity, by=coordinator, notification_recipient="Lederen")
    ActivityTerms.objects.filter(activity=activity).update(med_discussed_on=later(-400))
    frames.change_frame(
        activity=activity,
        partners=[association],
        language="dansk",
        serves_alcohol=True,
        pilot_goal="At lære",
        starts_on=later(-400),
        ends_on=later(-300),
        evaluation="Det gik godt",
        by=coordinator,
    )
    sign_up.set_rules(
        activity=activity, way="request", join_hours=24, leave_hours=48, by=coordinator
    )
    first = factories.make_shift(site, day=later(-300), hour=18, hours=8, title="Baren")
    factories.make_shift(site, day=later(-299), hour=9, title="Vagt", note="Gul vest", capacity=5)
    volunteer = factories.make_volunteer()
    factories.make_engagement(volunteer, site, starts_on=later(-400))
    Assignment.objects.create(
        shift=first,
        volunteer=volunteer,
        starts_at=first.starts_at,
        ends_at=first.ends_at,
        state="attended",
        booked_at=timezone.now(),
        booked_by=coordinator,
        attendance_at=timezone.now(),
        attendance_by=coordinator,
    )
    return activity


def copy(event, by, **changes):
    wanted = {"title": "Magiske Dage 2", "state": "idea", "new_first_day": later(60)}
    return copying_activity.copy_activity(activity=event, by=by, **(wanted | changes))


def test_copy_has_what_is_told_and_agreed(event, coordinator):
    new = copy(event, coordinator)
    assert (new.title, new.state, new.kind, new.purpose) == (
        "Magiske Dage 2",
        "idea",
        "event",
        "Trylleri",
    )
    assert (new.contact, new.minimum_age, new.branch) == (coordinator, 18, event.branch)
    assert [(site.branch, site.place) for site in new.sites.all()] == [(event.branch, "Salen")]
    frame = Frame.objects.get(activity=new)
    assert (frame.language, frame.serves_alcohol, frame.partners.count()) == ("dansk", True, 1)
    assert (frame.pilot_goal, frame.starts_on, frame.evaluation) == ("", None, "")
    rules = SignUpRules.objects.get(activity=new)
    assert (rules.way, rules.join_hours, rules.leave_hours) == ("request", 24, 48)


def test_copy_has_the_terms_and_requirements(event, coordinator):
    new = copy(event, coordinator)
    old, terms = event.terms, ActivityTerms.objects.get(activity=new)
    assert (terms.notification_recipient, terms.child_certificate, terms.template) == (
        "Lederen",
        old.child_certificate,
        old.template,
    )
    assert terms.med_discussed_on is None
    names = ("kind", "necessity", "fixed_tie_only")
    asked = [
        list(Requirement.objects.filter(activity=one).order_by("kind").values_list(*names))
        for one in (event, new)
    ]
    assert asked[0] == asked[1] != []


def test_copy_moves_the_shifts_and_no_people(event, coordinator):
    new = copy(event, coordinator)
    found = [
        (local(one.starts_at).date(), local(one.starts_at).hour, local(one.ends_at).hour, one.title)
        for one in Shift.objects.filter(site__activity=new).order_by("starts_at")
    ]
    assert found == [(later(60), 18, 2, "Baren"), (later(61), 9, 11, "Vagt")]
    assert not Assignment.objects.filter(shift__site__activity=new).exists()
    assert not Engagement.objects.filter(site__activity=new).exists()


def test_copy_of_some_days_only(event, coordinator):
    new = copy(event, coordinator, first_day=later(-299), last_day=later(-299))
    shift = Shift.objects.get(site__activity=new)
    assert (local(shift.starts_at).date(), shift.capacity) == (later(60), 5)


def test_copy_leaves_out_what_was_cancelled_and_what_is_not_ones_own(event, elsewhere, coordinator):
    other = factories.make_site(elsewhere, event)
    factories.make_shift(other, day=later(-300))
    coming = factories.make_shift(event.sites.first(), day=later(20))
    shifts.cancel_shift(shift=coming, by=coordinator)
    new = copy(event, coordinator)
    assert Shift.objects.filter(site__activity=new).count() == 2
    assert [site.branch for site in new.sites.all()] == [event.branch]


def test_copy_to_the_past_makes_nothing(event, coordinator):
    with pytest.raises(DomainError) as caught:
        copy(event, coordinator, new_first_day=later(-1))
    assert (caught.value.code, Activity.objects.count()) == ("in_past", 1)


def test_copy_asks_for_the_day_where_there_are_shifts(event, coordinator):
    with pytest.raises(DomainError) as caught:
        copy(event, coordinator, new_first_day=None)
    assert (caught.value.code, Activity.objects.count()) == ("needs_first_day", 1)


def test_copy_of_what_has_neither_terms_nor_shifts(here, coordinator):
    new = copy(factories.make_activity(here), coordinator, new_first_day=None)
    assert not ActivityTerms.objects.filter(activity=new).exists()


def test_what_was_looked_at_is_what_is_copied(event, coordinator):
    found = copying_activity.preview(activity=event, user=coordinator, new_first_day=later(60))
    factories.make_shift(event.sites.first(), day=later(-298))
    with pytest.raises(DomainError) as caught:
        copy(event, coordinator, seen=found.mark)
    assert (caught.value.code, Activity.objects.count()) == ("look_first", 1)


def test_page_shows_what_is_copied_before_it_is_done(client, event, coordinator):
    client.force_login(coordinator)
    address = reverse("coordination:activity-copy", args=[event.pk])
    typed = {"title": "Ny", "state": "idea", "new_first_day": later(60).isoformat()}
    first = client.post(address, typed)
    text = first.content.decode()
    assert "2 vagter planlægges i alt." in text
    assert Activity.objects.count() == 1
    seen = first.context["form"]["looked_at"].value()
    assert client.post(address, typed | {"looked_at": seen}).status_code == 302
    assert Activity.objects.count() == 2


def test_page_says_that_a_title_is_taken(client, event, coordinator):
    client.force_login(coordinator)
    address = reverse("coordination:activity-copy", args=[event.pk])
    typed = {"title": event.title, "state": "idea", "new_first_day": later(60).isoformat()}
    seen = client.post(address, typed).context["form"]["looked_at"].value()
    answer = client.post(address, typed | {"looked_at": seen})
    assert answer.context["form"].errors
    assert Activity.objects.count() == 1
