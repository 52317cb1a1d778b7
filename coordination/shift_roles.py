"""The roles of a shift (vært, bager): how many of each it takes, and how many there is room for.

Roles stand in the row of a shift or a series as one writes them, a line each ("Vært: 1", "Bager:
2-4"), so that they cost no query; to a shift without roles nothing here makes a difference. Where
there are roles, the places of the shift are their sum. Pure functions.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.errors import DomainError

MOST_ROLES, LONGEST_NAME, MOST_OF_ONE = 12, 40, 500
ANY = ""  # the wish of somebody who takes whatever role there is
LINE = re.compile(
    r"^(?P<name>.+?)\s*[:;,]?\s*(?P<first>\d{1,3})(\s*(-|–|til|to)\s*(?P<last>\d{1,3}))?$"
)


@dataclass(frozen=True)
class ShiftRole:
    """What some do on a shift: its name, how many it takes, and how many there is room for."""

    name: str
    minimum: int
    maximum: int

    def __str__(self):
        numbers = f"{self.minimum}-{self.maximum}"
        return f"{self.name}: {self.maximum if self.minimum == self.maximum else numbers}"


@dataclass(frozen=True)
class RoleStand:
    """A role as a page shows it: how many have it, and how many more it takes or has room for."""

    role: ShiftRole
    held: int

    @property
    def lacking(self):
        return max(self.role.minimum - self.held, 0)

    @property
    def free(self):
        return max(self.role.maximum - self.held, 0)


def roles_of(row):
    """The ShiftRoles of a shift or a series, in order; none for most."""
    return tuple(_role(line) for line in row.roles.splitlines()) if row.roles else ()


def _role(line):
    found = LINE.match(line)
    first = int(found["first"])
    name = " ".join(found["name"].strip(" :;,").split())
    return ShiftRole(name, first, int(found["last"] or first))


def totals(roles):
    """(places, least number) of a shift with these roles."""
    return sum(role.maximum for role in roles), sum(role.minimum for role in roles)


def stands(row, held):
    """A RoleStand for each role of the shift; `held`: {role name: how many}."""
    return [RoleStand(role, held.get(role.name, 0)) for role in roles_of(row)]


def lacking_words(found):
    """What is lacking in words, "1 vært, 2 bager", of these RoleStands."""
    return ", ".join(f"{one.lacking} {one.role.name.lower()}" for one in found if one.lacking)


# --- As one writes them --------------------------------------------------------------------


def read(text):
    """What is kept of roles as somebody has written them, a line each. Raises DomainError
    "roles_unreadable" with the line that cannot be read, "roles_unsound".
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    unreadable = next((line for line in lines if not LINE.match(line)), None)
    if unreadable:
        raise DomainError(
            _("Write “%(line)s” as a name and a number, for example Host: 1 or Baker: 2-4.")
            % {"line": unreadable[:LONGEST_NAME]},
            code="roles_unreadable",
            field="roles",
        )
    roles = [_role(line) for line in lines]
    names = {role.name.casefold() for role in roles}
    if len(names) < len(roles) or len(roles) > MOST_ROLES or not all(map(_is_sound, roles)):
        raise DomainError(
            _("Write each role once, at most %(most)s of them, and the least number first.")
            % {"most": MOST_ROLES},
            code="roles_unsound",
            field="roles",
        )
    return "\n".join(map(str, roles))


def _is_sound(role):
    return (
        0 < len(role.name) <= LONGEST_NAME
        and role.minimum <= role.maximum
        and 0 < role.maximum <= MOST_OF_ONE
    )


def renamed(before, after):
    """{old name: new name} of roles that stand in the same line, where nothing else says who is
    who: as many as before, and neither name among the others.
    """
    old, new = [role.name for role in before], [role.name for role in after]
    if len(old) != len(new):
        return {}
    pairs = zip(old, new, strict=True)
    return {was: now for was, now in pairs if was not in new and now not in old}


# --- Giving places -------------------------------------------------------------------------


class Room:
    """The free places of a shift, given one by one: in all, and by role where there are roles."""

    def __init__(self, free, roles=(), held=None):
        self.free, self.roles, self.held = free, roles, dict(held or {})

    def role_for(self, wish):
        """The name of the role that whoever wishes so would get (no name where there are no
        roles), or None where there is no room. Who takes any role gets the one that lacks most.
        """
        if self.free <= 0:
            return None
        if not self.roles:
            return ANY
        open_ = [role for role in self.roles if self.left(role) > 0 and wish in (ANY, role.name)]
        if not open_:
            return None
        return min(open_, key=lambda role: self.held.get(role.name, 0) - role.minimum).name

    def left(self, role):
        """How many places there are in one role."""
        return min(role.maximum - self.held.get(role.name, 0), self.free)

    def take(self, wish):
        """Give a place to whoever wishes so; the role as `role_for`."""
        name = self.role_for(wish)
        if name is not None:
            self.free -= 1
            self.held[name] = self.held.get(name, 0) + 1
        return name
