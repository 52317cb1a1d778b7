"""The staff pages of people and activities in a browser: axe and width, on a desk and a phone."""

from datetime import timedelta

import pytest

from coordination.models import EndReason, Person
from coordination.tests import factories
from core.periods import today
from core.tests.browser import DESK, PHONE, assert_accessible

pytestmark = pytest.mark.browser


@pytest.fixture
def library(volunteer, here, coordinator):
    """A branch with something on every page; returns the addresses of its pages."""
    activity = factories.make_activity(
        here,
        "Lektiecafé for børn og unge i 4.-9. klasse",
        purpose="At flere børn får hjælp og lyst til skolen.",
        description="Vi hjælper med lektier.\n\nDer er te og kage.",
        contact=coordinator,
        minimum_age=18,
    )
    factories.make_requirement(activity)
    factories.make_requirement(activity, "child_certificate")
    site = factories.make_site(here, activity, place="Det store lokale")
    festival = factories.make_activity(here, "Magiske Dage", kind="event", state="pilot")
    event = factories.make_site(here, festival)
    association = factories.make_association("Frivilligcenter Odense")
    for number, name in enumerate(
        ["Åse Ærø Østergård", "Bodil Christiansen-Rasmussen", "Cai Aagaard", "Dorte Ø"]
    ):
        person = factories.make_volunteer(
            name, phone=f"+454455667{number}", protected_identity=number == 2
        )
        tie = factories.make_engagement(person, site, association=association)
        if number == 1:
            tie.pauses.create(starts_on=today())
        factories.make_engagement(person, event, tie="occasional")
    factories.make_clearance(person, valid_until=today() + timedelta(days=90))
    factories.make_clearance(person, "child_certificate")
    left = factories.make_engagement(
        volunteer,
        event,
        ends_on=today() - timedelta(days=1),
        ended_at=factories.at(today(), 10),
        ended_by=coordinator,
        end_reason=EndReason.MOVED,
    )
    factories.make_shift(site, day=today() + timedelta(days=3), minimum=2)
    hidden = Person.objects.get(protected_identity=True)
    engagement = left.volunteer.engagements.exclude(pk=left.pk).get()
    return [
        "/",
        "/frivillige/",
        "/frivillige/?q=zzz&status=active",
        f"/frivillige/?activity={activity.pk}",
        f"/frivillige/{person.pk}/",
        f"/frivillige/{hidden.pk}/",
        f"/frivillige/{volunteer.pk}/",
        "/frivillige/ny/",
        f"/frivillige/{person.pk}/kontakt/",
        f"/frivillige/{person.pk}/login/",
        f"/frivillige/{person.pk}/tilknytninger/ny/",
        f"/tilknytninger/{engagement.pk}/afslut/",
        f"/tilknytninger/{engagement.pk}/pause/",
        f"/tilknytninger/{engagement.pk}/genoptag/",
        f"/tilknytninger/{engagement.pk}/form/",
        "/aktiviteter/",
        "/aktiviteter/ny/",
        f"/aktiviteter/{activity.pk}/",
        f"/aktiviteter/{activity.pk}/rediger/",
        f"/aktiviteter/{festival.pk}/status/",
        f"/aktiviteter/{activity.pk}/steder/nyt/",
        f"/steder/{site.pk}/luk/",
        "/afdelinger/",
        "/foreninger/",
        "/foreninger/ny/",
        f"/foreninger/{association.pk}/",
        "/overblik/",
    ]


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_pages_are_accessible(visit, address, coordinator, library, width):
    page = visit(library[0], user=coordinator, width=width)
    for path in library:
        page.goto(address(path))
        assert_accessible(page)


def test_form_errors_are_accessible(visit, coordinator, library):
    page = visit("/frivillige/ny/", user=coordinator, width=PHONE)
    page.locator("#id_starts_on").fill("31.2.2026")
    page.get_by_role("button", name="Tilføj den frivillige").click()
    assert_accessible(page)
