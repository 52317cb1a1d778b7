"""The states of opportunities and applications: every pair, by the table and by the actions."""

from itertools import product

import pytest
from django.utils import timezone

from coordination.tests import factories
from core.errors import DomainError
from core.periods import today
from recruitment.actions import applications, opportunities
from recruitment.states import (
    APPLICATION,
    OPPORTUNITY,
    ApplicationState,
    OpportunityState,
)
from recruitment.tests.factories import make_application, make_opportunity

OPPORTUNITIES = {("draft", "open"), ("draft", "closed"), ("open", "closed"), ("closed", "open")}
APPLICATIONS = {("received", "accepted"), ("received", "declined"), ("received", "withdrawn")}


@pytest.mark.parametrize(("state", "target"), list(product(OpportunityState, repeat=2)))
def test_opportunity_table(state, target):
    assert OPPORTUNITY.allows(state, target) == ((state.value, target.value) in OPPORTUNITIES)


@pytest.mark.parametrize(("state", "target"), list(product(ApplicationState, repeat=2)))
def test_application_table(state, target):
    assert APPLICATION.allows(state, target) == ((state.value, target.value) in APPLICATIONS)


@pytest.mark.django_db
@pytest.mark.parametrize("state", OpportunityState)
@pytest.mark.parametrize(
    ("deed", "target"),
    [
        (opportunities.open_, OpportunityState.OPEN),
        (opportunities.close, OpportunityState.CLOSED),
    ],
)
def test_opportunity_actions_follow_the_table(here, coordinator, state, deed, target):
    opportunity = make_opportunity(factories.make_site(here), state=state)
    if (state.value, target.value) in OPPORTUNITIES:
        assert deed(opportunity=opportunity, by=coordinator).state == target
        return
    with pytest.raises(DomainError) as refused:
        deed(opportunity=opportunity, by=coordinator)
    assert refused.value.code == "wrong_state"


def decided(site, state, by):
    """An application in the state, with what the database wants beside it."""
    fields = {}
    if state == ApplicationState.WITHDRAWN:
        fields = {"withdrawn_at": timezone.now()}
    elif state != ApplicationState.RECEIVED:
        fields = {"decided_at": timezone.now(), "decided_by": by}
    if state == ApplicationState.ACCEPTED:
        fields["engagement"] = factories.make_engagement(factories.make_volunteer(), site)
    return make_application(site, state=state, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ApplicationState)
@pytest.mark.parametrize("target", [ApplicationState.ACCEPTED, ApplicationState.DECLINED])
def test_application_actions_follow_the_table(here, coordinator, state, target):
    site = factories.make_site(here)
    application = decided(site, state, coordinator)

    def deed():
        if target == ApplicationState.DECLINED:
            return applications.decline(application=application, by=coordinator)
        return applications.accept(
            application=application, site=site, starts_on=today(), by=coordinator
        )

    if (state.value, target.value) in APPLICATIONS:
        deed()
        application.refresh_from_db()
        assert application.state == target
        return
    with pytest.raises(DomainError) as refused:
        deed()
    assert refused.value.code == "wrong_state"
