"""Associations through which people volunteer."""

from django.db import models
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from core.validators import validate_cvr


class Association(models.Model):
    """A voluntary association; whoever comes through it is tied to it, not to us directly."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    cvr = models.CharField(_("CVR number"), max_length=8, blank=True, validators=[validate_cvr])
    contact = models.ForeignKey(
        "coordination.Person",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contact_of",
        verbose_name=_("contact"),
    )

    class Meta:
        verbose_name = _("association")
        verbose_name_plural = _("associations")
        ordering = [Collate("name", "da-x-icu")]
        constraints = [
            models.UniqueConstraint(
                fields=["cvr"],
                condition=~models.Q(cvr=""),
                name="association_cvr_unique",
                violation_error_message=_("An association with this CVR number exists already."),
            )
        ]

    def __str__(self):
        return self.name
