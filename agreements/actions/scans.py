"""Keep the scan of a paper that was signed."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.authority import refuse_party, require
from agreements.models import SignatureScan, SigningMethod
from agreements.trail import record
from coordination.access import Permission
from core import audit, pdf
from core.errors import DomainError

audit.kind("agreement.scan_added", gettext_lazy("Scan of the signed paper added"))


@transaction.atomic
def add(*, signature, scan, by):
    """Keep a checked `core.scans.Scan` beside a signature on paper; return the SignatureScan.

    A scan is evidence: there is one, and it stays. Raises DomainError: not_on_paper, scan_exists.
    """
    agreement = signature.agreement
    require(by, Permission.MAKE_AGREEMENTS, agreement.branch)
    refuse_party(by, agreement)
    if signature.method != SigningMethod.PAPER:
        raise DomainError(_("Only a signature on paper has a scan."), code="not_on_paper")
    kept, created = SignatureScan.objects.get_or_create(
        signature=signature,
        defaults={
            "content_type": scan.content_type,
            "content": scan.content,
            "sha256": pdf.sha256(scan.content),
            "size": len(scan.content),
            "added_at": timezone.now(),
            "added_by": by,
        },
    )
    if not created:
        raise DomainError(_("There is a scan already."), code="scan_exists", field="scan")
    record("agreement.scan_added", agreement, by=by)
    return kept
