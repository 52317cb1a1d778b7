"""The certificate that seals documents: a PKCS#12 file, checked when the site starts."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from django.core.exceptions import ImproperlyConfigured

SMALLEST_RSA_BITS = 2048


def read(path, password):
    """(the file's bytes, its certificate). Raises ImproperlyConfigured, saying what to do, for
    a file that cannot be read or opened, or whose key can seal nothing.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ImproperlyConfigured(
            f"SEAL_CERTIFICATE names {path}, which cannot be read ({error.strerror}). "
            "Write the path of the certificate's .p12 file, readable for the site's user."
        ) from error
    return content, _opened(content, password)


def _opened(content, password):
    try:
        key, certificate, _chain = pkcs12.load_key_and_certificates(
            content, password.encode() if password else None
        )
    except ValueError as error:
        raise ImproperlyConfigured(
            "SEAL_CERTIFICATE cannot be opened: it is no PKCS#12 (.p12) file, or SEAL_PASSWORD "
            "is not its password."
        ) from error
    if key is None or certificate is None:
        raise ImproperlyConfigured(
            "SEAL_CERTIFICATE must hold both the private key and the certificate."
        )
    if not _can_seal(key):
        raise ImproperlyConfigured(
            "SEAL_CERTIFICATE must have a P-256 key, or RSA of at least 2048 bits."
        )
    return certificate


def _can_seal(key):
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.curve.name == "secp256r1"
    return isinstance(key, rsa.RSAPrivateKey) and key.key_size >= SMALLEST_RSA_BITS
