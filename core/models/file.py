"""Small files that belong to the installation itself, such as the municipality's logo."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """A file kept in the database, so that one backup holds everything. See `core/files.py`.

    `content_type` is what the bytes were found to be, never what the sender called them.
    """

    name = models.CharField(_("file name"), max_length=200)
    purpose = models.CharField(_("purpose"), max_length=80)
    content_type = models.CharField(_("content type"), max_length=100)
    content = models.BinaryField(_("content"))
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def __str__(self):
        return self.name
