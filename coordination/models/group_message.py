"""Group messages: what a coordinator writes to many, one row of the outbox for each person."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.activity import Activity
from coordination.models.branch import Branch
from coordination.models.shift import Shift
from core.periods import set_together


class Audience(models.TextChoices):
    """Whom a group message is to, within its branch and what lies under it."""

    BRANCH = "branch", _("All active volunteers of the branch")
    ACTIVITY = "activity", _("The active volunteers of one activity")
    SHIFT = "shift", _("Those who are on one shift")
    CHOSEN = "chosen", _("Those who were on the list")


class GroupMessage(models.Model):
    """One text to many. Who gets it is found when it is sent, by the same question as in the
    preview; the rows of the outbox say who did.

    `chosen` are the ids of people who stood on a list when it was drafted. `necessary`: needed
    for the work, so it reaches everybody; else people may have declined it. It goes out at
    `goes_at`, two minutes after it was sent or when the night is over, and until then it can be
    undone.
    """

    branch_lookup = "branch"

    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="group_messages", verbose_name=_("branch")
    )
    audience = models.CharField(_("to"), max_length=10, choices=Audience.choices)
    activity = models.ForeignKey(
        Activity,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("activity"),
    )
    shift = models.ForeignKey(
        Shift,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shift"),
    )
    chosen = models.JSONField(_("chosen people"), default=list, blank=True, editable=False)
    subject = models.CharField(_("subject"), max_length=120)
    text = models.TextField(_("text"), max_length=5000)
    necessary = models.BooleanField(_("needed for the work"), default=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("written by"),
    )
    written_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    goes_at = models.DateTimeField(_("goes out"), null=True, editable=False)
    rows_written = models.PositiveIntegerField(_("messages written"), default=0, editable=False)
    rows_done_at = models.DateTimeField(_("all written"), null=True, editable=False)
    undone_at = models.DateTimeField(_("undone"), null=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("undone by"),
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("group message")
        verbose_name_plural = _("group messages")
        ordering = ["-written_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    audience__in=[Audience.BRANCH, Audience.CHOSEN],
                    activity__isnull=True,
                    shift__isnull=True,
                )
                | Q(audience=Audience.ACTIVITY, activity__isnull=False, shift__isnull=True)
                | Q(audience=Audience.SHIFT, activity__isnull=True, shift__isnull=False),
                name="group_message_audience_names_its_row",
                violation_error_message=_("Choose the activity or the shift it is to."),
            ),
            models.CheckConstraint(
                condition=set_together("undone_at", "undone_by"),
                name="group_message_undone_at_and_by",
                violation_error_message=_("Undoing needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(goes_at__isnull=False),
                name="group_message_undone_after_sent",
                violation_error_message=_("Only a message that was sent can be undone."),
            ),
        ]
        indexes = [models.Index(fields=["written_by", "-goes_at"], name="group_message_by_writer")]

    def __str__(self):
        return self.subject

    @property
    def is_draft(self):
        return self.goes_at is None

    def may_be_undone(self, now):
        """Until the first of it may have gone out."""
        return self.goes_at is not None and self.undone_at is None and now < self.goes_at
