"""Messages: the outbox. A row is written by what caused it and delivered by a worker."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models.job import Leased
from core.states import StateTable


class Channel(models.TextChoices):
    ANY = "any", _("not chosen yet")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")
    LETTER = "letter", _("letter")
    DIGITAL_POST = "digital_post", _("Digital Post")


class MessageState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    TO_POST = "to_post", _("a letter to be posted")
    BY_HAND = "by_hand", _("needs a hand")
    FAILED = "failed", _("not delivered")
    BOUNCED = "bounced", _("came back")
    SKIPPED = "skipped", _("no longer relevant")


# What did not arrive, and what a person must look at.
NOT_ARRIVED = (MessageState.BY_HAND, MessageState.FAILED, MessageState.BOUNCED)
OVER = (MessageState.SENT, MessageState.FAILED, MessageState.BOUNCED, MessageState.SKIPPED)
WENT_OUT = (MessageState.SENT, MessageState.BOUNCED)


MESSAGE_STATES = StateTable(
    {
        MessageState.WAITING: (MessageState.SENDING, MessageState.SKIPPED),
        # Back to waiting after a passing fault; a lost sender's row is claimed again as it is.
        MessageState.SENDING: (
            MessageState.SENT,
            MessageState.FAILED,
            MessageState.SKIPPED,
            MessageState.WAITING,
            MessageState.SENDING,
            MessageState.TO_POST,
            MessageState.BY_HAND,
        ),
        # A letter waits for who posts it; it may lose its sense or be told by telephone instead.
        MessageState.TO_POST: (MessageState.SENT, MessageState.SKIPPED, MessageState.WAITING),
        MessageState.BY_HAND: (MessageState.WAITING, MessageState.SENT, MessageState.SKIPPED),
        MessageState.SENT: (MessageState.BOUNCED,),
        MessageState.BOUNCED: (),
        MessageState.FAILED: (MessageState.WAITING, MessageState.SENT),
        MessageState.SKIPPED: (),
    }
)


class MessageQuerySet(models.QuerySet):
    def due(self, now):
        """Messages a sender may claim: waiting and due, or left behind by a lost sender.

        What a gathered mail carries goes with that mail.
        """
        return self.filter(
            Q(state=MessageState.WAITING, not_before__lte=now, digest__isnull=True)
            | Q(state=MessageState.SENDING, lease_until__lt=now)
        )

    def owned(self, message):
        """The row of `message` if the caller still holds its lease, else nothing."""
        return self.filter(
            pk=message.pk, state=MessageState.SENDING, lease_token=message.lease_token
        )

    def about(self, instance):
        """Messages that concern this row."""
        return self.filter(about_type=instance._meta.label_lower, about_id=instance.pk)


class Message(Leased):
    """One message to one person; its text is made when it is sent.

    `person_id` and `about_*` point upward, to rows core knows nothing of, so they are numbers and
    names and not foreign keys. `params` holds what the text needs and no row holds; it is plain
    JSON. The row is its own job: it is claimed, retried and leased like one.

    `digest` is the gathered mail that carries it, and shares its fate. `subject` is what the sent
    message was called, without codes and secret links.

    The channel is chosen when it is sent (`core/channels/choosing.py`); `reason` is the code of
    why it was this one or none, `tried` the channels that have refused it for good.
    """

    key = models.CharField(_("key"), max_length=200, null=True, blank=True)  # noqa: DJ001
    kind = models.CharField(_("kind"), max_length=100)
    channel = models.CharField(
        _("channel"), max_length=12, choices=Channel.choices, default=Channel.EMAIL
    )
    language = models.CharField(_("language"), max_length=2, default="da")
    recipient_name = models.CharField(_("recipient"), max_length=200, blank=True)
    recipient_email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    person_id = models.BigIntegerField(_("person"), null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    about_type = models.CharField(_("about"), max_length=100, blank=True)
    about_id = models.BigIntegerField(_("about number"), null=True, blank=True)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    template_version = models.CharField(_("template version"), max_length=64, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True, editable=False)
    digest = models.ForeignKey(
        "self",
        verbose_name=_("gathered in"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="gathered",
    )
    state = models.CharField(
        _("state"), max_length=8, choices=MessageState.choices, default=MessageState.WAITING
    )
    message_id = models.CharField(_("Message-ID"), max_length=255, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    reason = models.CharField(_("reason"), max_length=30, blank=True, editable=False)
    tried = models.JSONField(_("channels tried"), default=list, blank=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="message_key_unique",
                violation_error_message=_("This message has already been written."),
            ),
            models.UniqueConstraint(
                fields=["message_id"],
                name="message_id_unique",
                violation_error_message=_("Two messages cannot share a Message-ID."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=MessageState.values),
                name="message_state_known",
                violation_error_message=_("A message cannot be in this state."),
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values),
                name="message_channel_known",
                violation_error_message=_("There is no such channel."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state=MessageState.SENDING,
                    lease_token__isnull=False,
                    lease_until__isnull=False,
                )
                | (
                    ~Q(state=MessageState.SENDING)
                    & Q(lease_token__isnull=True, lease_until__isnull=True)
                ),
                name="message_lease_while_sending",
                violation_error_message=_("Exactly a message being sent has an owner."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=WENT_OUT, sent_at__isnull=False)
                | (~Q(state__in=WENT_OUT) & Q(sent_at__isnull=True)),
                name="message_sent_at_when_sent",
                violation_error_message=_("Exactly a sent message has a time of sending."),
            ),
            models.CheckConstraint(
                condition=Q(about_type="", about_id__isnull=True)
                | (~Q(about_type="") & Q(about_id__isnull=False)),
                name="message_about_set_together",
                violation_error_message=_("What a message is about has a type and a number."),
            ),
            models.CheckConstraint(
                condition=~Q(channel=Channel.EMAIL)
                | ~Q(state__in=[MessageState.WAITING, MessageState.SENDING])
                | ~Q(recipient_email=""),
                name="message_email_has_address",
                violation_error_message=_("An e-mail needs an address."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                name="message_waiting",
                condition=Q(state=MessageState.WAITING),
            ),
            models.Index(  # the order in which senders take them: a long queue costs no sorting
                fields=["-priority", "not_before", "id"],
                name="message_queue",
                condition=Q(state=MessageState.WAITING),
            ),
            models.Index(
                fields=["lease_until"],
                name="message_sending",
                condition=Q(state=MessageState.SENDING),
            ),
            models.Index(fields=["person_id", "-id"], name="message_by_person"),
            models.Index(fields=["about_type", "about_id"], name="message_by_matter"),
            models.Index(
                fields=["-created_at"],
                name="message_not_arrived",
                condition=Q(state__in=NOT_ARRIVED),
            ),
        ]

    def __str__(self):
        return f"{self.kind} #{self.pk}"
