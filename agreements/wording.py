"""What the texts of the messages about agreements and attestations are for, and what they put in.

What is sensitive says only that something waits; `UNSAID` are words that give it away.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from core import mail
from core.mail import Placeholder

PAPERS, STAFF = "papers", "staff"
UNSAID = ("attest", "straffe", "criminal", "politi", "police", "certificate", "cpr")

FIRST_NAME = Placeholder("first_name", _("The recipient's first name"), "Frida")
BRANCH = Placeholder("branch", _("The branch's name"), "Hovedbiblioteket")
HAS_SIGN_IN = Placeholder(
    "has_sign_in", _("The recipient can sign in"), example=True, condition=True
)
OWN_URL = Placeholder(
    "own_url",
    _("Link to the volunteer's own page"),
    "https://frivillig.example.dk/min-side/aftaler/",
)
REQUIRED_OWN_URL = Placeholder(OWN_URL.name, OWN_URL.description, OWN_URL.example, required=True)
VOLUNTEER = (FIRST_NAME, BRANCH, HAS_SIGN_IN, OWN_URL)


def name_groups():
    """Called once, from `agreements.emails.register`."""
    mail.group(
        PAPERS,
        label=_("Your agreements and papers"),
        help=_("When there is something to read, sign or renew."),
        order=15,
    )


LINK = {
    "title": _("An agreement to sign"),
    "group": PAPERS,
    "priority": mail.URGENT,
    "placeholders": (
        *VOLUNTEER,
        Placeholder(
            "link",
            _("The personal link to reading and signing"),
            "https://frivillig.example.dk/aftale/abc/",
            required=True,
            secret=True,
        ),
        Placeholder("days", _("How many days the link works"), 30),
        Placeholder("is_new", _("It replaces an agreement"), example=True, condition=True),
    ),
}
LINK_GUARDIAN = LINK | {
    "title": _("To the guardian: an agreement to sign"),
    "placeholders": (
        *LINK["placeholders"],
        Placeholder("young_name", _("The young volunteer's first name"), "Frida"),
        Placeholder(
            "privacy_url", _("Address of the privacy notice"), "https://odense.dk/", required=True
        ),
    ),
}
ASSOCIATION = Placeholder("association", _("The association's name"), "Læsevennerne")
LINK_ASSOCIATION = LINK | {
    "title": _("To the association: an agreement to sign"),
    "placeholders": (*LINK["placeholders"], ASSOCIATION),
}
ENDED = {
    "title": _("The farewell when an agreement ends"),
    "group": PAPERS,
    "placeholders": (
        *VOLUNTEER,
        Placeholder("ends_on", _("The last day"), date(2026, 3, 3)),
        Placeholder(
            "is_volunteer", _("The recipient is the volunteer"), example=True, condition=True
        ),
    ),
}
ENDED_STAFF = {
    "title": _("To the coordinator: a volunteer has ended their agreement"),
    "group": STAFF,
    "placeholders": (
        BRANCH,
        Placeholder("ends_on", _("The last day"), date(2026, 3, 3)),
        Placeholder("url", _("Link to the agreement"), "https://frivillig.example.dk/aftaler/1/"),
    ),
}
CODE = {
    "title": _("Code for signing"),
    "group": PAPERS,
    "necessity": mail.ASKED,
    "placeholders": (
        BRANCH,
        Placeholder("code", _("The code"), "123456", required=True, secret=True),
        Placeholder("minutes", _("How many minutes the code works"), 15),
    ),
}
SIGNED = {
    "title": _("Everybody has signed"),
    "group": PAPERS,
    "placeholders": (*VOLUNTEER, Placeholder("starts_on", _("The first day"), date(2026, 3, 3))),
}
EXPIRING = {
    "title": _("An agreement runs out"),
    "group": PAPERS,
    "placeholders": (*VOLUNTEER, Placeholder("ends_on", _("The last day"), date(2026, 3, 3))),
}
EXPIRING_ASSOCIATION = {
    "title": _("To the association: an agreement runs out"),
    "group": PAPERS,
    "placeholders": (
        FIRST_NAME,
        BRANCH,
        ASSOCIATION,
        Placeholder("ends_on", _("The last day"), date(2026, 3, 3)),
    ),
}
EXPIRING_STAFF = {
    "title": _("To the coordinator: an agreement runs out"),
    "group": STAFF,
    "placeholders": (
        BRANCH,
        Placeholder(
            "association",
            _("The association's name, if the agreement is with one"),
            ASSOCIATION.example,
        ),
        Placeholder("ends_on", _("The last day"), date(2026, 3, 3)),
        Placeholder("url", _("Link to the agreement"), "https://frivillig.example.dk/aftaler/1/"),
    ),
}
ATTESTATION_ORDERED = {
    "title": _("A certificate has been ordered"),
    "group": PAPERS,
    "necessity": mail.LAW,
    "sensitive": True,
    "unsaid": UNSAID,
    "placeholders": (
        FIRST_NAME,
        BRANCH,
        HAS_SIGN_IN,
        REQUIRED_OWN_URL,
        Placeholder(
            "consent_until", _("The last day of the consent"), date(2026, 3, 17), inside=True
        ),
        Placeholder(
            "lacks_details",
            _("The CPR number is missing"),
            example=True,
            condition=True,
            inside=True,
        ),
    ),
}
ATTESTATION_EXPIRING = ATTESTATION_ORDERED | {
    "title": _("A certificate runs out"),
    "necessity": mail.WORK,
    "placeholders": (
        *ATTESTATION_ORDERED["placeholders"],
        Placeholder("day", _("The last day"), date(2026, 3, 3), inside=True),
    ),
}
ATTESTATION_EXPIRING_STAFF = {
    "title": _("To the coordinator: a certificate runs out"),
    "group": STAFF,
    "sensitive": True,
    "unsaid": UNSAID,
    "placeholders": (
        BRANCH,
        Placeholder("day", _("The last day"), date(2026, 3, 3), inside=True),
        Placeholder("url", _("Link to the start page"), "https://frivillig.example.dk/"),
    ),
}
