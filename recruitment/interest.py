"""Are they still interested? Who has waited for long is asked once, by a link with yes and no.

The link holds the application's id under the server's signature, nothing about the person, and
is not stored; what it may still do, the application's state decides. Opening it changes nothing.
"""

from datetime import timedelta

from django.core import signing
from django.db.models import Exists, OuterRef

from core import policies
from core.models import Message, MessageState
from core.periods import day_of, months_later, start_of
from core.schedule import GRACE
from recruitment.models import Application

SALT = "recruitment.interest"
KIND = "recruitment.interest"
ASKED_AFTER, ANSWERED_WITHIN = "applications.asked_again_months", "applications.answer_days"


def token(application):
    """The link's secret part."""
    return signing.Signer(salt=SALT, sep="~").sign(str(application.pk))


def read(value):
    """The application behind a token, or None for one we never made or that is gone. 1 query."""
    try:
        pk = signing.Signer(salt=SALT, sep="~").unsign(value)
    except signing.BadSignature:
        return None
    rows = Application.objects.select_related("person", "site__activity", "site__branch")
    return rows.filter(pk=pk).first()


def unconfirmed():
    """Applications that wait, whose people have not said again that they want to. A queryset."""
    return Application.objects.waiting().filter(confirmed_at__isnull=True)


def to_ask(today):
    """Applications that have waited for the municipality's number of months. A queryset."""
    received = months_later(today, -policies.get(ASKED_AFTER))
    return unconfirmed().filter(
        received_at__gte=start_of(received - GRACE),
        received_at__lt=start_of(received + timedelta(days=4)),
    )


def day_to_ask(application):
    """The day on which the person is asked."""
    return months_later(day_of(application.received_at), policies.get(ASKED_AFTER))


def unanswered(now):
    """Applications whose people were asked so long ago that we take it for a no. A queryset."""
    asked = Message.objects.filter(
        kind=KIND,
        about_type=Application._meta.label_lower,
        about_id=OuterRef("pk"),
        state=MessageState.SENT,
        sent_at__lt=now - timedelta(days=policies.get(ANSWERED_WITHIN)),
    )
    return unconfirmed().filter(Exists(asked))
