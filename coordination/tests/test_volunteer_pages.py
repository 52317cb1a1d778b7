"""The volunteers' pages: who sees whom, what a shared person's branches hide, what it costs."""

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from coordination import exports
from coordination.actions import engagements
from coordination.models import Engagement, Person
from coordination.tests import factories
from core import jobs
from core.models import AccessEvent, AccessSubject, Job
from core.periods import today
from core.tests.counting import Counter, asks

LIST = "/frivillige/"
LONG_AGO = date(2020, 6, 1)


def url(name, *args):
    return reverse(f"coordination:{name}", args=args)


def get(client, user, address):
    client.force_login(user)
    return client.get(address)


def names(response):
    return sorted(row.person.name for row in response.context["rows"])


@pytest.fixture
def shared(volunteer, elsewhere):
    """The volunteer here also helps elsewhere, with rows there that nobody here may see."""
    volunteer.person.phone = "+4512345678"
    volunteer.person.save()
    site = factories.make_site(elsewhere, factories.make_activity(elsewhere, "Hemmelig Aktivitet"))
    factories.make_requirement(site.activity)
    factories.make_engagement(volunteer, site)
    return volunteer


def test_list_shows_the_volunteers_of_ones_branches(
    client, coordinator, volunteer, volunteer_elsewhere
):
    assert names(get(client, coordinator, LIST)) == ["Frida Frivillig"]


def test_list_shows_everybody_to_the_whole_municipality(
    client, central_coordinator, volunteer, volunteer_elsewhere
):
    assert names(get(client, central_coordinator, LIST)) == ["Egon Etsteds", "Frida Frivillig"]


def test_list_hides_what_a_shared_person_does_elsewhere(client, coordinator, shared):
    page = get(client, coordinator, LIST).content.decode()
    assert "Frida Frivillig" in page
    assert "Hemmelig Aktivitet" not in page


def test_list_for_an_ambassador_is_contacts_and_no_papers(client, ambassador, volunteer):
    factories.make_requirement(volunteer.engagements.get().site.activity)
    response = get(client, ambassador, LIST)
    line = response.context["rows"][0].lines[0]
    assert (line.missing, line.editable) == ((), False)
    assert sorted(response.context["filter"].fields) == ["activity", "branch", "q"]
    assert url("volunteer-detail", volunteer.pk) not in response.content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [("coordinator", 200), ("leader", 200), ("ambassador", 403), ("reader", 403)],
)
def test_detail_by_role_here(client, request, volunteer, role, status):
    address = url("volunteer-detail", volunteer.pk)
    assert get(client, request.getfixturevalue(role), address).status_code == status


ABOUT_A_VOLUNTEER = ["volunteer-detail", "person-edit", "person-sign-in", "engagement-create"]
ABOUT_AN_ENGAGEMENT = ["engagement-end", "engagement-pause", "engagement-resume", "engagement-tie"]


@pytest.mark.parametrize("name", ABOUT_A_VOLUNTEER)
def test_volunteer_elsewhere_does_not_exist_here(client, coordinator, volunteer_elsewhere, name):
    there = get(client, coordinator, url(name, volunteer_elsewhere.pk))
    nowhere = get(client, coordinator, url(name, 987654))
    assert (there.status_code, nowhere.status_code) == (404, 404)


@pytest.mark.parametrize("name", ABOUT_AN_ENGAGEMENT)
def test_engagement_elsewhere_of_a_shared_person_does_not_exist_here(
    client, coordinator, shared, elsewhere, name
):
    engagement = Engagement.objects.get(site__branch=elsewhere)
    assert get(client, coordinator, url(name, engagement.pk)).status_code == 404
    assert client.post(url(name, engagement.pk), {}).status_code == 404


def test_detail_of_a_shared_person_shows_contact_and_hides_the_other_branch(
    client, coordinator, shared, elsewhere, coordinator_elsewhere
):
    site = Engagement.objects.get(site__branch=elsewhere).site
    factories.make_clearance(shared, site=site, valid_until=today())
    page = get(client, coordinator, url("volunteer-detail", shared.pk)).content.decode()
    assert "12 34 56 78" in page
    assert "Hemmelig Aktivitet" not in page
    assert "Bolbro" not in page


def test_detail_hides_a_protected_identity(client, coordinator, volunteer):
    Person.objects.update(protected_identity=True, phone="+4512345678", postcode="5240")
    page = get(client, coordinator, url("volunteer-detail", volunteer.pk)).content.decode()
    assert "Frida F." in page
    for hidden in ("Frida Frivillig", "12 34 56 78", "frida@example.dk", "5240"):
        assert hidden not in page


def test_detail_is_written_to_the_access_log(client, coordinator, volunteer):
    get(client, coordinator, url("volunteer-detail", volunteer.pk))
    event = AccessEvent.objects.get()
    assert (event.purpose, event.actor_id) == ("volunteer.detail", coordinator.pk)
    assert AccessSubject.objects.get().person_id == volunteer.pk


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_list_costs_the_same_for_any_number_of_rows(client, coordinator, here, rows):
    activity = factories.make_activity(here)
    factories.make_requirement(activity)
    site, other = factories.make_site(here, activity), factories.make_site(here)
    for _number in range(rows):
        volunteer = factories.make_volunteer()
        factories.make_engagement(volunteer, site, accepted_by=coordinator)
        factories.make_engagement(volunteer, other, accepted_by=coordinator)
    client.force_login(coordinator)
    with asks(12):
        client.get(LIST)


def test_detail_costs_at_most_twenty(client, coordinator, shared, here):
    engagement = shared.engagements.get(site__branch=here)
    factories.make_requirement(engagement.site.activity)
    engagements.change_tie(engagement=engagement, tie="occasional", by=coordinator)
    client.force_login(coordinator)
    counter = Counter()
    with connection.execute_wrapper(counter):
        client.get(url("volunteer-detail", shared.pk))
    assert counter.number <= 20


def test_filter_by_status_and_missing(client, coordinator, here):
    activity = factories.make_activity(here)
    factories.make_requirement(activity)
    papers, free = factories.make_site(here, activity), factories.make_site(here)
    waiting = factories.make_volunteer("Vera Venter")
    factories.make_engagement(waiting, papers)
    active = factories.make_volunteer("Alma Aktiv")
    factories.make_engagement(active, free)
    resting = factories.make_volunteer("Pia Pause")
    factories.make_engagement(resting, free).pauses.create(starts_on=today())
    left = factories.make_volunteer("Stine Stoppet")
    factories.make_engagement(
        left, free, starts_on=today().replace(year=2020), ends_on=today().replace(year=2021)
    )
    client.force_login(coordinator)
    found = {
        status: names(client.get(LIST, {"status": status}))
        for status in ("active", "pending", "paused", "ended")
    }
    assert found == {
        "active": ["Alma Aktiv"],
        "pending": ["Vera Venter"],
        "paused": ["Pia Pause"],
        "ended": ["Stine Stoppet"],
    }
    assert names(client.get(LIST, {"missing": "agreement"})) == ["Vera Venter"]
    assert names(client.get(LIST, {"missing": "child_certificate"})) == []
    assert names(client.get(LIST, {"activity": activity.pk})) == ["Vera Venter"]


def test_filter_search_finds_danish_letters_and_phones(client, coordinator, here):
    volunteer = factories.make_volunteer("Åse Ørn", search="åse ørn 12345678")
    factories.make_engagement(volunteer, factories.make_site(here))
    client.force_login(coordinator)
    for words in ("Aase", "ør", "12345678", "ørn åse"):
        assert names(client.get(LIST, {"q": words})) == ["Åse Ørn"]
    assert names(client.get(LIST, {"q": "zzz"})) == []


@pytest.mark.parametrize("words", ["'; DROP TABLE", "<script>", "\u202e", "😀", "%", "\x00"])
def test_filter_search_survives_bad_input(client, coordinator, volunteer, words):
    assert get(client, coordinator, f"{LIST}?q={words}").status_code == 200


@pytest.mark.parametrize(
    "query", ["", "?q=anna", "?q=12345678", "?q=nobody", "?status=active", "?q=x&branch=nonsense"]
)
@pytest.mark.parametrize("who", ["coordinator", "central_coordinator", "ambassador"])
def test_the_list_counts_what_it_shows(client, request, shared, here, elsewhere, who, query):
    for name in ("Anna Andersen", "Anna Åberg", "Bo Berg"):
        someone = factories.make_volunteer(name, phone="12345678")
        for branch in (here, here, elsewhere):
            factories.make_engagement(someone, factories.make_site(branch))
    answer = get(client, request.getfixturevalue(who), LIST + query)

    shown = {row.pk for row in answer.context["rows"]}
    assert answer.context["page_obj"].paginator.count == len(shown) <= 25


def test_filter_cannot_reach_another_branch(client, coordinator, volunteer_elsewhere, elsewhere):
    response = get(client, coordinator, f"{LIST}?branch={elsewhere.pk}")
    assert names(response) == []
    assert response.context["filter"].errors


def test_export_guards_against_formulas_and_hides_the_protected(client, coordinator, here):
    site = factories.make_site(here)
    factories.make_engagement(factories.make_volunteer("=HYPERLINK(1)", phone="+4512345678"), site)
    factories.make_engagement(
        factories.make_volunteer("Rosa Skjult", phone="+4587654321", protected_identity=True), site
    )
    response = get(client, coordinator, url("volunteer-export"))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert [row[:4] for row in rows[1:]] == [
        ["'=HYPERLINK(1)", rows[1][1], "12345678", ""],
        ["Rosa S.", "", "", ""],
    ]
    assert AccessEvent.objects.get().purpose == "volunteer.export"


def test_export_takes_the_permission_and_ones_own_branches(
    client, coordinator, ambassador, volunteer, volunteer_elsewhere
):
    assert get(client, ambassador, url("volunteer-export")).status_code == 403
    page = get(client, coordinator, url("volunteer-export")).content.decode()
    assert "Frida" in page
    assert "Egon" not in page


def new_volunteer(site, **fields):
    return {
        "name": "Tove Tastet",
        "email": "tove@example.dk",
        "language": "da",
        "site": site.pk,
        "starts_on": "1.12.2026",
    } | fields


def test_create_a_volunteer(client, coordinator, here):
    site = factories.make_site(here)
    client.force_login(coordinator)
    response = client.post(url("volunteer-create"), new_volunteer(site))
    engagement = Engagement.objects.get()
    assert response.url == url("volunteer-detail", engagement.volunteer_id)
    assert (engagement.site, engagement.accepted_by) == (site, coordinator)


def test_create_cannot_choose_a_site_elsewhere(client, coordinator, here, elsewhere):
    factories.make_site(here)
    client.force_login(coordinator)
    response = client.post(url("volunteer-create"), new_volunteer(factories.make_site(elsewhere)))
    assert list(response.context["form"].errors) == ["site"]
    assert Person.objects.count() == 0


def test_create_keeps_what_was_typed_when_it_is_refused(client, coordinator, here):
    typed = new_volunteer(factories.make_site(here), email="", phone="", starts_on="31.2.2026")
    client.force_login(coordinator)
    response = client.post(url("volunteer-create"), typed)
    assert response.status_code == 200
    assert "Tove Tastet" in response.content.decode()
    assert "31.2.2026" in response.content.decode()


def test_sign_in_refusal_is_shown_on_the_page(client, coordinator, volunteer, here):
    friend = factories.make_volunteer(email="frida@example.dk")
    factories.make_engagement(friend, factories.make_site(here))
    client.force_login(coordinator)
    response = client.post(url("person-sign-in", friend.pk))
    assert response.status_code == 409
    assert response.context["error"].code == "sign_in_taken"


def test_end_from_the_page(client, coordinator, volunteer):
    engagement = volunteer.engagements.get()
    client.force_login(coordinator)
    client.post(url("engagement-end", engagement.pk), {"last_day": "1.12.2026", "reason": "moved"})
    engagement.refresh_from_db()
    assert (f"{engagement.ends_on}", engagement.ended_by) == ("2026-12-01", coordinator)


# --- Two who edit at the same time ---------------------------------------------------------


def _filled(page):
    """What a browser sends back of the form on the page as it stands."""
    form = page.context["form"]
    return {field.html_name: field.value() or "" for field in form if field.value() is not None}


def test_what_somebody_else_saved_meanwhile_is_not_lost_in_silence(client, coordinator, volunteer):
    """Both open the contact; the first corrects the phone, the second only the postcode."""
    address = url("person-edit", volunteer.pk)
    mine = _filled(get(client, coordinator, address)) | {"postcode": "5000"}
    theirs = mine | {"phone": "12 34 56 78", "postcode": ""}

    assert client.post(address, theirs).status_code == 302
    page = client.post(address, mine)

    assert page.status_code == 200
    assert page.context["form"].non_field_errors().as_data()[0].code == "changed_meanwhile"
    assert page.context["form"]["postcode"].value() == "5000"
    assert Person.objects.get(pk=volunteer.pk).phone == "+4512345678"

    assert client.post(address, _filled(page)).status_code == 302
    assert Person.objects.get(pk=volunteer.pk).postcode == "5000"


def test_a_long_export_is_made_by_a_job(
    client, coordinator, volunteer, volunteer_elsewhere, here, monkeypatch
):
    site = factories.make_site(here)
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    monkeypatch.setattr(exports, "AT_A_TIME", 2)
    for number in range(3):
        factories.make_engagement(factories.make_volunteer(f"Berit {number}"), site)
    asked = get(client, coordinator, url("volunteer-export") + "?q=Berit")
    assert asked.url == url("volunteer-export-start") + "?q=Berit"
    assert "3" in client.get(asked.url).context["question"]
    started = client.post(url("volunteer-export-start"))
    job = Job.objects.get()
    assert started.url == reverse("core:job", args=[job.pk])
    assert not AccessEvent.objects.exists()
    jobs.run(job.pk)
    file = client.get(reverse("core:job-result", args=[job.pk]))
    rows = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows[1:]] == [
        "Berit 0",
        "Berit 1",
        "Berit 2",
        volunteer.person.name,
    ]
    assert AccessEvent.objects.get().purpose == "volunteer.export"
    assert AccessSubject.objects.count() == 4
