"""Self-signed certificates for tests of the seal: they prove wholeness, not identity."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import NameOID

NAME = "Ærøskøbing Kommune"
PASSWORD = "hemmeligt segl"


def write_p12(folder, *, key=None, days=30, name=NAME):
    """A PKCS#12 file in the folder, its certificate valid until so many days from now."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(_usage(), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "segl.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"segl", key, certificate, None, BestAvailableEncryption(PASSWORD.encode())
        )
    )
    return path


def certificate_of(path):
    """The certificate in a file from `write_p12`, as DER."""
    found = pkcs12.load_key_and_certificates(path.read_bytes(), PASSWORD.encode())[1]
    return found.public_bytes(Encoding.DER)


def weak_key():
    return ec.generate_private_key(ec.SECP224R1())


def _usage():
    only = {"digital_signature": True, "content_commitment": True}
    names = (
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**only, **dict.fromkeys(names, False))
