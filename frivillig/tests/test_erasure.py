"""Erasing a person leaves their name and contact nowhere in the database, and others alone."""

from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from agreements import signing
from agreements.actions import agreements, attestations, documents, signatures
from agreements.models import Agreement, Attestation, Coverage, Document, Signature, SigningCode
from agreements.tests.factories import make_child_terms, make_concluded, make_sent, make_terms
from coordination.access import Permission
from coordination.actions import guardians
from coordination.models import Assignment, Clearance, Engagement, Person
from coordination.tests import factories
from core import audit, privacy
from core.errors import DomainError
from core.models import Deletion, Message, MessageState
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


@pytest.fixture
def signed_up(volunteer, coordinator, leader, manager):
    """A volunteer with papers of every kind and a shift, all of it over since long."""
    engagement = volunteer.engagements.select_related("site__branch", "site__activity").get()
    make_child_terms(engagement.site.activity, by=manager)
    ordered = attestations.order(volunteer=volunteer, branch=engagement.site.branch, by=coordinator)
    attestations.assess(attestation=ordered, outcome="approved", by=leader)
    withdrawn = make_sent(volunteer, by=coordinator)
    signatures.send_code(link=signing.read(signing.token(withdrawn)))
    SigningCode.objects.update(used_at=timezone.now())
    agreements.withdraw(agreement=withdrawn, by=coordinator)
    concluded = make_concluded(volunteer, by=coordinator)
    documents.seal(agreement_id=concluded.pk, finish=transaction.atomic)
    begin = timezone.now() - timedelta(days=500)
    shift = factories.make_shift(engagement.site, starts_at=begin)
    Assignment.objects.create(
        shift=shift,
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=begin - timedelta(days=1),
        booked_by=volunteer.person.user,
        state="attended",
        attendance_at=begin,
        attendance_by=coordinator,
    )
    return volunteer


PAPERS = (Agreement, Coverage, Signature, Document, SigningCode, Attestation, Clearance)


def test_no_erasure_while_an_agreement_is_in_force(signed_up, manager):
    Engagement.objects.update(ends_on=today() - timedelta(days=1))
    with pytest.raises(DomainError) as error:
        privacy.erase(signed_up.pk, by=manager)
    assert error.value.code == "erasure_must_wait"
    assert Document.objects.count() == 3


def _all_over_since(days):
    over = today() - timedelta(days=days)
    began = over - timedelta(days=100)
    Engagement.objects.update(starts_on=began, ends_on=over)
    Agreement.objects.update(starts_on=began, ends_on=over)
    Agreement.objects.filter(in_force_from__isnull=False).update(in_force_from=began)


def test_what_was_signed_outlives_the_anonymised_person_and_few_see_it(
    signed_up, manager, coordinator
):
    """The planted fault: before, every table of papers holds something of the person."""
    name, path = signed_up.person.name, "agreements.Document.source"
    assert path in places_of(name)
    assert all(model.objects.exists() for model in PAPERS if model is not SigningCode)
    _all_over_since(400)

    privacy.erase(signed_up.pk, by=manager)

    gone = (SigningCode, Attestation, Clearance)
    assert [model.__name__ for model in gone if model.objects.exists()] == []
    # The one all had signed stays with its two documents; the withdrawn one went.
    kept = Agreement.objects.get()
    assert (kept.volunteer_id, kept.documents.count()) == (signed_up.pk, 2)
    assert set(places_of(name)) <= {path, "agreements.Document.content"}
    for user in (manager, coordinator):
        assert not Agreement.objects.permitted(user, Permission.VIEW_AGREEMENTS).exists()
        assert not Document.objects.permitted(user, Permission.VIEW_AGREEMENTS).exists()
    archive = Permission.VIEW_ARCHIVED_AGREEMENTS
    assert Agreement.objects.permitted(manager, archive).get() == kept
    assert not Agreement.objects.permitted(coordinator, archive).exists()
    assert (
        not Agreement.objects.permitted(manager, archive)
        .exclude(archived_at__isnull=False)
        .exists()
    )
    attended = Assignment.objects.get()
    assert (attended.volunteer_id, attended.state) == (signed_up.pk, "attended")


def test_the_archive_ends_with_its_own_time(signed_up, manager):
    name = signed_up.person.name
    _all_over_since(400)
    privacy.erase(signed_up.pk, by=manager)
    assert run()["agreements.over"] == 0

    _all_over_since(5 * 366)

    assert run()["agreements.over"] == 1
    assert [model.__name__ for model in PAPERS if model.objects.exists()] == []
    assert places_of(name, "Frida") == []


def test_one_who_cannot_be_erased_does_not_keep_the_others_waiting(former, signed_up, caplog):
    """Their agreement is in force though they stopped long ago: somebody must look at it."""
    over = today() - timedelta(days=400)
    Engagement.objects.filter(volunteer=signed_up).update(
        starts_on=over - timedelta(days=100), ends_on=over
    )

    assert run()["volunteers.ended"] == 1

    assert Person.objects.get(pk=former.pk).anonymised_at is not None
    assert Person.objects.get(pk=signed_up.pk).anonymised_at is None
    logged = Deletion.objects.filter(rule="volunteers.ended").values_list("object_id", flat=True)
    assert list(logged) == [str(former.pk)]
    assert "erasure_waits" in caplog.text


def test_guardians_go_when_the_young_person_is_of_age(volunteer, coordinator):
    person = volunteer.person
    person.birth_year = today().year - 16
    person.save()
    guardian = guardians.register_guardian(
        ward=person, name="Zenia Zelander", email="zenia@example.dk", by=coordinator
    )
    assert run()["guardians.over"] == 0

    person.birth_year = today().year - 19
    person.save()

    assert run()["guardians.over"] == 1
    assert places_of("Zenia") == []
    assert Person.objects.get(pk=guardian.person_id).anonymised_at is not None


def test_a_guardian_who_answered_for_a_group_is_kept_as_long_as_the_group(
    volunteer, coordinator, site
):
    person = volunteer.person
    person.birth_year = today().year - 16
    person.save()
    guardian = guardians.register_guardian(ward=person, name="Zenia Zelander", by=coordinator)
    shift = factories.make_shift(site, day=today() - timedelta(days=2))
    booking = factories.make_group(shift, responsible=guardian.person, title="5.B")
    person.birth_year = today().year - 19
    person.save()

    assert run()["guardians.over"] == 1
    assert Person.objects.get(pk=guardian.person_id).anonymised_at is None

    with time_machine.travel(shift.ends_at + timedelta(days=30)):
        assert run()["groups.over"] == 1
    booking.refresh_from_db()
    assert booking.responsible is None
    assert Person.objects.get(pk=guardian.person_id).anonymised_at is not None
