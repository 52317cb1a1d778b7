"""Django's permission questions, answered from ROLES."""

from coordination.access import Permission, scope_of
from core.backends import EVERYWHERE


class RoleBackend:
    """Answers `user.has_perm`: the permission's own name, or Django's admin code names.

    A permission is asked for by its stored string (`"edit_policies"`, or `"core.use_admin"`);
    what the admin asks per model (`app.change_model`) is answered by the model's admin class,
    so every such code name is simply the right to use the admin at all. With `EVERYWHERE` as
    the object it must be held for the whole municipality.
    """

    def authenticate(self, request, **credentials):
        return None

    def has_perm(self, user, perm, obj=None):
        name = perm.rsplit(".", 1)[-1]
        scope = scope_of(user)
        held = scope.permissions_everywhere if obj == EVERYWHERE else scope.permissions
        if name in frozenset(Permission):
            return name in held
        return Permission.USE_ADMIN in held

    def has_module_perms(self, user, app_label):
        return Permission.USE_ADMIN in scope_of(user).permissions
