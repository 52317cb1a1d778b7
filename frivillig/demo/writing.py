"""The demo's message texts and choices: one text of its own, one draft with a fault, one choice."""

from django.utils import timezone

from agreements import emails as papers
from agreements.models import Attestation
from coordination import emails
from coordination.actions import feeds, preferences
from coordination.models import Person, Volunteer
from core import mail, mailtext, messagetexts
from core.models import Message, MessageState

FRIDA, VIGGO = "frida@odense-demo.invalid", "viggo@odense-demo.invalid"
OWN_TEXT = (
    "Velkommen til, [[first_name]]",
    """Kære [[first_name]]

Hvor er vi glade for, at du vil være med i [[activity]] på [[branch]] fra [[starts_on]].
Kaffen står klar.

[[if has_sign_in]] Log ind: [[sign_in_url]]

Spørg os endelig, når du er i tvivl.""",
)
DRAFT = (
    "Vagten [[dag]] er aflyst",
    "Kære [[first_name]]\n\nVagten [[time]] er aflyst. Tak, fordi du ville hjælpe.",
)


def write(places):
    """What a manager has written, what Viggo has declined, what Frida was sent, her calendar."""
    _draft(emails.WELCOME, OWN_TEXT, by=places.manager)
    messagetexts.publish(emails.WELCOME, "da", by=places.manager)
    _draft(emails.SHIFT_CANCELLED, DRAFT, by=places.manager)
    viggo = Volunteer.objects.get(person__email=VIGGO)
    preferences.choose_messages(volunteer=viggo, by=viggo.person.user, wishes={"thanks": "none"})
    frida = Person.objects.get(email=FRIDA)
    _sent_to(frida)
    feeds.make(by=frida.user)


def _draft(kind, text, *, by):
    subject, body = text
    messagetexts.save_draft(kind, "da", subject=subject, body=body, by=by)


def _sent_to(person):
    """A message whose matter stands on her own page only, as sent a while ago."""
    attestation = Attestation.objects.filter(volunteer=person.pk).order_by("pk").last()
    message = mail.send(papers.ATTESTATION_EXPIRING, to=papers.recipient(person), about=attestation)
    text = messagetexts.shipped(message.kind, message.language)
    subject, _body = mailtext.fill(text.subject, "", {})
    Message.objects.filter(pk=message.pk).update(
        state=MessageState.SENT,
        sent_at=timezone.now(),
        subject=subject,
        template_version=text.version,
    )
