"""Plain factories: each makes one valid row with invented content. No magic, no traits."""

import itertools
from datetime import datetime, time, timedelta

from django.utils import timezone

from coordination.access import Role
from coordination.models import (
    Activity,
    Association,
    Branch,
    Clearance,
    ClearanceKind,
    Engagement,
    GroupBooking,
    Necessity,
    Person,
    RecognitionEvent,
    Requirement,
    RoleAssignment,
    Series,
    Shift,
    Site,
    Tie,
    Volunteer,
)
from core.models import User
from core.periods import today

_count = itertools.count(1)


def make_user(email="", name="", **fields):
    number = next(_count)
    return User.objects.create_user(
        email or f"user{number}@example.dk", name=name or f"Bruger {number}", **fields
    )


def make_branch(name="", parent=None, **fields):
    branch = Branch.objects.create(
        name=name or f"Bibliotek {next(_count)}", parent=parent, **fields
    )
    branch.path = f"{parent.path if parent else '/'}{branch.pk}/"
    branch.save(update_fields=["path"])
    return branch


def make_staff(role, branch, name="", **fields):
    user = make_user(name=name, **fields)
    RoleAssignment.objects.create(
        user=user, role=Role(role), branch=branch, starts_on=today() - timedelta(days=30)
    )
    return user


def make_person(name="", **fields):
    number = next(_count)
    fields.setdefault("email", f"person{number}@example.dk")
    name = name or f"Person {number}"
    fields.setdefault("search", name.casefold())
    return Person.objects.create(name=name, **fields)


def make_volunteer(name="", since=None, **fields):
    person = make_person(name, **fields)
    return Volunteer.objects.create(person=person, since=since or today())


def make_association(name="", **fields):
    return Association.objects.create(name=name or f"Forening {next(_count)}", **fields)


def make_activity(branch, title="", **fields):
    return Activity.objects.create(
        branch=branch, title=title or f"Aktivitet {next(_count)}", **fields
    )


def make_site(branch, activity=None, **fields):
    return Site.objects.create(branch=branch, activity=activity or make_activity(branch), **fields)


def make_engagement(volunteer, site, *, starts_on=None, tie=Tie.FIXED, accepted_by=None, **fields):
    return Engagement.objects.create(
        volunteer=volunteer,
        site=site,
        tie=tie,
        starts_on=starts_on or today() - timedelta(days=30),
        accepted_at=timezone.now(),
        accepted_by=accepted_by or make_user(),
        **fields,
    )


def make_requirement(activity, kind=ClearanceKind.AGREEMENT, **fields):
    fields.setdefault("necessity", Necessity.DUTY)
    return Requirement.objects.create(activity=activity, kind=kind, **fields)


def make_clearance(volunteer, kind=ClearanceKind.AGREEMENT, **fields):
    fields.setdefault("valid_from", today() - timedelta(days=30))
    fields.setdefault("source_type", "tests.source")
    fields.setdefault("source_id", next(_count))
    return Clearance.objects.create(volunteer=volunteer, kind=kind, **fields)


def at(day, hour, minute=0):
    """The instant of a Copenhagen wall-clock time."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def make_shift(site, *, day=None, hour=15, hours=2, capacity=2, **fields):
    starts_at = fields.pop("starts_at", None) or at(day or today() + timedelta(days=7), hour)
    ends_at = fields.pop("ends_at", None) or starts_at + timedelta(hours=hours)
    return Shift.objects.create(
        site=site, starts_at=starts_at, ends_at=ends_at, capacity=capacity, **fields
    )


def make_group(shift, *, seats=1, by=None, **fields):
    """A group with places, counted on its shift; `shift` is told."""
    fields.setdefault("title", f"Gruppe {next(_count)}")
    fields.setdefault("kind", "school_class")
    fields.setdefault("serial", f"serial{next(_count)}")
    responsible = fields.pop("responsible", None) or make_person("Lis Lærer")
    shift.group_seats += seats
    shift.save(update_fields=["group_seats"])
    return GroupBooking.objects.create(
        shift=shift,
        seats=seats,
        responsible=responsible,
        booked_at=timezone.now(),
        booked_by=by or make_user(),
        **fields,
    )


def make_series(site, *, weekday=1, starts_on=None, **fields):
    """Every week on the weekday (0 is Monday), 15 to 17, from today; no shifts are made."""
    code = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[weekday]
    fields.setdefault("rule", f"FREQ=WEEKLY;INTERVAL=1;BYDAY={code}")
    fields.setdefault("capacity", 2)
    fields.setdefault("starts", time(15))
    fields.setdefault("ends", time(17))
    return Series.objects.create(site=site, starts_on=starts_on or today(), **fields)


def make_recognition_event(branch, **fields):
    fields.setdefault("title", "Frivillig Fredag")
    fields.setdefault("place", "Borgernes Hus")
    fields.setdefault("starts_at", at(today() + timedelta(days=30), 17))
    return RecognitionEvent.objects.create(branch=branch, **fields)
