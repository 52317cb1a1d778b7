"""Who holds parental authority over a young person."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coordination.models.person import Person


class Guardian(models.Model):
    """A guardian (vaerge, foraelder) is a role of a Person, towards one young person.

    They sign and consent together with somebody under age. Kept until the young person is of age
    or no longer here. Source: domain.md 4.2 and rule 28.
    """

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="guardianships", verbose_name=_("guardian")
    )
    ward = models.ForeignKey(
        Person,
        on_delete=models.CASCADE,
        related_name="guardians",
        verbose_name=_("the young person"),
    )
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("guardian")
        verbose_name_plural = _("guardians")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "ward"],
                name="guardian_once_per_ward",
                violation_error_message=_("This guardian is registered already."),
            ),
            models.CheckConstraint(
                condition=~Q(person=F("ward")),
                name="guardian_of_another",
                violation_error_message=_("Nobody is their own guardian."),
            ),
        ]

    def __str__(self):
        return str(self.person)
