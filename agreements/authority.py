"""Who may do a deed on a row of a branch: asked inside the actions, whoever calls them."""

from django.utils.translation import gettext as _

from agreements.parties import people_of
from coordination.access import scope_of
from core.errors import DomainError


def require(by, permission, branch):
    """Raise DomainError("not_allowed") unless the user has the permission on the branch."""
    if not scope_of(by).holds(permission, branch.path):
        raise DomainError(
            _("You may not do this for %(branch)s. Ask the branch leader or the coordinator.")
            % {"branch": branch.name},
            code="not_allowed",
        )


def is_party(by, volunteer):
    """True if the user is the volunteer themself."""
    return volunteer is not None and by.pk is not None and volunteer.person.user_id == by.pk


def refuse_own(by, volunteer):
    """Raise DomainError("own_matter") where staff would decide about themselves.

    An address in common is enough for a no: staff who volunteer are often not linked to their
    account yet, and the link to sign as the volunteer goes to that address.
    """
    if is_party(by, volunteer) or _shares_address(by, volunteer):
        raise DomainError(_("This is about yourself. Ask a colleague to do it."), code="own_matter")


def refuse_party(by, agreement):
    """Raise DomainError("own_matter") where staff stand on the other side of the agreement too:
    as the volunteer, the guardian or the association's contact.
    """
    if any(_is_same(by, person) for person in people_of(agreement)):
        raise DomainError(_("This is about yourself. Ask a colleague to do it."), code="own_matter")


def _shares_address(by, volunteer):
    return volunteer is not None and _is_same(by, volunteer.person)


def _is_same(by, person):
    if person.user_id is not None:
        return person.user_id == by.pk
    return person.email.strip().casefold() == by.email.casefold()
