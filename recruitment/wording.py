"""What the texts of recruitment's messages are for, and what they may put in."""

from django.utils.translation import gettext_lazy as _

from core import mail
from core.mail import Placeholder

APPLICATIONS = "applications"

APPLICATION = (
    Placeholder("first_name", _("The recipient's first name"), "Frida"),
    Placeholder("activity", _("The activity's title"), "Lektiehjælp"),
    Placeholder("branch", _("The branch's name"), "Hovedbiblioteket"),
    Placeholder(
        "contact", _("Phone and e-mail of the branch"), "telefon 66 13 13 13 eller bib@odense.dk"
    ),
    Placeholder(
        "opportunities_url",
        _("Link to the activities that need somebody"),
        "https://frivillig.example.dk/",
    ),
)


def name_groups():
    """Called once, from `recruitment.emails.register`."""
    mail.group(
        APPLICATIONS,
        label=_("Answers to what you have written to us"),
        help=_("When you have asked to be a volunteer somewhere."),
        order=35,
    )


RECEIPT = {
    "title": _("Receipt for a sign-up"),
    "group": APPLICATIONS,
    "necessity": mail.ASKED,
    "placeholders": APPLICATION,
}
INTEREST = {
    "title": _("Are you still interested?"),
    "group": APPLICATIONS,
    "placeholders": (
        *APPLICATION[:3],
        Placeholder(
            "interest_url",
            _("The personal link to saying yes or no"),
            "https://frivillig.example.dk/stadig-interesseret/abc/",
            required=True,
            secret=True,
        ),
        Placeholder("days", _("How many days they have to answer"), 30),
    ),
}
DECLINED = {
    "title": _("No place this time"),
    "group": APPLICATIONS,
    "placeholders": APPLICATION,
}
