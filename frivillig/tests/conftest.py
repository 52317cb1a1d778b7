"""The crawl is made once for all the guards that judge it; the fault tests' workshop."""

import os

import pytest

from frivillig.tests import crawl
from frivillig.tests.faults import broker_address, database, workshop

__all__ = ["broker_address", "database", "workshop"]

# Servers that are stopped: only where the suite has such servers.
SERVERS = os.environ.get("DATABASE_URL", "").startswith("postgres") and os.environ.get("REDIS_URL")
collect_ignore = [] if SERVERS else ["test_jobs_faults_servers.py"]


@pytest.fixture(scope="session")
def crawled(django_db_setup, django_db_blocker):
    """Every address as everybody. Tests that use it carry the mark `django_db`."""
    with django_db_blocker.unblock():
        return crawl.run()
