"""The trial set-up on one machine: nothing leaves it, messages are files that the site shows."""

from django.conf import settings

FILE_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
# How a text message names whom it is to, in the place of a mail's recipient.
SMS_TO = "SMS "
# A mail's recipient must have an address; a text message has none, and the page shows none.
NO_MAILBOX = "sms@invalid"


def is_open():
    """True in the trial set-up: mails are written to files."""
    return settings.EMBEDDED and settings.EMAIL_BACKEND == FILE_BACKEND
