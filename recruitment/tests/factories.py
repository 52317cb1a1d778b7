"""Plain factories of recruitment's rows."""

from datetime import timedelta

from django.utils import timezone

from coordination.tests.factories import make_person
from core import texts
from core.periods import today
from recruitment import notices
from recruitment.models import Application, Opportunity
from recruitment.states import OpportunityState


def publish_texts():
    """The notices in their first version, as a new installation has them."""
    texts.publish_sources()


def make_opportunity(site, **fields):
    fields.setdefault("title", "Bliv lektiehjælper")
    fields.setdefault("summary", "Hjælp børn med lektier en gang om ugen.")
    fields.setdefault("state", OpportunityState.OPEN)
    fields.setdefault("published_from", today() - timedelta(days=3))
    return Opportunity.objects.create(site=site, **fields)


def make_application(site, person=None, **fields):
    publish_texts()
    fields.setdefault("received_at", timezone.now())
    return Application.objects.create(
        person=person or make_person(),
        site=site,
        notice=texts.current(notices.PRIVACY_NOTICE),
        **fields,
    )
