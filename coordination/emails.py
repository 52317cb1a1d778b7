"""The mails of coordination to volunteers and staff: one function per message."""

from coordination.models import Engagement, RoleAssignment
from core import mail
from core.periods import today

WELCOME = "coordination.welcome"
STAFF_INVITED = "coordination.staff_invited"


def register():
    """Called once, from `CoordinationConfig.ready`."""
    mail.register(WELCOME, context=_welcome_context)
    mail.register(STAFF_INVITED, context=_invitation_context)


def send_welcome(engagement):
    """Tell the person that they are accepted, and how to sign in. Nothing without an address."""
    person = engagement.volunteer.person
    if not person.email:
        return None
    return mail.send(
        WELCOME,
        to=recipient(person),
        about=engagement,
        key=f"{WELCOME}:{engagement.pk}",
    )


def send_invitation(assignment):
    """Tell a new member of staff that they have access, and how to sign in."""
    user = assignment.user
    return mail.send(
        STAFF_INVITED,
        to=mail.Recipient(email=user.email, name=user.name, language=user.language, user=user),
        about=assignment,
        key=f"{STAFF_INVITED}:{assignment.pk}",
    )


def recipient(person):
    """The Recipient of messages to a person."""
    return mail.Recipient(
        email=person.email, name=person.name, language=person.language, person_id=person.pk
    )


def _welcome_context(message):
    engagement = (
        Engagement.objects.not_ended(today())
        .select_related("volunteer__person__user", "site__activity", "site__branch")
        .filter(pk=message.about_id)
        .first()
    )
    if engagement is None:
        return None
    person = engagement.volunteer.person
    return {
        "name": person.first_name,
        "activity": engagement.site.activity,
        "branch": engagement.site.branch,
        "starts_on": engagement.starts_on,
        "has_sign_in": person.user_id is not None,
        "sign_in_url": mail.link("account_login"),
    }


def _invitation_context(message):
    assignment = (
        RoleAssignment.objects.select_related("user", "branch").filter(pk=message.about_id).first()
    )
    if assignment is None or not assignment.user.is_active:
        return None
    return {
        "name": assignment.user.get_short_name(),
        "role": assignment.get_role_display(),
        "branch": assignment.branch,
        "sign_in_url": mail.link("account_login"),
    }
