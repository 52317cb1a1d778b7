"""Recognition events: a date and a place to thank volunteers, and who comes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models.branch import Branch
from coordination.models.volunteer import Volunteer
from coordination.states import InvitationState
from core.periods import set_together


class RecognitionEvent(models.Model):
    """An event of thanks, held by a branch for volunteers of it and what lies under it."""

    branch_lookup = "branch"

    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="recognition_events", verbose_name=_("host")
    )
    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    place = models.CharField(_("place"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=3000)
    description_en = models.TextField(_("description in English"), blank=True, max_length=3000)
    reply_by = models.DateField(_("reply no later than"), null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("recognition event")
        verbose_name_plural = _("recognition events")
        ordering = ["-starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=set_together("cancelled_at", "cancelled_by"),
                name="recognition_event_cancelled_at_and_by",
                violation_error_message=_("A cancellation needs both a time and a person."),
            )
        ]

    def __str__(self):
        return self.title


class InvitationQuerySet(BranchScopedQuerySet):
    def own(self, user):
        return self.filter(volunteer__person__user=user) if user.is_authenticated else self.none()


class RecognitionInvitation(models.Model):
    """One volunteer invited to a recognition event, and the answer."""

    branch_lookup = "event__branch"

    event = models.ForeignKey(
        RecognitionEvent, on_delete=models.CASCADE, related_name="invitations"
    )
    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.CASCADE, related_name="recognition_invitations"
    )
    state = models.CharField(
        _("answer"), max_length=12, choices=InvitationState, default=InvitationState.INVITED
    )
    invited_at = models.DateTimeField(_("invited"))
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "volunteer"],
                name="recognition_invitation_once",
                violation_error_message=_("The volunteer is already invited."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=InvitationState.values),
                name="recognition_invitation_state_known",
                violation_error_message=_("Choose one of the statuses."),
            ),
            models.CheckConstraint(
                condition=set_together("answered_at", "answered_by"),
                name="recognition_invitation_answered_at_and_by",
                violation_error_message=_("An answer needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=Q(state=InvitationState.INVITED, answered_at__isnull=True)
                | (~Q(state=InvitationState.INVITED) & Q(answered_at__isnull=False)),
                name="recognition_invitation_state_matches_answer",
                violation_error_message=_("The answer and its time disagree."),
            ),
        ]

    def __str__(self):
        return f"{self.volunteer} · {self.event}"
