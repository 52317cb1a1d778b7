"""The tree keeps its paths; nobody gives a right that they do not have."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from coordination import queries
from coordination.access import Permission, Role, scope_of
from coordination.actions import branches, roles
from coordination.models import Branch, RoleAssignment
from coordination.tests import factories
from core import audit, policies
from core.errors import DomainError
from core.models import Message, User
from core.periods import today


def again(user):
    """The user as the next request sees them."""
    return User.objects.get(pk=user.pk)


def refusal(call, **arguments):
    with pytest.raises(DomainError) as caught:
        call(**arguments)
    return caught.value.code


@pytest.fixture
def east(municipality):
    """An area with two libraries under it."""
    area = factories.make_branch("Øst", parent=municipality, kind="area")
    factories.make_branch("Ejby", parent=area)
    factories.make_branch("Agedrup", parent=area)
    return area


def paths_are_right():
    rows = {branch.pk: branch for branch in Branch.objects.all()}
    return all(
        branch.path == f"{rows[branch.parent_id].path if branch.parent_id else '/'}{branch.pk}/"
        for branch in rows.values()
    )


def test_create_root_and_branch_write_paths(db):
    root = branches.create_root(name="Odense Kommune", by=audit.SYSTEM)
    child = branches.create_branch(parent=root, name="Tarup", by=audit.SYSTEM)
    assert (root.path, child.path) == (f"/{root.pk}/", f"/{root.pk}/{child.pk}/")


def test_create_branch_takes_the_right_to_edit_branches(municipality, coordinator):
    with pytest.raises(PermissionDenied):
        branches.create_branch(parent=municipality, name="Ny", by=coordinator)


def test_move_branch_takes_everything_under_it_along(here, elsewhere, east, manager):
    branches.move_branch(branch=east, parent=elsewhere, by=manager)
    branches.move_branch(branch=elsewhere, parent=here, by=manager)
    assert paths_are_right()
    assert Branch.objects.get(name="Ejby").path.startswith(Branch.objects.get(pk=here.pk).path)


def test_move_branch_moves_who_may_see_it(here, east, manager, coordinator):
    ejby = Branch.objects.get(name="Ejby")
    assert not scope_of(coordinator).holds(Permission.VIEW_PEOPLE, ejby.path)
    branches.move_branch(branch=east, parent=here, by=manager)
    ejby.refresh_from_db()
    assert scope_of(again(coordinator)).holds(Permission.VIEW_PEOPLE, ejby.path)


def test_move_branch_takes_its_settings_along(here, east, manager):
    ejby = Branch.objects.get(name="Ejby")
    policies.set("engagement.default_tie_event", "fixed", path=ejby.path, by=manager)
    branches.move_branch(branch=east, parent=here, by=manager)
    ejby.refresh_from_db()
    assert policies.get("engagement.default_tie_event", path=ejby.path) == "fixed"


def test_move_branch_does_not_touch_ids_that_begin_alike(municipality, manager):
    """/1/2/ must not drag /1/20/ along."""
    rows = [factories.make_branch(parent=municipality) for _number in range(20)]
    first = min(rows, key=lambda branch: branch.pk)
    branches.move_branch(branch=first, parent=rows[-1], by=manager)
    assert paths_are_right()


def test_move_branch_refuses(municipality, here, east, manager):
    ejby = Branch.objects.get(name="Ejby")
    move = branches.move_branch
    assert refusal(move, branch=municipality, parent=here, by=manager) == "branch_is_root"
    assert refusal(move, branch=east, parent=ejby, by=manager) == "branch_under_itself"
    assert refusal(move, branch=east, parent=east, by=manager) == "branch_under_itself"


def test_close_branch_waits_for_its_volunteers(volunteer, here, manager):
    close = branches.close_branch
    assert refusal(close, branch=here, on=today(), by=manager) == "branch_has_volunteers"


def test_close_branch_closes_its_sites(here, manager):
    site = factories.make_site(here)
    branches.close_branch(branch=here, on=today(), by=manager)
    site.refresh_from_db()
    assert site.closed_on == today()


def test_close_branch_keeps_what_has_been_and_is_offered_no_more(here, manager):
    site = factories.make_site(here)
    volunteer = factories.make_volunteer()
    yesterday = today() - timedelta(days=1)
    tie = factories.make_engagement(volunteer, site, ends_on=yesterday)
    shift = factories.make_shift(site, day=yesterday)
    row = shift.assignments.create(
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        state="attended",
        booked_at=shift.starts_at,
        booked_by=manager,
        attendance_at=shift.ends_at,
        attendance_by=manager,
    )
    assert site in queries.open_sites(manager, Permission.EDIT_SHIFTS)
    branches.close_branch(branch=here, on=today(), by=manager)
    for kept, state in ((tie, None), (shift, "open"), (row, "attended")):
        again = type(kept).objects.get(pk=kept.pk)
        assert state is None or again.state == state
    assert here in Branch.objects.permitted(manager, Permission.VIEW_SHIFTS)
    assert site not in queries.open_sites(manager, Permission.EDIT_SHIFTS)
    assert queries.sites_by_activity([site.activity_id]) == {}


def test_close_branch_waits_for_what_lies_under_it(east, manager):
    close = branches.close_branch
    assert refusal(close, branch=east, on=today(), by=manager) == "branch_has_open_children"


def test_invite_staff_makes_the_account_and_writes(here, manager):
    assignment = roles.invite_staff(
        email="Ny@Kommune.dk",
        name="Ny Kollega",
        role=Role.LOCAL_COORDINATOR,
        branch=here,
        by=manager,
    )
    assert assignment.user.email == "ny@kommune.dk"
    assert not assignment.user.has_usable_password()
    assert Message.objects.get(kind="coordination.staff_invited").user == assignment.user


def test_invite_staff_leaves_an_account_that_exists_as_it_is(here, manager, volunteer):
    user = volunteer.person.user
    roles.invite_staff(
        email=user.email, name="Et Andet Navn", role=Role.READER, branch=here, by=manager
    )
    assert again(user).name == "Frida Frivillig"


def test_assign_role_nobody_but_managers(here, coordinator, leader, central_coordinator):
    for by in (coordinator, leader, central_coordinator):
        with pytest.raises(PermissionDenied):
            roles.assign_role(user=by, role=Role.MANAGER, branch=here, by=by)


def test_assign_role_of_a_manager_ends_at_the_branch(here, elsewhere, municipality):
    local = factories.make_staff(Role.MANAGER, here)
    roles.assign_role(user=factories.make_user(), role=Role.READER, branch=here, by=local)
    for place in (elsewhere, municipality):
        with pytest.raises(PermissionDenied):
            roles.assign_role(user=local, role=Role.READER, branch=place, by=local)


def test_assign_role_twice_is_refused(here, manager, coordinator):
    call = {"user": coordinator, "role": Role.LOCAL_COORDINATOR, "branch": here, "by": manager}
    assert refusal(roles.assign_role, **call) == "already_has_role"


def test_end_role_keeps_the_last_manager(manager, municipality):
    own = RoleAssignment.objects.get(user=manager)
    assert refusal(roles.end_role, assignment=own, last_day=today(), by=manager) == "last_manager"
    factories.make_staff(Role.MANAGER, municipality)
    roles.end_role(assignment=own, last_day=today() - timedelta(days=1), by=manager)
    assert scope_of(again(manager)).permissions == frozenset()


def test_end_role_by_somebody_without_the_right(coordinator, leader):
    assignment = RoleAssignment.objects.get(user=leader)
    with pytest.raises(PermissionDenied):
        roles.end_role(assignment=assignment, last_day=today(), by=coordinator)
