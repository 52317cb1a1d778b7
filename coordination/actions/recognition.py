"""Recognition events: plan, invite, answer, and register who came."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import eligibility, emails
from coordination.models import Engagement, RecognitionEvent, RecognitionInvitation, Volunteer
from coordination.states import INVITATION, InvitationState
from core import audit
from core.errors import DomainError
from core.periods import today

audit.kind("recognition.planned", gettext_lazy("Recognition event planned"))
audit.kind("recognition.changed", gettext_lazy("Recognition event changed"))
audit.kind("recognition.cancelled", gettext_lazy("Recognition event cancelled"))
audit.kind("recognition.invited", gettext_lazy("Invited to a recognition event"))
audit.kind("recognition.answered", gettext_lazy("Invitation answered"))
audit.kind("recognition.attendance", gettext_lazy("Attendance at a recognition event"))

DETAILS = (
    "title",
    "title_en",
    "starts_at",
    "place",
    "description",
    "description_en",
    "reply_by",
)


@transaction.atomic
def plan(*, branch, by, **details):
    """Make a recognition event of a branch and return it. Raises "in_past", "reply_too_late"."""
    event = RecognitionEvent(branch=branch)
    _set_details(event, details)
    _require_ahead(event)
    event.save()
    _record("recognition.planned", event, by=by)
    return event


@transaction.atomic
def change(*, event, by, **details):
    """Change what is told about the event; return it.

    Raises "event_cancelled", "in_past", "reply_too_late".
    """
    event = _locked_event(event)
    _require_not_cancelled(event)
    changed = [name for name, value in details.items() if getattr(event, name) != value]
    if not changed:
        return event
    _set_details(event, details)
    _require_ahead(event)
    event.save(update_fields=changed)
    _record("recognition.changed", event, by=by, fields=changed)
    return event


@transaction.atomic
def cancel(*, event, by):
    """Cancel the event, tell those who said yes, and return it.

    Nobody can answer any more. Raises "event_cancelled", "event_over".
    """
    event = _locked_event(event)
    _require_not_cancelled(event)
    _require_before(event)
    event.cancelled_at, event.cancelled_by = timezone.now(), by
    event.save(update_fields=["cancelled_at", "cancelled_by"])
    coming = list(
        event.invitations.filter(state=InvitationState.COMING).select_related("volunteer__person")
    )
    _record("recognition.cancelled", event, by=by, person_ids=[row.volunteer_id for row in coming])
    emails.send_recognition_cancelled(coming)
    return event


@transaction.atomic
def invite_all(*, event, by):
    """Invite every active volunteer of the branch and what lies under it; returns how many.

    Those who would rather not be asked to social events are left out, and so are those who are
    invited already. Queries do not depend on the number.
    """
    return invite(event=event, volunteers=reachable_by(event), by=by)


@transaction.atomic
def invite(*, event, volunteers, by):
    """Invite the volunteers (a queryset) who are not invited yet, by e-mail; returns how many.

    Raises "event_cancelled", "event_over".
    """
    event = _locked_event(event)
    _require_not_cancelled(event)
    _require_before(event)
    invited = event.invitations.values("volunteer")
    new = [
        RecognitionInvitation(
            event=event, volunteer=volunteer, invited_at=timezone.now(), invited_by=by
        )
        for volunteer in volunteers.exclude(pk__in=invited).select_related("person")
    ]
    invitations = RecognitionInvitation.objects.bulk_create(new, batch_size=500)
    if invitations:
        people = [invitation.volunteer_id for invitation in invitations]
        _record("recognition.invited", event, by=by, person_ids=people)
        emails.send_recognition_invitations(invitations)
    return len(invitations)


def reachable_by(event):
    """The volunteers who are active in the event's branch or under it and want to be asked."""
    engagements = Engagement.objects.filter(site__branch__path__startswith=event.branch.path)
    return Volunteer.objects.filter(
        pk__in=eligibility.active(engagements).values("volunteer"), wants_community=True
    )


@transaction.atomic
def answer(*, invitation, coming, by):
    """Say yes or no to an invitation, and return it; one may change one's mind.

    Raises "event_cancelled", "event_over", "reply_too_late" (volunteers only), "wrong_state".
    """
    invitation = _locked_invitation(invitation)
    event = invitation.event
    _require_not_cancelled(event)
    _require_before(event)
    is_own = invitation.volunteer.person.user_id == by.pk
    if is_own and event.reply_by is not None and today() > event.reply_by:
        raise DomainError(
            _("The last day to answer has passed. Ring the place, they would like to know."),
            code="reply_too_late",
        )
    target = InvitationState.COMING if coming else InvitationState.NOT_COMING
    if invitation.state == target:
        return invitation
    return _answered("recognition.answered", invitation, target, by=by)


@transaction.atomic
def register_attendance(*, invitation, attended, by):
    """Register whether somebody came, once the event has begun; return the invitation.

    Taking a mark back makes it "coming" again. Raises "event_cancelled", "not_begun".
    """
    invitation = _locked_invitation(invitation)
    event = invitation.event
    _require_not_cancelled(event)
    if event.starts_at > timezone.now():
        raise DomainError(
            _("The event has not begun yet. Register who came when it has."), code="not_begun"
        )
    is_marked = invitation.state == InvitationState.ATTENDED
    if attended == is_marked:
        return invitation
    target = InvitationState.ATTENDED if attended else InvitationState.COMING
    return _answered("recognition.attendance", invitation, target, by=by)


@transaction.atomic
def register_attendances(*, marks, by):
    """Register many at once: `marks` is (invitation, attended) pairs; all, or none."""
    for invitation, attended in marks:
        register_attendance(invitation=invitation, attended=attended, by=by)


# --- Pieces --------------------------------------------------------------------------------


def _answered(kind, invitation, target, *, by):
    INVITATION.require(invitation.state, target)
    invitation.state = target
    invitation.answered_at, invitation.answered_by = timezone.now(), by
    invitation.save(update_fields=["state", "answered_at", "answered_by"])
    audit.record(
        kind,
        by=by,
        about=invitation,
        fields=("state",),
        person_ids=[invitation.volunteer_id],
        branch_path=invitation.event.branch.path,
    )
    return invitation


def _locked_event(event):
    rows = RecognitionEvent.objects.select_for_update(of=("self",))
    return rows.select_related("branch").get(pk=event.pk)


def _locked_invitation(invitation):
    rows = RecognitionInvitation.objects.select_for_update(of=("self",))
    return rows.select_related("event__branch", "volunteer__person").get(pk=invitation.pk)


def _set_details(event, details):
    unknown = set(details) - set(DETAILS)
    if unknown:
        raise TypeError(f"Not a detail of a recognition event: {sorted(unknown)}")
    for name, value in details.items():
        setattr(event, name, value)


def _record(kind, event, *, by, fields=(), person_ids=()):
    audit.record(
        kind,
        by=by,
        about=event,
        fields=fields,
        person_ids=person_ids,
        branch_path=event.branch.path,
    )


def _require_ahead(event):
    if event.starts_at <= timezone.now():
        raise DomainError(
            _("The event must start in the future. Look at the date and the time."),
            code="in_past",
            field="starts_on",
        )
    if event.reply_by is not None and event.reply_by > timezone.localdate(event.starts_at):
        raise DomainError(
            _("The last day to answer must not be after the event."),
            code="reply_too_late",
            field="reply_by",
        )


def _require_not_cancelled(event):
    if event.cancelled_at is not None:
        raise DomainError(_("The event is cancelled."), code="event_cancelled")


def _require_before(event):
    if event.starts_at <= timezone.now():
        raise DomainError(_("The event has begun or is over."), code="event_over")
