"""The first manager comes from the command line; everybody else from inside the system."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from coordination.access import Permission, Role, scope_of
from coordination.models import Branch, RoleAssignment
from core import policies
from core.models import AuditEvent, Message, User

pytestmark = pytest.mark.django_db

METTE = {"email": "Mette@Example.dk", "name": "Mette Manager"}


def invite(**options):
    said = StringIO()
    call_command("invite_manager", stdout=said, **options)
    return said.getvalue()


def test_first_manager_gets_a_municipality_and_every_right_in_it():
    said = invite(**METTE, municipality="Eksempel Kommune")

    root = Branch.objects.get()
    user = User.objects.get()
    assert (root.name, root.parent_id, root.path) == ("Eksempel Kommune", None, f"/{root.pk}/")
    assert (user.email, user.name, user.has_usable_password()) == (
        "mette@example.dk",
        "Mette Manager",
        False,
    )
    assert scope_of(user).holds(Permission.MANAGE_ROLES, root.path)
    assert policies.get("municipality.name") == "Eksempel Kommune"
    assert said == (
        "mette@example.dk is a manager of Eksempel Kommune. An e-mail tells them how to sign in.\n"
    )


def test_first_manager_is_written_to_and_in_the_audit():
    invite(**METTE, municipality="Eksempel Kommune")

    assert Message.objects.get().recipient_email == "mette@example.dk"
    assert set(AuditEvent.objects.values_list("kind", "actor_kind")) == {
        ("policy.set", "system"),
        ("branch.created", "system"),
        ("user.invited", "system"),
        ("role.assigned", "system"),
    }


def test_one_more_manager_joins_the_municipality_there_is(municipality, here):
    invite(**METTE, municipality="Another Name")

    assignment = RoleAssignment.objects.get()
    assert (assignment.role, assignment.branch) == (Role.MANAGER, municipality)
    assert Branch.objects.count() == 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (METTE, "There is no municipality yet"),
        (METTE | {"municipality": "  "}, "There is no municipality yet"),
        (METTE | {"email": "mette", "municipality": "Eksempel"}, "mette is not an e-mail address"),
    ],
)
def test_refused_call_says_what_to_write_and_changes_nothing(options, sentence):
    with pytest.raises(CommandError, match=sentence):
        invite(**options)
    assert not Branch.objects.exists()
    assert not User.objects.exists()


def test_closed_account_is_refused(municipality):
    User.objects.create_user("mette@example.dk", is_active=False)
    with pytest.raises(CommandError, match="closed"):
        invite(**METTE)
    assert not RoleAssignment.objects.exists()


def test_second_invitation_of_the_same_manager_is_refused(municipality):
    invite(**METTE)
    with pytest.raises(CommandError, match="already has that role"):
        invite(**METTE)
