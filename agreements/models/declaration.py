"""An association's yearly declaration that it obtains child certificates."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from coordination.models import Association
from core.periods import covering, ends_after_start


class DeclarationQuerySet(models.QuerySet):
    def valid_on(self, day):
        return self.filter(covering(day, start="signed_on", end="valid_until"))


class AssociationDeclaration(models.Model):
    """Dated and named. Source: domain.md 1.2, 1.4 and rule 17 (declared every year)."""

    association = models.ForeignKey(
        Association,
        on_delete=models.PROTECT,
        related_name="declarations",
        verbose_name=_("association"),
    )
    signed_on = models.DateField(_("signed"))
    signer_name = models.CharField(_("signed by"), max_length=200)
    valid_until = models.DateField(_("counts until and including"))
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        verbose_name = _("declaration of an association")
        verbose_name_plural = _("declarations of associations")
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["association", "signed_on"],
                name="declaration_once_a_day",
                violation_error_message=_("A declaration of that day is registered already."),
            ),
            models.CheckConstraint(
                condition=ends_after_start(start="signed_on", end="valid_until"),
                name="declaration_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                condition=~Q(signer_name=""),
                name="declaration_is_named",
                violation_error_message=_("Write who signed the declaration."),
            ),
        ]

    def __str__(self):
        return f"{self.association} · {date_format(self.signed_on, 'DATE_FORMAT')}"
