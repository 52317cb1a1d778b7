"""The crawl is made once for all the guards that judge it."""

import pytest

from frivillig.tests import crawl


@pytest.fixture(scope="session")
def crawled(django_db_setup, django_db_blocker):
    """Every address as everybody. Tests that use it carry the mark `django_db`."""
    with django_db_blocker.unblock():
        return crawl.run()
