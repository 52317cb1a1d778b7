"""E-mail: one SMTP connection, opened when needed and kept for the run."""

import smtplib

import structlog
from django.core.mail import get_connection

from core import mailbody
from core.channels.port import Down, Port, Refused
from core.jobs import describe
from core.models.message import Channel, MessageState

log = structlog.get_logger(__name__)


class EmailPort(Port):
    """Hands mails to the mail server, one by one."""

    channel = Channel.EMAIL

    def __init__(self):
        self.connection = None

    def __exit__(self, *exception):
        self._drop()

    def send(self, message, body, reach):
        """Raises Refused with the server's code, Down, or the passing fault as it came."""
        email = mailbody.email(message, body)
        if self.connection is None:
            self._open()
        try:
            self.connection.send_messages([email])
        except Exception as error:
            self._drop()
            code = permanent_code(error)
            if code:
                raise Refused(f"SMTP {code}") from error
            raise
        return MessageState.SENT

    def passing(self, error):
        code = getattr(error, "smtp_code", None)
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            code = next((code for code, _text in error.recipients.values()), None)
        return f"SMTP {code}" if code else type(error).__name__

    def _open(self):
        connection = get_connection()
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise Down from error
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
