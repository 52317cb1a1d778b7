"""What volunteers decide for themselves: contact, language, what they want to be asked about."""

from django.db import transaction
from django.utils.translation import gettext_lazy

from coordination.actions import people
from coordination.locks import locked_volunteer
from coordination.models import ReminderWishes
from core import audit, choices

audit.kind("volunteer.preferences", gettext_lazy("Own wishes changed"))
audit.kind("messages.chosen", gettext_lazy("Choices about messages changed"))

CONTACT = ("email", "phone", "address", "postcode", "language")
WISHES = ("languages", "availability", "wants_community")


@transaction.atomic
def update(*, volunteer, by, **values):
    """Save the volunteer's own contact and wishes; return the volunteer.

    The sign-in keeps its address. Raises TypeError for what is not theirs to change.
    """
    unknown = set(values) - {*CONTACT, *WISHES}
    if unknown:
        raise TypeError(f"Not one's own to change: {sorted(unknown)}")
    volunteer = locked_volunteer(volunteer.pk)
    contact = {name: value for name, value in values.items() if name in CONTACT}
    people.update_person(person=volunteer.person, by=by, **contact)
    wishes = {name: value for name, value in values.items() if name in WISHES}
    changed = [name for name, value in wishes.items() if getattr(volunteer, name) != value]
    if changed:
        for name in changed:
            setattr(volunteer, name, wishes[name])
        volunteer.save(update_fields=changed)
        audit.record(
            "volunteer.preferences",
            by=by,
            about=volunteer,
            fields=changed,
            person_ids=[volunteer.pk],
        )
    return volunteer


@transaction.atomic
def choose_messages(*, volunteer, by, wishes):
    """Keep which groups of messages the volunteer wants, and how: {group: wish or ""}.

    Raises DomainError "cannot_decline", "unknown_choice".
    """
    volunteer = locked_volunteer(volunteer.pk)
    changed = choices.choose(volunteer.pk, wishes)
    if changed:
        audit.record(
            "messages.chosen",
            by=by,
            about=volunteer.person,
            fields=changed,
            person_ids=[volunteer.pk],
        )
    return volunteer


@transaction.atomic
def choose_reminders(*, volunteer, by, days, hours):
    """Save when the volunteer wants to be reminded (None: as the place has it, 0: not at all);
    return the ReminderWishes."""
    volunteer = locked_volunteer(volunteer.pk)
    wishes, _is_new = ReminderWishes.objects.update_or_create(
        volunteer=volunteer, defaults={"days": days, "hours": hours}
    )
    audit.record(
        "volunteer.preferences",
        by=by,
        about=volunteer,
        fields=("days", "hours"),
        person_ids=[volunteer.pk],
    )
    return wishes
