"""Text messages: a plain HTTP gateway (docs/sms-gateway.md), or the trial set-up's letter box.

The gateway takes one message per request, as JSON with a bearer token, and the Message-ID as the
key that makes a repeated request harmless.
"""

import json
import urllib.error
import urllib.request
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from core import policies, trial
from core.channels.port import Down, Port, Refused
from core.models.message import Channel, MessageState

TIMEOUT = 10
# Six parts of 153 characters: what a phone joins to one message, with room for a long shift.
LONGEST = 918
# Answers that mean: never this message to this number. All else is tried again.
PERMANENT = frozenset({400, 404, 410, 413, 415, 422})
# Answers that are about us and not about the message: nobody's can go.
OURS = frozenset({401, 402, 403, 429, 503})


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token is not carried to another address."""

    def redirect_request(self, *args):
        return None


class GatewayPort(Port):
    """Hands text messages to the municipality's gateway."""

    channel = Channel.SMS

    def __init__(self):
        self.opener = urllib.request.build_opener(NoRedirect)

    def is_open(self):
        return bool(settings.SMS_URL)

    def send(self, message, body, reach):
        request = urllib.request.Request(  # noqa: S310 - https, checked at start
            settings.SMS_URL,
            data=json.dumps(payload(message, body, reach)).encode(),
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "Authorization": f"Bearer {settings.SMS_TOKEN}",
                "Idempotency-Key": message.message_id,
            },
            method="POST",
        )
        try:
            with self.opener.open(request, timeout=TIMEOUT):
                return MessageState.SENT
        except urllib.error.HTTPError as error:
            error.close()
            _raise_for(error)
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise Down from error


class ConsolePort(Port):
    """The trial set-up: text messages stand in the letter box beside the e-mails."""

    channel = Channel.SMS

    def is_open(self):
        return trial.is_open()

    def send(self, message, body, reach):
        sms = payload(message, body, reach)
        mail = EmailMessage(
            subject=sms["text"][:60].splitlines()[0],
            body=sms["text"],
            from_email=formataddr((sms["sender"], trial.NO_MAILBOX)),
            to=[formataddr((f"{trial.SMS_TO}{sms['to']}", trial.NO_MAILBOX))],
            headers={"Message-ID": message.message_id},
        )
        get_connection().send_messages([mail])
        return MessageState.SENT


def payload(message, body, reach):
    """What is handed over: to whom, from whom, the text, and the key."""
    return {
        "to": reach.phone,
        "sender": policies.get("messages.sms_sender"),
        "text": text_of(body),
        "reference": message.message_id,
    }


def text_of(body):
    """The message as a text message: its subject, then its text, cut at a line's end."""
    text = f"{body.subject}\n\n{body.plain}"
    if len(text) <= LONGEST:
        return text
    cut = text[: LONGEST - 1]
    return f"{cut.rpartition(chr(10))[0].rstrip() or cut.rstrip()}…"


def _raise_for(error):
    if error.code in PERMANENT:
        raise Refused(f"SMS {error.code}") from error
    if error.code in OURS:
        raise Down from error
    raise error
