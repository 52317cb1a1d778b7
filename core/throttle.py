"""A brake on what strangers may repeat: so many times an hour from one address."""

import hashlib
import time

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from core.errors import DomainError

HOUR = 3600
# Deed -> how many times an hour. Libraries have many citizens behind one address.
# A calendar is asked for by its phone, and by services that ask for many from one address.
LIMITS = {
    "sign-up": 60,
    "verify": 60,
    "calendar": 30,
    "calendar-guess": 60,
    "group-guess": 60,
    "poster-guess": 60,
}


def check(request, deed, of=None):
    """Count one deed from the request's address; raise DomainError when it is one too many.

    With `of` (an id) the deeds on that row are counted, wherever they come from.

    Counted in fixed hours, so the limit may be met twice around the hour. The address is kept
    as a keyed hash, for at most an hour.
    """
    key = _key(request, deed) if of is None else f"throttle:{deed}:{_hour()}:{of}"
    cache.add(key, 0, timeout=HOUR)
    try:
        count = cache.incr(key)
    except ValueError:  # expired between the two: the hour has just turned
        return
    if count > LIMITS[deed]:
        raise DomainError(
            _("This has been done very often from here in the last hour. Try again later."),
            code="too_often",
        )


def client_address(request):
    """The visitor's address; behind a trusted proxy the one that the proxy saw."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.headers.get("X-Forwarded-For", "")
        if forwarded:
            return forwarded.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")


def _key(request, deed):
    address = hashlib.blake2b(
        client_address(request).encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=16
    )
    return f"throttle:{deed}:{_hour()}:{address.hexdigest()}"


def _hour():
    return int(time.time() // HOUR)
