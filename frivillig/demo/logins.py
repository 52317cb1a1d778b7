"""Who can sign in to the demo, as a table for a terminal."""

from django.conf import settings
from django.urls import reverse

from coordination.access import Role
from core.models import User
from frivillig.demo.places import PASSWORD, STAFF, address

VOLUNTEERS = (
    ("frida", "frivillig i lektiecaféen, alt er på plads"),
    ("viggo", "festivalfrivillig"),
    ("amina", "frivillig i sprogcaféen, siderne på engelsk"),
)


def table():
    """The lines that script/server prints; empty where there is no demo."""
    if not User.objects.filter(email=address(STAFF[0][0])).exists():
        return []
    site = settings.SITE_URL
    return [
        f"Demo: {site}/   sign in: {site}{reverse('account_login')}",
        f"  Staff, password {PASSWORD}:",
        *(
            f"    {address(mailbox):<34} {Role(role).label}, {branch or 'hele kommunen'}"
            for mailbox, _name, role, branch in STAFF
        ),
        "  Volunteers, by a code that is mailed to them:",
        *(f"    {address(mailbox):<34} {what}" for mailbox, what in VOLUNTEERS),
        *_notes(),
    ]


def _notes():
    if not settings.SECOND_FACTOR_REQUIRED:
        yield (
            "  No second factor is asked for here: this trial's .env says "
            "SECOND_FACTOR_REQUIRED=false. Never do so with real people."
        )
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        yield f"  E-mails sent here are read in the browser: {settings.SITE_URL}/post/"
