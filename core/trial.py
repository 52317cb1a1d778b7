"""The trial set-up on one machine: nothing leaves it, messages are files that the site shows."""

from django.conf import settings

FILE_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
# How a text message names whom it is to, in the place of a mail's recipient.
SMS_TO = "SMS "


def is_open():
    """True in the trial set-up: mails are written to files."""
    return settings.EMBEDDED and settings.EMAIL_BACKEND == FILE_BACKEND
