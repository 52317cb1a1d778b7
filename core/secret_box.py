"""Short secrets that must rest in the database for a while: encrypted, the key outside it."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def seal(text):
    """The text encrypted; opens only with this installation's SECRET_KEY."""
    return _box().encrypt(text.encode()).decode()


def open_sealed(token):
    """The sealed text, or None if it was not sealed here."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken:
        return None


def _box():
    key = hashlib.blake2b(
        b"core.secret_box", key=settings.SECRET_KEY.encode()[:64], digest_size=32
    ).digest()
    return Fernet(base64.urlsafe_b64encode(key))
