"""When a branch is open and closed, and which ambassadors its public page shows."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.access import Role
from coordination.actions import shifts
from coordination.locks import lock_shifts_with_people
from coordination.models import (
    AmbassadorProfile,
    Branch,
    ClosingDay,
    OpeningHours,
    RoleAssignment,
    Shift,
)
from core import audit
from core.errors import DomainError
from core.periods import covering, start_of, today

audit.kind("branch.hours_changed", gettext_lazy("Opening hours changed"))
audit.kind("branch.closed_for_days", gettext_lazy("Closing days added"))
audit.kind("branch.open_again", gettext_lazy("Closing days removed"))
audit.kind("ambassador.shown", gettext_lazy("Ambassador said yes to the public page"))
audit.kind("ambassador.hidden", gettext_lazy("Ambassador taken off the public page"))


@transaction.atomic
def set_opening_hours(*, branch, hours, by):
    """Keep the opening hours: {weekday: (opens, closes)}, no entry for a closed day.

    Raises DomainError("closes_before_it_opens").
    """
    branch = _locked(branch)
    for weekday, (opens, closes) in hours.items():
        if closes <= opens:
            raise DomainError(
                _("It must close after it opens."),
                code="closes_before_it_opens",
                field=f"closes_{weekday}",
            )
    branch.opening_hours.all().delete()
    rows = [
        OpeningHours(branch=branch, weekday=day, opens=a, closes=b) for day, (a, b) in hours.items()
    ]
    OpeningHours.objects.bulk_create(rows)
    _record("branch.hours_changed", branch, by)


@transaction.atomic
def close_for_days(*, branch, starts_on, ends_on, reason, by):
    """Close the branch, and what lies under it, from day to day; return the ClosingDay.

    The open shifts of those days are cancelled and everybody on them told. Regular shifts leave
    the days out from now on. Raises DomainError "in_past", "no_days".
    """
    branch = _locked(branch)
    if starts_on < today():
        raise DomainError(
            _("Choose a first day that has not passed."), code="in_past", field="starts_on"
        )
    if ends_on < starts_on:
        raise DomainError(
            _("The last day must not be before the first."), code="no_days", field="ends_on"
        )
    row = ClosingDay.objects.create(
        branch=branch, starts_on=starts_on, ends_on=ends_on, reason=reason
    )
    _record("branch.closed_for_days", branch, by)
    coming = shifts_in(branch, starts_on, ends_on)
    lock_shifts_with_people(
        coming.values_list("pk", flat=True), changed_message=shifts.busy_message()
    )
    for shift in coming:
        shifts.cancel_shift(shift=shift, by=by)
    return row


def shifts_in(branch, starts_on, ends_on):
    """The open shifts, not begun, at the branch and under it, that start on these days."""
    since = max(start_of(starts_on), timezone.now())
    rows = Shift.objects.upcoming().filter(
        site__branch__path__startswith=branch.path,
        starts_at__gte=since,
        starts_at__lt=start_of(ends_on + timedelta(days=1)),
    )
    return rows.select_related("site__activity", "site__branch")


@transaction.atomic
def open_again(*, closing_day, by):
    """Take the closing days off the list. Shifts that were cancelled stay cancelled."""
    row = ClosingDay.objects.select_for_update(of=("self",)).filter(pk=closing_day.pk).first()
    if row is None:
        return
    branch = row.branch
    row.delete()
    _record("branch.open_again", branch, by)


# --- Ambassadors ---------------------------------------------------------------------------


@transaction.atomic
def show_ambassador(*, by, text="", phone="", shows_email=False):
    """The user says yes to standing on the public page of the branches they are ambassador of.

    Nobody says yes for another. Raises DomainError("no_ambassador").
    """
    held = RoleAssignment.objects.filter(covering(today()), user=by, role=Role.AMBASSADOR)
    if not held.exists():
        raise DomainError(
            _("Only ambassadors can stand on the page. Talk to your coordinator."),
            code="no_ambassador",
        )
    values = {"text": text.strip(), "phone": phone, "shows_email": shows_email}
    profile, _made = AmbassadorProfile.objects.update_or_create(
        user=by, defaults=values, create_defaults=values | {"agreed_at": timezone.now()}
    )
    audit.record("ambassador.shown", by=by, about=by, fields=sorted(values))
    return profile


@transaction.atomic
def hide_ambassador(*, by):
    """Take the user off the public page, and what they wrote with it."""
    AmbassadorProfile.objects.filter(user=by).delete()
    audit.record("ambassador.hidden", by=by, about=by)


def _locked(branch):
    return Branch.objects.select_for_update(of=("self",)).get(pk=branch.pk)


def _record(kind, branch, by):
    audit.record(kind, by=by, about=branch, branch_path=branch.path)
