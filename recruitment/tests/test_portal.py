"""What citizens see and do without signing in."""

from datetime import timedelta

import pytest
from django.urls import reverse

from coordination.models import Person
from coordination.tests.factories import make_activity, make_site
from core import policies
from core.models import Message, PublishedText
from core.periods import today
from recruitment.models import Application
from recruitment.states import OpportunityState
from recruitment.tests.factories import make_opportunity, publish_texts

ANSWERS = {
    "name": "Åse Østergaard",
    "email": "aase@example.dk",
    "phone": "",
    "postcode": "5000",
    "languages": "Dansk og lidt arabisk",
    "availability": "Tirsdag eftermiddag",
    "channel": "library",
    "message": "",
}
NASTY = [
    "'; DROP TABLE recruitment_application; --",
    "<script>alert(1)</script>",
    "مرحبا شكرا",
    "Kis 🐱 Hansen",
]


@pytest.fixture
def opportunity(here):
    publish_texts()
    return make_opportunity(make_site(here, make_activity(here, "Lektiecafé")))


def sign_up(client, opportunity, **changes):
    return client.post(reverse("recruitment:sign-up", args=[opportunity.pk]), ANSWERS | changes)


def test_open_opportunities_are_public_and_others_are_not(client, here, opportunity):
    make_opportunity(opportunity.site, title="Kladden", state=OpportunityState.DRAFT)
    make_opportunity(opportunity.site, title="Lukket", state=OpportunityState.CLOSED)
    make_opportunity(opportunity.site, title="I morgen", published_from=today() + timedelta(days=1))
    make_opportunity(make_site(here, closed_on=today()), title="Afdelingen er lukket")
    page = client.get(reverse("recruitment:opportunity-list"))
    assert [card["heading"] for card in page.context["cards"]] == [opportunity.title]


@pytest.mark.parametrize("count", [1, 3, 30])
def test_public_list_costs_the_same_for_any_number(
    client, here, opportunity, django_assert_num_queries, count
):
    for number in range(count - 1):
        make_opportunity(make_site(here), title=f"Opslag {number}")
    with django_assert_num_queries(3):
        client.get(reverse("recruitment:opportunity-list"))


def test_sign_up_makes_a_person_and_an_application(client, opportunity):
    response = sign_up(client, opportunity)
    assert response.url == reverse("recruitment:sign-up-thanks", args=[opportunity.pk])
    application = Application.objects.get()
    assert application.site == opportunity.site
    assert application.notice == PublishedText.objects.get(key="privacy_notice")
    assert (application.person.name, application.person.postcode) == ("Åse Østergaard", "5000")
    assert application.person.user is None
    assert application.person.birth_year is None


def test_receipt_is_in_the_outbox(client, opportunity):
    sign_up(client, opportunity)
    receipt = Message.objects.get(kind="recruitment.receipt")
    assert receipt.recipient_email == "aase@example.dk"
    assert receipt.about_id == Application.objects.get().pk


def test_phone_alone_is_enough(client, opportunity):
    sign_up(client, opportunity, email="", phone="20 30 40 50")
    assert Application.objects.get().person.phone == "+4520304050"
    assert not Message.objects.exists()


def test_neither_mail_nor_phone_keeps_what_was_typed(client, opportunity):
    page = sign_up(client, opportunity, email="")
    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["email"]
    assert "Tirsdag eftermiddag" in page.content.decode()
    assert not Person.objects.exists()


@pytest.mark.parametrize("name", NASTY)
def test_strange_names_are_names(client, opportunity, name):
    sign_up(client, opportunity, name=name)
    assert Application.objects.get().person.name == name
    assert "<script>" not in client.get("/bliv-frivillig/").content.decode().split("</head>")[1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "A" * 201),
        ("name", "12345"),
        ("email", "ikke en adresse"),
        ("phone", "123"),
        ("postcode", "50000"),
        ("postcode", "abcd"),
        ("channel", "'; DROP TABLE"),
        ("message", "x" * 1001),
    ],
)
def test_bad_input_is_told_at_its_field(client, opportunity, field, value):
    page = sign_up(client, opportunity, **{field: value})
    assert list(page.context["form"].errors) == [field]
    assert page.context["form"][field].value() == value
    assert not Application.objects.exists()


def test_birth_year_is_asked_only_where_the_activity_needs_it(client, here, opportunity):
    adults = make_opportunity(make_site(here, make_activity(here, minimum_age=18)))
    page = client.get(reverse("recruitment:sign-up", args=[opportunity.pk]))
    assert "birth_year" not in page.context["form"].fields
    page = client.get(reverse("recruitment:sign-up", args=[adults.pk]))
    assert page.context["form"].fields["birth_year"].required


def test_too_young_is_told_kindly(client, here, opportunity):
    adults = make_opportunity(make_site(here, make_activity(here, minimum_age=18)))
    page = sign_up(client, adults, birth_year=str(today().year - 12))
    assert list(page.context["form"].errors) == ["birth_year"]
    assert not Person.objects.exists()
    sign_up(client, adults, birth_year=str(today().year - 40))
    assert Application.objects.get().person.birth_year == today().year - 40


def test_opportunity_that_closes_meanwhile(client, opportunity):
    opportunity.state = OpportunityState.CLOSED
    opportunity.save()
    assert sign_up(client, opportunity).status_code == 404


def test_somebody_signed_in_is_not_asked_again(client, opportunity, volunteer):
    client.force_login(volunteer.person.user)
    page = client.get(reverse("recruitment:sign-up", args=[opportunity.pk]))
    assert "name" not in page.context["form"].fields
    sign_up(client, opportunity)
    assert Application.objects.get().person == volunteer.person
    assert volunteer.person.name == "Frida Frivillig"


def test_a_known_person_waits_once(client, opportunity, volunteer):
    client.force_login(volunteer.person.user)
    sign_up(client, opportunity)
    page = sign_up(client, opportunity)
    assert page.context["form"].non_field_errors()
    assert Application.objects.count() == 1


def test_a_stranger_may_use_anybodys_address_and_reaches_nobodys_row(
    client, opportunity, volunteer
):
    sign_up(client, opportunity, email=volunteer.person.email)
    assert Application.objects.get().person != volunteer.person
    volunteer.person.refresh_from_db()
    assert volunteer.person.name == "Frida Frivillig"


def test_too_many_sign_ups_from_one_address(client, opportunity, monkeypatch):
    monkeypatch.setitem(__import__("core.throttle").throttle.LIMITS, "sign-up", 2)
    for _number in range(2):
        assert sign_up(client, opportunity).status_code == 302
    assert sign_up(client, opportunity).context["form"].non_field_errors()


@pytest.mark.parametrize("name", ["recruitment:privacy-notice", "recruitment:about"])
def test_text_pages_are_public(client, db, name):
    publish_texts()
    page = client.get(reverse(name))
    assert page.status_code == 200
    assert "[[" not in page.content.decode()


def test_public_pages_in_english(client, opportunity):
    opportunity.title_en = "Help with homework"
    opportunity.save()
    client.cookies["django_language"] = "en"
    page = client.get(reverse("recruitment:opportunity-detail", args=[opportunity.pk]))
    html = page.content.decode()
    assert "Help with homework" in html
    assert '<span lang="da">Hjælp børn med lektier en gang om ugen.</span>' in html


def test_the_browsers_language_is_not_asked(client, opportunity):
    page = client.get(reverse("recruitment:opportunity-list"), headers={"accept-language": "en"})
    assert '<html lang="da">' in page.content.decode()


def test_english_is_refused_where_the_municipality_does_not_offer_it(client, opportunity, manager):
    policies.set("site.english_enabled", False, by=manager)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("recruitment:opportunity-list"))
    assert '<html lang="da">' in page.content.decode()
