"""The tree of branches. `path` is written here and nowhere else."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.access import Permission, scope_of
from coordination.actions import series
from coordination.models import Branch, BranchKind, Engagement, Site
from core import audit, policies
from core.errors import DomainError
from core.models import User

audit.kind("branch.created", gettext_lazy("Branch created"))
audit.kind("branch.changed", gettext_lazy("Branch changed"))
audit.kind("branch.moved", gettext_lazy("Branch moved"))
audit.kind("branch.closed", gettext_lazy("Branch closed"))

EDITABLE = ("name", "kind", "address", "postcode", "city", "phone", "email")


@transaction.atomic
def create_root(*, name, by):
    """Make the one branch at the top of the tree, the municipality, and return it."""
    return _create(None, {"name": name, "kind": BranchKind.MUNICIPALITY}, by)


@transaction.atomic
def create_branch(
    *,
    parent,
    name,
    kind=BranchKind.INSTITUTION,
    address="",
    postcode="",
    city="",
    phone="",
    email="",
    by,
):
    """Make a branch under another and return it. Raises DomainError("branch_closed")."""
    parent = Branch.objects.select_for_update(of=("self",)).get(pk=parent.pk)
    _require_right(by, Permission.EDIT_BRANCHES, parent)
    if parent.closed_on:
        raise DomainError(
            _("%(branch)s is closed. Choose another place in the tree.") % {"branch": parent},
            code="branch_closed",
            field="parent",
        )
    values = {
        "name": name,
        "kind": kind,
        "address": address,
        "postcode": postcode,
        "city": city,
        "phone": phone,
        "email": email,
    }
    return _create(parent, values, by)


@transaction.atomic
def change_branch(*, branch, by, **fields):
    """Change name, kind or contact; return the branch. TypeError for other fields."""
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"Not editable: {sorted(unknown)}")
    branch = Branch.objects.select_for_update(of=("self",)).get(pk=branch.pk)
    _require_right(by, Permission.EDIT_BRANCHES, branch)
    changed = sorted(name for name, value in fields.items() if getattr(branch, name) != value)
    if changed:
        for name in changed:
            setattr(branch, name, fields[name])
        branch.save(update_fields=changed)
        _record("branch.changed", branch, by, changed)
    return branch


@transaction.atomic
def move_branch(*, branch, parent, by):
    """Put the branch, with all under it, below another; return it. 6 queries at any size.

    Roles and the branch values of settings follow, so access changes with the move: it takes
    the right to edit branches at both ends. Raises DomainError "branch_is_root",
    "branch_under_itself", "branch_closed".
    """
    rows = Branch.objects.select_for_update(of=("self",)).order_by("pk")
    rows = {row.pk: row for row in rows.filter(pk__in={branch.pk, parent.pk})}
    branch, parent = rows[branch.pk], rows[parent.pk]
    _require_right(by, Permission.EDIT_BRANCHES, branch)
    _require_right(by, Permission.EDIT_BRANCHES, parent)
    _require_movable(branch, parent)
    old, new = branch.path, f"{parent.path}{branch.pk}/"
    if old == new:
        return branch
    Branch.objects.filter(pk=branch.pk).update(parent=parent)
    Branch.objects.filter(path__startswith=old).update(
        path=Concat(Value(new), Substr("path", len(old) + 1))
    )
    policies.move_scope(old, new)
    branch.refresh_from_db()
    _record("branch.moved", branch, by, ("parent",))
    return branch


@transaction.atomic
def close_branch(*, branch, on, by):
    """Close the branch and its sites from a day on; return it. What has been stays.

    Its regular shifts end, shifts from that day on are cancelled and those on them told. Raises
    DomainError "branch_has_open_children", "branch_has_volunteers": they are moved or ended first,
    by somebody who talks with them.
    """
    branch = Branch.objects.select_for_update(of=("self",)).get(pk=branch.pk)
    _require_right(by, Permission.EDIT_BRANCHES, branch)
    open_on = Q(closed_on__isnull=True) | Q(closed_on__gt=on)
    if branch.children.filter(open_on).exists():
        raise DomainError(
            _("There are open branches under this one. Close or move them first."),
            code="branch_has_open_children",
        )
    if Engagement.objects.not_ended(on).filter(site__branch=branch).exists():
        raise DomainError(
            _("Volunteers are still tied to this branch on that day. End their engagements first."),
            code="branch_has_volunteers",
        )
    branch.closed_on = on
    branch.save(update_fields=["closed_on"])
    sites = list(Site.objects.filter(open_on, branch=branch))
    Site.objects.filter(pk__in=[site.pk for site in sites]).update(closed_on=on)
    series.stop_at(sites=sites, on=on, by=by)
    _record("branch.closed", branch, by, ("closed_on",))
    return branch


def _require_right(by, permission, branch):
    """PermissionDenied unless the user holds the permission on the branch; the system may."""
    if isinstance(by, User) and not scope_of(by).holds(permission, branch.path):
        raise PermissionDenied


def _create(parent, values, by):
    branch = Branch.objects.create(parent=parent, **values)
    branch.path = f"{parent.path if parent else '/'}{branch.pk}/"
    branch.save(update_fields=["path"])
    _record("branch.created", branch, by)
    return branch


def _require_movable(branch, parent):
    if branch.parent_id is None:
        raise DomainError(
            _("The municipality is the top of the tree and stays there."), code="branch_is_root"
        )
    if parent.path.startswith(branch.path):
        raise DomainError(
            _("A branch cannot lie under itself. Choose another place."),
            code="branch_under_itself",
            field="parent",
        )
    if parent.closed_on:
        raise DomainError(
            _("%(branch)s is closed. Choose another place in the tree.") % {"branch": parent},
            code="branch_closed",
            field="parent",
        )


def _record(kind, branch, by, fields=()):
    audit.record(kind, by=by, about=branch, fields=fields, branch_path=branch.path)
