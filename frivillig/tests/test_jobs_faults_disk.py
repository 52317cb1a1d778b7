"""PostgreSQL's disk is full under live workers and a live site.

Collected where the suite runs on both servers and this account may mount (`conftest.py`).
"""

import tempfile
from pathlib import Path

import pytest
from django.db import OperationalError

from core import jobs
from core.models import Message, User
from frivillig.tests.faults_servers import SmallDisk
from frivillig.tests.test_jobs_faults import all_done, all_sent, arrived, write


@pytest.fixture
def disk():
    folder = tempfile.TemporaryDirectory(prefix="frivillig-disk-")
    with folder as name, SmallDisk(Path(name)) as disk:
        yield disk


@pytest.fixture
def postgres_folder(disk):
    return disk.folder


@pytest.fixture
def database(own_postgres):
    return own_postgres.address


def test_the_databases_disk_is_full(workshop, own_postgres, disk):
    """Nothing can be written: who writes hears of it, pages are read, and then it goes on."""
    site = workshop.start_site()
    workshop.start_worker()
    write(300)
    for number in range(5):
        jobs.enqueue("faults.simple", key=f"simple{number}", number=number)
    workshop.wait_until(lambda: len(workshop.office.letters) >= 50)
    with site.watched() as pages:
        disk.fill()
        with pytest.raises(OperationalError):
            write(2000, start=300)
        assert Message.objects.count() == 300  # all of it or nothing
        workshop.wait_until(lambda: len(pages) >= 10)
        assert not all_sent()
    disk.free()
    workshop.wait_until(lambda: all_done() and all_sent())
    taken = arrived(workshop.office)
    assert sum(taken.values()) - len(taken) <= 1  # what it could send and not write down
    assert User.objects.filter(email__startswith="effect").count() == 5
