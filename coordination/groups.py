"""Groups on shifts: what their pages ask, and the secret address of the one who is responsible.

The address holds the booking's number and a mark that only this installation can make: no name, no
mail address. What it may still do is read from the booking when it is used.
"""

from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from coordination.models import ClearanceKind, GroupBooking
from coordination.states import GroupState
from core import mail
from core.periods import bounds_of

SALT = "coordination.group"
KEPT_DAYS = "groups.kept_days"
OPEN, OVER, GIVEN_BACK, CANCELLED = "open", "over", "given_back", "cancelled"


def bookings():
    """Bookings with their responsible and what is shown of their shift."""
    return GroupBooking.objects.select_related(
        "responsible", "association", "shift__site__activity", "shift__site__branch"
    )


def of_shift(shift):
    """The shift's bookings, those that stand first. 1 query."""
    rows = shift.groups.select_related("responsible", "association")
    return sorted(rows, key=lambda row: (not row.is_standing, row.booked_at, row.pk))


def in_on(user, permission, day):
    """The bookings on the user's shifts that touch the day, in order of time, with everything."""
    first, end = bounds_of(day)
    rows = bookings().standing().permitted(user, permission)
    rows = rows.filter(shift__starts_at__lt=end, shift__ends_at__gt=first)
    return rows.order_by("shift__starts_at", "shift_id", "booked_at", "pk")


def uncounted():
    """Bookings of which nobody has said how many came."""
    return GroupBooking.objects.standing().filter(attendance_at=None)


def is_with_children(activity):
    """True if the activity asks for, or may ask for, child certificates. 1 query."""
    return activity.requirements.filter(kind=ClearanceKind.CHILD_CERTIFICATE).exists()


def token(booking):
    """The secret part of the address."""
    return f"{booking.pk}-{_mark(booking)}"


def address(booking):
    """The whole address."""
    return mail.link("coordination:group-link", token(booking))


def read(value):
    """The booking of a token, or None for one that we did not make, or not any more. 1 query."""
    number, _dash, mark = value.partition("-")
    if not number.isdecimal() or len(number) > 12:
        return None
    booking = bookings().filter(pk=int(number)).first()
    if booking is None or not constant_time_compare(mark, _mark(booking)):
        return None
    return booking


def status_of(booking):
    """What the responsible can still do: OPEN, or why nothing (OVER, GIVEN_BACK, CANCELLED)."""
    if booking.shift.is_cancelled:
        return CANCELLED
    if booking.shift.starts_at <= timezone.now():
        return OVER
    return OPEN if booking.state == GroupState.BOOKED else GIVEN_BACK


def _mark(booking):
    value = f"{booking.pk}:{booking.serial}"
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()[:40]
