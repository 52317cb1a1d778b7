"""Who can take a shift and what stops the others: the same answer as the sign-up itself."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from coordination import explainer, rosters
from coordination.actions import assignments
from coordination.models import Volunteer
from coordination.tests import factories
from core import policies
from core.errors import DomainError
from core.periods import today
from core.scope import scope

TROUBLES = (
    *("pause", "ended", "agreement", "certificate", "young", "ageless", "busy", "waits", "on"),
    "seventeen",
)


@pytest.fixture
def site(here):
    site = factories.make_site(here, factories.make_activity(here, minimum_age=18))
    for kind in ("agreement", "child_certificate"):
        factories.make_requirement(site.activity, kind)
    return site


@pytest.fixture
def shift(site):
    return factories.make_shift(site, capacity=50)


def read(shift):
    return rosters.shifts_with_rules().get(pk=shift.pk)


def make_person(site, troubles, by, shift):
    """Somebody tied to the site, with these troubles."""
    year = {"young": today().year - 16, "ageless": None, "seventeen": today().year - 18}
    born = next((year[one] for one in year if one in troubles), 1970)
    user = factories.make_user()
    person = factories.make_volunteer(email=user.email, user=user, birth_year=born)
    ends = today() + timedelta(days=2) if "ended" in troubles else None
    tie = factories.make_engagement(person, site, accepted_by=by, ends_on=ends)
    if "pause" in troubles:
        tie.pauses.create(starts_on=today())
    for kind, missing in (("agreement", "agreement"), ("child_certificate", "certificate")):
        if missing not in troubles:
            factories.make_clearance(person, kind, site=site)
    if "busy" in troubles:
        other = factories.make_shift(site, hour=20)
        put(other, person, by, "booked")
    if "waits" in troubles or "on" in troubles:
        put(shift, person, by, "waiting" if "waits" in troubles else "booked")
    return person


def put(shift, person, by, state):
    shift.assignments.create(
        volunteer=person,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        state=state,
        asked_at=timezone.now() if state == "waiting" else None,
        booked_at=timezone.now(),
        booked_by=by,
    )


def signed_up(shift, person):
    try:
        assignments.sign_up(shift=shift, volunteer=person, by=person.person.user)
    except DomainError:
        return False
    return True


@settings(max_examples=40)
@given(troubles=st.sets(st.sampled_from(TROUBLES), max_size=3))
def test_same_answer_as_the_gate(site, coordinator, troubles):
    """For one, for all and at the sign-up: whoever can, can; whoever cannot is told the same."""
    if {"busy", "on"} <= troubles:
        troubles = troubles - {"busy"}
    shift = read(factories.make_shift(site, capacity=50, hours=12))
    person = make_person(site, troubles, coordinator, shift)
    found = explainer.who_can(shift, timezone.now())
    one = explainer.why_not(shift, Volunteer.objects.get(pk=person.pk), timezone.now())
    of_the_person = {stop.code for stop in found.stops if person.pk in stop.people}
    if person.pk in found.on_it:
        of_the_person.add("already_asked" if "waits" in troubles else "already_on_it")
    told = {reason.code for reason in one}
    if "ended" in troubles:
        assert told == {"no_engagement"} | (
            told & {"too_young", "age_unknown", "overlap", "young_day", "young_week"}
        ) | (told & {"already_asked", "already_on_it"})
        assert person.pk not in explainer.eligible_for(shift)
    else:
        assert of_the_person == told
    assert (person.pk in found.able) == (person.pk in explainer.eligible_for(shift))
    assert (person.pk in found.able) == (told == set()) == signed_up(shift, person)


def test_three_queries_for_any_number(site, shift, coordinator, django_assert_num_queries):
    for number in range(12):
        make_person(site, set(TROUBLES[number % len(TROUBLES) : number]), coordinator, shift)
    shift = read(shift)
    with scope():
        policies.get("volunteer.minimum_age")  # read once for a request
        with django_assert_num_queries(3):
            found = explainer.eligible_for(shift)
        assert sorted(found) == sorted(explainer.who_can(shift, timezone.now()).able)


def test_page_tells_who_and_why(client, site, shift, coordinator):
    able = make_person(site, (), coordinator, shift)
    stopped = make_person(site, ("agreement",), coordinator, shift)
    client.force_login(coordinator)
    address = reverse("coordination:shift-who-can", args=[shift.pk])
    page = client.get(address)
    assert page.context["found"].able == (able.pk,)
    assert [stop.code for stop, _named in page.context["stops"]] == ["agreement"]
    assert stopped.person.name in page.content.decode()
    asked = client.get(address, {"frivillig": stopped.pk})
    assert [reason.code for reason, _step in asked.context["reasons"]] == ["agreement"]


def test_page_of_a_person_elsewhere(client, shift, coordinator, volunteer_elsewhere):
    """Whom one may not see, one cannot ask about."""
    client.force_login(coordinator)
    address = reverse("coordination:shift-who-can", args=[shift.pk])
    assert client.get(address, {"frivillig": volunteer_elsewhere.pk}).context["asked"] is None
    for number in ("x", "9" * 40, "-1", ""):
        assert client.get(address, {"frivillig": number}).status_code == 200
    hits = client.get(
        reverse("coordination:shift-who-can-lookup", args=[shift.pk]),
        {"q": "Egon", "name": "volunteer", "id": "x"},
    )
    assert "Etsteds" not in hits.content.decode()


def test_every_reason_has_a_next_step(site, shift, coordinator):
    for trouble in TROUBLES:
        make_person(site, {trouble}, coordinator, shift)
    found = explainer.who_can(read(shift), timezone.now())
    assert [stop.code for stop in found.stops if not stop.next_step] == []


def trouble_all(trouble, shift, by):
    """Have the shift stop everybody."""
    now = timezone.now()
    values = {
        "staff_only": {"way": "staff"},
        "sign_up_closed": {},
        "full": {"capacity": 1},
        "cancelled": {"state": "cancelled", "cancelled_at": now, "cancelled_by": by},
        "begun": {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=1)},
    }[trouble]
    type(shift).objects.filter(pk=shift.pk).update(**values)
    if trouble == "sign_up_closed":
        policies.set("shift.join_deadline_hours", 24 * 30, by=by)
    if trouble == "full":
        assignments.sign_up(shift=shift, volunteer=make_person(shift.site, (), by, shift), by=by)


@pytest.mark.parametrize("trouble", ["staff_only", "sign_up_closed", "full", "cancelled", "begun"])
def test_what_stops_everybody_is_what_the_sign_up_says(trouble, site, shift, manager):
    able = make_person(site, (), manager, shift)
    trouble_all(trouble, shift, manager)
    found = explainer.who_can(read(shift), timezone.now()).of_the_shift
    with pytest.raises(DomainError) as no:
        assignments.sign_up(shift=shift, volunteer=able, by=able.person.user)
    assert [(one.code, one.message) for one in found] == [(trouble, no.value.message)]
    assert [one.code for one in found if not explainer.next_step(one.code)] == []
    assert trouble == "cancelled" or found[0].for_staff != found[0].message
    one = explainer.why_not(read(shift), Volunteer.objects.get(pk=able.pk), timezone.now())
    assert [reason.code for reason in one] == [trouble]


@pytest.mark.parametrize("days", [2, 6])
def test_hours_of_the_young_have_a_next_step(days, site, shift, coordinator):
    """Too many on a day, or too many in the week: each is told, and what to do."""
    site.activity.minimum_age = None
    site.activity.save()
    young = make_person(site, {"young"}, coordinator, shift)
    monday = shift.day - timedelta(days=shift.day.weekday())
    others = [monday + timedelta(days=n) for n in range(7)]
    for day in [one for one in others if one != shift.day][:days]:
        put(factories.make_shift(site, day=day, hour=8, hours=8), young, coordinator, "booked")
    if days == 2:
        put(
            factories.make_shift(site, day=shift.day, hour=4, hours=10),
            young,
            coordinator,
            "booked",
        )
    found = explainer.who_can(read(shift), timezone.now())
    told = {stop.code: stop.next_step for stop in found.stops if young.pk in stop.people}
    expected = "young_day" if days == 2 else "young_week"
    assert told.get(expected)
