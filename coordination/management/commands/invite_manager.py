"""`manage.py invite_manager`: the first manager of an installation, who invites the others."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import translation

from coordination.access import Role
from coordination.actions import branches, roles
from coordination.models import Branch
from core import audit, policies
from core.errors import DomainError
from core.scope import scope


class Command(BaseCommand):
    help = (
        "Invite a manager of the whole municipality: make the municipality's branch if there is "
        "none yet, give the role, and write to the person. For the first manager, and for the day "
        "when all managers have left; the others are invited in the system."
    )

    def add_arguments(self, parser):
        parser.add_argument("--email", required=True, help="the address they sign in with")
        parser.add_argument("--name", required=True, help="their full name")
        parser.add_argument(
            "--municipality", help="the municipality's name; needed the first time only"
        )

    def handle(self, *, email, name, municipality, **options):
        _require_email(email)
        try:
            with transaction.atomic(), translation.override("en"), scope():
                root = _root(municipality)
                assignment = roles.invite_staff(
                    email=email, name=name, role=Role.MANAGER, branch=root, by=audit.SYSTEM
                )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{assignment.user.email} is a manager of {root}. An e-mail tells them how to sign in."
        )


def _require_email(email):
    try:
        validate_email(email.strip())
    except ValidationError as error:
        raise CommandError(
            f"{email} is not an e-mail address. Write one, such as name@example.dk"
        ) from error


def _root(municipality):
    """The top of the tree; made on the first call, which also names the site; never renamed."""
    root = Branch.objects.filter(parent=None).first()
    if root is not None:
        return root
    if not (municipality or "").strip():
        raise CommandError(
            'There is no municipality yet. Add its name: --municipality "Odense Kommune"'
        )
    name = municipality.strip()
    policies.set("municipality.name", name, by=audit.SYSTEM)
    return branches.create_root(name=name, by=audit.SYSTEM)
