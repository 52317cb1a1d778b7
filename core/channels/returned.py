"""What a report does: to the message, to the address, and to what the person wants to get."""

from django.db import transaction

from core import audit, kinds, mail
from core.channels import bounces, reports, unsubscribe
from core.kinds import ASKED, NICE
from core.models import Channel, Message, MessageState


@transaction.atomic
def take_in(report):
    """Act on one report; True if it changed something. A Message-ID that is not one of a mail
    that went out changes nothing, and neither does the same report twice."""
    message = (
        Message.objects.select_for_update(of=("self",))
        .filter(message_id=report.message_id, state=MessageState.SENT, channel=Channel.EMAIL)
        .first()
    )
    if message is None:
        return False
    if report.kind == reports.COMPLAINT:
        return _complained(message)
    _came_back(message, report)
    return True


def _came_back(message, report):
    back = {
        "state": MessageState.BOUNCED,
        "last_error": f"SMTP {report.status}",
        "reason": "bounced",
    }
    Message.objects.filter(pk=message.pk).update(**back)
    Message.objects.filter(digest=message, state=MessageState.SENT).update(**back)
    if report.blames_address:
        bounces.count(message.recipient_email, status=report.status, person_id=message.person_id)
    kind = kinds.kinds().get(message.kind)
    must_arrive = kind is not None and kind.necessity not in (NICE, ASKED)
    if must_arrive and message.person_id is not None:
        mail.again(message, tried=[Channel.EMAIL])


def _complained(message):
    """Who calls our mail unwanted gets no more than must be; said once per address."""
    record, is_new = bounces.complain(message.recipient_email, person_id=message.person_id)
    if not is_new:
        return False
    if message.person_id is not None:
        for group in declinable_groups():
            unsubscribe.decline(message.person_id, group)
        audit.record(
            "address.complained", by=audit.SYSTEM, about=record, person_ids=[message.person_id]
        )
    return True


def declinable_groups():
    """The keys of the groups in which there is something that may be declined."""
    return sorted({kind.group for kind in kinds.kinds().values() if kind.declinable and kind.group})
