"""The mails about a group's places: to the responsible, where there is an address, and to staff."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import addressees, emails, groups
from coordination.models import GroupBooking
from coordination.wording import BRANCH, FIRST_NAME, SHIFTS, STAFF
from core import mail
from core.localised import localised
from core.mail import Placeholder
from core.templatetags.ui import period

BOOKED = "coordination.group_booked"
CHANGED = "coordination.group_changed"
CANCELLED = "coordination.group_cancelled"
RETURNED = "coordination.group_returned"

# Why a group's places are gone: a coordinator did it, or the whole shift is cancelled.
WHYS = BY_STAFF, SHIFT = "by_staff", "shift_cancelled"

_ABOUT = (
    FIRST_NAME,
    BRANCH,
    Placeholder("title", _("What the group is called"), "5.B fra Skovskolen"),
    Placeholder("what", _("The shift's title, or the activity's"), "Lektiehjælp"),
    Placeholder("time", _("When the shift is, day and hours"), "3. marts 2026 kl. 15.00–17.00"),
    Placeholder("where", _("Branch and place"), "Hovedbiblioteket, lokale 2"),
)
_LINK = (
    Placeholder("number", _("How many places"), "24"),
    Placeholder(
        "link",
        _("Link to the booking"),
        "https://frivillig.example.dk/gruppe/…",
        required=True,
        secret=True,
    ),
)


def register():
    """Called once, from `CoordinationConfig.ready`."""
    for kind, title, more in (
        (BOOKED, _("Places are booked for a group"), _LINK),
        (CHANGED, _("A group's booking or its shift has changed"), _LINK),
    ):
        mail.register(
            kind,
            context=_open_context,
            load=_bookings,
            ways=emails.ONLY_MAIL,
            title=title,
            group=SHIFTS,
            placeholders=(*_ABOUT, *more),
        )
    mail.register(
        CANCELLED,
        context=_cancelled_context,
        load=_bookings,
        ways=emails.ONLY_MAIL,
        title=_("A group's places are cancelled"),
        group=SHIFTS,
        placeholders=(
            *_ABOUT,
            Placeholder(SHIFT, _("The whole shift is cancelled"), example=True, condition=True),
            Placeholder(BY_STAFF, _("A coordinator did it"), example=False, condition=True),
        ),
    )
    mail.register(
        RETURNED,
        context=_returned_context,
        load=_bookings,
        title=_("A group has given places back"),
        group=STAFF,
        placeholders=(
            *_ABOUT[1:],
            Placeholder("number", _("How many places"), "24"),
            Placeholder(
                "groups_url",
                _("Link to the shift's groups"),
                "https://frivillig.example.dk/vagter/1/grupper/",
                required=True,
            ),
        ),
    )


def send_booked(booking, *, event):
    """Tell the responsible that places are held, with the link to the booking."""
    return _send(BOOKED, [booking], event=event)


def send_changed(bookings, *, event):
    """Tell the responsible that the number, or the shift's time or place, is another."""
    return _send(CHANGED, bookings, event=event)


def send_cancelled(bookings, *, event, why):
    """Tell the responsible that the places are gone, and why (BY_STAFF or SHIFT)."""
    return _send(CANCELLED, bookings, event=event, why=why)


def send_returned(booking, *, number, event):
    """Tell the coordinators that a group has given so many places back."""
    staff = addressees.coordinators()(booking.shift.site.branch.path)
    return addressees.tell(staff, kind=RETURNED, about=booking, event=event.pk, number=number)


def _send(kind, bookings, *, event, **params):
    return mail.send_many(
        mail.Draft(
            kind=kind,
            to=emails.recipient(booking.responsible),
            about=booking,
            key=f"{kind}:{booking.pk}:{event.pk}",
            params=params,
            urgent=emails.is_soon(booking),
        )
        for booking in bookings
        if booking.responsible is not None and booking.responsible.email
    )


def _bookings(messages):
    rows = GroupBooking.objects.select_related(
        "responsible", "shift__site__activity", "shift__site__branch"
    )
    return mail.by_about(rows, messages)


def _open_context(message):
    """None if the places are given back, the shift is cancelled or the day has come."""
    booking = mail.matter(message)
    if booking is None or groups.status_of(booking) != groups.OPEN or not booking.responsible:
        return None
    return _context(booking) | {"number": str(booking.seats), "link": groups.address(booking)}


def _cancelled_context(message):
    """None if nobody is responsible any more, or the day has come."""
    booking = mail.matter(message)
    if booking is None or not booking.responsible or booking.shift.starts_at <= timezone.now():
        return None
    return _context(booking) | {why: why == message.params["why"] for why in WHYS}


def _returned_context(message):
    booking = mail.matter(message)
    if booking is None or booking.shift.starts_at <= timezone.now():
        return None
    return _about(booking) | {
        "number": str(message.params["number"]),
        "groups_url": mail.link("coordination:shift-groups", booking.shift_id),
    }


def _context(booking):
    return {"first_name": booking.responsible.first_name} | _about(booking)


def _about(booking):
    shift = booking.shift
    place = shift.place or shift.site.place
    return {
        "title": booking.title,
        "what": shift.title or localised(shift.site.activity, "title").text,
        "time": period(shift.starts_at, shift.ends_at),
        "branch": shift.site.branch,
        "where": ", ".join(filter(None, [shift.site.branch.name, place])),
    }
