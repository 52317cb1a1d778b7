"""Erasing a person leaves their name and contact nowhere in the database, and others alone."""

from datetime import timedelta

import pytest
from django.apps import apps

from agreements.tests.factories import make_concluded, make_terms
from coordination.models import Person
from coordination.tests import factories
from core import audit, privacy
from core.errors import DomainError
from core.models import Message, MessageState
from core.periods import today
from core.privacy import run
from recruitment.tests.factories import make_application, publish_texts

pytestmark = pytest.mark.django_db

NAME = "Zelda Xenofonsen"
EMAIL = "zelda.x@example.dk"
PHONE = "+4599887766"


@pytest.fixture
def former(here):
    """A volunteer who stopped long ago, with rows of every kind."""
    publish_texts()
    user = factories.make_user(EMAIL, NAME)
    volunteer = factories.make_volunteer(NAME, email=EMAIL, phone=PHONE, user=user)
    site = factories.make_site(here)
    start = today() - timedelta(days=900)
    factories.make_engagement(volunteer, site, starts_on=start, ends_on=start + timedelta(days=90))
    factories.make_clearance(volunteer)
    make_application(site, person=volunteer.person)
    for person_id, account in ((volunteer.pk, None), (None, user)):
        Message.objects.create(
            kind="test",
            person_id=person_id,
            user=account,
            recipient_name=NAME,
            recipient_email=EMAIL,
            params={"name": NAME},
            state=MessageState.SKIPPED,
            message_id=f"<{person_id}@example.dk>",
        )
    return volunteer


def places_of(*words):
    """ "app.Model.field" wherever one of the words stands in any row of any table."""
    return sorted(
        {
            f"{model._meta.label}.{name}"
            for model in apps.get_models(include_auto_created=True)
            for row in model._base_manager.values()
            for name, value in row.items()
            if any(word.casefold() in _text(value) for word in words)
        }
    )


def _text(value):
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "ignore").casefold()
    return str(value).casefold()


def test_the_search_finds_what_is_there(former):
    """The planted fault: before erasure, the same search finds the person."""
    assert {
        "coordination.Person.name",
        "coordination.Person.email",
        "core.Message.recipient_email",
        "core.Message.params",
        "core.User.email",
        "core.User.name",
    } <= set(places_of(NAME, EMAIL, PHONE))


def test_erasure_leaves_the_person_nowhere(former, manager):
    privacy.erase(former.pk, by=manager)
    assert places_of(NAME, EMAIL, PHONE, "Zelda") == []


def test_erasure_leaves_others_as_they_are(former, volunteer, manager):
    before = list(Person.objects.filter(pk=volunteer.pk).values())
    exported = privacy.export_person(volunteer.pk)["data"]

    privacy.erase(former.pk, by=manager)

    assert list(Person.objects.filter(pk=volunteer.pk).values()) == before
    assert privacy.export_person(volunteer.pk)["data"] == exported


def test_active_volunteer_is_not_erased(volunteer, manager):
    with pytest.raises(DomainError) as error:
        privacy.erase(volunteer.pk, by=manager)
    assert error.value.code == "erasure_must_wait"
    assert Person.objects.get(pk=volunteer.pk).name == "Frida Frivillig"


def test_staff_who_volunteered_keep_their_account(former, here, manager):
    former.person.user.role_assignments.create(
        role="local_coordinator", branch=here, starts_on=today() - timedelta(days=5)
    )
    privacy.erase(former.pk, by=manager)

    account = type(manager).objects.get(email=EMAIL)
    assert (account.is_active, account.name) == (True, NAME)
    assert "coordination.Person.name" not in places_of(NAME)


def test_nightly_retention_anonymises_who_stopped_and_once_only(former, volunteer):
    assert run()["volunteers.ended"] == 1
    assert places_of("Zelda", EMAIL, PHONE) == []
    assert run()["volunteers.ended"] == 0
    assert Person.objects.get(pk=volunteer.pk).name == "Frida Frivillig"


def test_export_holds_the_agreement_and_who_looked(volunteer, coordinator, rf):
    make_terms(volunteer.engagements.get().site.activity, by=coordinator)
    make_concluded(volunteer, by=coordinator)
    request = rf.get("/")
    request.user = coordinator
    audit.record_access(request, [volunteer.pk], "volunteer.detail")

    exported = privacy.export_person(volunteer.pk)

    assert {"coordination.person", "agreements.agreement", "agreements.signature"} <= set(
        exported["data"]
    )
    assert len(exported["accesses"]) == 1
    assert "Karen" not in str(exported["accesses"])
