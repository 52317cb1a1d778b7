"""`manage.py audit`: seal events, verify the chain, print the newest digests."""

from django.core.management.base import BaseCommand, CommandError

from core import sealing
from core.models import AuditSeal, Stream


class Command(BaseCommand):
    help = "Seal settled events (--seal), verify the chain (--verify), print the newest digests."

    def add_arguments(self, parser):
        parser.add_argument("--seal", action="store_true")
        parser.add_argument("--verify", action="store_true")

    def handle(self, *args, seal, verify, **options):
        if seal:
            sealing.seal_all()
        for stream in Stream:
            newest = AuditSeal.objects.filter(stream=stream).order_by("-number").first()
            line = f"{newest.number} {newest.digest}" if newest else "no seal yet"
            self.stdout.write(f"{stream.value}: {line}")
        faults = sealing.verify_chain() if verify else []
        if faults:
            raise CommandError(
                "The chain is broken: "
                + "; ".join(f"{fault.stream} {fault.number}: {fault.reason}" for fault in faults)
            )
