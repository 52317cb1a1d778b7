"""Texts of messages that managers have written, and what each person has chosen to get."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models.message import Channel
from core.periods import ends_after_start, set_together


class TextState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("in use")
    REPLACED = "replaced", _("replaced")


class MessageTextQuerySet(models.QuerySet):
    def drafts(self):
        return self.filter(published_at__isnull=True)

    def in_use(self):
        """Published and not replaced: at most one per kind and language."""
        return self.filter(published_at__isnull=False, replaced_at__isnull=True)

    def of(self, kind, language):
        return self.filter(kind=kind, language=language)


class MessageText(models.Model):
    """One version of the text of a kind of message in one language; see `core/mailtext.py`.

    A draft is edited; a published version only ever gets the time at which it was replaced
    (triggers in 0005). Without a version in use, the text that was shipped holds.
    """

    kind = models.CharField(_("kind"), max_length=100)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    version = models.PositiveIntegerField(_("version"))
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), max_length=20_000)
    edited_at = models.DateTimeField(_("edited"), default=timezone.now)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("edited by"),
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("replaced by"),
    )

    objects = MessageTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("message text")
        verbose_name_plural = _("message texts")
        ordering = ["kind", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "version"],
                name="message_text_version_unique",
                violation_error_message=_("This version exists already."),
            ),
            models.UniqueConstraint(
                fields=["kind", "language"],
                condition=Q(published_at__isnull=True),
                name="message_text_one_draft",
                violation_error_message=_("Somebody else has changed this text. Look at it again."),
            ),
            models.UniqueConstraint(
                fields=["kind", "language"],
                condition=Q(published_at__isnull=False, replaced_at__isnull=True),
                name="message_text_one_in_use",
                violation_error_message=_("Somebody else has changed this text. Look at it again."),
            ),
            models.CheckConstraint(
                condition=set_together("published_at", "published_by"),
                name="message_text_published_at_and_by",
                violation_error_message=_("Publishing needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("replaced_at", "replaced_by"),
                name="message_text_replaced_at_and_by",
                violation_error_message=_("Replacing needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True)
                | Q(published_at__isnull=False)
                & ends_after_start(start="published_at", end="replaced_at"),
                name="message_text_replaced_after_published",
                violation_error_message=_("Only a published text can be replaced."),
            ),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="message_text_language_known",
                violation_error_message=_("There are no messages in this language."),
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.language} {self.version}"

    @property
    def state(self):
        if self.published_at is None:
            return TextState.DRAFT
        return TextState.PUBLISHED if self.replaced_at is None else TextState.REPLACED


class Wish(models.TextChoices):
    """How a person wants the messages of one group: by which channel, or not at all."""

    EMAIL = Channel.EMAIL.value, _("by e-mail")
    SMS = Channel.SMS.value, _("by text message")
    LETTER = Channel.LETTER.value, _("by letter")
    NONE = "none", _("no, thank you")


class MessageChoice(models.Model):
    """A person's choice for one group of messages. Without a row: as the municipality sends."""

    person_id = models.BigIntegerField(_("person"))
    group = models.CharField(_("messages"), max_length=40)
    wish = models.CharField(_("choice"), max_length=8, choices=Wish.choices)
    chosen_at = models.DateTimeField(_("chosen"), default=timezone.now)

    class Meta:
        verbose_name = _("choice about messages")
        verbose_name_plural = _("choices about messages")
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "group"],
                name="message_choice_unique",
                violation_error_message=_("There is already a choice about these messages."),
            ),
            models.CheckConstraint(
                condition=Q(wish__in=Wish.values),
                name="message_choice_known",
                violation_error_message=_("There is no such choice."),
            ),
        ]

    def __str__(self):
        return f"{self.group}: {self.wish}"
