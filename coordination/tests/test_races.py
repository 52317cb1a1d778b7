"""Two people at once: real threads, real connections, committed transactions.

On PostgreSQL the row locks decide; on the embedded default the immediate transaction of SQLite
does. Each test was seen to fail with its lock taken out.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coordination import eligibility, posters
from coordination.access import Role
from coordination.actions import assignments, clearances, shifts, stand_ins, swaps
from coordination.locks import locked_shift_with_people
from coordination.models import Assignment, Clearance, Presence
from coordination.states import AssignmentState
from coordination.tests import factories
from coordination.tests.deeds import engaged
from core.constraints import explained
from core.errors import DomainError
from core.models import AuditEvent
from core.periods import today

pytestmark = pytest.mark.django_db(transaction=True)
PLACES_WANTED = 20
WAIT = 20


@pytest.fixture
def here():
    root = factories.make_branch("Byens Biblioteker")
    return factories.make_branch("Vollsmose Bibliotek", parent=root)


@pytest.fixture
def staff(here):
    return factories.make_staff(Role.LOCAL_COORDINATOR, here)


def at_once(deeds):
    """Run the deeds in a thread and connection each, from the same moment; their outcomes.

    An outcome is "done" or the code of the DomainError.
    """
    start = threading.Barrier(len(deeds), timeout=WAIT)

    def run(deed):
        try:
            connection.ensure_connection()
            start.wait()
            with explained():
                deed()
        except DomainError as error:
            return error.code
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return sorted(pool.map(run, deeds))


def signing_up(shift, volunteer, by):
    return lambda: assignments.sign_up(shift=shift, volunteer=volunteer, by=by)


def test_last_place_is_taken_once(site, staff):
    shift = factories.make_shift(site, capacity=1)
    people = [engaged(site) for _number in range(PLACES_WANTED)]
    outcomes = at_once([signing_up(shift, person, staff) for person in people])
    assert outcomes == ["done"] + ["full"] * (PLACES_WANTED - 1)
    assert shift.assignments.holding_a_place().count() == 1


def test_last_place_of_a_role_is_taken_once(site, staff):
    """One host, two bakers: whoever is too late for a role is told so, with places in the other."""
    shift = factories.make_shift(site, capacity=3, roles="Vært: 1\nBager: 2")
    people = {name: [engaged(site) for _number in range(6)] for name in ("Vært", "Bager")}

    def joining(volunteer, role):
        return lambda: assignments.sign_up(shift=shift, volunteer=volunteer, by=staff, role=role)

    outcomes = at_once([joining(one, role) for role, some in people.items() for one in some])
    assert outcomes == ["done"] * 3 + ["full"] * 9
    held = shift.assignments.holding_a_place().values_list("role", flat=True)
    assert sorted(held) == ["Bager", "Bager", "Vært"]


def test_a_place_is_taken_over_once(site, staff):
    """Of many who would stand in, one does, and the others are told so."""
    shift = factories.make_shift(site, capacity=1)
    place = assignments.sign_up(shift=shift, volunteer=engaged(site), by=staff)
    search = stand_ins.ask(assignment=place, by=staff)
    people = [engaged(site) for _number in range(8)]
    outcomes = at_once([taking(search, person, staff) for person in people])
    assert outcomes == ["done"] + ["taken_already"] * 7
    assert shift.assignments.holding_a_place().count() == 1


def taking(search, volunteer, by):
    return lambda: stand_ins.take(stand_in=search, volunteer=volunteer, by=by)


def test_one_person_takes_over_two_at_the_same_time_once(site, staff):
    searches = []
    for hour in (15, 16):
        shift = factories.make_shift(site, hour=hour, capacity=1)
        place = assignments.sign_up(shift=shift, volunteer=engaged(site), by=staff)
        searches.append(stand_ins.ask(assignment=place, by=staff))
    volunteer = engaged(site)
    outcomes = at_once([taking(search, volunteer, staff) for search in searches])
    assert outcomes == ["done", "overlap"]


def test_swapping_both_ways_at_once_does_not_stop(site, staff):
    """The two are locked in the same order, whoever begins."""
    one, other = (
        assignments.sign_up(
            shift=factories.make_shift(site, hour=hour),
            volunteer=engaged(site),
            by=staff,
        )
        for hour in (10, 15)
    )

    def swapping(mine, theirs):
        return lambda: swaps.swap_now(mine=mine, theirs=theirs, by=staff)

    outcomes = at_once([swapping(one, other), swapping(other, one)] * 2)
    assert outcomes == ["done"] + ["wrong_state"] * 3
    assert Assignment.objects.holding_a_place().count() == 2


def test_one_person_on_two_overlapping_shifts(site, staff):
    volunteer = engaged(site)
    first = factories.make_shift(site, hour=15, capacity=9)
    second = factories.make_shift(site, hour=16, capacity=9)
    outcomes = at_once([signing_up(shift, volunteer, staff) for shift in (first, second) * 5])
    assert outcomes.count("done") == 1
    assert volunteer.assignments.holding_a_place().count() == 1


def test_second_overlapping_sign_up_waits_for_the_first(site, staff):
    """Begun while the first is not committed: it waits, and then says in words why not."""
    volunteer = engaged(site)
    first = factories.make_shift(site, hour=15)
    second = factories.make_shift(site, hour=16)
    outcome = while_held(signing_up(first, volunteer, staff), signing_up(second, volunteer, staff))
    assert outcome == "overlap"


def test_one_person_clicking_twice(site, staff):
    volunteer = engaged(site)
    shift = factories.make_shift(site, capacity=9)
    outcomes = at_once([signing_up(shift, volunteer, staff)] * 8)
    assert outcomes == ["already_on_it"] * 7 + ["done"]


def test_guard_holds_where_no_lock_was_taken(site, staff):
    """Rows written past the actions, at once, with no lock at all: the database says no."""
    volunteer = engaged(site)
    pair = [factories.make_shift(site, hour=hour) for hour in (15, 16)]

    def write(shift):
        return lambda: Assignment.objects.create(
            shift=shift,
            volunteer=volunteer,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            booked_at=shift.starts_at,
            booked_by=staff,
        )

    assert at_once([write(shift) for shift in pair]) == ["assignment_no_overlap", "done"]


def test_sign_up_and_reschedule_never_leave_an_uncleared(site, staff):
    """Cleared until the shift's day: whoever comes first, nobody is on it the day after."""
    factories.make_requirement(site.activity)
    for _round in range(5):
        shift = factories.make_shift(site, capacity=9)
        volunteer = engaged(site)
        factories.make_clearance(volunteer, site=site, valid_until=shift.day)
        outcomes = at_once([signing_up(shift, volunteer, staff), moving(shift, staff)])
        assert outcomes in (["agreement", "done"], ["do_not_fit", "done"])
        assert not eligibility.at_risk(shift.assignments.holding_a_place()).exists()
        assert_copies_agree(shift)


def test_many_sign_ups_while_the_shift_moves(site, staff):
    """No deadlock, no copy left behind, and nobody on two places."""
    shift = factories.make_shift(site, capacity=30)
    people = [engaged(site) for _number in range(12)]
    deeds = [signing_up(shift, person, staff) for person in people] + [moving(shift, staff)] * 2
    outcomes = at_once(deeds)
    assert set(outcomes) <= {"done", "busy"}
    assert outcomes.count("done") >= len(people)
    assert_copies_agree(shift)


def test_who_signed_up_while_the_mover_waited_is_locked_too(site, staff, cleared):
    """The mover waits for the shift that somebody is joining, and then asks about them as well:
    until it is done, that person's clearance cannot be revoked.
    """
    shift = factories.make_shift(site)
    begun, has_locks, may_end, on_it = threading.Event(), threading.Event(), threading.Event(), []

    def hold():
        begun.set()
        with transaction.atomic():
            _shift, rows = locked_shift_with_people(shift.pk, changed_message="")
            on_it.extend(row.volunteer_id for row in rows)
            has_locks.set()
            may_end.wait(WAIT)

    with transaction.atomic():
        signing_up(shift, cleared, staff)()
        mover = in_thread(hold)
        assert begun.wait(WAIT)
        mover.join(0.3)
        assert not has_locks.is_set()
    assert has_locks.wait(WAIT)
    revoker = in_thread(lambda: clearances.revoke(source=staff, by=staff))
    revoker.join(0.3)
    waits = revoker.is_alive()
    may_end.set()
    mover.join(WAIT)
    revoker.join(WAIT)
    assert (waits, on_it) == (True, [cleared.pk])
    assert Clearance.objects.get().revoked_at is not None


def in_thread(deed):
    """The deed, begun in a thread and connection of its own."""

    def run():
        try:
            deed()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def moving(shift, by):
    day = timedelta(days=1)
    return lambda: shifts.reschedule(
        shift=shift, starts_at=shift.starts_at + day, ends_at=shift.ends_at + day, by=by
    )


def assert_copies_agree(shift):
    shift.refresh_from_db()
    for assignment in shift.assignments.holding_a_place():
        assert (assignment.starts_at, assignment.ends_at) == (shift.starts_at, shift.ends_at)


# --- At the poster, while the coordinator registers ----------------------------------------


@pytest.fixture
def here_now(site, staff):
    """Somebody with a sign-in, on a shift that is running."""
    user = factories.make_user()
    volunteer = factories.make_volunteer(email=user.email, user=user)
    factories.make_engagement(volunteer, site)
    start = timezone.now() - timedelta(minutes=30)
    shift = factories.make_shift(site, starts_at=start, hours=2)
    return shift.assignments.create(
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=start - timedelta(days=3),
        booked_by=staff,
    )


def posting(user, name, args, values):
    """A press on a button of a page, as a browser does it; the answer must be one for people."""
    client = Client()
    client.force_login(user)

    def deed():
        answer = client.post(reverse(f"coordination:{name}", args=args), values)
        assert answer.status_code in (302, 409), answer.status_code

    return deed


def at_the_poster(row):
    token = posters.token(row.shift.site)
    user = row.volunteer.person.user
    return posting(user, "check-in", [token], {"assignment": row.pk})


def at_the_desk(row, by, said):
    return posting(by, "shift-attendance", [row.shift_id], {f"a{row.pk}": said})


def test_poster_and_coordinator_at_once_is_one_attendance(here_now, staff):
    deeds = [at_the_poster(here_now) for _press in range(3)]
    deeds += [at_the_desk(here_now, staff, "came") for _press in range(3)]
    assert at_once(deeds) == ["done"] * 6
    here_now.refresh_from_db()
    assert here_now.state == AssignmentState.ATTENDED
    events = AuditEvent.objects.filter(kind__in=("assignment.attendance", "assignment.checked_in"))
    assert events.count() == 1
    assert Presence.objects.count() <= 1


def test_poster_and_coordinator_at_once_who_disagree(here_now, staff):
    """Whoever was there has the last word, whichever came first."""
    deeds = [at_the_poster(here_now) for _press in range(3)]
    assert at_once([*deeds, at_the_desk(here_now, staff, "absent")]) == ["done"] * 4
    here_now.refresh_from_db()
    assert (here_now.state, here_now.attendance_by) == (AssignmentState.ABSENT, staff)


# --- A clearance is revoked in the same moment ---------------------------------------------


@pytest.fixture
def cleared(site, staff):
    """A volunteer whose clearance came from the row `staff`."""
    factories.make_requirement(site.activity)
    volunteer = engaged(site)
    clearances.issue(
        volunteer=volunteer,
        kind="agreement",
        source=staff,
        site=site,
        valid_from=today() - timedelta(days=1),
        by=staff,
    )
    return volunteer


def test_revoked_first_then_signed_up(site, staff, cleared):
    """The sign-up begins while the revocation is not committed: it waits, and then says no."""
    shift = factories.make_shift(site)
    outcome = while_held(
        lambda: clearances.revoke(source=staff, by=staff), signing_up(shift, cleared, staff)
    )
    assert outcome == "agreement"
    assert not shift.assignments.exists()


def test_signed_up_first_then_revoked(site, staff, cleared):
    """The revocation waits for the sign-up; afterwards the shift shows the risk."""
    shift = factories.make_shift(site)
    outcome = while_held(
        signing_up(shift, cleared, staff), lambda: clearances.revoke(source=staff, by=staff)
    )
    assert outcome == "done"
    assert list(eligibility.assignments_at_risk()) == [shift.assignments.get()]
    assert shift.assignments.get().state == AssignmentState.BOOKED


def test_sign_up_and_revocation_at_once(site, staff, cleared):
    for _round in range(5):
        shift = factories.make_shift(site)
        Clearance.objects.update(revoked_at=None, valid_until=None)
        at_once(
            [
                signing_up(shift, cleared, staff),
                lambda: clearances.revoke(source=staff, by=staff),
            ]
        )
        revoked = Clearance.objects.get()
        for assignment in shift.assignments.holding_a_place():
            assert assignment.booked_at <= revoked.revoked_at
            assignments.cancel(assignment=assignment, by=staff)


def while_held(first, second):
    """Do `first` and, before it is committed, begin `second` elsewhere; what came of `second`."""
    begun, result = threading.Event(), []

    def run():
        try:
            connection.ensure_connection()
            begun.set()
            with explained():
                second()
            result.append("done")
        except DomainError as error:
            result.append(error.code)
        finally:
            connection.close()

    other = threading.Thread(target=run)
    with transaction.atomic():
        first()
        other.start()
        assert begun.wait(WAIT)
        other.join(0.3)  # time enough to finish, if nothing held it back
        assert other.is_alive()
    other.join(WAIT)
    assert not other.is_alive()
    return result[0]
