"""What recruitment tells the start page."""

from django.urls import reverse
from django.utils.translation import gettext as _

from coordination.access import Permission
from core.summary import Waiting
from recruitment.models import Application


def staff_summary(user):
    """New sign-ups that wait for an answer in the user's branches. 1 query."""
    if not user.has_perm(Permission.VIEW_APPLICATIONS):
        return []
    waiting = Application.objects.waiting().permitted(user, Permission.VIEW_APPLICATIONS).count()
    if not waiting:
        return []
    return [
        Waiting(
            text=_("New sign-ups"),
            number=waiting,
            url=reverse("recruitment:application-list") + "?state=received",
            action=_("Answer them"),
            why=_("People who would like to help hope to hear from you within a week."),
            urgent=True,
            order=10,
        )
    ]
