"""Is the paper genuine: the code on it, the file itself, and nothing about who is in it."""

import contextlib
import subprocess
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pyhanko.pdf_utils.reader import PdfFileReader

from agreements import verification
from agreements.actions import agreements
from agreements.actions import documents as document_actions
from agreements.models import Agreement, VerificationCode
from agreements.tests import factories
from core import throttle
from core.periods import today
from core.tests import certificates, pdf_rules
from core.tests.scan_samples import pdf as some_pdf
from frivillig.environment import DocumentSeal

pytestmark = pytest.mark.django_db


def seal(agreement):
    return document_actions.seal(agreement_id=agreement.pk, finish=contextlib.nullcontext)


@pytest.fixture
def concluded(engagement, volunteer, coordinator):
    return factories.make_concluded(volunteer, by=coordinator)


@pytest.fixture
def document(concluded):
    return seal(concluded)


def over(agreement):
    """Its last day was yesterday."""
    day = today() - timedelta(days=1)
    Agreement.objects.filter(pk=agreement.pk).update(starts_on=day, in_force_from=day, ends_on=day)


def address(agreement):
    return reverse(
        "agreements:verify-answer", args=[verification.shown(agreement.verification.code)]
    )


def answer(client, path):
    response = client.get(path)
    return response.status_code, response.context["answer"]


def test_the_code_and_its_address_stand_on_the_document(document, concluded, tmp_path):
    code = verification.shown(concluded.verification.code)
    path = tmp_path / "aftale.pdf"
    path.write_bytes(bytes(document.content))
    read = ["pdftotext", "-layout", path, "-"]
    text = subprocess.run(read, capture_output=True, text=True, check=True).stdout
    assert code in text
    assert "/dokument/" in text
    assert pdf_rules.broken_rules(bytes(document.content)) == []


def test_a_second_worker_prints_the_same_code(concluded):
    first = document_actions._code_of(concluded)
    assert document_actions._code_of(concluded) == first
    assert VerificationCode.objects.count() == 1


def test_genuine_then_ended(client, document, concluded, coordinator):
    assert answer(client, address(concluded)) == (200, "genuine")

    agreements.end(agreement=concluded, last_day=today(), by=coordinator)
    assert answer(client, address(concluded)) == (200, "genuine")
    over(concluded)
    assert answer(client, address(concluded)) == (200, "ended")


def test_run_out_is_ended(client, document, concluded):
    over(concluded)
    assert answer(client, address(concluded)) == (200, "ended")


def test_replaced_by_a_newer_one(client, document, concluded, volunteer, coordinator):
    agreements.end(agreement=concluded, last_day=today(), by=coordinator)
    tomorrow = today() + timedelta(days=1)
    factories.make_concluded(volunteer, by=coordinator, starts_on=tomorrow)
    over(concluded)

    assert answer(client, address(concluded)) == (200, "replaced")


def test_the_answer_names_nobody(client, document, concluded, volunteer, here):
    text = client.get(address(concluded)).content.decode()
    for secret in (volunteer.person.name, concluded.number, here.name, str(today().year - 0)):
        assert secret not in text.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize("code", ["ABCD-2345-EFGH", "x", "abcd", "1" * 12, "%27", "A" * 200])
def test_unknown_and_malformed_codes_are_answered_alike(client, document, code):
    unknown = client.get(reverse("agreements:verify-answer", args=["ZZZZ-ZZZZ-ZZZZ"]))
    other = client.get(reverse("agreements:verify-answer", args=[code]))
    assert (unknown.status_code, other.status_code) == (404, 404)
    assert unknown.context["answer"] is None
    main = [one.content.decode().split("<main")[1].split("</main>")[0] for one in (unknown, other)]
    assert main[0] == main[1]


def test_guessing_is_braked_and_knowing_is_not(client, document, concluded, monkeypatch):
    monkeypatch.setitem(throttle.LIMITS, "verify", 3)
    wrong = reverse("agreements:verify-answer", args=["ZZZZ-ZZZZ-ZZZZ"])
    assert [client.get(wrong).status_code for _try in range(4)] == [404, 404, 404, 429]
    assert client.get(address(concluded)).status_code == 200


def test_typed_code_leads_to_the_answer(client, document, concluded):
    code = concluded.verification.code.lower()
    page = client.post(reverse("agreements:verify"), {"code": f" {code[:6]} {code[6:]} "})
    assert page.headers["Location"] == address(concluded)


def test_the_file_itself_is_known(client, document):
    answers = []
    for content in (bytes(document.content), bytes(document.content) + b" ", some_pdf()):
        file = SimpleUploadedFile("aftale.pdf", content, "application/pdf")
        page = client.post(reverse("agreements:verify"), {"file": file})
        answers.append((page.status_code, page.context["answer"]))
    assert answers == [(200, "genuine"), (404, None), (404, None)]


def test_nothing_typed_is_an_error_that_says_what_to_do(client):
    page = client.post(reverse("agreements:verify"), {})
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["code"])


def test_with_a_certificate_the_stored_document_is_sealed(concluded, tmp_path, settings):
    path = certificates.write_p12(tmp_path)
    settings.DOCUMENT_SEAL = DocumentSeal(str(path), certificates.PASSWORD)

    content = bytes(seal(concluded).content)

    [signature] = PdfFileReader(BytesIO(content)).embedded_signatures
    assert signature.compute_integrity_info() is None
    assert (signature.coverage.name, pdf_rules.broken_rules(content)) == ("ENTIRE_FILE", [])
