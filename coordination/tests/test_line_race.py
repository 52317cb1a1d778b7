"""Fifty processes, each with a connection of its own, sign up for seven places at the same moment.

Seven are in, the others wait in the order in which they came; no deadlock, no error. Seen to fail
with the lock of the shift taken out: on PostgreSQL more than seven were in.
"""

import multiprocessing
from contextlib import closing

import pytest
from django.db import connection

from coordination.access import Role
from coordination.tests import factories, line_racers

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES, PLACES, WAIT = 50, 7, 240
SITE = "frivillig.wsgi"  # importing it makes Django ready


def test_fifty_processes_and_seven_places():
    root = factories.make_branch("Byens Biblioteker")
    staff = factories.make_staff(Role.LOCAL_COORDINATOR, root)
    site = factories.make_site(root)
    shift = factories.make_shift(site, capacity=PLACES)
    people = []
    for _number in range(PROCESSES):
        user = factories.make_user()
        volunteer = factories.make_volunteer(email=user.email, user=user)
        factories.make_engagement(volunteer, site, accepted_by=staff)
        people.append(volunteer.pk)
    found = at_once(shift.pk, people)
    assert sorted(found) == ["booked"] * PLACES + ["waiting"] * (PROCESSES - PLACES)
    assert shift.assignments.holding_a_place().count() == PLACES
    waiting = list(shift.assignments.in_line().order_by("asked_at", "pk"))
    assert [row.pk for row in waiting] == sorted(row.pk for row in waiting)
    last_in = max(row.booked_at for row in shift.assignments.holding_a_place())
    assert last_in <= waiting[0].asked_at


def at_once(shift_id, people):
    """What each of the processes said."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([SITE, line_racers.__name__])
    start, outcomes = context.Barrier(PROCESSES), context.Queue()
    database = {"NAME": connection.settings_dict["NAME"]}
    processes = [
        context.Process(
            target=line_racers.sign_up, args=(database, shift_id, person, start, outcomes, WAIT)
        )
        for person in people
    ]
    with closing(outcomes):
        for process in processes:
            process.start()
        found = [outcomes.get(timeout=WAIT) for _process in processes]
        for process in processes:
            process.join(WAIT)
    return found
