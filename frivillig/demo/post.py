"""The demo's messages: letters to who has no e-mail, one that nobody can take, a group message."""

import uuid
from datetime import timedelta

from django.utils import timezone

from coordination import audiences, emails
from coordination.actions import group_messages
from coordination.models import Audience, Engagement, GroupMessage, Person
from core.models import Message, MessageState
from core.periods import today

STREETS = ("Vestergade 14, 2. tv", "Skibhusvej 121")
BY_LETTER, UNREACHED = 2, 1
SUBJECT = "Tak for i år, [[first_name]]"
TEXT = (
    "Kære [[first_name]]\n\nTak for dine timer i år. Vi holder lukket mellem jul og nytår og ses "
    "igen mandag den 4. januar.\n\nGlædelig jul!"
)
DRAFT = "Hej [[first_name]]\n\nVi mangler to til bogcaféen på lørdag kl. 10. Svar på denne mail."


def write(places):
    """Letters and a task for the worker to make; a group message that was sent, and a draft."""
    _letters()
    branch = Engagement.objects.running_on(today()).order_by("pk").first().site.branch
    _sent(places, branch)
    group_messages.draft(
        branch=branch,
        audience=Audience.BRANCH,
        subject="Bogcafé på lørdag",
        text=DRAFT,
        by=places.central,
    )


def _letters():
    """Welcome to some without e-mail and phone: two have an address, one has none."""
    rows = Engagement.objects.running_on(today()).filter(volunteer__person__email="")
    rows = list(rows.select_related("volunteer__person").order_by("pk")[: BY_LETTER + UNREACHED])
    for number, engagement in enumerate(rows):
        street = STREETS[number] if number < BY_LETTER else ""
        postcode = "5000" if street else ""
        Person.objects.filter(pk=engagement.volunteer_id).update(
            phone="", address=street, postcode=postcode
        )
        emails.send_welcome(engagement)


def _sent(places, branch):
    """Sent a week ago, with a row for each as the outbox keeps it."""
    goes_at = timezone.now() - timedelta(days=7)
    group = GroupMessage.objects.create(
        branch=branch,
        audience=Audience.BRANCH,
        subject=SUBJECT,
        text=TEXT,
        written_by=places.central,
        written_at=goes_at,
        goes_at=goes_at,
    )
    people = list(audiences.people_of(group).exclude(email="")[:200])
    Message.objects.bulk_create(_row(group, person, goes_at) for person in people)
    GroupMessage.objects.filter(pk=group.pk).update(rows_written=len(people), rows_done_at=goes_at)


def _row(group, person, sent_at):
    return Message(
        key=f"group:{group.pk}:{person.pk}",
        kind=audiences.GROUP_NEWS,
        language=person.language,
        recipient_name=person.name,
        recipient_email=person.email,
        person_id=person.pk,
        about_type=GroupMessage._meta.label_lower,
        about_id=group.pk,
        state=MessageState.SENT,
        created_at=sent_at,
        not_before=sent_at,
        sent_at=sent_at,
        attempts=1,
        message_id=f"<{uuid.uuid4().hex}@demo.invalid>",
    )
