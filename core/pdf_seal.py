"""The municipality's seal on a finished PDF: PAdES, put on last, when a certificate is configured.

A seal says that the file comes from whoever holds the certificate and that no byte has changed
since; it is an incremental update, so the bytes before it stay a whole prefix of the file. It
says nothing about who signed the agreement: that is on the signature page.

Built to PAdES B-B (no timestamp authority). The signature field has no appearance and lies
outside the page: what is seen and read aloud stays the same. Source: ETSI EN 319 142-1;
../shared/stack.md section 3.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from io import BytesIO

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from core import seal_certificate

FIELD = "Segl"


def is_on():
    """True where a certificate is configured."""
    return settings.DOCUMENT_SEAL is not None


def apply(content):
    """The PDF with the seal put on, or just as it was where no certificate is configured.

    Never the same bytes twice: the seal holds the time. Raises ImproperlyConfigured where the
    certificate cannot be used (gone, wrong password, run out).
    """
    return _sealed(content) if is_on() else content


def _sealed(content):
    # Imported here: pyHanko takes 0.4 s, and most installations seal nothing.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

    signer, certificate = _signer(settings.DOCUMENT_SEAL.path, settings.DOCUMENT_SEAL.password)
    if not certificate.not_valid_before_utc <= timezone.now() <= certificate.not_valid_after_utc:
        raise ImproperlyConfigured(
            f"The seal's certificate holds until {certificate.not_valid_after_utc:%Y-%m-%d}. "
            "Point SEAL_CERTIFICATE to the new one and start again."
        )
    output = BytesIO()
    seal = PdfSigner(
        PdfSignatureMetadata(
            field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
        ),
        signer=signer,
        new_field_spec=SigFieldSpec(
            FIELD,
            readable_field_name="Kommunens segl",
            invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
        ),
    )
    # In a thread of its own: pyHanko starts an event loop, and there can be only one in a thread.
    with ThreadPoolExecutor(max_workers=1) as thread:
        document = IncrementalPdfFileWriter(BytesIO(content))
        thread.submit(seal.sign_pdf, document, output=output).result()
    return output.getvalue()


@lru_cache(maxsize=2)
def _signer(path, password):
    """The signer and its certificate, read once per process."""
    from pyhanko.sign.signers import SimpleSigner

    content, certificate = seal_certificate.read(path, password)
    passphrase = password.encode() if password else None
    signer = SimpleSigner.load_pkcs12_data(content, other_certs=[], passphrase=passphrase)
    return signer, certificate
