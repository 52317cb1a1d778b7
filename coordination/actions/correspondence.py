"""What coordinators do about messages: try again, as a letter, told in person, posted."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.reach import reach_of
from core import audit, mail, wake
from core.channels import bounces
from core.channels.reach import cpr_of
from core.errors import DomainError
from core.models import Channel, Letter, Message, MessageState
from core.models.message import NOT_ARRIVED

audit.kind("message.tried_again", gettext_lazy("Message sent again"))
audit.kind("message.told", gettext_lazy("Told in another way"))
audit.kind("letters.posted", gettext_lazy("Letters posted"))


@transaction.atomic
def try_again(*, message, by):
    """Send it once more, to where the person is reached by now; returns the waiting message."""
    again = mail.retry(message.pk)
    _record("message.tried_again", again, by)
    return again


@transaction.atomic
def as_letter(*, message, by):
    """Send it on paper; returns the waiting message. Raises DomainError "no_postal_address"."""
    known = reach_of([message.person_id]).get(message.person_id)
    if known is None or not known.address:
        raise DomainError(
            _("Write the person's address and postcode first."), code="no_postal_address"
        )
    again = mail.retry(message.pk)
    again.tried = [Channel.EMAIL, Channel.SMS, Channel.DIGITAL_POST]
    again.save(update_fields=["tried"])
    _record("message.tried_again", again, by)
    return again


@transaction.atomic
def told(*, message, by):
    """Somebody has rung or said it: nothing more is to be done. Raises "message_not_failed"."""
    row = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if row.state not in NOT_ARRIVED:
        raise DomainError(
            _("Only a message that was not delivered can be told in another way."),
            code="message_not_failed",
        )
    if row.state == MessageState.BOUNCED:
        row.reason = mail.AGAIN
    else:
        row.state, row.sent_at, row.reason = MessageState.SENT, timezone.now(), "told"
    row.save(update_fields=["state", "sent_at", "reason"])
    _record("message.told", row, by)
    return row


@transaction.atomic
def post_letters(*, letters, by):
    """The letters are in the post: their messages are sent. Returns how many. 4 queries.

    One that somebody else has posted meanwhile is left alone.
    """
    now = timezone.now()
    rows = list(
        Letter.objects.select_for_update(of=("self",))
        .filter(pk__in=[letter.pk for letter in letters], posted_at__isnull=True)
        .select_related("message")
    )
    Letter.objects.filter(pk__in=[row.pk for row in rows]).update(posted_at=now, posted_by=by)
    Message.objects.filter(
        pk__in=[row.message_id for row in rows], state=MessageState.TO_POST
    ).update(state=MessageState.SENT, sent_at=now)
    if rows:
        people = {row.message.person_id for row in rows} - {None}
        audit.record("letters.posted", by=by, about=rows[0], person_ids=sorted(people))
    return len(rows)


@transaction.atomic
def hand_over(*, letters, by):
    """The day's Digital Post is handed over; those whose CPR number is not known any more were
    not in the file, and go another way. Returns how many these are.
    """
    known = cpr_of({letter.message.person_id for letter in letters})
    post_letters(letters=[row for row in letters if row.message.person_id in known], by=by)
    left = [row.message_id for row in letters if row.message.person_id not in known]
    waiting = Message.objects.filter(
        pk__in=left, state=MessageState.TO_POST, channel=Channel.DIGITAL_POST
    )
    number = 0
    for message in waiting.select_for_update(of=("self",)):
        message.state, message.not_before = MessageState.WAITING, timezone.now()
        message.tried = sorted({*message.tried, Channel.DIGITAL_POST})
        message.save(update_fields=["state", "not_before", "tried"])
        _record("message.tried_again", message, by)
        number += 1
    if number:
        wake.after_commit(mail.DELIVER, once=True)
    return number


@transaction.atomic
def use_address(*, record, by):
    """Mails may go to the address again."""
    bounces.clear(record, by=by)


def _record(kind, message, by):
    people = [message.person_id] if message.person_id else ()
    audit.record(kind, by=by, about=message, fields=("state",), person_ids=people)
