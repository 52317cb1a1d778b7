"""The log of deletions: what was erased, as keys that mean nothing to anybody else."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Deletion(models.Model):
    """One row or person that erasure or retention removed or blanked. Append-only (0002).

    Replayed after a backup was restored, so that what was deleted does not come back.
    *Source:* Datatilsynet's inspection questions on deletion (domain.md section 3).
    """

    at = models.DateTimeField(_("time"), default=timezone.now, db_index=True)
    rule = models.CharField(_("rule"), max_length=80)
    object_type = models.CharField(_("type of object"), max_length=80)
    object_id = models.CharField(_("object"), max_length=40)

    class Meta:
        verbose_name = _("deletion")
        verbose_name_plural = _("deletions")

    def __str__(self):
        return f"{self.rule}: {self.object_type} {self.object_id}"
