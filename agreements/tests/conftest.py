"""What the tests of agreements start from: an activity with terms, and a volunteer in it."""

import pytest
from django.db import connection

from agreements.tests import factories


@pytest.fixture
def engagement(volunteer, manager):
    """The volunteer's engagement here, in an activity that requires an agreement."""
    engagement = volunteer.engagements.select_related(
        "site__branch", "site__activity", "volunteer__person"
    ).get()
    factories.make_terms(engagement.site.activity, by=manager)
    return engagement


@pytest.fixture
def child_engagement(volunteer, manager):
    """The same, where a child certificate is a duty as well."""
    engagement = volunteer.engagements.select_related(
        "site__branch", "site__activity", "volunteer__person"
    ).get()
    factories.make_child_terms(engagement.site.activity, by=manager)
    return engagement


def pytest_collection_modifyitems(config, items):
    """Races need PostgreSQL; on the embedded default they are not there to be run."""
    if connection.vendor == "postgresql":
        return
    races = [item for item in items if item.get_closest_marker("postgres")]
    config.hook.pytest_deselected(items=races)
    items[:] = [item for item in items if item not in races]
