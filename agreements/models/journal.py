"""Where a signed agreement lies in the municipality's records system (ESDH)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement
from coordination.access import BranchScopedQuerySet


class JournalEntry(models.Model):
    """The mark "journaliseret": the agreement's reference in the records system, and by whom."""

    branch_lookup = "agreement__branch"

    agreement = models.OneToOneField(
        Agreement, on_delete=models.CASCADE, related_name="journal_entry"
    )
    reference = models.CharField(_("reference"), max_length=80)
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        constraints = [
            models.CheckConstraint(
                condition=~Q(reference=""),
                name="journal_entry_has_reference",
                violation_error_message=_("Write the reference in the records system."),
            ),
        ]

    def __str__(self):
        return f"{self.agreement} · {self.reference}"
