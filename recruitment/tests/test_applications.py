"""Coordinators answer applications: only their own, once, and with the right person."""

import pytest
from django.urls import reverse

from coordination.models import Engagement, Person, Tie
from coordination.tests.factories import make_engagement, make_person, make_site, make_volunteer
from core.errors import DomainError
from core.models import AccessEvent, AuditEvent, Message
from core.periods import today
from core.tests.counting import asks
from recruitment.actions import applications
from recruitment.models import Application
from recruitment.states import ApplicationState
from recruitment.summary import staff_summary
from recruitment.tests.factories import make_application


@pytest.fixture
def application(site):
    return make_application(site, make_person("Nina Ny", email="nina@example.dk"))


@pytest.fixture
def application_elsewhere(elsewhere):
    return make_application(make_site(elsewhere), make_person("Hemmelig Hansen"))


def accept_data(site, **changes):
    return {"site": site.pk, "starts_on": "", "tie": Tie.FIXED, "association": ""} | changes


def test_list_shows_only_ones_own_branches(client, coordinator, application, application_elsewhere):
    client.force_login(coordinator)
    page = client.get(reverse("recruitment:application-list"))
    assert page.context["rows"] == [application]
    assert "Hemmelig" not in page.content.decode()


@pytest.mark.parametrize(
    "name", ["application-detail", "application-accept", "application-decline"]
)
def test_elsewhere_does_not_exist(client, coordinator, application_elsewhere, name):
    client.force_login(coordinator)
    url = reverse(f"recruitment:{name}", args=[application_elsewhere.pk])
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("name", ["application-accept", "application-decline"])
def test_nothing_can_be_done_elsewhere(client, coordinator, application_elsewhere, name):
    client.force_login(coordinator)
    url = reverse(f"recruitment:{name}", args=[application_elsewhere.pk])
    assert client.post(url).status_code == 404
    assert Application.objects.get().state == ApplicationState.RECEIVED


def test_leader_may_see_and_not_decide(client, leader, application):
    client.force_login(leader)
    detail = reverse("recruitment:application-detail", args=[application.pk])
    accept = reverse("recruitment:application-accept", args=[application.pk])
    assert client.get(detail).status_code == 200
    assert client.get(accept).status_code == 403
    assert client.post(accept).status_code == 403


def test_anonymous_is_sent_to_sign_in(client, application):
    url = reverse("recruitment:application-detail", args=[application.pk])
    assert client.get(url).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("count", [1, 3, 30])
def test_list_costs_the_same_for_any_number(client, coordinator, site, count):
    for _number in range(count):
        make_application(site)
    client.force_login(coordinator)
    client.get(reverse("recruitment:application-list"))
    with asks(9):
        client.get(reverse("recruitment:application-list"))


def test_looking_is_logged(client, coordinator, application):
    client.force_login(coordinator)
    client.get(reverse("recruitment:application-detail", args=[application.pk]))
    event = AccessEvent.objects.get()
    assert event.purpose == "application.detail"
    assert [subject.person_id for subject in event.subjects.all()] == [application.person_id]


def test_accept_makes_volunteer_and_engagement(client, coordinator, application, site):
    client.force_login(coordinator)
    url = reverse("recruitment:application-accept", args=[application.pk])
    response = client.post(url, accept_data(site, starts_on="1.12.2026"))
    engagement = Engagement.objects.get()
    assert response.url == reverse("coordination:volunteer-detail", args=[engagement.volunteer_id])
    application.refresh_from_db()
    assert application.state == ApplicationState.ACCEPTED
    assert application.engagement == engagement
    assert engagement.volunteer.person == application.person
    assert (engagement.tie, str(engagement.starts_on)) == (Tie.FIXED, "2026-12-01")
    assert AuditEvent.objects.filter(kind="application.accepted").count() == 1


def test_accept_twice_is_refused(application, site, coordinator):
    given = {"site": site, "starts_on": today(), "by": coordinator}
    applications.accept(application=application, **given)
    with pytest.raises(DomainError) as refused:
        applications.accept(application=application, **given)
    assert refused.value.code == "wrong_state"
    assert Engagement.objects.count() == 1


def test_accept_as_a_known_person_removes_the_double(application, site, here, coordinator):
    known = make_volunteer("Nina Ny", email="nina@example.dk")
    make_engagement(known, make_site(here))
    double = application.person
    engagement = applications.accept(
        application=application,
        site=site,
        starts_on=today(),
        same_as=known.person,
        by=coordinator,
    )
    assert engagement.volunteer == known
    assert not Person.objects.filter(pk=double.pk).exists()
    assert Application.objects.get().person == known.person


def test_only_people_one_may_see_are_offered_as_known(
    client, coordinator, application, here, elsewhere
):
    ours = make_volunteer("Nina Ny", email="other@example.dk")
    make_engagement(ours, make_site(here))
    theirs = make_volunteer("Nina Ny", email="nina@example.dk")
    make_engagement(theirs, make_site(elsewhere))
    client.force_login(coordinator)
    page = client.get(reverse("recruitment:application-accept", args=[application.pk]))
    keys = [key for key, _label in page.context["form"].fields["same_as"].choices]
    assert keys == ["", str(ours.pk)]
    shown = AccessEvent.objects.get().subjects.values_list("person_id", flat=True)
    assert sorted(shown) == sorted([application.person_id, ours.pk])


def test_a_protected_persons_contact_stands_on_no_page_of_applications(
    client, coordinator, site, here
):
    known = make_volunteer(
        "Nina Hemmelig",
        email="nina@example.dk",
        phone="+4511223344",
        postcode="5240",
        protected_identity=True,
    )
    make_engagement(known, make_site(here))
    own = make_application(site, known.person)
    double = make_application(site, make_person("Nina Ny", email="nina@example.dk", postcode=""))
    client.force_login(coordinator)

    detail = client.get(reverse("recruitment:application-detail", args=[own.pk]))
    accept = client.get(reverse("recruitment:application-accept", args=[double.pk]))

    assert [key for key, _label in accept.context["form"].fields["same_as"].choices][1:] == [
        str(known.pk)
    ]
    for secret in ("nina@example.dk", "11 22 33 44", "5240", "Hemmelig"):
        assert secret not in detail.content.decode()
        assert secret not in accept.content.decode()


def test_one_cannot_accept_to_a_site_elsewhere(client, coordinator, application, elsewhere):
    client.force_login(coordinator)
    site = make_site(elsewhere)
    url = reverse("recruitment:application-accept", args=[application.pk])
    page = client.post(url, accept_data(site, starts_on="1.12.2026"))
    assert list(page.context["form"].errors) == ["site"]
    assert not Engagement.objects.exists()


def test_decline_tells_kindly_and_once(client, coordinator, application):
    client.force_login(coordinator)
    url = reverse("recruitment:application-decline", args=[application.pk])
    assert client.get(url).status_code == 200
    assert Application.objects.get().state == ApplicationState.RECEIVED
    client.post(url)
    assert Application.objects.get().state == ApplicationState.DECLINED
    assert Message.objects.filter(kind="recruitment.declined").count() == 1
    assert client.post(url).status_code == 409


def test_start_page_counts_only_what_waits_here(
    coordinator, leader, reader, application, application_elsewhere
):
    assert [row.number for row in staff_summary(coordinator)] == [1]
    assert [row.number for row in staff_summary(leader)] == [1]
    assert staff_summary(reader) == []
