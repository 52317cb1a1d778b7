"""What recruitment tells the start page."""

from functools import lru_cache

from django.urls import reverse
from django.utils.translation import gettext as _

from coordination.access import Permission, Scope, scope_of
from core.prepared import PreparedCount
from core.summary import Waiting
from recruitment.models import Application


def staff_summary(user):
    """New sign-ups that wait for an answer in the user's branches. 1 query."""
    if not user.has_perm(Permission.VIEW_APPLICATIONS):
        return []
    waiting = _waiting_question(scope_of(user).grants).number()
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


@lru_cache(maxsize=256)
def _waiting_question(grants):
    here = Scope(grants).within(Application.branch_lookup, Permission.VIEW_APPLICATIONS)
    return PreparedCount(Application.objects.waiting().filter(here))
