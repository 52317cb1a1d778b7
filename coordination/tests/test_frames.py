"""The frame of an activity: who is kept out, and what a pilot needs."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from coordination.access import Role
from coordination.actions import activities, engagements, frames
from coordination.models import NOT_FOR_THE_YOUNG, Activity, Frame
from coordination.states import ActivityState
from coordination.tests import factories
from core.errors import DomainError
from core.periods import today


@pytest.fixture
def activity(here):
    return factories.make_activity(here, state=ActivityState.IDEA)


def save(activity, by, **values):
    return frames.change_frame(activity=activity, partners=[], by=by, **values)


def pilot(**changes):
    values = {"pilot_goal": "Kommer der nogen?", "starts_on": today()}
    return values | {"ends_on": today() + timedelta(days=90)} | changes


def refused(code, deed, **kwargs):
    with pytest.raises(DomainError) as caught:
        deed(**kwargs)
    assert caught.value.code == code


def take_to(activity, state, by):
    return activities.change_state(activity=activity, state=state, by=by)


@pytest.mark.parametrize("work", NOT_FOR_THE_YOUNG)
def test_work_that_is_not_for_the_young_makes_18_the_limit(activity, coordinator, work):
    save(activity, coordinator, **{work: True})
    activity.refresh_from_db()
    assert activity.minimum_age == 18


def test_the_gate_keeps_the_young_out(here, activity, coordinator):
    save(activity, coordinator, handles_money=True)
    take_to(activity, ActivityState.RUNNING, coordinator)
    site = factories.make_site(here, activity)
    person = factories.make_person(birth_year=today().year - 16)
    refused(
        "too_young",
        engagements.accept,
        person=person,
        site=site,
        starts_on=today(),
        by=coordinator,
    )


def test_the_limit_stays_while_the_work_is_ticked(activity, coordinator):
    save(activity, coordinator, works_alone=True)
    refused(
        "not_for_the_young",
        activities.change_activity,
        activity=activity,
        minimum_age=15,
        by=coordinator,
    )
    save(activity, coordinator, works_alone=False)
    activities.change_activity(activity=activity, minimum_age=15, by=coordinator)
    activity.refresh_from_db()
    assert activity.minimum_age == 15


def test_a_higher_limit_is_kept(activity, coordinator):
    Activity.objects.filter(pk=activity.pk).update(minimum_age=21)
    save(activity, coordinator, serves_alcohol=True)
    activity.refresh_from_db()
    assert activity.minimum_age == 21


def test_a_pilot_needs_goal_and_period_and_then_an_evaluation(activity, coordinator):
    refused(
        "pilot_needs_a_goal",
        activities.change_state,
        activity=activity,
        state=ActivityState.PILOT,
        by=coordinator,
    )
    save(activity, coordinator, **pilot())
    activity = take_to(activity, ActivityState.PILOT, coordinator)
    for state in (ActivityState.RUNNING, ActivityState.ENDED):
        refused(
            "pilot_needs_an_evaluation",
            activities.change_state,
            activity=activity,
            state=state,
            by=coordinator,
        )
    save(activity, coordinator, evaluation="Der kom 12 hver gang.", **pilot())
    assert take_to(activity, ActivityState.RUNNING, coordinator).state == ActivityState.RUNNING


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("no_period", {"ends_on": None}),
        ("no_period", {"starts_on": None, "ends_on": None}),
        ("ends_before_start", {"ends_on": today() - timedelta(days=1)}),
    ],
)
def test_a_pilot_without_a_period_is_refused(activity, coordinator, code, changes):
    with pytest.raises(DomainError) as caught:
        save(activity, coordinator, **pilot(**changes))
    assert (caught.value.code, Frame.objects.count()) == (code, 0)


def test_page_saves_and_shows_what_is_wrong(client, activity, coordinator):
    partner = factories.make_association("Læsevennerne")
    client.force_login(coordinator)
    address = reverse("coordination:activity-frame", args=[activity.pk])
    typed = {"language": "dansk og arabisk", "partners": [partner.pk], "lifts_heavily": "on"}
    assert client.post(address, typed).status_code == 302
    frame = Frame.objects.get()
    assert (frame.language, list(frame.partners.all())) == ("dansk og arabisk", [partner])
    assert "dansk og arabisk" in client.get(address).content.decode()
    answer = client.post(address, typed | {"pilot_goal": "Et mål"})
    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_activity_shows_what_is_agreed(client, activity, coordinator):
    """To those who may only look, too; nothing where nothing is agreed."""
    address = reverse("coordination:activity-detail", args=[activity.pk])
    client.force_login(coordinator)
    assert client.get(address).context["agreed"] == []
    partner = factories.make_association(name="Læsevennerne")
    values = pilot(language="Dansk", lifts_heavily=True, starts_on=date(2026, 3, 1))
    values |= {"ends_on": date(2026, 3, 31), "partners": [partner]}
    frames.change_frame(activity=activity, by=coordinator, **values)
    client.force_login(factories.make_staff(Role.READER, activity.branch))
    page = client.get(address)
    assert [text for _label, text in page.context["agreed"]] == [
        "Dansk",
        "Løfter tungt",
        "Læsevennerne",
        "1.–31. marts 2026",
        "Kommer der nogen?",
    ]
    assert "Kommer der nogen?" in page.content.decode()
