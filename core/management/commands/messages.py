"""Bring the Danish catalogue up to date with the source and say what is missing."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand

from core import catalogue


class Command(BaseCommand):
    """manage.py messages [translations.json ...]: each file is {"English": "Dansk"}."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", help='JSON files with {"English": "Dansk"}')

    def handle(self, *args, files, **options):
        translations = {}
        for name in files:
            translations |= json.loads(Path(name).read_text(encoding="utf-8"))
        updated = catalogue.update(translations)
        missing = catalogue.missing(updated)
        for msgid in missing:
            self.stdout.write(json.dumps({msgid: ""}, ensure_ascii=False))
        self.stdout.write(f"{len(updated)} messages, {len(missing)} without a Danish text.")
