"""What the texts of coordination's messages are for, and what they may put in.

The texts themselves: templates/emails/<language>/<kind>.txt, or a version that managers have
written. What fills the placeholders: `coordination/emails.py`.
"""

from datetime import UTC, date, datetime

from django.utils.translation import gettext_lazy as _

from core import mail
from core.mail import Placeholder

SHIFTS, REMINDERS, TIES, THANKS, STAFF = "shifts", "reminders", "ties", "thanks", "staff"
NEWS = "news"

FIRST_NAME = Placeholder("first_name", _("The recipient's first name"), "Frida")
BRANCH = Placeholder("branch", _("The branch's name"), "Hovedbiblioteket")
MUNICIPALITY_EMAIL = Placeholder(
    "municipality_email", _("The municipality's e-mail address"), "frivillig@odense.dk"
)
SIGN_IN_URL = Placeholder(
    "sign_in_url", _("Link to signing in"), "https://frivillig.example.dk/konto/login/"
)
OWN_SHIFTS_URL = Placeholder(
    "own_shifts_url",
    _("Link to the volunteer's own shifts"),
    "https://frivillig.example.dk/min-side/vagter/",
)
HAS_SIGN_IN = Placeholder(
    "has_sign_in", _("The recipient can sign in"), example=True, condition=True
)
SHIFT = (
    FIRST_NAME,
    BRANCH,
    Placeholder("what", _("The shift's title, or the activity's"), "Lektiehjælp"),
    Placeholder("day", _("The day of the shift"), date(2026, 3, 3)),
    Placeholder("time", _("When the shift is, day and hours"), "3. marts 2026 kl. 15.00–17.00"),
    Placeholder("where", _("Branch and place"), "Hovedbiblioteket, lokale 2"),
    OWN_SHIFTS_URL,
)
EVENT = (
    FIRST_NAME,
    BRANCH,
    Placeholder("title", _("What the event is called"), "Frivilligfest"),
    Placeholder("starts_at", _("When the event begins"), datetime(2026, 6, 12, 16, tzinfo=UTC)),
    Placeholder("place", _("Where the event is"), "Rådhushallen"),
)


def name_groups():
    """Called once, from `coordination.emails.register`."""
    mail.group(
        SHIFTS,
        label=_("Your shifts change"),
        help=_("When a shift is moved or cancelled, or you are no longer on it."),
        order=10,
    )
    mail.group(
        REMINDERS,
        label=_("Reminders of your shifts"),
        help=_("A few days before a shift that you have said yes to."),
        order=20,
    )
    mail.group(
        THANKS,
        label=_("Invitations and thanks"),
        help=_("When we invite you to something nice."),
        order=40,
    )
    mail.group(
        TIES,
        label=_("Your time as a volunteer"),
        help=_("When you begin, and what we keep about you."),
        order=30,
    )
    mail.group(
        NEWS,
        label=_("News and offers from your coordinator"),
        help=_("When your coordinator writes to many about what is not needed for the work."),
        order=50,
    )
    mail.group(STAFF, label=_("Messages to staff"), order=90)


WELCOME = {
    "title": _("Welcome to a new volunteer"),
    "group": TIES,
    "placeholders": (
        FIRST_NAME,
        BRANCH,
        Placeholder("activity", _("The activity's title"), "Lektiehjælp"),
        Placeholder("starts_on", _("The first day"), date(2026, 3, 3)),
        HAS_SIGN_IN,
        SIGN_IN_URL,
    ),
}
DATA_NOTICE = {
    "title": _("What we keep about somebody whom staff have written in"),
    "group": TIES,
    "necessity": mail.LAW,
    "placeholders": (
        FIRST_NAME,
        Placeholder(
            "municipality_address", _("The municipality's address"), "Nørregade 36, 5000 Odense C"
        ),
        MUNICIPALITY_EMAIL,
        Placeholder("dpo_contact", _("How to reach the data protection adviser"), "dpo@odense.dk"),
    ),
}
EMAIL_CHANGED = {
    "title": _("Warning to the old address: the e-mail address has been changed"),
    "group": TIES,
    "necessity": mail.LAW,
    "priority": mail.URGENT,
    "placeholders": (FIRST_NAME, MUNICIPALITY_EMAIL),
}
STAFF_INVITED = {
    "title": _("Access for a new member of staff"),
    "group": STAFF,
    "priority": mail.URGENT,
    "placeholders": (
        FIRST_NAME,
        BRANCH,
        Placeholder("role", _("The role"), "Koordinator"),
        Placeholder(
            "sign_in_url",
            _("Link to signing in"),
            "https://frivillig.example.dk/konto/login/",
            required=True,
        ),
    ),
}
SHIFT_REMINDER = {
    "title": _("Reminder of a shift"),
    "group": REMINDERS,
    "declinable": True,
    "gatherable": True,
    "placeholders": (*SHIFT, Placeholder("note", _("The shift's note"), "Tag overtøj med.")),
}
SHIFT_CHANGED = {"title": _("A shift has been changed"), "group": SHIFTS, "placeholders": SHIFT}
SHIFT_CANCELLED = {
    "title": _("A shift has been cancelled"),
    "group": SHIFTS,
    "placeholders": SHIFT,
}
RELEASED = {
    "title": _("Somebody is no longer on a shift"),
    "group": SHIFTS,
    "placeholders": (
        *SHIFT,
        Placeholder("starts_at", _("When the shift began"), datetime(2026, 3, 3, 14, tzinfo=UTC)),
        Placeholder("moved", _("The shift was moved"), example=True, condition=True),
        Placeholder("ended", _("The engagement ends"), example=False, condition=True),
        Placeholder("paused", _("The volunteer has a pause"), example=False, condition=True),
        Placeholder("by_staff", _("A coordinator did it"), example=False, condition=True),
        Placeholder(
            "unanswered",
            _("They did not say yes to a changed shift in time"),
            example=False,
            condition=True,
        ),
    ),
}
PLACE_OFFERED = {
    "title": _("A place is offered to somebody on the waiting list"),
    "group": SHIFTS,
    "placeholders": (
        *SHIFT,
        Placeholder("note", _("The shift's note"), "Tag overtøj med."),
        Placeholder("answer_by", _("Until when"), datetime(2026, 3, 1, 11, tzinfo=UTC)),
        Placeholder(
            "answer_url",
            _("Link to answering"),
            "https://frivillig.example.dk/min-side/pladser/1/",
            required=True,
        ),
    ),
}
PLACE_ANSWER = {
    "title": _("Answer to somebody who asked to join a shift, or waited"),
    "group": SHIFTS,
    "placeholders": (
        *SHIFT,
        Placeholder("note", _("The shift's note"), "Tag overtøj med."),
        Placeholder("yes", _("They have the place"), example=True, condition=True),
        Placeholder("no", _("They do not get a place"), example=False, condition=True),
        Placeholder("wait", _("They are on the waiting list"), example=False, condition=True),
        Placeholder("off", _("They are off the waiting list"), example=False, condition=True),
    ),
}
RECOGNITION_INVITED = {
    "title": _("Invitation to an event"),
    "group": THANKS,
    "necessity": mail.NICE,
    "gatherable": True,
    "placeholders": (
        *EVENT,
        Placeholder("description", _("What the event is"), "Vi fejrer et godt år."),
        Placeholder("reply_by", _("The last day to answer"), date(2026, 6, 1)),
        Placeholder(
            "answer_url",
            _("Link to answering"),
            "https://frivillig.example.dk/min-side/invitationer/1/",
            required=True,
        ),
    ),
}
RECOGNITION_CANCELLED = {
    "title": _("An event has been cancelled"),
    "group": THANKS,
    "declinable": False,
    "placeholders": EVENT,
}

GROUP = (
    Placeholder("subject", _("The subject that the coordinator wrote"), "Kaffe på fredag"),
    Placeholder("text", _("The text that the coordinator wrote"), ["Kære Frida", "", "Vi ses."]),
    Placeholder("sender", _("Who wrote it"), "Karen Koordinator"),
    BRANCH,
)
GROUP_WORK = {
    "title": _("Group message about the work"),
    "group": TIES,
    "placeholders": GROUP,
}
GROUP_NEWS = {
    "title": _("Group message with news"),
    "group": NEWS,
    "necessity": mail.NICE,
    "placeholders": GROUP,
}
ADDRESS_MARKED = {
    "title": _("Mails to a volunteer come back"),
    "group": STAFF,
    "placeholders": (
        Placeholder("name", _("The volunteer's name"), "Frida Frivillig"),
        Placeholder("number", _("How many mails came back"), "3"),
        Placeholder(
            "messages_url",
            _("Link to the volunteer's messages"),
            "https://frivillig.example.dk/frivillige/1/beskeder/",
            required=True,
        ),
    ),
}
