"""The demo never mixes with real people."""

import pytest
from django.core.management import CommandError, call_command

from coordination.models import Branch
from coordination.tests import factories
from core.models import User


@pytest.mark.parametrize(
    "make", [factories.make_person, factories.make_user, factories.make_branch]
)
def test_a_database_that_holds_others_is_refused(db, make):
    make()
    users, branches = User.objects.count(), Branch.objects.count()

    with pytest.raises(CommandError, match="holds other people"):
        call_command("demo")

    assert (User.objects.count(), Branch.objects.count()) == (users, branches)


def test_without_a_demo_there_are_no_logins(db, capsys):
    call_command("demo", "--logins")

    assert capsys.readouterr().out == ""
