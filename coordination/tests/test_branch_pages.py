"""Pages of branches: hours, closing days, ambassadors, moving and closing with what it means."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from coordination import premises
from coordination.actions import activities, assignments, branches, series
from coordination.actions import premises as actions
from coordination.models import Assignment, ClosingDay, OpeningHours, Shift
from coordination.tests import factories
from core.errors import DomainError
from core.models import AuditEvent, Message
from core.periods import today
from core.tests.counting import asks

EVERY_DAY = "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR,SA,SU"


def url(name, *args):
    return reverse(f"coordination:{name}", args=args)


def later(days):
    return today() + timedelta(days=days)


@pytest.fixture
def planned(site, coordinator):
    """A shift every day from tomorrow on."""
    return series.plan_series(
        site=site,
        starts_on=later(1),
        rule=EVERY_DAY,
        starts=time(15),
        ends=time(17),
        capacity=2,
        skip_holidays=False,
        skip_local_days=False,
        skip_school_holidays=False,
        by=coordinator,
    )


def booked(shift, by):
    volunteer = factories.make_volunteer()
    factories.make_engagement(volunteer, shift.site, ends_on=later(60))
    return assignments.sign_up(shift=shift, volunteer=volunteer, by=by)


def open_days(planned):
    return set(planned.shifts.filter(state="open").values_list("series_day", flat=True))


def seen_of(answer):
    return answer.context["form"]["looked_at"].value()


# --- Hours and closing days ----------------------------------------------------------------


def test_hours_are_saved_and_shown(client, here, coordinator):
    client.force_login(coordinator)
    client.post(url("branch-hours", here.pk), {"opens_0": "10", "closes_0": "18.30"})
    assert list(OpeningHours.objects.values_list("weekday", "opens", "closes")) == [
        (0, time(10), time(18, 30))
    ]
    words = client.get(url("branch-detail", here.pk)).content.decode()
    assert "kl. 10.00–18.30" in words
    client.post(url("branch-hours", here.pk), {"opens_2": "9", "closes_2": "12"})
    assert OpeningHours.objects.get().weekday == 2


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"opens_0": "10"}, "closes_0"),
        ({"closes_3": "10"}, "opens_3"),
        ({"opens_1": "18", "closes_1": "9"}, "closes_1"),
        ({"opens_1": "aften", "closes_1": "22"}, "opens_1"),
    ],
)
def test_hours_that_make_no_sense_are_explained(client, here, coordinator, typed, field):
    client.force_login(coordinator)
    answer = client.post(url("branch-hours", here.pk), typed)
    assert list(answer.context["form"].errors) == [field]
    assert not OpeningHours.objects.exists()


def test_closing_days_are_looked_at_first_and_cancel_shifts(client, planned, coordinator):
    here = planned.site.branch
    one = booked(planned.shifts.get(series_day=later(3)), coordinator)
    Message.objects.all().delete()
    client.force_login(coordinator)
    address = url("closing-day-create", here.pk)
    typed = {"starts_on": later(3).isoformat(), "ends_on": later(4).isoformat(), "reason": "Maling"}
    first = client.post(address, typed)
    words = first.content.decode()
    assert "Vagter, der aflyses: 2" in words
    assert not ClosingDay.objects.exists()
    client.post(address, typed | {"looked_at": seen_of(first)})
    assert not open_days(planned) & {later(3), later(4)}
    assert {later(2), later(5)} <= open_days(planned)
    one.refresh_from_db()
    assert one.state == "cancelled"
    told = Message.objects.values_list("kind", "person_id")
    assert list(told) == [("coordination.shift_cancelled", one.volunteer_id)]


def test_closing_days_hold_for_what_lies_under(municipality, planned, manager):
    day = later(200)
    actions.close_for_days(
        branch=municipality, starts_on=day, ends_on=day, reason="Flytning", by=manager
    )
    made = series.generate(series=planned, until=later(201), by=manager)
    assert day not in {shift.series_day for shift in made}
    assert later(199) in {shift.series_day for shift in made}


def test_closing_days_elsewhere_concern_nobody_here(elsewhere, planned, manager):
    actions.close_for_days(
        branch=elsewhere, starts_on=later(3), ends_on=later(3), reason="Flytning", by=manager
    )
    assert later(3) in open_days(planned)


def test_closing_days_are_removed_and_days_put_back(client, planned, coordinator):
    here = planned.site.branch
    row = actions.close_for_days(
        branch=here, starts_on=later(3), ends_on=later(3), reason="Maling", by=coordinator
    )
    client.force_login(coordinator)
    client.post(url("closing-day-remove", row.pk))
    assert not ClosingDay.objects.exists()
    series.keep_days(series=planned, days=[later(3)], by=coordinator)
    assert later(3) in open_days(planned)


@pytest.mark.parametrize(("first", "last", "code"), [(-1, 2, "in_past"), (3, 2, "no_days")])
def test_closing_days_refuse(here, coordinator, first, last, code):
    with pytest.raises(DomainError) as caught:
        actions.close_for_days(
            branch=here, starts_on=later(first), ends_on=later(last), reason="x", by=coordinator
        )
    assert caught.value.code == code


# --- Moving and closing --------------------------------------------------------------------


def test_moving_shows_what_comes_along(client, here, elsewhere, planned, manager, coordinator):
    client.force_login(manager)
    address = url("branch-move", here.pk)
    first = client.post(address, {"parent": elsewhere.pk})
    words = first.content.decode()
    assert "Aktiviteter, der følger med: 1" in words
    assert "Roller på afdelingen, der følger med: 1" in words
    client.post(address, {"parent": elsewhere.pk, "looked_at": seen_of(first)})
    here.refresh_from_db()
    assert here.path == f"{elsewhere.path}{here.pk}/"


def test_closing_is_looked_at_first_and_ends_what_comes(client, here, planned, manager):
    past = factories.make_shift(planned.site, day=later(-20))
    client.force_login(manager)
    address = url("branch-close", here.pk)
    first = client.post(address, {"on": later(3).isoformat()})
    assert "Faste vagter, der slutter: 1" in first.content.decode()
    answer = client.post(address, {"on": later(3).isoformat(), "looked_at": seen_of(first)})
    assert answer.headers["Location"] == url("branch-detail", here.pk)
    planned.refresh_from_db()
    assert planned.ends_on == later(2)
    assert max(open_days(planned)) == later(2)
    assert Shift.objects.filter(pk=past.pk, state="open").exists()
    assert AuditEvent.objects.filter(kind="branch.closed").exists()


def test_closing_with_volunteers_says_what_to_do_and_changes_nothing(
    client, here, planned, manager, coordinator
):
    booked(planned.shifts.first(), coordinator)
    client.force_login(manager)
    address = url("branch-close", here.pk)
    first = client.post(address, {"on": later(3).isoformat()})
    assert "Frivillige, hvis tilknytning skal afsluttes først: 1" in first.content.decode()
    answer = client.post(address, {"on": later(3).isoformat(), "looked_at": seen_of(first)})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    here.refresh_from_db()
    assert here.closed_on is None
    assert later(3) in open_days(planned)


def test_closing_a_site_ends_its_regular_shifts(planned, coordinator):
    one = booked(planned.shifts.get(series_day=later(5)), coordinator)
    Assignment.objects.get(pk=one.pk).volunteer.engagements.update(ends_on=later(2))
    activities.close_site(site=planned.site, on=later(3), by=coordinator)
    one.refresh_from_db()
    assert one.state == "cancelled"
    assert max(open_days(planned)) == later(2)


def test_moving_is_for_those_who_edit_branches(client, here, coordinator):
    client.force_login(coordinator)
    assert client.get(url("branch-move", here.pk)).status_code == 403


# --- Ambassadors and the public page -------------------------------------------------------


def test_ambassador_says_yes_and_takes_it_back(client, here, ambassador):
    address = url("branch-public", here.pk)
    assert "Anders Ambassadør" not in client.get(address).content.decode()
    client.force_login(ambassador)
    client.post(url("ambassador"), {"text": "Spørg mig", "phone": "12345678"})
    client.logout()
    words = client.get(address).content.decode()
    assert "Anders Ambassadør" in words
    assert "Spørg mig" in words
    assert ambassador.email not in words
    client.force_login(ambassador)
    client.post(url("ambassador"), {"hide": "1"})
    client.logout()
    assert "Anders Ambassadør" not in client.get(address).content.decode()
    kinds = AuditEvent.objects.filter(kind__startswith="ambassador").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["ambassador.shown", "ambassador.hidden"]


def test_ambassador_is_shown_only_while_the_role_is_held(here, elsewhere, ambassador):
    actions.show_ambassador(by=ambassador)
    assert [row.user for row in premises.ambassadors_of(here)] == [ambassador]
    assert not premises.ambassadors_of(elsewhere)
    ambassador.role_assignments.update(ends_on=later(-1))
    assert not premises.ambassadors_of(here)


def test_nobody_else_can_stand_there(client, coordinator):
    with pytest.raises(DomainError) as caught:
        actions.show_ambassador(by=coordinator)
    assert caught.value.code == "no_ambassador"
    client.force_login(coordinator)
    assert client.get(url("ambassador")).status_code == 404
    assert client.post(url("ambassador"), {"hide": "1"}).status_code == 404


def test_public_page_shows_hours_and_closing_days_and_costs_little(client, here, coordinator):
    actions.set_opening_hours(branch=here, hours={0: (time(10), time(18))}, by=coordinator)
    ClosingDay.objects.create(branch=here, starts_on=later(3), ends_on=later(3), reason="Optælling")
    words = client.get(url("branch-public", here.pk)).content.decode()
    assert "kl. 10.00–18.00" in words
    assert "Optælling" in words
    with asks(5):
        client.get(url("branch-public", here.pk))


def test_closed_branch_has_no_public_page(client, here, manager):
    branches.close_branch(branch=here, on=today(), by=manager)
    assert client.get(url("branch-public", here.pk)).status_code == 404
