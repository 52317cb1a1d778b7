"""`manage.py texts`: the published texts of this installation."""

from django.core.management.base import BaseCommand

from core import texts
from core.models import PublishedText


class Command(BaseCommand):
    help = "List the published texts; with --publish, publish those that have no version yet."

    def add_arguments(self, parser):
        parser.add_argument("--publish", action="store_true", help="publish first versions")

    def handle(self, *args, publish, **options):
        if publish:
            for text in texts.publish_sources():
                self.stdout.write(f"published {text}")
        for text in PublishedText.objects.order_by("key", "version"):
            self.stdout.write(f"{text.key} version {text.version}, {text.published_at:%Y-%m-%d}")
