"""Mark agreements as kept in the municipality's records system."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.authority import require
from agreements.models import Agreement, DocumentKind, JournalEntry
from agreements.trail import record
from coordination.access import Permission
from core import audit
from core.errors import DomainError

audit.kind("agreement.journalised", gettext_lazy("Agreement kept in the records system"))


@transaction.atomic
def mark(*, agreement, reference, by):
    """Mark a signed agreement "journaliseret" with its reference; return the JournalEntry.

    The reference may be corrected. Raises DomainError: no_reference, not_signed.
    """
    agreement = (
        Agreement.objects.select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=agreement.pk)
    )
    require(by, Permission.MAKE_AGREEMENTS, agreement.branch)
    reference = " ".join(reference.split())
    if not reference:
        raise DomainError(
            _("Write the reference in the records system."), code="no_reference", field="reference"
        )
    if not agreement.documents.filter(kind=DocumentKind.SIGNED).exists():
        raise DomainError(
            _("The signed document is not made yet. Only that is kept in the records system."),
            code="not_signed",
        )
    entry, _created = JournalEntry.objects.update_or_create(
        agreement=agreement,
        defaults={"reference": reference, "recorded_at": timezone.now(), "recorded_by": by},
    )
    record("agreement.journalised", agreement, by=by, fields=("reference",))
    return entry
