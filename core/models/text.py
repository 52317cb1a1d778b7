"""Published texts: a version, once published, is what it is for ever."""

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class PublishedText(models.Model):
    """One version of a text that people were shown, such as the privacy notice. Markdown.

    Neither changed nor deleted (triggers in 0002): an application points to the version its
    sender saw. An empty English text falls back to the Danish one.
    """

    key = models.CharField(_("text"), max_length=80)
    version = models.PositiveIntegerField(_("version"))
    body_da = models.TextField(_("Danish text"))
    body_en = models.TextField(_("English text"), blank=True)
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    published_by_id = models.BigIntegerField(_("published by"), null=True, blank=True)

    class Meta:
        verbose_name = _("published text")
        verbose_name_plural = _("published texts")
        constraints = [
            models.UniqueConstraint(
                fields=["key", "version"],
                name="published_text_version_unique",
                violation_error_message=_("This version exists already."),
            )
        ]

    def __str__(self):
        return f"{self.key} {self.version}"

    @property
    def language(self):
        """The language `body` is in: "en" only where English is asked for and written."""
        return "en" if self.body_en and (get_language() or "").startswith("en") else "da"

    @property
    def body(self):
        return self.body_en if self.language == "en" else self.body_da
