"""Who may do what, where. The one place in which access is decided.

A role is held on a branch and covers what lies under it; the tree has one root, so a role on
the root covers the municipality. A volunteer has no role: what is theirs is reached through
`.own(user)`.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from core.periods import covering, today
from core.prepared import Prepared, given, number


class Permission(StrEnum):
    """What one may be allowed to do in a branch. Stored nowhere; roles are."""

    VIEW_CONTACTS = "view_contacts"
    VIEW_PEOPLE = "view_people"
    EDIT_PEOPLE = "edit_people"
    EXPORT_PEOPLE = "export_people"
    VIEW_ACTIVITIES = "view_activities"
    EDIT_ACTIVITIES = "edit_activities"
    VIEW_SHIFTS = "view_shifts"
    EDIT_SHIFTS = "edit_shifts"
    VIEW_APPLICATIONS = "view_applications"
    HANDLE_APPLICATIONS = "handle_applications"
    EDIT_OPPORTUNITIES = "edit_opportunities"
    VIEW_AGREEMENTS = "view_agreements"
    MAKE_AGREEMENTS = "make_agreements"
    SIGN_AGREEMENT = "sign_agreement"
    VIEW_ARCHIVED_AGREEMENTS = "view_archived_agreements"
    EDIT_TERMS = "edit_terms"
    VIEW_ATTESTATIONS = "view_attestations"
    ORDER_ATTESTATION = "order_attestation"
    ASSESS_ATTESTATION = "assess_attestation"
    REVEAL_CPR = "reveal_cpr"
    WRITE_MESSAGES = "write_messages"
    VIEW_RECOGNITION = "view_recognition"
    EDIT_RECOGNITION = "edit_recognition"
    VIEW_OVERVIEW = "view_overview"
    EDIT_BRANCHES = "edit_branches"
    EDIT_TEMPLATES = "edit_templates"
    EDIT_POLICIES = "edit_policies"
    MANAGE_ROLES = "manage_roles"
    VIEW_AUDIT = "view_audit"
    USE_ADMIN = "use_admin"


P = Permission

_LOOKING = frozenset(
    {
        P.VIEW_CONTACTS,
        P.VIEW_PEOPLE,
        P.VIEW_ACTIVITIES,
        P.VIEW_SHIFTS,
        P.VIEW_RECOGNITION,
        P.VIEW_OVERVIEW,
    }
)
_COORDINATING = _LOOKING | {
    P.EDIT_PEOPLE,
    P.EXPORT_PEOPLE,
    P.EDIT_ACTIVITIES,
    P.EDIT_SHIFTS,
    P.VIEW_APPLICATIONS,
    P.HANDLE_APPLICATIONS,
    P.EDIT_OPPORTUNITIES,
    P.VIEW_AGREEMENTS,
    P.MAKE_AGREEMENTS,
    P.EDIT_TERMS,
    P.VIEW_ATTESTATIONS,
    P.ORDER_ATTESTATION,
    P.EDIT_RECOGNITION,
    P.WRITE_MESSAGES,
}


class Role(models.TextChoices):
    """The roles staff can hold on a branch."""

    MANAGER = "manager", _("Manager")
    CENTRAL_COORDINATOR = "central_coordinator", _("Central coordinator")
    LOCAL_COORDINATOR = "local_coordinator", _("Local coordinator")
    BRANCH_LEADER = "branch_leader", _("Branch leader")
    CERTIFICATE_OFFICER = "certificate_officer", _("Certificate officer")
    AMBASSADOR = "ambassador", _("Volunteer ambassador")
    READER = "reader", _("Reader")


ROLES = {
    Role.MANAGER: frozenset(Permission) - {P.REVEAL_CPR},
    Role.CENTRAL_COORDINATOR: _COORDINATING,
    Role.LOCAL_COORDINATOR: _COORDINATING,
    Role.BRANCH_LEADER: _LOOKING
    | {
        P.VIEW_APPLICATIONS,
        P.VIEW_AGREEMENTS,
        P.SIGN_AGREEMENT,
        P.VIEW_ATTESTATIONS,
        P.ASSESS_ATTESTATION,
        P.EXPORT_PEOPLE,
    },
    # Orders at the police, and so sees whole CPR numbers: given to few, on top of another role.
    Role.CERTIFICATE_OFFICER: frozenset(
        {P.VIEW_PEOPLE, P.VIEW_ATTESTATIONS, P.ORDER_ATTESTATION, P.REVEAL_CPR}
    ),
    Role.AMBASSADOR: frozenset({P.VIEW_CONTACTS, P.VIEW_ACTIVITIES, P.VIEW_SHIFTS}),
    Role.READER: _LOOKING - {P.VIEW_CONTACTS, P.VIEW_PEOPLE},
}


@dataclass(frozen=True)
class Grant:
    """One role held on the branch with this path."""

    role: str
    path: str

    @property
    def covers_everything(self):
        """The tree has one root: a path of one step is the whole municipality."""
        return self.path.count("/") == 2


class Scope:
    """What one user may do where, read once per request (1 query)."""

    def __init__(self, grants):
        self.grants = tuple(grants)

    @cached_property
    def permissions(self):
        """Every permission the user holds somewhere."""
        return frozenset().union(*(ROLES[grant.role] for grant in self.grants))

    @cached_property
    def permissions_everywhere(self):
        """Every permission the user holds for the whole municipality."""
        wide = (ROLES[grant.role] for grant in self.grants if grant.covers_everything)
        return frozenset().union(*wide)

    def holds(self, permission, path=None):
        """True if the user has the permission: somewhere, or on the branch with this path."""
        if path is None:
            return permission in self.permissions
        return any(
            permission in ROLES[grant.role] and path.startswith(grant.path) for grant in self.grants
        )

    def within(self, lookup, permission=None):
        """Q for rows whose branch (reached by `lookup`, "" = the row itself is a branch) lies
        where the user has the permission; with None, where the user has any role.
        """
        grants = [g for g in self.grants if permission is None or permission in ROLES[g.role]]
        if any(grant.covers_everything for grant in grants):
            return Q()
        field = f"{lookup}__path__startswith" if lookup else "path__startswith"
        allowed = Q(pk__in=[])
        for path in {grant.path for grant in grants}:
            allowed |= Q(**{field: path})
        return allowed


NOWHERE = Scope(())


def scope_of(user):
    """The user's Scope, remembered on the user object for the request."""
    if not user.is_authenticated or not user.is_active:
        return NOWHERE
    if not hasattr(user, "_scope"):
        rows = _grants_question(user.role_assignments.model).rows(user=user.pk, day=today())
        user._scope = Scope(Grant(role, path) for role, path in rows)
    return user._scope


@cache
def _grants_question(role_assignments):
    rows = role_assignments.objects.filter(covering(given("day")), user=number("user"))
    return Prepared(rows.values_list("role", "branch__path"))


def who_holds(permission):
    """A question for a register: does the user hold the permission somewhere?"""
    return lambda user: scope_of(user).holds(permission)


def is_staff_member(user):
    """True if the user holds any role today."""
    return bool(scope_of(user).grants)


class BranchScopedQuerySet(models.QuerySet):
    """Rows that belong to exactly one branch, which the model names in `branch_lookup`."""

    def permitted(self, user, permission):
        """The rows on which this user has the permission."""
        return self.filter(scope_of(user).within(self.model.branch_lookup, permission))

    def visible(self, user):
        """The rows in branches where this user has any role: tells 403 from 404."""
        return self.filter(scope_of(user).within(self.model.branch_lookup))


class PersonScopedQuerySet(models.QuerySet):
    """People: visible to a branch through whatever ties them to it.

    The ties are a register, since an application (a floor above) is one of them. Each entry is
    a function that takes a Q builder and returns a queryset of person ids.
    """

    person_field = "pk"

    def _tied(self, user, permission):
        scope = scope_of(user)
        if any(
            grant.covers_everything
            for grant in scope.grants
            if permission is None or permission in ROLES[grant.role]
        ):
            return self
        tied = Q(pk__in=[])
        for model, person_field, branch_lookup in PERSON_TIES:
            rows = model._default_manager.filter(
                scope.within(branch_lookup, permission),
                **{person_field: OuterRef(self.person_field)},
            )
            tied |= Q(Exists(rows))
        return self.filter(tied)

    def permitted(self, user, permission):
        """The people tied to a branch where this user has the permission."""
        return self._tied(user, permission)

    def visible(self, user):
        """The people tied to a branch where this user has any role."""
        return self._tied(user, None)


PERSON_TIES = []


def register_person_tie(model, *, person_field, branch_lookup):
    """Say that rows of `model` tie a person to a branch (from AppConfig.ready)."""
    entry = (model, person_field, branch_lookup)
    if entry not in PERSON_TIES:
        PERSON_TIES.append(entry)
