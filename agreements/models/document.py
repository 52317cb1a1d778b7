"""PDF bytes, stored once with their hash."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement
from coordination.access import BranchScopedQuerySet, Permission


class DocumentKind(models.TextChoices):
    TEXT = "text", _("The text to sign")
    SIGNED = "signed", _("The signed agreement")


class DocumentQuerySet(BranchScopedQuerySet):
    def permitted(self, user, permission):
        """As of their agreements: the archive's need a permission of their own."""
        archived = permission == Permission.VIEW_ARCHIVED_AGREEMENTS
        rows = super().permitted(user, permission)
        return rows.filter(agreement__archived_at__isnull=not archived)

    def own(self, user):
        return (
            self.filter(agreement__volunteer__person__user=user)
            if user.is_authenticated
            else self.none()
        )


class Document(models.Model):
    """A frozen PDF of an agreement. Never changed: the bytes are what the hash says.

    `source` is the HTML it was made from, so that the signed document has the same pages.
    """

    branch_lookup = "agreement__branch"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=8, choices=DocumentKind)
    content = models.BinaryField()
    source = models.TextField(blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    size = models.PositiveIntegerField(_("bytes"))
    made_at = models.DateTimeField(_("made"))

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "kind"],
                name="document_once_per_kind",
                violation_error_message=_("The document is frozen already."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values),
                name="document_kind_known",
                violation_error_message=_("Choose one of the kinds."),
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0),
                name="document_not_empty",
                violation_error_message=_("A document cannot be empty."),
            ),
        ]

    def __str__(self):
        return f"{self.agreement} · {self.get_kind_display()}"
