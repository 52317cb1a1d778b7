"""The crawl is made once for all the guards that judge it; the fault tests' workshop."""

import os

import pytest

from frivillig.tests import crawl
from frivillig.tests.faults import (
    broker_address,
    database,
    own_postgres,
    postgres_folder,
    workshop,
)
from frivillig.tests.faults_servers import may_mount

__all__ = ["broker_address", "database", "own_postgres", "postgres_folder", "workshop"]

# Servers that are stopped: only where the suite has such servers.
SERVERS = os.environ.get("DATABASE_URL", "").startswith("postgres") and os.environ.get("REDIS_URL")
collect_ignore = []
if not SERVERS:
    collect_ignore.append("test_jobs_faults_servers.py")
if not (SERVERS and may_mount()):  # a disk of the test's own, to be filled
    collect_ignore.append("test_jobs_faults_disk.py")


@pytest.fixture(scope="session")
def crawled(django_db_setup, django_db_blocker):
    """Every address as everybody. Tests that use it carry the mark `django_db`."""
    with django_db_blocker.unblock():
        return crawl.run()
