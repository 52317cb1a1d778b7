"""Paper signed and registered, with a scan of it: kept, opened by staff, refused when it is bad."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agreements.models import Signature, SignatureScan
from agreements.tests import factories
from core.models import AccessEvent
from core.periods import today
from core.tests import scan_samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(engagement, volunteer, coordinator):
    return factories.make_sent(volunteer, by=coordinator)


def register(client, agreement, content, name="scan.pdf"):
    day = today()
    return client.post(
        reverse("agreements:agreement-paper", args=[agreement.pk]),
        {
            "party": "volunteer",
            "signer_name": "Frida F.",
            "signed_on": f"{day:%d-%m-%Y}",
            "scan": SimpleUploadedFile(name, content),
        },
    )


def test_scan_is_kept_with_the_signature_and_opened_again(client, sent, coordinator):
    client.force_login(coordinator)
    content = scan_samples.pdf()

    assert register(client, sent, content).status_code == 302

    scan = SignatureScan.objects.get()
    assert (scan.signature.signer_name, bytes(scan.content)) == ("Frida F.", content)
    page = client.get(reverse("agreements:agreement-detail", args=[sent.pk]))
    address = reverse("agreements:scan", args=[scan.pk])
    assert address in page.content.decode()
    opened = client.get(address)
    assert (opened.content, opened.headers["Content-Type"]) == (content, "application/pdf")
    assert "no-store" in opened.headers["Cache-Control"]
    assert AccessEvent.objects.filter(purpose="agreement.scan").count() == 1


@pytest.mark.parametrize("name", ["an executable", "a PDF with an archive behind it"])
def test_bad_scan_registers_nothing_and_keeps_what_was_typed(client, sent, coordinator, name):
    client.force_login(coordinator)

    page = register(client, sent, scan_samples.BAD[name])

    assert (page.status_code, Signature.objects.count()) == (200, 0)
    assert page.context["form"].errors["scan"]
    assert 'value="Frida F."' in page.content.decode()


def test_scan_can_be_added_afterwards_and_only_once(client, sent, coordinator):
    factories.sign_on_paper(sent, by=coordinator, parties=["volunteer"])
    client.force_login(coordinator)
    address = reverse("agreements:scan-add", args=[sent.signatures.get().pk])

    for expected in (302, 200):
        file = SimpleUploadedFile("scan.png", scan_samples.picture())
        assert client.post(address, {"scan": file}).status_code == expected
    assert SignatureScan.objects.count() == 1


def test_a_signature_by_another_route_has_no_scan(client, sent, volunteer, coordinator):
    Signature.objects.create(
        agreement=sent,
        party="volunteer",
        signer_name="Frida",
        method="own_page",
        signed_on=today(),
        text_sha256="0" * 64,
        recorded_at=sent.sent_at,
        registered_by=volunteer.person.user,
    )
    client.force_login(coordinator)
    address = reverse("agreements:scan-add", args=[sent.signatures.get().pk])
    assert client.get(address).status_code == 404
