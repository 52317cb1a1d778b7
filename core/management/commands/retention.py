"""`manage.py retention`: apply the retention rules now, or see what they would do."""

from django.core.management.base import BaseCommand

from core import policies, privacy
from core.scope import scope


class Command(BaseCommand):
    help = "Delete or empty what has had its time. With --dry-run, only count it."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="count, change nothing")

    def handle(self, *args, dry_run, **options):
        with scope():
            counted = privacy.run(dry_run=dry_run)
            for rule in privacy.rules():
                period = (
                    policies.policy(rule.policy).shown(policies.get(rule.policy))
                    if (rule.policy)
                    else "-"
                )
                self.stdout.write(f"{counted[rule.key]:>8}  {rule.key}  ({period})  {rule.label}")
        self.stdout.write("Nothing was changed." if dry_run else "Done.")
