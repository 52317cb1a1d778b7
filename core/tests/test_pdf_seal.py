"""The seal: put on last, seen by other tools, broken by one changed byte, wrong is said clearly."""

import asyncio
import subprocess
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from asn1crypto.x509 import Certificate
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from core import pdf_seal
from core.tests import certificates, pdf_rules
from core.tests.pdf_samples import signed_sample
from frivillig.environment import DocumentSeal


@pytest.fixture(scope="module")
def document():
    return signed_sample()


@pytest.fixture
def p12(tmp_path, settings):
    """A certificate that is configured."""
    path = certificates.write_p12(tmp_path)
    settings.DOCUMENT_SEAL = DocumentSeal(str(path), certificates.PASSWORD)
    return path


def validated(content, p12):
    root = Certificate.load(certificates.certificate_of(p12))
    [signature] = PdfFileReader(BytesIO(content)).embedded_signatures
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    with ThreadPoolExecutor(max_workers=1) as thread:  # it starts an event loop
        return thread.submit(validate_pdf_signature, signature, context).result()


def test_without_a_certificate_the_file_is_left_alone(document, settings):
    assert settings.DOCUMENT_SEAL is None
    assert pdf_seal.apply(document) == document


def test_the_seal_is_whole_and_covers_the_file(document, p12):
    found = validated(pdf_seal.apply(document), p12)

    assert (found.intact, found.valid, found.bottom_line) == (True, True, True)
    assert found.coverage.name == "ENTIRE_FILE"


def test_it_is_put_on_where_an_event_loop_runs(document, p12):
    async def sealed():
        return pdf_seal.apply(document)

    with ThreadPoolExecutor(max_workers=1) as thread:  # beside Chromium one runs here already
        content = thread.submit(asyncio.run, sealed()).result()
    assert validated(content, p12).bottom_line


def test_what_was_there_is_an_untouched_prefix(document, p12):
    sealed = pdf_seal.apply(document)
    assert sealed.startswith(document)
    assert len(sealed) > len(document)


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_one_changed_byte_breaks_it(document, p12, place):
    sealed = bytearray(pdf_seal.apply(document))
    at = sealed.index(b"stream", int(len(document) * place * 0.8)) + 20
    sealed[at] ^= 1

    assert not validated(bytes(sealed), p12).intact


def test_the_sealed_file_keeps_the_rules(document, p12):
    assert pdf_rules.broken_rules(pdf_seal.apply(document)) == []


def test_poppler_agrees(document, p12, tmp_path):
    path = tmp_path / "forseglet.pdf"
    path.write_bytes(pdf_seal.apply(document))

    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout

    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert certificates.NAME in said


def test_a_certificate_that_has_run_out_seals_nothing(document, tmp_path, settings):
    path = certificates.write_p12(tmp_path, days=-1)
    settings.DOCUMENT_SEAL = DocumentSeal(str(path), certificates.PASSWORD)

    with pytest.raises(ImproperlyConfigured, match="SEAL_CERTIFICATE"):
        pdf_seal.apply(document)
