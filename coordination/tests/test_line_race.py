"""Fifty processes, each with a connection of its own, sign up for seven places at the same moment.

Seven are in, the others wait in the order in which they came; no deadlock, no error. Seen to fail
with the lock of the shift taken out: on PostgreSQL more than seven were in.
"""

import multiprocessing
from contextlib import closing

import pytest
from django.db import connection, connections

from coordination.access import Role
from coordination.actions import assignments
from coordination.models import Shift, Volunteer
from coordination.tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES, PLACES, WAIT = 50, 7, 120


def signing_up(shift_id, volunteer_id, start, outcomes):
    """In a process of its own: what came of it, and when."""
    try:
        shift = Shift.objects.get(pk=shift_id)
        volunteer = Volunteer.objects.select_related("person__user").get(pk=volunteer_id)
        start.wait(WAIT)
        row = assignments.sign_up(
            shift=shift, volunteer=volunteer, by=volunteer.person.user, or_wait=True
        )
        outcomes.put(str(row.state))
    except BaseException as error:
        outcomes.put(repr(error))
    finally:
        connection.close()


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
    connections.close_all()  # nobody shares a connection with the parent
    found = at_once(shift.pk, people)
    assert sorted(found) == ["booked"] * PLACES + ["waiting"] * (PROCESSES - PLACES)
    assert shift.assignments.holding_a_place().count() == PLACES
    waiting = list(shift.assignments.in_line().order_by("asked_at", "pk"))
    assert [row.pk for row in waiting] == sorted(row.pk for row in waiting)
    last_in = max(row.booked_at for row in shift.assignments.holding_a_place())
    assert last_in <= waiting[0].asked_at


def at_once(shift_id, people):
    """What each of the processes said."""
    context = multiprocessing.get_context("fork")
    start, outcomes = context.Barrier(PROCESSES), context.Queue()
    processes = [
        context.Process(target=signing_up, args=(shift_id, person, start, outcomes))
        for person in people
    ]
    with closing(outcomes):
        for process in processes:
            process.start()
        found = [outcomes.get(timeout=WAIT) for _process in processes]
        for process in processes:
            process.join(WAIT)
    return found
