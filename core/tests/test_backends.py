"""Whoever holds no role is told no, not sent into an error."""

import pytest

from core.models import User

pytestmark = pytest.mark.django_db


def test_user_without_role_has_no_permission():
    user = User.objects.create_user("sofus@example.dk")
    assert not user.has_perm("edit_policies")
    assert not user.has_perm("core.change_user")
    assert not user.has_module_perms("core")
    assert not user.is_staff
    assert not user.is_superuser
