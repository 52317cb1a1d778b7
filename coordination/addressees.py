"""Staff to write to about a branch: who coordinates, leads or manages there."""

from collections import defaultdict

from coordination.access import Role
from coordination.models import RoleAssignment
from core import mail
from core.periods import covering, today

COORDINATORS = (Role.LOCAL_COORDINATOR, Role.CENTRAL_COORDINATOR)


def coordinators():
    """Function from a branch's path to the users who coordinate it: the local ones, else the
    central ones. 1 query.
    """
    return _holders(COORDINATORS)


def leaders():
    """Function from a branch's path to its branch leaders. 1 query."""
    return _holders((Role.BRANCH_LEADER,))


def grants(*roles):
    """[(user, {paths})] of everybody who holds one of the roles today, by user. 1 query."""
    found = {}
    for row in _assignments(roles):
        found.setdefault(row.user_id, (row.user, set()))[1].add(row.branch.path)
    return list(found.values())


def recipient(user):
    """The Recipient of messages to a member of staff."""
    return mail.Recipient(
        email=user.email, name=user.get_full_name(), language=user.language, user=user
    )


def tell(users, *, kind, about, event="", **params):
    """Write one message to each of these members of staff; return how many. `event` sets apart
    what may be told of the same matter again.
    """
    return mail.send_many(
        mail.Draft(
            kind=kind,
            to=recipient(user),
            about=about,
            key=":".join(str(part) for part in (kind, about.pk, event, user.pk) if part != ""),
            params=params,
        )
        for user in users
    )


def _holders(roles):
    """The first of the roles that somebody holds on the branch or above it decides."""
    by_role = defaultdict(list)
    for row in _assignments(roles):
        by_role[row.role].append((row.branch.path, row.user))
    known = {}

    def of(path):
        if path not in known:
            known[path] = _nearest(roles, by_role, path)
        return known[path]

    return of


def _nearest(roles, by_role, path):
    for role in roles:
        found = {user.pk: user for own, user in by_role[role] if path.startswith(own)}
        if found:
            return list(found.values())
    return []


def _assignments(roles):
    rows = RoleAssignment.objects.filter(covering(today()), role__in=roles, user__is_active=True)
    return rows.select_related("user", "branch").order_by("pk")
