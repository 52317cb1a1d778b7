"""Tables of activities and shifts that somebody brings in from a file."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from coordination.models.branch import Branch
from core.models import Job


class ImportQuerySet(models.QuerySet):
    def own(self, user):
        return self.filter(owner=user) if user.is_authenticated else self.none()


class Import(models.Model):
    """One file that somebody brings in: what its columns mean, and what came of it.

    `columns`: {column's number: what it tells}; `known`: {heading: what it tells}, remembered for
    the next file. `result`: how many were made, changed and left alone, once `done_at` is set; or
    why nothing was written ("refused").
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="imports"
    )
    made_at = models.DateTimeField(_("made"))
    branch = models.ForeignKey(
        Branch,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("branch"),
    )
    columns = models.JSONField(default=dict, blank=True)
    known = models.JSONField(default=dict, blank=True)
    job = models.ForeignKey(
        Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="imports"
    )
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.made_at:%d-%m-%Y}"

    @property
    def is_done(self):
        return self.done_at is not None


class ImportTable(models.Model):
    """What stands in the file, as text: kept until the import is done, or for a day.

    Columns that are not brought in may tell about people, so it goes as soon as it can. `rows`:
    [[the row's number in the file, [cells]]].
    """

    of = models.OneToOneField(
        Import, on_delete=models.CASCADE, primary_key=True, related_name="table"
    )
    file_name = models.CharField(_("file name"), max_length=200)
    headings = models.JSONField()
    rows = models.JSONField()
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    class Meta:
        verbose_name = _("table of an import")
        verbose_name_plural = _("tables of imports")

    def __str__(self):
        return self.file_name
