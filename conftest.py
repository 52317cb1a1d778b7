"""The cast: who appears in the tests. Access tests read as sentences with these names."""

import uuid

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from hypothesis import HealthCheck

from coordination.access import Role
from coordination.tests import factories
from core import policies
from core.tests.browser import address, chromium, visit
from core.tests.guards import emptying_lifts_the_guards

__all__ = ["address", "chromium", "emptying_lifts_the_guards", "visit"]


# A machine that is slow itself makes no test red: what is drawn is the same however long it takes.
# Fixtures are set back by the tests that use them while examples are drawn.
hypothesis.settings.register_profile(
    "frivillig",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("frivillig")

OTHER_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def pytest_collection_modifyitems(items):
    """The walks that take minutes come first, so that no worker is left alone with one."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """As pytest-django's. At the end nobody else is left in the database: a page that a browser
    still held open would keep PostgreSQL from dropping it."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(OTHER_SESSIONS)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch):
    """Redis is not rolled back: each test counts its sign-ups and sign-ins under its own name."""
    for name in settings.CACHES:
        monkeypatch.setattr(caches[name], "key_prefix", uuid.uuid4().hex)


@pytest.fixture
def no_quiet_hours(manager):
    """Offers and other limits last the same at whatever hour the tests run."""
    policies.set("messages.quiet_from", 0, by=manager)
    policies.set("messages.quiet_until", 0, by=manager)


@pytest.fixture
def municipality(db):
    """The root of the tree."""
    return factories.make_branch("Byens Biblioteker", kind="municipality")


@pytest.fixture
def here(municipality):
    """The branch that the test is about."""
    return factories.make_branch("Vollsmose Bibliotek", parent=municipality)


@pytest.fixture
def site(here):
    """An activity's place at the branch."""
    return factories.make_site(here)


@pytest.fixture
def elsewhere(municipality):
    """Another branch, under the same municipality."""
    return factories.make_branch("Bolbro Bibliotek", parent=municipality)


@pytest.fixture
def manager(municipality):
    return factories.make_staff(Role.MANAGER, municipality, "Mette Manager")


@pytest.fixture
def central_coordinator(municipality):
    return factories.make_staff(Role.CENTRAL_COORDINATOR, municipality, "Carla Central")


@pytest.fixture
def coordinator(here):
    """A local coordinator here."""
    return factories.make_staff(Role.LOCAL_COORDINATOR, here, "Karen Koordinator")


@pytest.fixture
def coordinator_elsewhere(elsewhere):
    return factories.make_staff(Role.LOCAL_COORDINATOR, elsewhere, "Erik Etsted")


@pytest.fixture
def leader(here):
    """The branch leader here, who signs."""
    return factories.make_staff(Role.BRANCH_LEADER, here, "Lene Leder")


@pytest.fixture
def ambassador(here):
    return factories.make_staff(Role.AMBASSADOR, here, "Anders Ambassadør")


@pytest.fixture
def reader(here):
    return factories.make_staff(Role.READER, here, "Rikke Rapport")


@pytest.fixture
def volunteer(here):
    """A volunteer with a sign-in and one running engagement here."""
    user = factories.make_user("frida@example.dk", "Frida Frivillig")
    volunteer = factories.make_volunteer("Frida Frivillig", email=user.email, user=user)
    factories.make_engagement(volunteer, factories.make_site(here))
    return volunteer


@pytest.fixture
def volunteer_elsewhere(elsewhere):
    """A volunteer who has nothing to do with the branch here."""
    user = factories.make_user("egon@example.dk", "Egon Etsteds")
    volunteer = factories.make_volunteer("Egon Etsteds", email=user.email, user=user)
    factories.make_engagement(volunteer, factories.make_site(elsewhere))
    return volunteer


@pytest.fixture
def stranger(db):
    """Somebody who can sign in and has no role and no engagement."""
    return factories.make_user("stranger@example.dk", "Sofus Ukendt")
