"""`manage.py deletions`: carry the deletion log across a restored backup."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core import privacy
from core.models import Deletion


class Command(BaseCommand):
    help = (
        "Export the deletion log (numbers only) beside the backups, and replay it right after a "
        "backup was restored, before the system is opened again."
    )

    def add_arguments(self, parser):
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--export", metavar="FILE", type=Path)
        what.add_argument("--replay", metavar="FILE", type=Path)

    def handle(self, *args, export, replay, **options):
        if export:
            self._export(export)
        else:
            self._replay(replay)

    def _export(self, path):
        with path.open("w", encoding="utf-8") as lines:
            for entry in Deletion.objects.order_by("pk").iterator():
                row = [entry.rule, entry.object_type, entry.object_id, entry.at.isoformat()]
                lines.write(json.dumps(row) + "\n")
        self.stdout.write(f"Exported to {path}.")

    def _replay(self, path):
        try:
            rows = [json.loads(line)[:3] for line in path.read_text(encoding="utf-8").splitlines()]
        except (OSError, ValueError) as error:
            raise CommandError(f"{path} cannot be read as a deletion log: {error}") from error
        self.stdout.write(f"{privacy.replay(rows)} deletions had to be repeated.")
