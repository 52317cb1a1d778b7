"""Consents: given and withdrawn in one step each, by whom, and what must then be taken down."""

import pytest
from django.urls import reverse

from agreements import board, consents
from agreements.actions import consents as actions
from agreements.models import ConfidentialityDeclaration, Consent, ConsentKind
from coordination.tests import factories as people
from core import policies, texts
from core.errors import DomainError
from core.periods import today

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def published(db):
    texts.publish_sources()


@pytest.fixture
def user(volunteer):
    return volunteer.person.user


@pytest.fixture
def photo(volunteer, here, coordinator):
    return actions.ask(
        volunteer=volunteer,
        branch=here,
        context="Billeder fra lektiecaféen",
        places="Hjemmesiden\nPlakaten i foyeren",
        by=coordinator,
    )


def code_of(call, **values):
    with pytest.raises(DomainError) as error:
        call(**values)
    return error.value.code


@pytest.fixture
def child(here):
    user = people.make_user("barn@example.dk", "Bo Barn")
    child = people.make_volunteer(
        "Bo Barn", email=user.email, user=user, birth_year=today().year - 13
    )
    people.make_engagement(child, people.make_site(here))
    return child


def test_given_then_withdrawn_on_the_own_page(client, volunteer, user):
    client.force_login(user)
    give = reverse("agreements:own-consent-give", args=["newsletter"])
    assert "nyheder" in client.get(give).content.decode()

    client.post(give)
    consent = Consent.objects.get()
    assert (consent.status, consent.given_by, consents.holds(volunteer, "newsletter")) == (
        "given",
        user,
        True,
    )

    client.post(reverse("agreements:own-consent", args=[consent.pk]))
    consent.refresh_from_db()
    assert (consent.status, consent.withdrawn_by) == ("withdrawn", user)
    assert not consents.holds(volunteer, "newsletter")


def test_withdrawing_takes_as_many_steps_as_giving(client, user):
    """From the page of consents: one link, one button, each way."""
    client.force_login(user)
    page = reverse("agreements:own-consents")
    give = reverse("agreements:own-consent-give", args=["bank"])
    assert give in client.get(page).content.decode()
    client.post(give)
    back = reverse("agreements:own-consent", args=[Consent.objects.get().pk])
    assert back in client.get(page).content.decode()
    assert client.post(back).status_code == 302
    assert Consent.objects.get().status == "withdrawn"


def test_a_new_version_does_not_change_what_was_said_yes_to(volunteer, user, manager):
    given = actions.give(volunteer=volunteer, kind="newsletter", by=user)
    texts.publish("consent_newsletter", body_da="Ny tekst", by=manager)
    again = actions.give(volunteer=volunteer, kind="bank", by=user)

    given.refresh_from_db()
    assert (given.text.version, again.text.version) == (1, 1)
    assert consents.current_text(ConsentKind.NEWSLETTER).version == 2


def test_the_same_is_given_once(volunteer, user):
    actions.give(volunteer=volunteer, kind="newsletter", by=user)
    assert code_of(actions.give, volunteer=volunteer, kind="newsletter", by=user) == "consent_open"


@pytest.mark.parametrize(("said", "status"), [("yes", "given"), ("no", "refused")])
def test_pictures_are_asked_about_and_answered(client, photo, user, said, status):
    client.force_login(user)
    address = reverse("agreements:own-consent", args=[photo.pk])
    page = client.get(address).content.decode()
    assert "Billeder fra lektiecaféen" in page
    assert "Plakaten i foyeren" in page

    client.post(address, {"answer": said})
    photo.refresh_from_db()
    assert photo.status == status


def test_withdrawn_pictures_wait_on_the_board_until_taken_down(client, photo, user, coordinator):
    def to_take_down():
        return board.number("photos").permitted(coordinator, today()).count()

    actions.answer(consent=photo, yes=True, by=user)
    assert to_take_down() == 0
    actions.withdraw(consent=photo, by=user)
    assert to_take_down() == 1

    client.force_login(coordinator)
    page = client.get(reverse("agreements:board-list", args=["photos"]))
    [line] = page.context["lines"]
    assert "Plakaten i foyeren" in line.text
    client.post(line.url)
    photo.refresh_from_db()
    assert (photo.status, photo.taken_down_by, to_take_down()) == ("taken_down", coordinator, 0)


def test_pictures_are_never_consented_to_unasked(client, volunteer, user):
    assert code_of(actions.give, volunteer=volunteer, kind="photo", by=user) == "asked_first"
    client.force_login(user)
    address = reverse("agreements:own-consent-give", args=["photo"])
    assert client.get(address).status_code == 404


def test_under_age_a_guardian_says_yes_and_the_child_alone_says_no(child, coordinator):
    own = child.person.user
    give = {"volunteer": child, "kind": "newsletter"}
    assert code_of(actions.give, **give, by=own) == "guardian_needed"
    assert code_of(actions.give, **give, by=own, guardian="Mor") == "guardian_needed"
    assert code_of(actions.give, **give, by=coordinator) == "guardian_needed"

    consent = actions.give(**give, by=coordinator, guardian=" Mona  Mor ")
    assert consent.given_by_guardian == "Mona Mor"
    assert actions.withdraw(consent=consent, by=own).status == "withdrawn"


def test_the_age_is_the_municipalitys(child, manager):
    policies.set("consent.guardian_age", 11, by=manager)
    consent = actions.give(volunteer=child, kind="newsletter", by=child.person.user)
    assert consent.status == "given"


def test_nobody_answers_for_others(photo, volunteer, volunteer_elsewhere, coordinator_elsewhere):
    for stranger in (volunteer_elsewhere.person.user, coordinator_elsewhere):
        assert code_of(actions.answer, consent=photo, yes=True, by=stranger) == "not_allowed"
        assert code_of(actions.give, volunteer=volunteer, kind="bank", by=stranger) == "not_allowed"


def test_staff_see_pictures_of_their_branches(client, photo, coordinator, central_coordinator):
    for user in (coordinator, central_coordinator):
        client.force_login(user)
        page = client.get(reverse("agreements:consent-list", args=[photo.volunteer_id]))
        assert "lektiecaféen" in page.content.decode()


def test_staff_do_not_see_pictures_of_other_branches(client, photo, elsewhere, volunteer):
    people.make_engagement(volunteer, people.make_site(elsewhere))
    there = people.make_staff("local_coordinator", elsewhere, "Else Etsted")
    client.force_login(there)
    page = client.get(reverse("agreements:consent-list", args=[volunteer.pk]))
    assert page.status_code == 200
    assert "lektiecaféen" not in page.content.decode()


def test_answered_twice_or_withdrawn_twice_is_told(photo, user):
    actions.answer(consent=photo, yes=True, by=user)
    assert code_of(actions.answer, consent=photo, yes=False, by=user) == "not_asked"
    actions.withdraw(consent=photo, by=user)
    assert code_of(actions.withdraw, consent=photo, by=user) == "not_given"


def test_confidentiality_is_declared_on_the_own_page(client, volunteer, user):
    client.force_login(user)
    address = reverse("agreements:own-declaration")
    assert client.post(address, {}).status_code == 200
    assert client.post(address, {"accept": "on"}).status_code == 302

    declaration = ConfidentialityDeclaration.objects.get()
    assert (declaration.volunteer, declaration.method, declaration.signed_on) == (
        volunteer,
        "own_page",
        today(),
    )
    client.post(address, {"accept": "on"})
    assert ConfidentialityDeclaration.objects.count() == 1


def test_confidentiality_on_paper_is_registered(client, volunteer, coordinator):
    client.force_login(coordinator)
    address = reverse("agreements:declaration-register", args=[volunteer.pk])
    client.post(address, {"signer_name": "Frida F.", "signed_on": f"{today():%d-%m-%Y}"})

    declaration = ConfidentialityDeclaration.objects.get()
    assert (declaration.signer_name, declaration.method, declaration.recorded_by) == (
        "Frida F.",
        "paper",
        coordinator,
    )
    page = client.get(reverse("agreements:consent-list", args=[volunteer.pk]))
    assert "Frida F." in page.content.decode()
