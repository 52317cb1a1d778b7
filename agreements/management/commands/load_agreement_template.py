"""Publish the ready agreement template from agreements/texts, once."""

from django.core.management.base import BaseCommand, CommandError

from agreements.actions import templates
from core.models import User


class Command(BaseCommand):
    help = "Load and publish the ready agreement template; does nothing where it is published."

    def add_arguments(self, parser):
        parser.add_argument("--by", required=True, help="E-mail of the user who publishes it.")

    def handle(self, *args, **options):
        by = User.objects.filter(email=options["by"].lower()).first()
        if by is None:
            raise CommandError("There is no user with this e-mail address.")
        version = templates.load_ready(by=by)
        self.stdout.write(f"Published: {version.template.key}, version {version.number}")
