"""Municipal settings as dated rows. What keys exist and what they mean: `core/policies.py`."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import periods


class PolicyValue(models.Model):
    """A value of one setting from a day on, for everything at or under a scope path.

    `path` is "" for the whole municipality or a branch path such as "/1/4/". Of several rows
    for the same key, path and day the newest counts: history is kept, not overwritten. A row
    that inherits gives the wider value its place back (at "", the default).
    """

    key = models.CharField(_("setting"), max_length=80)
    path = models.CharField(_("applies to"), max_length=200, blank=True)
    value = models.JSONField(_("value"), null=True, blank=True)
    inherits = models.BooleanField(_("follows the wider setting"), default=False)
    valid_from = models.DateField(_("from"), default=periods.today)
    note = models.CharField(_("reason"), max_length=300, blank=True)
    set_at = models.DateTimeField(_("set"), default=timezone.now)
    set_by_id = models.BigIntegerField(_("set by"), null=True, blank=True)

    class Meta:
        verbose_name = _("setting")
        verbose_name_plural = _("settings")
        indexes = [models.Index(fields=["key", "path", "valid_from"], name="policy_value_lookup")]

    def __str__(self):
        return f"{self.key} {self.path} {self.valid_from}"
