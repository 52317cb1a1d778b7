"""Who came: by a coordinator, a shift lead or the poster; the sheets; a phoned cancellation."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination import attendance, posters, sheets
from coordination.actions import assignments, engagements
from coordination.actions import attendance as actions
from coordination.models import Assignment, MarkWay, Presence, ShiftLead
from coordination.tests import factories
from core import policies
from core.errors import DomainError
from core.models import AccessEvent, AuditEvent
from core.periods import today
from core.tests.pdf_rules import broken_rules

SECRETS = ("+4511223344", "hemmelig@example.dk", "Hemmeligvej 1")


def url(name, *args):
    return reverse(f"coordination:{name}", args=args)


@pytest.fixture
def site(volunteer):
    return volunteer.engagements.get().site


@pytest.fixture
def now_shift(site):
    """A shift that began an hour ago and goes on for another."""
    start = timezone.now().replace(microsecond=0) - timedelta(hours=1)
    return factories.make_shift(site, starts_at=start, hours=2, capacity=30)


def put_on(shift, volunteer, by=None):
    """A sign-up as it was made in good time."""
    return Assignment.objects.create(
        shift=shift,
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=shift.starts_at - timedelta(days=5),
        booked_by=by or factories.make_user(),
    )


def someone(site, name, **fields):
    volunteer = factories.make_volunteer(name, **fields)
    factories.make_engagement(volunteer, site)
    return volunteer


def refused(code, action, **kwargs):
    with pytest.raises(DomainError) as error:
        action(**kwargs)
    assert error.value.code == code


# --- The poster ----------------------------------------------------------------------------


def path_of(site):
    site.refresh_from_db()
    return urlsplit(posters.address(site)).path


def test_check_in_says_who_and_how(client, volunteer, now_shift, site):
    row = put_on(now_shift, volunteer)
    client.force_login(volunteer.person.user)
    page = client.get(path_of(site))
    assert [one.pk for one in page.context["check_in"].open] == [row.pk]
    answer = client.post(path_of(site), {"assignment": row.pk})
    assert (answer.status_code, answer.headers["Location"]) == (302, path_of(site))
    row.refresh_from_db()
    assert (row.state, row.attendance_by) == ("attended", volunteer.person.user)
    assert row.presence.way == MarkWay.SELF
    assert [one.pk for one in client.get(path_of(site)).context["check_in"].done] == [row.pk]
    assert AuditEvent.objects.filter(kind="assignment.checked_in").count() == 1


def test_check_in_twice_is_once(volunteer, now_shift):
    row = put_on(now_shift, volunteer)
    for _time in range(2):
        actions.check_in(assignment=row, by=volunteer.person.user)
    assert AuditEvent.objects.filter(kind="assignment.checked_in").count() == 1


@pytest.mark.parametrize(
    ("begins", "opened"), [(31, False), (29, True), (-119, True), (-121, False)]
)
def test_check_in_is_open_from_before_until_the_end(begins, opened, volunteer, site):
    start = timezone.now() + timedelta(minutes=begins)
    row = put_on(factories.make_shift(site, starts_at=start, hours=2), volunteer)
    assert attendance.is_open(row.shift, timezone.now()) is opened
    if opened:
        assert actions.check_in(assignment=row, by=volunteer.person.user).state == "attended"
    else:
        refused("not_now", actions.check_in, assignment=row, by=volunteer.person.user)


def test_check_in_does_not_overrule_who_was_there(volunteer, now_shift, coordinator):
    row = put_on(now_shift, volunteer)
    actions.mark_attendance(assignment=row, attended=False, by=coordinator)
    refused("marked_absent", actions.check_in, assignment=row, by=volunteer.person.user)


def test_check_in_of_somebody_else(client, volunteer, now_shift, site, coordinator):
    other = put_on(now_shift, someone(site, "Mette Hemmelig"))
    refused("not_own", actions.check_in, assignment=other, by=volunteer.person.user)
    client.force_login(volunteer.person.user)
    assert client.post(path_of(site), {"assignment": other.pk}).status_code == 404


def test_page_of_a_shift_that_is_not_mine_is_kind(client, volunteer, now_shift, site):
    put_on(now_shift, someone(site, "Mette Hemmelig"))
    client.force_login(volunteer.person.user)
    page = client.get(path_of(site))
    assert (page.status_code, page.context["check_in"].running) == (200, now_shift)
    assert "Mette" not in page.content.decode()


def test_page_tells_strangers_no_names_and_brings_them_back(client, volunteer, now_shift, site):
    row = put_on(now_shift, volunteer)
    page = client.get(path_of(site))
    text = page.content.decode()
    assert (page.status_code, "Frida" in text) == (200, False)
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert f"next={path_of(site).replace('/', '%2F')}" in page.context["code_url"]
    answer = client.post(path_of(site), {"assignment": row.pk})
    assert answer.headers["Location"].startswith(reverse("account_login"))
    row.refresh_from_db()
    assert row.state == "booked"


def test_code_request_keeps_the_way_back(client, site):
    page = client.get(f"{reverse('account_request_login_code')}?next={path_of(site)}")
    assert f'name="next" value="{path_of(site)}"' in page.content.decode()


def test_renewed_wrong_and_switched_off_posters_do_not_work(client, site, coordinator, here):
    old = path_of(site)
    actions.renew_poster(site=site, by=coordinator)
    new = path_of(site)
    other = factories.make_site(here)
    mark = posters.token(site).partition("-")[2]
    assert [client.get(path).status_code for path in (old, new)] == [404, 200]
    for wrong in (f"{other.pk}-{mark}", "x", f"{site.pk}-", f"{site.pk}", "9" * 30 + "-x"):
        assert client.get(url("check-in", wrong)).status_code == 404
    policies.set(attendance.BY_POSTER, False, path=here.path, by=coordinator)
    assert client.get(new).status_code == 404


# --- Shift leads ---------------------------------------------------------------------------


@pytest.fixture
def lead(volunteer, site, coordinator):
    return actions.name_lead(site=site, volunteer=volunteer, by=coordinator)


def led(volunteer):
    return list(attendance.shifts_led(volunteer.person.user, timezone.now()))


def test_lead_registers_by_first_name_and_is_named_for_it(client, lead, volunteer, now_shift, site):
    one = put_on(now_shift, someone(site, "Mette Hemmelig", phone=SECRETS[0], email=SECRETS[1]))
    two = put_on(now_shift, someone(site, "Bo Hansen"))
    three = put_on(now_shift, someone(site, "Bo Jensen"))
    client.force_login(volunteer.person.user)
    page = client.get(url("own-led-shift", now_shift.pk))
    labels = [field.label for field in page.context["form"]]
    assert labels == ["Mette", "Bo H.", "Bo J."]
    text = page.content.decode()
    assert [word for word in (*SECRETS, "Hemmelig", "Hansen") if word in text] == []
    assert AccessEvent.objects.get(purpose="shift.led").subjects.count() == 3
    client.post(url("own-led-shift", now_shift.pk), {f"a{one.pk}": "came", f"a{two.pk}": "absent"})
    rows = {row.pk: row for row in Assignment.objects.all()}
    assert [rows[row.pk].state for row in (one, two, three)] == ["attended", "absent", "booked"]
    assert {rows[one.pk].attendance_by, rows[two.pk].attendance_by} == {volunteer.person.user}
    assert set(Presence.objects.values_list("way", flat=True)) == {MarkWay.LEAD}


def test_who_is_not_lead_finds_nothing(client, volunteer, now_shift, volunteer_elsewhere, lead):
    client.force_login(volunteer_elsewhere.person.user)
    assert client.get(url("own-led-shift", now_shift.pk)).status_code == 404
    assert client.get(url("own-led")).context["shifts"] == []


def test_lead_gets_no_page_of_staff(client, lead, volunteer, now_shift, site):
    client.force_login(volunteer.person.user)
    names = ("shift-attendance", "shift-detail", "attendance-sheet")
    assert {client.get(url(name, now_shift.pk)).status_code for name in names} == {404}
    assert client.get(url("site-attendance", site.pk)).status_code == 404


def test_lead_of_one_shift_leads_no_other(volunteer, now_shift, site, coordinator):
    other = factories.make_shift(site, starts_at=now_shift.starts_at, title="En anden")
    actions.name_lead(site=site, volunteer=volunteer, shift=now_shift, by=coordinator)
    assert led(volunteer) == [now_shift]
    row = put_on(other, someone(site, "Mette Hemmelig"))
    refused(
        "not_lead",
        actions.mark_all,
        marks=[(row, True)],
        by=volunteer.person.user,
        way=MarkWay.LEAD,
    )
    row.refresh_from_db()
    assert row.state == "booked"


@pytest.mark.parametrize(("days", "seen"), [(-1, False), (0, True), (2, True), (3, False)])
def test_lead_sees_today_and_some_days_back(days, seen, lead, volunteer, site):
    day = today() - timedelta(days=days)
    shift = factories.make_shift(site, day=day, hour=12)
    assert (shift in led(volunteer)) is seen


def test_right_ends_with_the_engagement(lead, volunteer, now_shift, coordinator):
    assert led(volunteer) == [now_shift]
    tie = volunteer.engagements.get()
    tie.pauses.create(starts_on=today(), ends_on=today())
    assert led(volunteer) == []
    tie.pauses.all().delete()
    engagements.end(
        engagement=tie, last_day=today() - timedelta(days=1), reason="own_wish", by=coordinator
    )
    assert led(volunteer) == []


def test_taken_back_stops_at_once_and_again_changes_nothing(
    lead, volunteer, now_shift, coordinator
):
    for _time in range(2):
        actions.end_lead(lead=lead, by=coordinator)
    assert led(volunteer) == []
    assert AuditEvent.objects.filter(kind="shift_lead.ended").count() == 1
    again = actions.name_lead(site=now_shift.site, volunteer=volunteer, by=coordinator)
    assert (led(volunteer), ShiftLead.objects.in_use().get()) == ([now_shift], again)


def test_who_can_be_lead(site, coordinator, volunteer_elsewhere, elsewhere):
    refused(
        "not_engaged",
        actions.name_lead,
        site=site,
        volunteer=volunteer_elsewhere,
        by=coordinator,
    )
    refused(
        "no_sign_in",
        actions.name_lead,
        site=site,
        volunteer=someone(site, "Ove Uden"),
        by=coordinator,
    )


def test_page_of_a_site_names_and_takes_back(client, coordinator, volunteer, site, now_shift):
    client.force_login(coordinator)
    client.post(url("lead-create", site.pk), {"volunteer": volunteer.pk})
    found = ShiftLead.objects.get()
    assert (found.engagement.volunteer, found.shift, found.named_by) == (
        volunteer,
        None,
        coordinator,
    )
    assert "Frida" in client.get(url("site-attendance", site.pk)).content.decode()
    page = client.post(url("lead-create", site.pk), {"volunteer": volunteer.pk})
    assert page.context["form"].non_field_errors()
    client.post(url("lead-end", found.pk))
    assert client.get(url("site-attendance", site.pk)).context["leads"] == []


# --- A coordinator's form says who registered ----------------------------------------------


def test_form_tells_who_registered(client, coordinator, volunteer, now_shift):
    row = put_on(now_shift, volunteer)
    actions.check_in(assignment=row, by=volunteer.person.user)
    client.force_login(coordinator)
    page = client.get(url("shift-attendance", now_shift.pk))
    assert page.context["marked"] == [(row, MarkWay.SELF)]
    client.post(url("shift-attendance", now_shift.pk), {f"a{row.pk}": "absent"})
    row.refresh_from_db()
    assert (row.state, row.attendance_by, row.presence.way) == (
        "absent",
        coordinator,
        MarkWay.STAFF,
    )


# --- Sheets --------------------------------------------------------------------------------


@pytest.fixture
def people(site):
    """Two, one of them with a protected identity."""
    return [
        someone(site, "Åse Ærø", phone=SECRETS[0], email=SECRETS[1], address=SECRETS[2]),
        someone(site, "Mette Hemmelig", protected_identity=True),
    ]


def test_sheet_holds_names_and_nothing_else(client, coordinator, now_shift, people):
    for one in people:
        put_on(now_shift, one)
    client.force_login(coordinator)
    answer = client.get(url("attendance-sheet", now_shift.pk))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert broken_rules(answer.content) == []
    event = AccessEvent.objects.get(purpose="shift.sheet")
    assert set(event.subjects.values_list("person_id", flat=True)) == {one.pk for one in people}
    shift = sheets.shifts_to_print().get(pk=now_shift.pk)
    shown = sheets.attendance_html([shift], sheets.on_sheet([shift]))
    assert [word in shown for word in ("Åse Ærø", "Mette H.")] == [True, True]
    assert [word for word in (*SECRETS, "Hemmelig") if word in shown] == []


def test_long_sheet_is_accessible(now_shift, site):
    for number in range(30):
        put_on(now_shift, someone(site, f"Nummer {number}"))
    shift = sheets.shifts_to_print().get(pk=now_shift.pk)
    content = sheets.attendance_sheet([shift], sheets.on_sheet([shift]))
    assert broken_rules(content) == []


def test_sheet_of_a_day_holds_the_day(client, coordinator, site):
    day = today() + timedelta(days=3)
    wanted = [factories.make_shift(site, day=day, hour=hour) for hour in (9, 15)]
    factories.make_shift(site, day=day + timedelta(days=1))
    client.force_login(coordinator)
    address = url("attendance-day", site.activity_id)
    assert client.get(address).headers["Content-Type"] == "application/pdf"
    assert client.get(f"{address}?dag={day}").headers["Content-Disposition"].endswith(f'{day}.pdf"')
    nothing = client.get(f"{address}?dag={today()}")
    assert nothing.headers["Location"] == url("attendance-sheets", site.activity_id)
    days = client.get(url("attendance-sheets", site.activity_id)).context["days"]
    assert days == [wanted[0].day, wanted[0].day + timedelta(days=1)]


def test_sheets_of_an_activity_that_another_branch_owns(
    client, coordinator, here, elsewhere, coordinator_elsewhere
):
    activity = factories.make_activity(elsewhere)
    ours, theirs = (factories.make_site(place, activity) for place in (here, elsewhere))
    day = today() + timedelta(days=3)
    mine = factories.make_shift(ours, day=day)
    factories.make_shift(theirs, day=day + timedelta(days=1))
    client.force_login(coordinator)
    assert client.get(url("attendance-sheets", activity.pk)).context["days"] == [mine.day]
    assert client.get(url("attendance-day", activity.pk)).status_code == 200
    only_theirs = factories.make_activity(elsewhere)
    assert client.get(url("attendance-sheets", only_theirs.pk)).status_code == 404


def test_poster_holds_no_names(site, volunteer, now_shift):
    put_on(now_shift, volunteer)
    assert broken_rules(sheets.poster(site)) == []


# --- A phoned cancellation -----------------------------------------------------------------


def test_phoned_cancellation_in_two_steps(client, coordinator, site):
    caller = someone(site, "Margrethe Madsen", search="margrethe madsen")
    later = put_on(factories.make_shift(site, day=today() + timedelta(days=9)), caller)
    soon = put_on(factories.make_shift(site, capacity=1), caller)
    waiting = someone(site, "Vera Venter")
    assignments.sign_up(shift=soon.shift, volunteer=waiting, by=coordinator, or_wait=True)
    client.force_login(coordinator)
    page = client.get(url("phoned"), {"q": "mar"})
    [found] = page.context["callers"]
    assert found.assignments == (soon, later)
    assert AccessEvent.objects.get(purpose="shift.phoned").subjects.get().person_id == caller.pk
    answer = client.post(url("assignment-phoned", soon.pk))
    soon.refresh_from_db()
    assert (soon.state, soon.cancelled_by) == ("cancelled", coordinator)
    told = client.get(answer.headers["Location"])
    assert (told.context["taken"], len(told.context["line"].offered)) == (soon, 1)


def test_phoned_finds_nobody_elsewhere_and_nothing_begun(
    client, coordinator, volunteer_elsewhere, now_shift, volunteer
):
    put_on(now_shift, volunteer)
    other = put_on(
        factories.make_shift(volunteer_elsewhere.engagements.get().site), volunteer_elsewhere
    )
    client.force_login(coordinator)
    assert client.get(url("phoned"), {"q": "e"}).context["callers"] == []
    assert client.get(url("phoned"), {"q": "frida"}).context["callers"] == []
    assert client.post(url("assignment-phoned", other.pk)).status_code == 404
    assert client.get(url("phoned"), {"afmeldt": other.pk}).context["taken"] is None


def test_phoned_twice_is_told(client, coordinator, site):
    row = put_on(factories.make_shift(site), someone(site, "Ane Andersen"))
    client.force_login(coordinator)
    assert client.post(url("assignment-phoned", row.pk)).status_code == 302
    again = client.post(url("assignment-phoned", row.pk))
    assert (again.status_code, again.context["error"].code) == (409, "wrong_state")
