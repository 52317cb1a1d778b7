"""Places on a shift for a group: book, change, give back, register how many came.

The shift is locked before its bookings; `Shift.group_seats` is changed with them and nowhere else.
"""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination import group_emails, scheduling
from coordination.actions import line, people
from coordination.locks import lock_people, locked_shift
from coordination.models import GroupBooking
from coordination.states import GROUP, GroupState
from core import audit
from core.errors import DomainError

audit.kind("group.booked", gettext_lazy("Places booked for a group"))
audit.kind("group.changed", gettext_lazy("A group's booking changed"))
audit.kind("group.given_back", gettext_lazy("A group's places given back"))
audit.kind("group.attendance", gettext_lazy("How many of a group came"))

CONTACT = ("name", "email", "phone", "language")


@transaction.atomic
def book(*, shift, kind, title, seats, responsible, by, association=None, names=""):
    """Hold places on the shift for a group and return the GroupBooking; the responsible is told.

    `responsible`: their name, and email or phone, and language. Free is what nobody holds and
    nobody in the line has been offered. Raises DomainError "cancelled", "begun", "no_room",
    "too_many_names", and what `people.register_person` raises.
    """
    shift = locked_shift(shift.pk)
    _require_coming(shift)
    _require_names_within(names, seats)
    _take(shift, seats, free=line.advance(shift).free)
    booking = GroupBooking.objects.create(
        shift=shift,
        kind=kind,
        title=title,
        association=association,
        responsible=people.register_person(by=by, **responsible),
        seats=seats,
        names=names,
        serial=_serial(),
        booked_at=timezone.now(),
        booked_by=by,
    )
    event = _record("group.booked", booking, by=by)
    group_emails.send_booked(booking, event=event)
    return booking


@transaction.atomic
def change(*, booking, by, contact=None, **values):
    """Change kind, title, association, seats or names, and the responsible's `contact`; return it.

    Places that are given back go to those who wait. To a new address goes a new link, and the old
    one stops working; else the responsible hears of another number. Raises DomainError "no_room",
    "too_many_names", "wrong_state", "begun", "cancelled".
    """
    booking = _locked(booking)
    _require_standing(booking)
    seats = values.get("seats", booking.seats)
    _require_names_within(values.get("names", booking.names), seats)
    changed = [name for name, value in values.items() if getattr(booking, name) != value]
    if seats > booking.seats:
        _take(booking.shift, seats - booking.seats, free=line.advance(booking.shift).free)
    freed = max(booking.seats - seats, 0)
    for name in changed:
        setattr(booking, name, values[name])
    moved = contact is not None and _change_contact(booking, contact, by=by)
    booking.save(update_fields=[*changed, "serial"])
    if not changed and not moved:
        return booking
    event = _record("group.changed", booking, by=by, fields=changed)
    if moved:
        group_emails.send_booked(booking, event=event)
    elif "seats" in changed:
        group_emails.send_changed([booking], event=event)
    _give_back(booking.shift, freed)
    return booking


@transaction.atomic
def cancel(*, booking, by):
    """Give all places of the group back; return the booking. The responsible is told.

    Raises DomainError "wrong_state", "begun", "cancelled".
    """
    booking = _locked(booking)
    _require_standing(booking)
    event = _close(booking, by=by)
    group_emails.send_cancelled([booking], event=event, why=group_emails.BY_STAFF)
    _give_back(booking.shift, booking.seats)
    return booking


@transaction.atomic
def change_by_link(*, booking, seats, names):
    """The responsible gives some places back, or writes names; return the booking. Twice is once.

    Coordinators are told of places that came back. Raises DomainError "only_fewer",
    "too_many_names", "wrong_state", "begun", "cancelled".
    """
    booking = _locked(booking)
    _require_standing(booking)
    if seats > booking.seats:
        raise DomainError(
            _("Ring the place if more of you come. Here you can only give places back."),
            code="only_fewer",
            field="seats",
        )
    _require_names_within(names, seats)
    freed = booking.seats - seats
    changed = [
        name
        for name, value in (("seats", seats), ("names", names))
        if getattr(booking, name) != value
    ]
    if not changed:
        return booking
    booking.seats, booking.names = seats, names
    booking.save(update_fields=changed)
    event = _record("group.changed", booking, by=audit.ANONYMOUS, fields=changed)
    if freed:
        group_emails.send_returned(booking, number=freed, event=event)
    _give_back(booking.shift, freed)
    return booking


@transaction.atomic
def cancel_by_link(*, booking):
    """The responsible gives all places back; return the booking. Twice is once.

    Raises DomainError "begun", "cancelled".
    """
    booking = _locked(booking)
    if booking.state == GroupState.CANCELLED:
        return booking
    _require_standing(booking)
    event = _close(booking, by=audit.ANONYMOUS)
    group_emails.send_returned(booking, number=booking.seats, event=event)
    _give_back(booking.shift, booking.seats)
    return booking


@transaction.atomic
def mark_attendance(*, booking, came, by):
    """Register, or correct, how many of the group came, once the shift has begun; return it.

    Raises DomainError "not_begun", "wrong_state".
    """
    booking = _locked(booking)
    if booking.shift.starts_at > timezone.now():
        raise DomainError(
            _("The shift has not begun yet. Register who came when it has."), code="not_begun"
        )
    # What has been given back had nobody to come.
    GROUP.require(booking.state, GroupState.CANCELLED)
    if booking.came == came:
        return booking
    booking.came, booking.attendance_at, booking.attendance_by = came, timezone.now(), by
    booking.save(update_fields=["came", "attendance_at", "attendance_by"])
    _record("group.attendance", booking, by=by, fields=("came",))
    return booking


# --- For the actions of shifts -------------------------------------------------------------


def tell_moved(shift, *, event):
    """The shift has another time or place; the caller has its lock."""
    if shift.group_seats:
        group_emails.send_changed(_standing_on(shift), event=event)


@transaction.atomic
def close_all(*, shift, by):
    """The shift is cancelled; the caller has its lock, and saves it."""
    for booking in _standing_on(shift):
        event = _close(booking, by=by)
        group_emails.send_cancelled([booking], event=event, why=group_emails.SHIFT)
    shift.group_seats = 0


# --- Pieces --------------------------------------------------------------------------------


def _locked(booking):
    """The booking as it is now, with its shift: the responsible, the shift and the row locked in
    order. Which shift it is about never changes."""
    found = GroupBooking.objects.only("responsible_id", "shift_id").get(pk=booking.pk)
    lock_people([found.responsible_id] if found.responsible_id else [])
    shift = locked_shift(found.shift_id)
    rows = GroupBooking.objects.select_for_update(of=("self",)).select_related("responsible")
    booking = rows.get(pk=booking.pk)
    booking.shift = shift
    return booking


def _standing_on(shift):
    found = list(shift.groups.standing().select_related("responsible"))
    for booking in found:
        booking.shift = shift
    return found


def _take(shift, seats, *, free):
    if seats > free:
        message = ngettext(
            "There is only %(free)s place left. Raise the number of places first, or book fewer.",
            "There are only %(free)s places left. Raise the number of places first, or book fewer.",
            free,
        )
        raise DomainError(message % {"free": free}, code="no_room", field="seats")
    shift.group_seats += seats
    shift.save(update_fields=["group_seats"])


def _give_back(shift, seats):
    """The places are free again; those who wait are offered them."""
    if seats:
        shift.group_seats -= seats
        shift.save(update_fields=["group_seats"])
        line.advance(shift)


def _close(booking, *, by):
    GROUP.require(booking.state, GroupState.CANCELLED)
    booking.state, booking.given_back_at = GroupState.CANCELLED, timezone.now()
    booking.names = ""  # nobody needs them any more
    booking.save(update_fields=["state", "given_back_at", "names"])
    return _record("group.given_back", booking, by=by, fields=("state",))


def _change_contact(booking, contact, *, by):
    """True if the responsible's mail address is another: a new link goes there."""
    known = {name: getattr(booking.responsible, name) for name in CONTACT}
    fields = {name: value for name, value in contact.items() if known[name] != value}
    if not fields:
        return False
    booking.responsible = people.update_person(person=booking.responsible, by=by, **fields)
    if "email" not in fields:
        return False
    booking.serial = _serial()
    return True


def _serial():
    return secrets.token_urlsafe(16)


def _record(kind, booking, *, by, fields=()):
    return audit.record(
        kind,
        by=by,
        about=booking,
        fields=fields,
        person_ids=[booking.responsible_id] if booking.responsible_id else (),
        branch_path=booking.shift.site.branch.path,
    )


def _require_coming(shift):
    found = scheduling.closed_reasons(shift, timezone.now())
    if found:
        raise DomainError(found[0].message, code=found[0].code)


def _require_standing(booking):
    _require_coming(booking.shift)
    GROUP.require(booking.state, GroupState.CANCELLED)


def _require_names_within(names, seats):
    if len(names.splitlines()) > seats:
        raise DomainError(
            _("There are more names than places. Take some names out, or book more places."),
            code="too_many_names",
            field="names",
        )
