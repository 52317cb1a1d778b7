"""Signing in by e-mail, without a say in permissions."""

from allauth.account.auth_backends import AuthenticationBackend

# `user.has_perm(permission, EVERYWHERE)`: held for the whole municipality, not for a part of it.
EVERYWHERE = "everywhere"


class AccountBackend(AuthenticationBackend):
    """allauth's sign-in. It comes from Django's ModelBackend, which would look for permission
    rows that our users do not have; permissions come from ROLES alone (`RoleBackend`)."""

    def has_perm(self, user_obj, perm, obj=None):
        return False

    def has_module_perms(self, user_obj, app_label):
        return False

    def get_all_permissions(self, user_obj, obj=None):
        return set()
