"""Staff's pages of regular shifts."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import gettext as _

from coordination.actions import assignments
from coordination.models import SchoolHoliday, Series
from coordination.tests import factories
from core.models import AccessEvent
from core.periods import local, today
from core.tests.counting import asks

DAYS = [str(number) for number in range(7)]


def url(name, *args):
    return reverse(f"coordination:{name}", args=args)


def typed(**changes):
    first = today() + timedelta(days=2)
    values = {"weeks": "1", "weekdays": DAYS, "starts": "15", "ends": "17.30", "skips": []}
    values |= {"starts_on": first.isoformat(), "capacity": "3", "minimum": "1"}
    return values | changes


@pytest.fixture
def series(client, site, coordinator):
    """Every day from the day after tomorrow, planned through the page."""
    client.force_login(coordinator)
    client.post(url("series-create"), typed(site=site.pk))
    return Series.objects.get()


def booked(series, by):
    volunteer = factories.make_volunteer("Frida Frivillig")
    factories.make_engagement(volunteer, series.site)
    return assignments.sign_up(shift=series.shifts.first(), volunteer=volunteer, by=by)


def page(client, address):
    return client.get(address).content.decode()


def test_plan_monthly_on_the_first_and_last(client, site, coordinator):
    client.force_login(coordinator)
    answer = client.post(
        url("series-create"), typed(site=site.pk, weeks="0", weekdays=["1"], which=["1", "-1"])
    )
    made = Series.objects.get()
    assert answer.headers["Location"] == url("series-detail", made.pk)
    assert made.rule == "FREQ=MONTHLY;BYDAY=1TU,-1TU"
    words = page(client, url("series-detail", made.pk))
    assert "Hver måned: den første og sidste tirsdag" in words
    assert "FREQ" not in words


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("which", {"weeks": "0"}),
        ("ends", {"ends": "15"}),
        ("weekdays", {"weekdays": []}),
        ("starts_on", {"starts_on": "1.1.2020"}),
        ("minimum", {"minimum": "9"}),
        ("site", {"site": ""}),
    ],
)
def test_plan_says_what_is_wrong_and_keeps_what_was_typed(
    client, site, coordinator, field, changes
):
    client.force_login(coordinator)
    answer = client.post(
        url("series-create"), typed(**{"site": site.pk, "note": "Nøglen"} | changes)
    )
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert form["note"].value() == "Nøglen"
    assert not Series.objects.exists()


def test_detail_shows_the_days_and_why_one_is_left_out(client, series):
    day = today() + timedelta(days=4)
    SchoolHoliday.objects.create(title="Vinterferie", starts_on=day, ends_on=day)
    Series.objects.update(skip_school_holidays=True)
    words = page(client, url("series-detail", series.pk))
    assert "Vinterferie" in words
    assert _("Falls on a day off") in words
    series.shifts.filter(series_day=day).delete()
    words = page(client, url("series-detail", series.pk))
    assert _("Left out") in words
    client.post(url("series-keep", series.pk), {"days": [day.isoformat()]})
    assert series.shifts.filter(series_day=day).count() == 1


def test_change_shows_what_it_means_before_it_is_done(client, series, coordinator):
    one = booked(series, coordinator)
    address = url("series-edit", series.pk)
    first = client.post(address, typed(starts="16", ends="18"))
    assert first.status_code == 200
    assert "1 tilmelding er berørt" in first.content.decode()
    assert local(series.shifts.first().starts_at).hour == 15
    seen = first.context["form"]["looked_at"].value()
    second = client.post(address, typed(starts="16", ends="18", looked_at=seen))
    assert second.headers["Location"] == url("series-detail", series.pk)
    one.refresh_from_db()
    assert local(one.starts_at).hour == 16
    assert AccessEvent.objects.filter(purpose="series.change").exists()


def test_change_with_an_old_mark_is_shown_anew(client, series, coordinator):
    address = url("series-edit", series.pk)
    seen = client.post(address, typed(starts="16", ends="18")).context["form"]["looked_at"].value()
    booked(series, coordinator)
    answer = client.post(address, typed(starts="16", ends="18", looked_at=seen))
    assert answer.status_code == 200
    assert answer.context["form"]["looked_at"].value() != seen
    assert local(series.shifts.first().starts_at).hour == 15


def test_change_names_whoever_does_not_fit(client, series, coordinator):
    one = booked(series, coordinator)
    busy = factories.make_shift(factories.make_site(series.site.branch), day=one.shift.day, hour=18)
    factories.make_engagement(one.volunteer, busy.site)
    assignments.sign_up(shift=busy, volunteer=one.volunteer, by=coordinator)
    answer = client.post(url("series-edit", series.pk), typed(starts="16", ends="18.30"))
    assert "Frida Frivillig" in answer.content.decode()


def test_following_changes_from_that_shift_on(client, series):
    shift = series.shifts.all()[3]
    address = url("series-following", shift.pk)
    values = typed(capacity="8")
    seen = client.post(address, values).context["form"]["looked_at"].value()
    client.post(address, values | {"looked_at": seen})
    assert Series.objects.count() == 2
    assert set(series.shifts.values_list("capacity", flat=True)) == {3}
    new = Series.objects.exclude(pk=series.pk).get()
    assert (new.starts_on, new.shifts.first().capacity) == (shift.series_day, 8)


def test_end_shows_and_ends(client, series):
    address = url("series-end", series.pk)
    last_day = series.starts_on + timedelta(days=1)
    first = client.post(address, {"last_day": last_day.isoformat()})
    assert "vagter aflyses" in first.content.decode()
    seen = first.context["form"]["looked_at"].value()
    client.post(address, {"last_day": last_day.isoformat(), "looked_at": seen})
    assert series.shifts.filter(state="open").count() == 2


def test_shift_page_leads_to_its_series(client, series):
    words = page(client, url("shift-detail", series.shifts.first().pk))
    assert url("series-detail", series.pk) in words


def test_detail_costs_the_same_for_any_number_of_days(client, series, coordinator):
    address = url("series-detail", series.pk)
    client.get(address)
    with asks(10):
        client.get(address)


def test_following_of_a_shift_without_a_series_is_not_found(client, site, coordinator):
    client.force_login(coordinator)
    assert client.get(url("series-following", factories.make_shift(site).pk)).status_code == 404
