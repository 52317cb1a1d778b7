"""The states of activities: every pair, by the table and by the action."""

from itertools import product

import pytest

from coordination.actions import activities
from coordination.models import Frame
from coordination.states import ACTIVITY, ActivityState
from coordination.tests import factories
from core.errors import DomainError
from core.periods import today

ALLOWED = {
    ("idea", "pilot"),
    ("idea", "running"),
    ("idea", "ended"),
    ("pilot", "running"),
    ("pilot", "ended"),
    ("running", "ended"),
    ("ended", "running"),
}
PAIRS = list(product(ActivityState, repeat=2))


@pytest.mark.parametrize(("state", "target"), PAIRS)
def test_activity_table(state, target):
    assert ACTIVITY.allows(state, target) == ((state.value, target.value) in ALLOWED)


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "target"), PAIRS)
def test_activity_action_follows_the_table(here, coordinator, state, target):
    activity = factories.make_activity(here, state=state)
    days = {"starts_on": today(), "ends_on": today()}
    Frame.objects.create(activity=activity, pilot_goal="Et mål", evaluation="Godt", **days)
    if (state.value, target.value) in ALLOWED:
        changed = activities.change_state(activity=activity, state=target, by=coordinator)
        assert changed.state == target
        return
    with pytest.raises(DomainError, match=r".") as refused:
        activities.change_state(activity=activity, state=target, by=coordinator)
    assert refused.value.code == "wrong_state"
