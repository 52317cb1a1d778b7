"""Give staff their roles, and take them back. Nobody can give a right they do not have."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import emails
from coordination.access import ROLES, Permission, Role, scope_of
from coordination.models import Branch, RoleAssignment
from core import audit
from core.errors import DomainError
from core.models import User
from core.periods import covering, today

audit.kind("user.invited", gettext_lazy("Member of staff invited"))
audit.kind("role.assigned", gettext_lazy("Role given"))
audit.kind("role.ended", gettext_lazy("Role ended"))


@transaction.atomic
def invite_staff(*, email, name, role, branch, by):
    """Make an account for a colleague (or find theirs), give the role, and write to them.

    Returns the RoleAssignment. An account that exists keeps its name, password and second
    factor. Raises DomainError "account_closed" and what `assign_role` raises.
    """
    _require_right_to_give(by, role, branch)
    address = email.strip().lower()
    user = User.objects.filter(email=address).first()
    if user is not None and not user.is_active:
        raise DomainError(
            _("The account with this e-mail address is closed. Open it first."),
            code="account_closed",
            field="email",
        )
    if user is None:
        user = User.objects.create_user(address, name=" ".join(name.split()))
        audit.record("user.invited", by=by, about=user, branch_path=branch.path)
    assignment = assign_role(user=user, role=role, branch=branch, by=by)
    emails.send_invitation(assignment)
    return assignment


@transaction.atomic
def assign_role(*, user, role, branch, starts_on=None, ends_on=None, by):
    """Let the user hold the role on the branch and what lies under it; return the assignment.

    `by` must manage roles there and have every right of the role there; `audit.SYSTEM` may.
    Raises PermissionDenied, and DomainError "already_has_role", "ends_before_start".
    """
    branch = Branch.objects.get(pk=branch.pk)
    _require_right_to_give(by, role, branch)
    starts_on = starts_on or today()
    if ends_on is not None and ends_on < starts_on:
        raise DomainError(
            _("The last day must not be before the first."),
            code="ends_before_start",
            field="ends_on",
        )
    held = RoleAssignment.objects.filter(covering(starts_on), user=user, role=role, branch=branch)
    if held.exists():
        raise DomainError(_("This person already has that role here."), code="already_has_role")
    assignment = RoleAssignment.objects.create(
        user=user, role=Role(role), branch=branch, starts_on=starts_on, ends_on=ends_on
    )
    _record("role.assigned", assignment, by)
    return assignment


@transaction.atomic
def end_role(*, assignment, last_day, by):
    """Let the role end after a day; return the assignment. One given by mistake ends yesterday.

    Raises PermissionDenied, and DomainError("last_manager"): somebody must be able to give roles.
    """
    assignment = (
        RoleAssignment.objects.select_for_update(of=("self",))
        .select_related("branch", "user")
        .get(pk=assignment.pk)
    )
    _require_right_to_give(by, assignment.role, assignment.branch)
    if _is_last_manager(assignment, last_day):
        raise DomainError(
            _("This is the last manager. Give somebody else the role first."), code="last_manager"
        )
    assignment.ends_on = max(last_day, assignment.starts_on)
    assignment.save(update_fields=["ends_on"])
    _record("role.ended", assignment, by, ("ends_on",))
    return assignment


def _require_right_to_give(by, role, branch):
    """PermissionDenied unless `by` manages roles there and has all of the role there."""
    if by == audit.SYSTEM:
        return
    scope = scope_of(by) if isinstance(by, User) else None
    needed = ROLES[Role(role)] | {Permission.MANAGE_ROLES}
    if scope is None or not all(scope.holds(permission, branch.path) for permission in needed):
        raise PermissionDenied


def _is_last_manager(assignment, last_day):
    if assignment.role != Role.MANAGER or assignment.branch.parent_id is not None:
        return False
    others = RoleAssignment.objects.filter(
        role=Role.MANAGER, branch=assignment.branch, user__is_active=True, ends_on__isnull=True
    )
    return not others.exclude(pk=assignment.pk).exists()


def _record(kind, assignment, by, fields=()):
    audit.record(kind, by=by, about=assignment, fields=fields, branch_path=assignment.branch.path)
