"""Add the suggested welcome steps to an empty list."""

from django.core.management.base import BaseCommand, CommandError

from coordination.actions import follow_up
from core.models import User


class Command(BaseCommand):
    help = "Add the suggested welcome steps for new volunteers; does nothing where there are any."

    def add_arguments(self, parser):
        parser.add_argument("--by", required=True, help="E-mail of the user who adds them.")

    def handle(self, *args, **options):
        by = User.objects.filter(email=options["by"].lower()).first()
        if by is None:
            raise CommandError("There is no user with this e-mail address.")
        self.stdout.write(f"Welcome steps added: {follow_up.load_suggested(by=by)}")
