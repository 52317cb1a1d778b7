"""Shift templates: a day's shifts under a name, planned again on chosen days."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from coordination.actions import shift_templates as actions
from coordination.models import Shift, ShiftTemplate, TemplateShift
from coordination.tests import factories
from coordination.tests.deeds import code
from core.periods import local, today

DAY = today() + timedelta(days=30)


def line(**values):
    usual = {"starts": time(10), "ends": time(12, 30), "capacity": 3, "minimum": 2}
    return usual | {"title": "", "place": "", "note": "", "way": ""} | values


def cafe(branch, by, *more):
    """Saturday café: two shifts that overlap, three places each."""
    second = line(starts=time(12), ends=time(15), place="Skranken", note="Gul vest", way="request")
    return actions.make(branch=branch, name="Lørdagscafé", lines=[line(), second, *more], by=by)


@pytest.fixture
def template(here, coordinator):
    return cafe(here, coordinator)


def apply(template, site, by, *days, **options):
    return actions.apply(template=template, site=site, days=days or [DAY], by=by, **options)


def test_template_plans_its_shifts_on_each_day(template, site, coordinator):
    later = DAY + timedelta(days=7)
    made = apply(template, site, coordinator, DAY, later)
    found = [(local(one.starts_at).date(), local(one.starts_at).hour) for one in made]
    assert found == [(DAY, 10), (DAY, 12), (later, 10), (later, 12)]
    assert (made[1].place, made[1].note, made[1].way) == ("Skranken", "Gul vest", "request")
    assert (made[0].capacity, made[0].minimum) == (3, 2)


def test_template_twice_plans_nothing_more(template, site, coordinator):
    apply(template, site, coordinator)
    assert code(apply, template, site, coordinator) == "nothing_to_plan"
    assert len(apply(template, site, coordinator, DAY, DAY + timedelta(days=1))) == 2
    assert Shift.objects.count() == 4


def test_a_shift_over_midnight_ends_the_next_day(here, site, coordinator):
    night = line(starts=time(22), ends=time(2))
    template = actions.make(branch=here, name="Nat", lines=[night], by=coordinator)
    made = apply(template, site, coordinator)[0]
    assert (made.minutes, local(made.ends_at).date()) == (240, DAY + timedelta(days=1))
    assert code(apply, template, site, coordinator) == "nothing_to_plan"


def test_the_clock_stays_over_both_clock_changes(here, site, coordinator):
    template = actions.make(branch=here, name="Dag", lines=[line()], by=coordinator)
    days = [date(2027, 3, 27), date(2027, 3, 28), date(2027, 10, 30), date(2027, 10, 31)]
    made = apply(template, site, coordinator, *days)
    assert {local(one.starts_at).time() for one in made} == {time(10)}
    assert {one.minutes for one in made} == {150}


def test_one_day_in_the_past_and_nothing_is_planned(template, site, coordinator):
    yesterday = today() - timedelta(days=1)
    assert code(apply, template, site, coordinator, yesterday, DAY) == "in_past"
    assert not Shift.objects.exists()


def test_too_many_are_refused(template, site, coordinator):
    days = [DAY + timedelta(days=number) for number in range(251)]
    assert code(apply, template, site, coordinator, *days) == "too_many"


def test_a_day_becomes_a_template(here, site, coordinator):
    factories.make_shift(site, day=DAY, hour=9, title="Åbne", place="Skranken", capacity=4)
    factories.make_shift(site, day=DAY, hour=22, hours=4, note="Nat")
    factories.make_shift(site, day=DAY + timedelta(days=1), hour=9)
    made = actions.make_from_day(branch=here, name="Dagen", site=site, day=DAY, by=coordinator)
    found = made.shifts.values_list("starts", "ends", "title", "capacity", "place", "note")
    assert list(found) == [
        (time(9), time(11), "Åbne", 4, "Skranken", ""),
        (time(22), time(2), "", 2, "", "Nat"),
    ]
    again = apply(made, site, coordinator, DAY + timedelta(days=7))
    assert [one.title for one in again] == ["Åbne", ""]


def test_a_day_without_shifts_is_no_template(here, site, coordinator):
    arguments = {"branch": here, "name": "Tom", "site": site, "day": DAY, "by": coordinator}
    assert code(actions.make_from_day, **arguments) == "nothing_that_day"
    assert not ShiftTemplate.objects.exists()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"ends": time(10)}, "ends_before_start"),
        ({"ends": time(9, 30)}, "too_long"),
        ({"minimum": 4}, "minimum_above_capacity"),
    ],
)
def test_a_line_that_is_no_shift_is_refused(template, coordinator, values, expected):
    assert code(actions.add_line, template=template, by=coordinator, **line(**values)) == expected


def test_changing_a_template_leaves_what_was_planned(template, site, coordinator):
    apply(template, site, coordinator)
    first = template.shifts.first()
    actions.change_line(line=first, by=coordinator, **line(capacity=9))
    assert set(Shift.objects.values_list("capacity", flat=True)) == {3}


def test_the_only_shift_stays(template, coordinator):
    first, second = template.shifts.all()
    actions.remove_line(line=first, by=coordinator)
    assert code(actions.remove_line, line=second, by=coordinator) == "last_line"


def test_a_retired_template_is_not_used_and_frees_its_name(template, site, here, coordinator):
    actions.retire(template=template, by=coordinator)
    assert code(apply, template, site, coordinator) == "retired"
    assert cafe(here, coordinator).name == template.name


def test_what_was_looked_at_is_what_is_planned(template, site, coordinator):
    seen = actions.preview(template=template, site=site, days=[DAY]).mark
    actions.change_line(line=template.shifts.first(), by=coordinator, **line(capacity=9))
    assert code(apply, template, site, coordinator, seen=seen) == "look_first"
    assert not Shift.objects.exists()


def test_a_template_is_used_below_its_branch_only(
    municipality, here, elsewhere, manager, coordinator, template
):
    central = cafe(municipality, manager)
    usable = ShiftTemplate.objects.usable
    assert set(usable(coordinator)) == {central, template}
    assert set(usable(manager)) == {central, template}
    stranger = factories.make_staff("local_coordinator", elsewhere)
    assert set(usable(stranger)) == {central}
    assert set(usable(factories.make_staff("reader", here))) == set()
    other = factories.make_site(elsewhere)
    assert code(apply, template, other, manager) == "wrong_branch"
    assert len(apply(central, other, manager)) == 2


def test_days_in_a_period_are_those_of_the_weekdays():
    monday = date(2027, 3, 1)
    found = actions.days_in(monday, date(2027, 3, 14), {0, 5})
    assert [day.day for day in found] == [1, 6, 8, 13]
    assert len(actions.days_in(monday, monday, set())) == 1


# --- Pages -----------------------------------------------------------------------------------


def test_pages_from_making_to_planning(client, here, site, coordinator):
    client.force_login(coordinator)
    typed = {"name": "Café", "branch": here.pk, "starts": "10", "ends": "12.30"}
    typed |= {"capacity": "3", "minimum": "2"}
    address = client.post(reverse("coordination:shift-template-create"), typed)["Location"]
    template = ShiftTemplate.objects.get()
    add = reverse("coordination:template-shift-add", args=[template.pk])
    second = {"starts": "12", "ends": "15", "capacity": "3", "minimum": "1"}
    assert client.post(add, second)["Location"] == address
    assert "10.00–12.30" in client.get(address).content.decode()
    use = reverse("coordination:shift-template-use", args=[template.pk])
    saturday = DAY + timedelta(days=(5 - DAY.weekday()) % 7)
    wanted = {
        "site": site.pk,
        "first_day": saturday.isoformat(),
        "last_day": (saturday + timedelta(days=14)).isoformat(),
        "weekdays": ["5"],
    }
    looked = client.post(use, wanted)
    assert "6 vagter planlægges i alt." in looked.content.decode()
    assert not Shift.objects.exists()
    seen = looked.context["form"]["looked_at"].value()
    assert client.post(use, wanted | {"looked_at": seen}).status_code == 302
    assert Shift.objects.count() == 6


def test_page_tells_of_days_off(client, here, site, coordinator, template):
    client.force_login(coordinator)
    use = reverse("coordination:shift-template-use", args=[template.pk])
    year = today().year + 1
    answer = client.post(use, {"site": site.pk, "first_day": f"{year}-12-25"})
    assert "en fridag" in answer.content.decode()


def test_page_makes_a_template_from_a_day(client, here, site, coordinator):
    factories.make_shift(site, day=DAY, hour=9)
    client.force_login(coordinator)
    typed = {"site": site.pk, "day": DAY.isoformat(), "name": "Dagen", "branch": here.pk}
    client.post(reverse("coordination:shift-template-from-day"), typed)
    assert TemplateShift.objects.get().template.name == "Dagen"


def test_name_that_is_taken_is_told_at_the_form(client, here, coordinator, template):
    client.force_login(coordinator)
    typed = {"name": template.name, "branch": here.pk, "starts": "10", "ends": "12"}
    typed |= {"capacity": "1", "minimum": "1"}
    answer = client.post(reverse("coordination:shift-template-create"), typed)
    assert "allerede en skabelon" in answer.content.decode()
    assert ShiftTemplate.objects.count() == 1


def test_a_central_template_is_not_changed_below(client, municipality, manager, coordinator):
    central = cafe(municipality, manager)
    client.force_login(coordinator)
    page = client.get(reverse("coordination:shift-template", args=[central.pk]))
    assert page.context["may_edit"] is False
    rename = reverse("coordination:shift-template-rename", args=[central.pk])
    assert client.post(rename, {"name": "Min"}).status_code == 404


@pytest.mark.parametrize("number", [1, 3, 30])
def test_list_costs_the_same_however_many(
    client, here, coordinator, django_assert_max_num_queries, number
):
    for one in range(number):
        actions.make(branch=here, name=f"Skabelon {one}", lines=[line()], by=coordinator)
    client.force_login(coordinator)
    address = reverse("coordination:shift-template-list")
    client.get(address)
    with django_assert_max_num_queries(10):
        client.get(address)
