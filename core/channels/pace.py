"""At most so many mails a minute to one mail domain, counted across all senders.

Off until the municipality sets `messages.domain_per_minute`. A domain that is full for the minute
holds back its own mails and nobody else's: the sender leaves them out until the minute is over.
"""

from collections import defaultdict

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from core import policies
from core.models import DomainPace


def domain_of(address):
    """The mail domain of an address, in lower case."""
    return address.rpartition("@")[2].lower()


def within(messages):
    """(those that may go now, those that must wait, their domains); order is kept.

    1-2 queries per domain where a pace is set, none where it is not.
    """
    limit = policies.get("messages.domain_per_minute")
    if not limit:
        return messages, [], set()
    by_domain = defaultdict(list)
    for message in messages:
        by_domain[domain_of(message.recipient_email)].append(message.pk)
    minute = timezone.now().replace(second=0, microsecond=0)
    allowed = {
        pk
        for domain, keys in by_domain.items()
        for pk in keys[: _take(domain, len(keys), minute, limit)]
    }
    held = [message for message in messages if message.pk not in allowed]
    full = {domain_of(message.recipient_email) for message in held}
    return [message for message in messages if message.pk in allowed], held, full


def outside(domains):
    """Q for messages that do not go to these domains."""
    wanted = Q()
    for domain in domains:
        wanted &= ~Q(recipient_email__iendswith=f"@{domain}")
    return wanted


def _take(domain, wanted, minute, limit):
    """Take up to `wanted` places of this minute; return how many there were."""
    for _attempt in range(3):
        row = DomainPace.objects.filter(domain=domain).first()
        if row is None:
            _begin(domain, minute)
            continue
        used = row.used if row.minute == minute else 0
        taking = max(min(wanted, limit - used), 0)
        if not taking:
            return 0
        mine = DomainPace.objects.filter(pk=row.pk, minute=row.minute, used=row.used)
        new = {"used": F("used") + taking} if used else {"minute": minute, "used": taking}
        if mine.update(**new):
            return taking
    return 0


def _begin(domain, minute):
    try:
        with transaction.atomic():
            DomainPace.objects.create(domain=domain, minute=minute)
    except IntegrityError:  # another sender has begun it
        return
