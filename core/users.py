"""What managers do to accounts: close, open again, and take away a lost second factor."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit
from core.errors import DomainError
from core.models import User

audit.kind("user.changed", gettext_lazy("Account changed"))
audit.kind("user.deactivated", gettext_lazy("Account closed"))
audit.kind("user.activated", gettext_lazy("Account opened again"))
audit.kind("user.second_factor_reset", gettext_lazy("Second factor taken away"))


@transaction.atomic
def change(user, *, name, language, by):
    """Change name and language; return the user. The e-mail address is who they are: a new one
    is a new account."""
    user = _locked(user)
    wanted = {"name": " ".join(name.split()), "language": language}
    changed = sorted(field for field, value in wanted.items() if getattr(user, field) != value)
    if changed:
        for field in changed:
            setattr(user, field, wanted[field])
        user.save(update_fields=changed)
        audit.record("user.changed", by=by, about=user, fields=changed)
    return user


@transaction.atomic
def deactivate(user, *, by):
    """Close the account at once, running sessions included; return it.

    Raises DomainError "own_account", so that somebody is left who can open it, and
    "already_closed".
    """
    user = _locked(user)
    if user == by:
        raise DomainError(
            _("This is your own account. Ask another manager to close it."), code="own_account"
        )
    if not user.is_active:
        raise DomainError(_("The account is closed already."), code="already_closed")
    return _set_active(user, False, "user.deactivated", by)


@transaction.atomic
def activate(user, *, by):
    """Open a closed account again; return it. Raises DomainError("already_open")."""
    user = _locked(user)
    if user.is_active:
        raise DomainError(_("The account is open already."), code="already_open")
    return _set_active(user, True, "user.activated", by)


@transaction.atomic
def reset_second_factor(user, *, by):
    """Forget app, passkeys and emergency codes; the next sign-in sets up new ones.

    Returns the user. Raises DomainError "no_second_factor", and "own_account": your own you
    change on your own page, where you show that you have it.
    """
    user = _locked(user)
    if user == by:
        raise DomainError(
            _("This is your own account. Change your second step under Two steps."),
            code="own_account",
        )
    removed, _kinds = Authenticator.objects.filter(user=user).delete()
    if not removed:
        raise DomainError(
            _("The account has no second factor. It is set up at the next sign-in."),
            code="no_second_factor",
        )
    audit.record("user.second_factor_reset", by=by, about=user)
    return user


def _locked(user):
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _set_active(user, active, kind, by):
    user.is_active = active
    user.save(update_fields=["is_active"])
    audit.record(kind, by=by, about=user, fields=("is_active",))
    return user
