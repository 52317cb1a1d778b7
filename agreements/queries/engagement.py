"""Engagements with what pages about papers need, and who lacks what."""

from functools import lru_cache

from django.db.models.functions import Collate

from coordination.access import Permission, Scope, scope_of
from coordination.eligibility import missing_rows
from coordination.models import Branch, Engagement
from core.models import User
from core.prepared import Prepared, given, number


def branches_of(user, permission):
    """The branches on which the user has the permission, for a filter."""
    return Branch.objects.permitted(user, permission)


def engagements():
    """Engagements with all that the next steps read."""
    return with_everything(Engagement.objects.all())


def engagements_of(volunteer, user, on):
    """The volunteer's engagements that are not over, in the user's branches: a list for
    `next_steps`. 1 query.
    """
    question = _engagements_question(scope_of(user).grants)
    found = question.rows(person=volunteer.pk, on=on)
    for engagement in found:
        engagement.volunteer = volunteer
    return found


@lru_cache(maxsize=256)
def _engagements_question(grants):
    here = Scope(grants).within(Engagement.branch_lookup, Permission.VIEW_AGREEMENTS)
    rows = Engagement.objects.filter(here, volunteer=number("person")).not_ended(given("on"))
    rows = rows.select_related("site__branch", "site__activity__terms")
    return Prepared(rows.order_by("site__activity__title", "pk"))


def other_engagements(engagement, on):
    """The volunteer's other engagements at the same branch that are not over."""
    rows = Engagement.objects.filter(
        volunteer=engagement.volunteer_id, site__branch=engagement.site.branch_id
    )
    return rows.exclude(pk=engagement.pk).not_ended(on).select_related("site__activity")


def lacking(kind, on):
    """Engagements that are not over and lack a required clearance of the kind, by name."""
    rows = missing_rows(with_everything(Engagement.objects.not_ended(on)), on)
    by_name = Collate("volunteer__person__name", "da-x-icu")
    return rows.filter(required_kind=kind).order_by(by_name, "pk")


def with_everything(engagements):
    return engagements.select_related(
        "volunteer__person", "site__branch", "site__activity__terms__template"
    )


def user(pk):
    """The User by id."""
    return User.objects.get(pk=pk)
