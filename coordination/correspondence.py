"""Messages as coordinators see them: those about their branches' matters, and no others."""

from datetime import timedelta

from django.apps import apps
from django.db.models import Count, Max, Q
from django.utils import timezone

from coordination.access import BranchScopedQuerySet, PersonScopedQuerySet, scope_of
from coordination.models import Person, Volunteer
from core.channels import words
from core.mail import AGAIN
from core.models import AddressRecord, Letter, Message, MessageState
from core.models.message import NOT_ARRIVED

LOOK_BACK = timedelta(days=180)


def within(messages, user, permission, *, prefix=""):
    """Those of the messages whose matter lies where the user has the permission (None: where
    they have any role). 1 query, besides the one that reads the rows.

    A matter that belongs to no branch is seen by who may look everywhere.
    """
    scope = scope_of(user)
    everywhere = any(grant.covers_everything for grant in scope.grants)
    if everywhere and (permission is None or permission in scope.permissions_everywhere):
        return messages
    labels = messages.order_by().values_list(f"{prefix}about_type", flat=True).distinct()
    allowed = Q(pk__in=[])
    for model in _models(labels):
        rows = model._default_manager.all()
        rows = rows.visible(user) if permission is None else rows.permitted(user, permission)
        allowed |= Q(
            **{
                f"{prefix}about_type": model._meta.label_lower,
                f"{prefix}about_id__in": rows.values("pk"),
            }
        )
    return messages.filter(allowed)


def to_person(volunteer, user, permission):
    """Every message to this person that the user may know of, the newest first."""
    rows = Message.objects.filter(person_id=volunteer.pk)
    return within(rows, user, permission).order_by("-pk")


def not_arrived(user, permission):
    """Messages to people that did not arrive in the last half year and are nobody's any more,
    the newest first."""
    rows = Message.objects.filter(
        state__in=NOT_ARRIVED,
        person_id__isnull=False,
        created_at__gt=timezone.now() - LOOK_BACK,
    ).exclude(reason=AGAIN)
    return within(rows, user, permission).order_by("-created_at", "-pk")


def letters(user, permission):
    """Letters that wait to be posted, of the user's branches."""
    rows = Letter.objects.filter(
        posted_at__isnull=True, message__state=MessageState.TO_POST
    ).select_related("message")
    return within(rows, user, permission, prefix="message__").order_by("day", "pk")


def days_of_letters(rows):
    """[{day, number, digital, newest}] of the days on which letters wait, the oldest first.

    `newest` is the letter up to which they are counted: more may come while they are printed.
    """
    return (
        rows.order_by()
        .values("day")
        .annotate(
            number=Count("pk", filter=~Q(message__channel="digital_post")),
            digital=Count("pk", filter=Q(message__channel="digital_post")),
            newest=Max("pk"),
        )
        .order_by("day")
    )


def describe(messages):
    """Give each message what a list shows: its title, way, state, reason and whose. 2 queries."""
    ids = {message.person_id for message in messages if message.person_id}
    people = Person.objects.in_bulk(ids) if ids else {}
    volunteers = set(Volunteer.objects.filter(pk__in=ids).values_list("pk", flat=True))
    for message in messages:
        message.title = words.title_of(message)
        message.way = words.channel_of(message)
        message.state_words = words.state_of(message)
        message.why = words.reason_of(message)
        message.step = words.next_step(message)
        message.status_kind = words.STATUS_KINDS[message.state]
        message.person = people.get(message.person_id)
        message.is_volunteer = message.person_id in volunteers
    return messages


def address_of(person):
    """What is known of the person's e-mail address, if mails have come back from it."""
    if not person.email:
        return None
    return AddressRecord.objects.filter(address=person.email.lower()).first()


def _models(labels):
    for label in labels:
        model = apps.get_model(label) if label else None
        manager = getattr(model, "_default_manager", None)
        scoped = (BranchScopedQuerySet, PersonScopedQuerySet)
        if manager is not None and isinstance(manager.all(), scoped):
            yield model
