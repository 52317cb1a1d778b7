"""Addresses that mails come back from: counted, marked after a few, unmarked by hand."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from core import audit, policies
from core.models import AddressRecord

audit.kind("address.marked", gettext_lazy("E-mail address marked: mails come back"))
audit.kind("address.complained", gettext_lazy("Mail was called unwanted: messages declined"))
audit.kind("address.cleared", gettext_lazy("E-mail address in use again"))

# Called with the record when an address has just been marked: an app above tells somebody.
_listeners = []


def tell(listener):
    """Add listener(record): called once, in the transaction that marks an address."""
    if listener not in _listeners:
        _listeners.append(listener)


@transaction.atomic
def count(address, *, status="", person_id=None):
    """Count one mail that came back for good; the AddressRecord, marked when it is one too many."""
    record = _record(address, person_id)
    record.bounces = min(record.bounces + 1, 1000)
    record.last_status, record.last_bounce_at = status[:20], timezone.now()
    if record.person_id is None:
        record.person_id = person_id
    newly = record.marked_at is None and record.bounces >= policies.get("messages.bounce_limit")
    if newly:
        record.marked_at = timezone.now()
    record.save()
    if newly:
        _told(record)
    return record


@transaction.atomic
def complain(address, *, person_id=None):
    """Keep that the recipient has called our mail unwanted; (AddressRecord, was it the first?)."""
    record = _record(address, person_id)
    is_new = record.complained_at is None
    if is_new:
        record.complained_at = timezone.now()
        record.save(update_fields=["complained_at"])
    return record, is_new


@transaction.atomic
def clear(record, *, by):
    """Use the address again: somebody has made sure that it is right."""
    AddressRecord.objects.filter(pk=record.pk).update(marked_at=None, bounces=0, last_status="")
    audit.record("address.cleared", by=by, about=record, person_ids=_people(record))


def _told(record):
    audit.record("address.marked", by=audit.SYSTEM, about=record, person_ids=_people(record))
    for listener in _listeners:
        listener(record)


def _people(record):
    return [record.person_id] if record.person_id else ()


def _record(address, person_id):
    address = address.lower()
    try:
        with transaction.atomic():
            AddressRecord.objects.create(address=address, person_id=person_id)
    except IntegrityError:
        pass
    return AddressRecord.objects.select_for_update().get(address=address)
