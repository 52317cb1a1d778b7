"""`manage.py demo`: a municipality to try things on, with nobody real in it."""

from time import monotonic

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from frivillig.demo import build, logins


class Command(BaseCommand):
    help = (
        "Build the demo municipality in an empty database, or with --logins print who can sign "
        "in. A database that holds other people is refused."
    )

    def add_arguments(self, parser):
        parser.add_argument("--logins", action="store_true", help="print who can sign in")

    def handle(self, *args, logins=False, **options):
        if logins:
            self._print_logins()
        elif build.is_built():
            self.stdout.write("The demo is here already; nothing was changed.")
        else:
            self._build()

    def _build(self):
        began = monotonic()
        try:
            build.build(say=self.stdout.write)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The demo is ready ({monotonic() - began:.0f} s).")

    def _print_logins(self):
        for line in logins.table():
            self.stdout.write(line)
