"""Compare every clearance with the agreement or attestation behind it."""

from django.core.management.base import BaseCommand, CommandError

from agreements import sources


class Command(BaseCommand):
    help = "Compare every clearance with its source; fails if one disagrees."

    def handle(self, *args, **options):
        found = sources.discrepancies()
        for one in found:
            self.stdout.write(f"{one.model} {one.pk}: {one.code}")
        if found:
            raise CommandError(f"{len(found)} clearances and sources disagree")
        self.stdout.write("Every clearance has its source.")
