"""Staff's pages of shifts: what they show, to whom, and at what cost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.actions import assignments, attendance
from coordination.models import Assignment, Shift
from coordination.tests import factories
from coordination.tests.deeds import engaged
from coordination.tests.test_actions_assignments import put_in
from core.models import AccessEvent
from core.periods import today
from core.tests.counting import asks


@pytest.fixture
def shift(site):
    return factories.make_shift(site, capacity=3)


@pytest.fixture
def shift_elsewhere(elsewhere):
    return factories.make_shift(factories.make_site(elsewhere))


def booked(shift, by, name="", **fields):
    return assignments.sign_up(shift=shift, volunteer=engaged(shift.site, name, **fields), by=by)


def url(name, *args):
    return reverse(f"coordination:{name}", args=args)


SHIFT_PAGES = (
    "shift-detail",
    "shift-edit",
    "shift-reschedule",
    "shift-cancel",
    "shift-sign-up",
    "shift-attendance",
    "shift-volunteer-lookup",
)


# --- Access --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", SHIFT_PAGES)
def test_page_of_another_branch_is_not_there(page, client, coordinator, shift_elsewhere):
    client.force_login(coordinator)
    assert client.get(url(page, shift_elsewhere.pk)).status_code == 404


@pytest.mark.parametrize("page", SHIFT_PAGES)
def test_page_here_opens(page, client, coordinator, shift):
    client.force_login(coordinator)
    assert client.get(url(page, shift.pk)).status_code == 200


@pytest.mark.parametrize("page", SHIFT_PAGES[1:])
def test_page_that_changes_is_forbidden_to_readers(page, client, reader, shift):
    client.force_login(reader)
    assert client.get(url(page, shift.pk)).status_code == 403


@pytest.mark.parametrize("page", SHIFT_PAGES)
def test_page_is_not_there_for_a_volunteer(page, client, volunteer, shift):
    client.force_login(volunteer.person.user)
    assert client.get(url(page, shift.pk)).status_code == 404


def test_staff_cannot_take_somebody_off_elsewhere(
    client, coordinator, coordinator_elsewhere, shift_elsewhere
):
    assignment = booked(shift_elsewhere, coordinator_elsewhere)
    client.force_login(coordinator)
    assert client.post(url("assignment-cancel", assignment.pk)).status_code == 404
    assignment.refresh_from_db()
    assert assignment.state == "booked"


def test_list_shows_own_branches_only(client, coordinator, shift, shift_elsewhere):
    client.force_login(coordinator)
    page = client.get(url("shift-list"))
    assert [row.pk for row in page.context["rows"]] == [shift.pk]


def test_reader_sees_numbers_and_no_names(client, reader, coordinator, shift):
    booked(shift, coordinator, "Navnløse Nanna")
    client.force_login(reader)
    text = client.get(url("shift-detail", shift.pk)).content.decode()
    assert "Nanna" not in text
    assert AccessEvent.objects.count() == 0


def test_protected_name_is_not_written_out(client, coordinator, shift):
    booked(shift, coordinator, "Hemmelig Hansen", protected_identity=True, phone="+4512345678")
    client.force_login(coordinator)
    for page in ("shift-detail", "shift-reschedule"):
        text = client.get(url(page, shift.pk)).content.decode()
        assert "Hemmelig Hansen" not in text
        assert "12 34 56 78" not in text


def test_detail_writes_who_was_shown(client, coordinator, shift):
    assignment = booked(shift, coordinator)
    client.force_login(coordinator)
    client.get(url("shift-detail", shift.pk))
    event = AccessEvent.objects.get(purpose="shift.detail")
    assert list(event.subjects.values_list("person_id", flat=True)) == [assignment.volunteer_id]


# --- The list ------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3, 30])
def test_list_queries(number, client, coordinator, site, django_assert_num_queries):
    for days in range(number):
        booked(factories.make_shift(site, day=today() + timedelta(days=days + 1)), coordinator)
    client.force_login(coordinator)
    client.get(url("shift-list"))
    with django_assert_num_queries(10):
        client.get(url("shift-list"))


@pytest.mark.parametrize("number", [1, 3, 30])
def test_detail_queries(number, client, coordinator, site):
    shift = factories.make_shift(site, capacity=30)
    for _each in range(number):
        booked(shift, coordinator)
    client.force_login(coordinator)
    client.get(url("shift-detail", shift.pk))
    with asks(11):
        client.get(url("shift-detail", shift.pk))


def test_place_on_offer_is_shown_as_held(client, coordinator, site):
    """In the list, on the shift's page, and in the calendar by week and list."""
    shift = factories.make_shift(site, capacity=1)
    put_in(booked(shift, coordinator), "offered", coordinator)
    client.force_login(coordinator)
    said = _("%(taken)s of %(capacity)s, %(offered)s offered") % {
        "taken": 0,
        "capacity": 1,
        "offered": 1,
    }
    [row] = client.get(url("shift-list")).context["rows"]
    assert (row.places, row.standing.kind) == (said, "waiting")
    assert list(client.get(url("shift-list"), {"gaps": "on"}).context["rows"]) == []
    assert client.get(url("shift-detail", shift.pk)).context["standing"].kind == "waiting"
    for view in ("week", "list"):
        page = client.get(url("calendar"), {"view": view, "day": shift.day.isoformat()})
        assert said in page.content.decode()
        assert str(row.standing.text) in page.content.decode()
    offers = shift.assignments.filter(state="offered")
    offers.update(offer_until=timezone.now() - timedelta(minutes=1))
    [row] = client.get(url("shift-list")).context["rows"]
    assert row.standing.kind == "warning"


def test_list_filters(client, coordinator, site, here):
    full = factories.make_shift(site, capacity=1)
    booked(full, coordinator)
    free = factories.make_shift(factories.make_site(here), capacity=1)
    late = factories.make_shift(site, day=today() + timedelta(days=20))
    past = factories.make_shift(site, day=today() - timedelta(days=2))
    client.force_login(coordinator)

    def shown(**query):
        rows = client.get(url("shift-list"), query).context["rows"]
        return [row.pk for row in rows]

    assert shown() == [full.pk, free.pk, late.pk]
    assert shown(gaps="on") == [free.pk, late.pk]
    assert shown(activity=site.activity_id) == [full.pk, late.pk]
    assert shown(time="past") == [past.pk]
    assert shown(time="month", branch=here.pk) == [full.pk, free.pk, late.pk]
    assert shown(time="nonsense") == [full.pk, free.pk, late.pk]


def test_list_marks_those_at_risk(client, coordinator, shift):
    booked(shift, coordinator)
    client.force_login(coordinator)
    assert client.get(url("shift-list")).context["rows"][0].at_risk == 0
    factories.make_requirement(shift.site.activity)
    assert client.get(url("shift-list")).context["rows"][0].at_risk == 1
    text = client.get(url("shift-detail", shift.pk)).content.decode()
    assert _("The agreement is not signed by all for that day.") in text


# --- Plan, change, move --------------------------------------------------------------------


def planned(site, **values):
    return {
        "site": site.pk,
        "starts_on": "28.3.2027",
        "starts": "10.00",
        "ends": "12.00",
        "ends_on": "",
        "capacity": "4",
        "minimum": "2",
        "title": "",
        "place": "",
        "note": "",
    } | values


def test_plan(client, coordinator, site):
    client.force_login(coordinator)
    page = client.post(url("shift-create"), planned(site))
    shift = Shift.objects.get()
    assert page.headers["Location"] == url("shift-detail", shift.pk)
    assert timezone.localtime(shift.starts_at).isoformat() == "2027-03-28T10:00:00+02:00"


def test_plan_at_a_time_that_does_not_exist(client, coordinator, site):
    client.force_login(coordinator)
    values = planned(site, starts="2.30", ends="5.00", note="Husk nøglen 🔑 <b>")
    page = client.post(url("shift-create"), values)
    assert page.context["form"].errors.keys() == {"starts"}
    assert "Husk nøglen 🔑 &lt;b&gt;" in page.content.decode()
    assert not Shift.objects.exists()


def test_plan_over_the_hour_that_comes_twice(client, coordinator, site):
    """The night between 30 and 31 October 2027: from 1.00 to 4.00 is four hours."""
    client.force_login(coordinator)
    client.post(url("shift-create"), planned(site, starts_on="31.10.2027", starts="1", ends="4"))
    assert Shift.objects.get().minutes == 240


def test_plan_over_midnight(client, coordinator, site):
    client.force_login(coordinator)
    client.post(
        url("shift-create"), planned(site, starts="22.00", ends="01.00", ends_on="29.3.2027")
    )
    assert Shift.objects.get().minutes == 180


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts_on", "31.2.2027"),
        ("starts", "kvart i ti"),
        ("ends", "09.00"),
        ("capacity", "mange"),
        ("minimum", "5"),
        ("title", "x" * 121),
        ("starts_on", "1.1.2020"),
    ],
)
def test_plan_bad_input_is_said_at_the_field(field, value, client, coordinator, site):
    client.force_login(coordinator)
    page = client.post(url("shift-create"), planned(site, **{field: value}))
    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {field}
    assert value in page.content.decode()


def test_plan_elsewhere_is_not_a_choice(client, coordinator, elsewhere):
    client.force_login(coordinator)
    page = client.post(url("shift-create"), planned(factories.make_site(elsewhere)))
    assert page.context["form"].errors.keys() == {"site"}


def test_edit(client, coordinator, shift):
    client.force_login(coordinator)
    values = {"capacity": "5", "minimum": "1", "title": "Åben café", "place": "", "note": ""}
    client.post(url("shift-edit", shift.pk), values)
    shift.refresh_from_db()
    assert (shift.capacity, shift.title) == (5, "Åben café")


def moved_to(shift, days):
    start = timezone.localtime(shift.starts_at + timedelta(days=days))
    end = timezone.localtime(shift.ends_at + timedelta(days=days))
    return {
        "starts_on": f"{start:%d.%m.%Y}",
        "starts": f"{start:%H.%M}",
        "ends": f"{end:%H.%M}",
        "ends_on": "",
    }


def test_move_asks_about_those_who_do_not_fit(client, coordinator, shift):
    factories.make_requirement(shift.site.activity)
    volunteer = engaged(shift.site, "Ulla Udløb")
    factories.make_clearance(volunteer, site=shift.site, valid_until=shift.day)
    assignments.sign_up(shift=shift, volunteer=volunteer, by=coordinator)
    client.force_login(coordinator)
    values = moved_to(shift, 1)
    page = client.post(url("shift-reschedule", shift.pk), values)
    text = page.content.decode()
    assert "Ulla Udløb" in text
    assert values["starts_on"] in text
    shift.refresh_from_db()
    assert shift.day == today() + timedelta(days=7)
    seen = {"looked_at": page.context["form"].data["looked_at"]}
    client.post(url("shift-reschedule", shift.pk), values | seen)
    shift.refresh_from_db()
    assert shift.day == today() + timedelta(days=8)
    assert volunteer.assignments.get().state == "cancelled"


def test_cancel(client, coordinator, shift):
    booked(shift, coordinator)
    client.force_login(coordinator)
    assert client.get(url("shift-cancel", shift.pk)).status_code == 200
    client.post(url("shift-cancel", shift.pk))
    shift.refresh_from_db()
    assert shift.is_cancelled


def test_cancel_begun_is_said_on_the_page(client, coordinator, site):
    shift = factories.make_shift(site, starts_at=timezone.now() - timedelta(minutes=5))
    client.force_login(coordinator)
    page = client.post(url("shift-cancel", shift.pk))
    assert page.status_code == 409
    assert page.context["error"].code == "begun"


def test_cancel_when_somebody_has_come_says_what_to_do(client, coordinator, site):
    """The poster is open before the shift begins."""
    shift = factories.make_shift(site, starts_at=timezone.now() + timedelta(minutes=20))
    user = factories.make_user()
    here, other = (
        booked(shift, coordinator, user=user, email=user.email),
        booked(shift, coordinator),
    )
    attendance.check_in(assignment=here, by=user)
    client.force_login(coordinator)
    page = client.post(url("shift-cancel", shift.pk))
    assert (page.status_code, page.context["error"].code) == (409, "checked_in")
    assert not Shift.objects.get(pk=shift.pk).is_cancelled
    assignments.cancel(assignment=other, by=coordinator)
    states = shift.assignments.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["attended", "cancelled"]


# --- Sign up and attendance ----------------------------------------------------------------


def test_sign_up_by_search_without_javascript(client, coordinator, shift):
    volunteer = engaged(shift.site, "Søren Ærlig", search="søren ærlig")
    client.force_login(coordinator)
    page = client.post(url("shift-sign-up", shift.pk), {"volunteer_q": "ærlig"})
    assert f'value="{volunteer.pk}"' in page.content.decode()
    client.post(url("shift-sign-up", shift.pk), {"volunteer": volunteer.pk})
    assert shift.assignments.get().volunteer == volunteer


def test_sign_up_uncleared_is_refused_with_the_reason(client, coordinator, shift):
    factories.make_requirement(shift.site.activity)
    volunteer = engaged(shift.site)
    client.force_login(coordinator)
    page = client.post(url("shift-sign-up", shift.pk), {"volunteer": volunteer.pk})
    assert page.status_code == 200
    assert _("The agreement is not signed by all for that day.") in page.content.decode()
    assert not Assignment.objects.exists()


def test_sign_up_somebody_not_tied_to_it_does_not_exist(client, coordinator, shift, elsewhere):
    stranger = engaged(factories.make_site(elsewhere))
    client.force_login(coordinator)
    page = client.post(url("shift-sign-up", shift.pk), {"volunteer": stranger.pk})
    assert page.context["form"].errors.keys() == {"volunteer"}


def test_lookup_tells_who_can_join_and_is_logged(client, coordinator, shift, elsewhere):
    can = engaged(shift.site, "Anna Kan", search="anna kan")
    cannot = engaged(shift.site, "Anna Kanikke", search="anna kanikke")
    cannot.engagements.get().pauses.create(starts_on=today())
    engaged(factories.make_site(elsewhere), "Anna Andetsteds", search="anna andetsteds")
    client.force_login(coordinator)
    page = client.get(
        url("shift-volunteer-lookup", shift.pk), {"q": "anna", "name": "volunteer", "id": "x"}
    )
    hits = page.context["lookup"]["hits"]
    assert [(hit.value, hit.hint) for hit in hits] == [
        (str(can.pk), _("Can join")),
        (str(cannot.pk), _("Not tied to this activity on that day.")),
    ]
    event = AccessEvent.objects.get(purpose="shift.search")
    assert set(event.subjects.values_list("person_id", flat=True)) == {can.pk, cannot.pk}


def test_attendance_of_all_in_one_form(client, coordinator, shift):
    rows = [booked(shift, coordinator) for _number in range(3)]
    start = timezone.now() - timedelta(hours=1)
    end = start + timedelta(hours=2)
    Shift.objects.filter(pk=shift.pk).update(starts_at=start, ends_at=end)
    Assignment.objects.update(starts_at=start, ends_at=end)
    client.force_login(coordinator)
    values = {f"a{rows[0].pk}": "came", f"a{rows[1].pk}": "absent"}
    client.post(url("shift-attendance", shift.pk), values)
    states = [Assignment.objects.get(pk=row.pk).state for row in rows]
    assert states == ["attended", "absent", "booked"]


def test_attendance_before_the_start_keeps_the_answers(client, coordinator, shift):
    row = booked(shift, coordinator)
    client.force_login(coordinator)
    page = client.post(url("shift-attendance", shift.pk), {f"a{row.pk}": "came"})
    assert page.context["form"].non_field_errors()
    assert Assignment.objects.get().state == "booked"
