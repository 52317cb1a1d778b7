"""Redis and PostgreSQL stopped, started and emptied under live workers and a live site.

Collected where the suite runs on both (`conftest.py`); the servers that suffer are the tests' own.
"""

import pytest
from django.db import connection

from core import jobs, wake
from core.models import Job, User
from frivillig.tests.faults_servers import OwnRedis
from frivillig.tests.test_jobs_faults import all_done, all_sent, arrived, write


@pytest.fixture
def own_redis(tmp_path):
    server = OwnRedis(tmp_path)
    server.start()
    yield server
    server.kill()


class TestRedis:
    @pytest.fixture
    def broker_address(self, own_redis):
        return own_redis.address

    def test_stopped_started_and_emptied(self, workshop, own_redis, monkeypatch):
        monkeypatch.setattr(wake, "BROKER_REST_SECONDS", 0.2)
        site = workshop.start_site()
        workshop.start_worker()
        write(100)
        workshop.wait_until(lambda: len(workshop.office.letters) >= 20)
        with site.watched() as pages:
            own_redis.stop()
            jobs.enqueue("faults.simple", key="while down", number=1)
            write(50, start=100)
            workshop.wait_until(lambda: len(pages) >= 5)
        own_redis.start()
        jobs.enqueue("faults.simple", key="after", number=2)
        own_redis.empty()
        workshop.wait_until(lambda: all_done() and all_sent())
        assert set(arrived(workshop.office).values()) == {1}
        assert User.objects.filter(email__startswith="effect").count() == 2


class TestPostgres:
    @pytest.fixture
    def database(self, own_postgres):
        return own_postgres.address

    def test_restarted_in_the_middle(self, workshop, own_postgres):
        """One sender is cut off between sending and writing it down, at most."""
        site = workshop.start_site()
        workshop.start_worker()
        write(300)
        for number in range(20):
            jobs.enqueue("faults.simple", key=f"simple{number}", number=number)
        workshop.wait_until(lambda: len(workshop.office.letters) >= 50)
        connection.close()
        own_postgres.stop()
        assert site.get("/sundhed/")[0] == 200  # alive, and says so
        assert site.get("/sundhed/klar/")[0] == 503
        own_postgres.start()
        workshop.wait_until(lambda: site.get()[0] == 200)
        workshop.wait_until(lambda: all_done() and all_sent())
        taken = arrived(workshop.office)
        assert sum(taken.values()) - len(taken) <= 1
        assert User.objects.filter(email__startswith="effect").count() == 20
        assert Job.objects.filter(name="faults.simple").count() == 20
