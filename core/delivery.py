"""Sending what is in the outbox: claimed in small batches, committed mail by mail.

A sender that is killed leaves at most one mail in doubt: it is sent again, with the same
Message-ID, when its lease has run out. What the server refuses for good has failed; everything
else is tried again, later and later, for about two days.
"""

import smtplib
import time
import uuid
from datetime import timedelta

import structlog
from django.conf import settings
from django.core.mail import get_connection
from django.db.models import F
from django.utils import timezone, translation

from core import mail, mailbody, wake
from core.jobs import backoff, describe
from core.models import Message, MessageState
from core.scope import scope

BATCH = 20
LEASE = timedelta(seconds=180)
RUN_SECONDS = 20
MAX_ATTEMPTS = 14
MAX_FAULTS = 5

log = structlog.get_logger(__name__)


class ServerDown(Exception):
    """No mail server answers: nobody's mail can go now."""


class Refused(Exception):
    """The server will never take this mail for this person. Holds the code, not the text."""


class Sender:
    """One connection to the mail server, opened when needed and kept for the run."""

    def __init__(self):
        self.connection = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._drop()

    def send(self, email):
        """Hand over one mail. Raises Refused, ServerDown, or the passing fault as it came."""
        if self.connection is None:
            self._open()
        try:
            self.connection.send_messages([email])
        except Exception as error:
            self._drop()
            code = permanent_code(error)
            if code:
                raise Refused(code) from error
            raise

    def _open(self):
        connection = get_connection()
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise ServerDown from error
        self.connection = connection

    def _drop(self):
        connection, self.connection = self.connection, None
        if connection is not None:
            try:
                connection.close()
            except (OSError, smtplib.SMTPException) as error:
                log.debug("mail_close", error=describe(error))


def permanent_code(error):
    """The 5xx answer about this recipient or this content, or None for everything that may pass.

    A refused sender is our own set-up's fault, and passes when that is mended.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in error.recipients.values()]
        return codes[0] if codes and min(codes) >= 500 else None
    if isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500:
        return error.smtp_code
    return None


def deliver(*, seconds=RUN_SECONDS):
    """Send what is due for at most this long; return how many mails went out.

    Wakes another run when time ran out before the outbox was empty, so that urgent work gets
    its turn and memory stays flat.
    """
    stop, sent = time.monotonic() + seconds, 0
    with scope(), Sender() as sender:
        while batch := claim_batch():
            for position, message in enumerate(batch):
                late = time.monotonic() > stop or _lease_is_short(message)
                if late or not _try(sender, message):
                    left = batch[position if late else position + 1 :]
                    release(left)
                    if late:
                        wake.send(mail.DELIVER)
                    return sent
                sent += message.state == MessageState.SENT
    return sent


def claim_batch():
    """Take the lease of the next due messages: urgent first, then in order of time.

    One conditional update, so that two senders never hold the same message.
    """
    now, token = timezone.now(), uuid.uuid4()
    due = Message.objects.due(now)
    chosen = list(
        due.order_by("-priority", "not_before", "pk").values_list("pk", flat=True)[:BATCH]
    )
    if not chosen:
        return []
    due.filter(pk__in=chosen).update(
        state=MessageState.SENDING,
        lease_token=token,
        lease_until=now + LEASE,
        attempts=F("attempts") + 1,
    )
    mine = Message.objects.filter(pk__in=chosen, lease_token=token)
    return list(mine.order_by("-priority", "not_before", "pk"))


def release(messages):
    """Give back messages that were claimed and not tried."""
    for message in messages:
        Message.objects.owned(message).update(
            attempts=F("attempts") - 1, state=MessageState.WAITING, **_NO_LEASE
        )


def wake_if_due():
    """For the sweep: wake a sender if anything is due. True if so."""
    return Message.objects.due(timezone.now()).exists() and wake.send(mail.DELIVER)


_NO_LEASE = {"lease_token": None, "lease_until": None}


def _lease_is_short(message):
    return message.lease_until - timezone.now() < timedelta(seconds=3 * settings.EMAIL_TIMEOUT)


def _try(sender, message):
    """Render and send one message and commit what became of it. False if the server is down."""
    try:
        body = _body(message)
    except Exception as error:  # one recipient's fault must not stop the others
        log.warning("mail_not_rendered", message=message.pk, error=describe(error))
        _later_or_failed(message, describe(error), most=MAX_FAULTS)
        return True
    if body is None:
        _close(message, state=MessageState.SKIPPED)
        return True
    message.template_version = body.version
    try:
        sender.send(mailbody.email(message, body))
    except ServerDown as error:
        log.warning("mail_server_down", error=describe(error.__cause__))
        _later_or_failed(message, "mail server down")
        return False
    except Refused as error:
        _close(message, state=MessageState.FAILED, last_error=f"SMTP {error}")
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail_put_off", message=message.pk, error=describe(error))
        _later_or_failed(message, _passing(error))
    except Exception as error:  # a header or address that cannot be written
        log.warning("mail_not_written", message=message.pk, error=describe(error))
        _later_or_failed(message, describe(error), most=MAX_FAULTS)
    else:
        _close(message, state=MessageState.SENT, sent_at=timezone.now(), last_error="")
    return True


def _body(message):
    kind = mail.kinds()[message.kind]
    with translation.override(message.language):
        context = kind.context(message)
    return None if context is None else mailbody.render(message, context)


def _passing(error):
    code = getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((code for code, _text in error.recipients.values()), None)
    return f"SMTP {code}" if code else type(error).__name__


def _later_or_failed(message, reason, *, most=MAX_ATTEMPTS):
    if message.attempts >= most:
        _close(message, state=MessageState.FAILED, last_error=reason)
        return
    wait = backoff(message.attempts, first=60)
    _close(
        message,
        state=MessageState.WAITING,
        last_error=reason,
        not_before=timezone.now() + wait,
    )


def _close(message, **values):
    """Commit the outcome if the lease is still ours; a message that was taken over is left."""
    values |= _NO_LEASE | {"template_version": message.template_version}
    if Message.objects.owned(message).update(**values):
        message.state = values["state"]
    else:
        log.warning("mail_lease_lost", message=message.pk)
