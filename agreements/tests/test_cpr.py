"""CPR numbers: read kindly, kept sealed, shown to few, gone in time, and nowhere else."""

import io
import json
import logging
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.sites import all_sites
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from agreements import cpr as numbers
from agreements import emails
from agreements.actions import attestations, batches, cpr
from agreements.models import Attestation, HeldCpr
from coordination.tests import factories as make
from core import privacy, secret_box
from core.errors import DomainError
from core.models import AccessEvent, AuditEvent, Message
from core.periods import today

pytestmark = pytest.mark.django_db

NUMBER = "2312704242"
WRITTEN = "231270-4242"
FORMS = (NUMBER, WRITTEN, "231270 4242", "4242")


# --- Reading -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [NUMBER, WRITTEN, " 231270 4242 ", "231270–4242", "231270.4242"])
def test_read_as_people_write_it(text):
    assert numbers.digits(text) == NUMBER


@pytest.mark.parametrize("text", ["", "987", "23127042422", "231270-424a", "۲۳۱۲۷۰۴۲۴۲", None])
def test_not_ten_digits_is_refused_without_quoting_it(text):
    with pytest.raises(ValidationError) as error:
        numbers.digits(text)
    if text:
        assert text not in str(error.value)


@pytest.mark.parametrize(
    ("number", "born"),
    [
        ("0101703234", date(1970, 1, 1)),
        ("0101704234", date(1970, 1, 1)),
        ("0101364234", date(2036, 1, 1)),
        ("0101374234", date(1937, 1, 1)),
        ("0101005234", date(2000, 1, 1)),
        ("0101575234", date(2057, 1, 1)),
        ("0101588234", date(1858, 1, 1)),
        ("0101369234", date(2036, 1, 1)),
        ("3102701234", None),
    ],
)
def test_the_century_is_in_the_seventh_digit(number, born):
    assert numbers.birth_date(number) == born


def test_modulus_11_is_never_asked():
    person = make.Person(name="Nogen")
    failing = [f"010170{n:04}" for n in range(1000, 1100)]
    assert all(not numbers.doubts(numbers.digits(one), person, today()) for one in failing)


def test_a_date_that_is_none_or_another_is_a_hint():
    person = make.Person(name="Nogen", birth_year=1971)
    assert len(numbers.doubts("3102711234", person, today())) == 1
    assert len(numbers.doubts("0101701234", person, today())) == 1
    assert numbers.doubts("0101711234", person, today()) == []


def test_masked():
    assert numbers.mask(NUMBER) == "231270-••••"


# --- Kept ----------------------------------------------------------------------------------


@pytest.fixture
def case(child_engagement, coordinator):
    """A case whose CPR number is given."""
    case = attestations.request(
        volunteer=child_engagement.volunteer, branch=child_engagement.site.branch, by=coordinator
    )
    return cpr.give(attestation=case, number=NUMBER, by=coordinator)


@pytest.fixture
def officer(here):
    return make.make_staff("certificate_officer", here, "Olga Officer")


def test_at_rest_it_is_sealed(case):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM agreements_heldcpr")
        stored = repr(cursor.fetchall())
    assert not any(form in stored for form in FORMS)
    assert secret_box.open_sealed(HeldCpr.objects.get().sealed) == NUMBER


def test_with_another_key_it_is_unreadable_and_nothing_breaks(case, settings):
    settings.SECRET_KEY = "x" * 64

    assert numbers.masked(HeldCpr.objects.get()) == ""


@pytest.mark.parametrize(("ago", "left"), [(59, 1), (60, 0), (90, 0)])
def test_gone_after_sixty_days_at_the_latest(case, ago, left):
    HeldCpr.objects.update(given_at=timezone.now() - timedelta(days=ago))
    rule = next(rule for rule in privacy.rules() if rule.key == "attestations.cpr")

    rule.apply(today())

    assert HeldCpr.objects.count() == left


def test_who_may_give_it(case, volunteer, coordinator_elsewhere, leader, stranger):
    cpr.give(attestation=case, number=NUMBER, by=volunteer.person.user)
    for by in (coordinator_elsewhere, leader, stranger):
        with pytest.raises(DomainError) as error:
            cpr.give(attestation=case, number=NUMBER, by=by)
        assert error.value.code == "not_allowed"


def test_shown_to_few_and_written_down_every_time(case, coordinator, manager, officer):
    for by in (coordinator, manager):
        with pytest.raises(DomainError) as error:
            cpr.reveal(attestation=case, by=by)
        assert error.value.code == "not_allowed"

    assert [cpr.reveal(attestation=case, by=officer) for _time in range(2)] == [WRITTEN] * 2

    events = AuditEvent.objects.filter(kind="cpr.revealed")
    assert [event.actor_id for event in events] == [officer.pk] * 2


def test_not_asked_for_when_nothing_is_to_be_ordered(case, coordinator):
    attestations.order(volunteer=case.volunteer, branch=case.branch, by=coordinator)

    with pytest.raises(DomainError) as error:
        cpr.give(attestation=case, number=NUMBER, by=coordinator)
    assert error.value.code == "not_needed"


# --- The pages ------------------------------------------------------------------------------


def test_the_volunteer_writes_it_on_their_own_page(case, client, volunteer):
    HeldCpr.objects.all().delete()
    client.force_login(volunteer.person.user)
    address = reverse("agreements:own-attestation-cpr", args=[case.pk])

    page = client.post(address, {"cpr": "231270-4242"}, follow=True)

    assert page.status_code == 200
    html = page.content.decode()
    assert "231270-••••" in html
    assert "Klar til at blive bestilt" in html
    assert "Venter på CPR-nummeret" not in html
    assert HeldCpr.objects.get().given_by == volunteer.person.user


def test_a_doubt_is_asked_about_once(case, client, volunteer):
    volunteer.person.birth_year = 1950
    volunteer.person.save()
    client.force_login(volunteer.person.user)
    address = reverse("agreements:own-attestation-cpr", args=[case.pk])

    page = client.post(address, {"cpr": "0101701234"})
    assert (page.status_code, "sure" in page.context["form"].fields) == (200, True)
    assert client.post(address, {"cpr": "0101701234", "sure": "on"}).status_code == 302

    assert secret_box.open_sealed(HeldCpr.objects.get().sealed) == "0101701234"


def test_the_page_that_shows_it_asks_first(case, client, officer):
    client.force_login(officer)
    address = reverse("agreements:attestation-reveal", args=[case.pk])

    asked = client.get(address).content.decode()
    shown = client.post(address)

    assert "4242" not in asked
    assert WRITTEN in shown.content.decode()
    assert "no-store" in shown.headers.get("Cache-Control", "")


# --- Nowhere else ---------------------------------------------------------------------------


@pytest.fixture
def log():
    """Everything that is logged."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def _found_in(text):
    return [form for form in (NUMBER, WRITTEN, "231270 4242") if form in text]


def test_a_whole_journey_leaves_it_in_no_log_mail_event_or_address(
    child_engagement, coordinator, officer, leader, client, log
):
    case = attestations.request(
        volunteer=child_engagement.volunteer, branch=child_engagement.site.branch, by=coordinator
    )
    seen = []
    client.force_login(coordinator)
    for data in ({"cpr": "31" + NUMBER[2:]}, {"cpr": WRITTEN + "x"}, {"cpr": WRITTEN}):
        page = client.post(reverse("agreements:attestation-cpr", args=[case.pk]), data)
        seen.append(page.headers.get("Location", ""))
    batch = batches.make(branch=case.branch, kind=case.kind, by=coordinator)
    client.force_login(officer)
    lines = client.post(reverse("agreements:batch-lines", args=[batch.pk]))
    assert WRITTEN in lines.content.decode()
    client.force_login(coordinator)
    client.post(reverse("agreements:batch-ordered", args=[batch.pk]))
    attestations.assess(attestation=case, outcome="approved", by=leader)

    for model in (AuditEvent, AccessEvent, Message, Attestation):
        rows = json.dumps(list(model.objects.values()), default=str)
        assert _found_in(rows) == []
    assert _found_in(log.getvalue()) == []
    assert _found_in(" ".join(seen)) == []


TEMPLATES = sorted((settings.BASE_DIR / "templates" / "emails").rglob("*.txt"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_message_asks_for_it_or_holds_it(path):
    """No text of any message names a CPR number, so none can have it filled in."""
    text = path.read_text().casefold()
    assert "cpr" not in text
    assert "personnummer" not in text


def test_every_message_is_among_those_read():
    assert len(TEMPLATES) > 30


def test_what_a_message_is_given_about_a_case_does_not_hold_it(case):
    message = Message.objects.get(about_id=str(case.pk), kind=emails.ATTESTATION_ORDERED)
    given = json.dumps(emails._attestation(message), default=str) + json.dumps(message.params)
    assert _found_in(given) == []
    assert "cpr" not in given.casefold()


def test_search_and_lists_and_exports_do_not_know_it(case, client, coordinator, manager):
    for user in (coordinator, manager):
        client.force_login(user)
        for name in ("volunteer-list", "volunteer-export"):
            page = client.get(reverse(f"coordination:{name}"), {"q": NUMBER})
            assert page.status_code == 200
            assert "Frida" not in page.content.decode(errors="replace")
        for name in ("attestation-list", "batch-list", "attestation-missing"):
            page = client.get(reverse(f"agreements:{name}")).content.decode()
            assert _found_in(page) == []


def test_the_persons_own_export_leaves_it_out(case, volunteer):
    exported = json.dumps(privacy.export_person(volunteer.pk), default=str)

    assert _found_in(exported) == []
    assert HeldCpr.objects.get().sealed not in exported


def test_the_administration_has_no_page_for_it():
    registered = {model for site in all_sites for model in site._registry}
    assert HeldCpr not in registered


def test_no_field_of_any_model_is_made_for_it():
    """Only the sealed one; nothing else is named for a CPR number."""
    named = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if "cpr" in field.name.casefold() or "personnummer" in field.name.casefold()
    }
    assert named == {"Attestation.held_cpr"}


def test_a_backup_of_the_data_holds_it_sealed(case):
    out = io.StringIO()
    call_command("dumpdata", "agreements", stdout=out)
    assert _found_in(out.getvalue()) == []
