"""Letters: made when the message is due, collected per day, posted by a person.

The text is kept as it was made; the pages are set when somebody prints them. A Digital Post
message is the same letter, handed over as a file (`core/channels/memo.py`).
"""

from django.db import transaction

from core import pdf, periods, policies
from core.channels.port import Port, Refused
from core.channels.reach import cpr_of
from core.mailbody import blocks
from core.models import Letter
from core.models.message import Channel, MessageState

MOST_AT_ONCE = 50


class LetterPort(Port):
    """Puts the letter with those of the day."""

    channel = Channel.LETTER

    def send(self, message, body, reach):
        if not reach.address:
            raise Refused("no postal address")
        write(message, body, reach)
        return MessageState.TO_POST


class DigitalPostPort(Port):
    """Puts the message with the day's file for Digital Post."""

    channel = Channel.DIGITAL_POST

    def is_open(self):
        return policies.get("messages.digital_post") and bool(policies.get("municipality.cvr"))

    def send(self, message, body, reach):
        if message.person_id not in cpr_of([message.person_id]):
            raise Refused("no CPR number")
        write(message, body, reach)
        return MessageState.TO_POST


def write(message, body, reach):
    """Keep the letter; once per message, also when the sender is killed and another takes over."""
    with transaction.atomic():
        letter, _new = Letter.objects.update_or_create(
            message=message,
            defaults={
                "day": periods.today(),
                "name": reach.name or message.recipient_name,
                "address": "\n".join(reach.address),
                "subject": body.subject[:300],
                "text": body.plain,
            },
        )
    return letter


def waiting():
    """Letters that nobody has posted yet, by day."""
    return Letter.objects.filter(
        posted_at__isnull=True, message__state=MessageState.TO_POST
    ).select_related("message")


def pages(letters, *, title):
    """The letters as one PDF to print, each on pages of its own."""
    return pdf.render(
        "pdf/letters.html",
        {"letters": [_shown(letter) for letter in letters], **_sender()},
        title=title,
        identifier=f"letters:{','.join(str(letter.pk) for letter in letters)}",
        language="da",
    )


def _shown(letter):
    from_blocks = list(blocks(letter.text))
    return {
        "name": letter.name,
        "address": letter.address.splitlines(),
        "subject": letter.subject,
        "day": letter.day,
        "language": letter.message.language,
        "blocks": from_blocks,
    }


def _sender():
    return {
        "municipality": policies.get("municipality.name"),
        "municipality_address": policies.get("municipality.address"),
        "municipality_phone": policies.get("municipality.phone"),
        "municipality_email": policies.get("municipality.email"),
    }
