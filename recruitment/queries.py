"""Rows that recruitment's pages start from, with what they show read along."""

from django.db.models import Count, Q
from django.utils import timezone

from coordination.models import Person, Shift
from coordination.states import ShiftState
from core.periods import today
from recruitment.models import Application, Opportunity
from recruitment.states import ApplicationState


def public_opportunities():
    """What citizens can sign up for today, newest first. 1 query with its site."""
    return (
        Opportunity.objects.public_on(today())
        .select_related("site__activity", "site__branch")
        .order_by("-published_from", "-pk")
    )


def public_shifts(calls):
    """The coming shifts at the sites of the open opportunities, soonest first."""
    now = timezone.now()
    rows = Shift.objects.filter(
        site__in={call.site_id for call in calls}, state=ShiftState.OPEN, starts_at__gt=now
    )
    return rows.select_related("site__branch").order_by("starts_at", "pk")


def opportunities():
    """Opportunities for staff, newest first, with how many applications wait."""
    rows = Opportunity.objects.select_related("site__activity", "site__branch").annotate(
        waiting=Count("applications", filter=Q(applications__state=ApplicationState.RECEIVED))
    )
    return rows.order_by("-published_from", "-pk")


def applications():
    """Applications with person and site, newest first."""
    return Application.objects.select_related(
        "person", "site__activity", "site__branch", "opportunity"
    ).order_by("-received_at", "-pk")


def likely_same(application, visible_people):
    """People the coordinator may already see who share the mail address, phone or name.

    A suggestion only: friends share addresses, so a human decides. At most 5; 1 query.
    """
    person = application.person
    alike = Q(name__iexact=person.name)
    if person.email:
        alike |= Q(email__iexact=person.email)
    if person.phone:
        alike |= Q(phone=person.phone)
    return list(
        visible_people.filter(alike, volunteer__isnull=False)
        .exclude(pk=person.pk)
        .order_by("pk")[:5]
    )


def visible_volunteers(user, permission):
    """People in the role of volunteer whom this user may see."""
    return Person.objects.permitted(user, permission).filter(volunteer__isnull=False)
