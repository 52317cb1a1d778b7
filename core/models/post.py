"""What goes with messages: letters, what is known of an address, and the pace per mail domain."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models.message import Message
from core.periods import set_together


class Letter(models.Model):
    """A message as a letter: its text as it was made, collected per day until somebody posts it.

    The pages are set from this row when they are printed. Letters and Digital Post share it: the
    message's channel says how it is handed over.
    """

    message = models.OneToOneField(
        Message, verbose_name=_("message"), on_delete=models.CASCADE, related_name="letter"
    )
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=200)
    address = models.CharField(_("address"), max_length=300)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    posted_at = models.DateTimeField(_("posted"), null=True, blank=True, editable=False)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("posted by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.CheckConstraint(
                condition=set_together("posted_at", "posted_by"),
                name="letter_posted_by_somebody",
                violation_error_message=_("A posted letter has a time and somebody who posted it."),
            )
        ]
        indexes = [
            models.Index(fields=["day"], name="letter_waiting", condition=Q(posted_at__isnull=True))
        ]

    def __str__(self):
        return f"{self.day} #{self.pk}"


class AddressRecord(models.Model):
    """What mail servers have told of one e-mail address: mails that came back, complaints.

    A marked address gets no more mail. The mark belongs to the address: another address is a
    new start, and the same one is unmarked by hand. `address` is in lower case.
    """

    address = models.EmailField(_("e-mail"), max_length=254)
    person_id = models.BigIntegerField(_("person"), null=True, blank=True)
    bounces = models.PositiveSmallIntegerField(_("mails that came back"), default=0)
    last_status = models.CharField(_("last answer"), max_length=20, blank=True)
    last_bounce_at = models.DateTimeField(_("last came back"), null=True, blank=True)
    marked_at = models.DateTimeField(_("marked"), null=True, blank=True)
    complained_at = models.DateTimeField(_("complained"), null=True, blank=True)

    class Meta:
        verbose_name = _("e-mail address that mails come back from")
        verbose_name_plural = _("e-mail addresses that mails come back from")
        constraints = [
            models.UniqueConstraint(
                fields=["address"],
                name="address_record_unique",
                violation_error_message=_("This address is known already."),
            ),
        ]
        indexes = [models.Index(fields=["person_id"], name="address_record_by_person")]

    def __str__(self):
        return f"#{self.pk}"


class DomainPace(models.Model):
    """How many mails have been handed over for one recipient domain in the running minute.

    All senders count on this one row, by one conditional update.
    """

    domain = models.CharField(_("domain"), max_length=253)
    minute = models.DateTimeField(_("minute"))
    used = models.PositiveIntegerField(_("mails"), default=0)

    class Meta:
        verbose_name = _("pace of a mail domain")
        verbose_name_plural = _("paces of mail domains")
        constraints = [
            models.UniqueConstraint(
                fields=["domain"],
                name="domain_pace_unique",
                violation_error_message=_("The pace of this domain is counted already."),
            )
        ]

    def __str__(self):
        return self.domain
