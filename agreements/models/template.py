"""Agreement templates: central clauses in versions that never change once published."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.periods import covering, ends_after_start, set_together


class AgreementTemplate(models.Model):
    """One kind of agreement, such as "individual volunteer, direct"."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=120)

    class Meta:
        verbose_name = _("agreement template")
        verbose_name_plural = _("agreement templates")
        ordering = ["title"]

    def __str__(self):
        return self.title


class TemplateVersionQuerySet(models.QuerySet):
    def published(self):
        return self.filter(published_at__isnull=False)

    def current(self):
        """The newest published version of each template."""
        newest = (
            TemplateVersion.objects.filter(
                template=models.OuterRef("template"), published_at__isnull=False
            )
            .order_by("-number")
            .values("pk")[:1]
        )
        return self.filter(pk=models.Subquery(newest))


class TemplateVersion(models.Model):
    """A numbered version of a template; immutable once published."""

    template = models.ForeignKey(
        AgreementTemplate, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("version"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = TemplateVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")
        ordering = ["template", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "number"],
                name="template_version_number_unique",
                violation_error_message=_("This version exists already."),
            ),
            models.UniqueConstraint(
                fields=["template"],
                condition=Q(published_at__isnull=True),
                name="template_version_one_draft",
                violation_error_message=_("The template already has a draft. Edit that one."),
            ),
            models.CheckConstraint(
                condition=set_together("published_at", "published_by"),
                name="template_version_published_at_and_by",
                violation_error_message=_("Publishing needs both a time and a person."),
            ),
        ]

    def __str__(self):
        return f"{self.template} v{self.number}"

    @property
    def is_published(self):
        return self.published_at is not None


class Clause(models.Model):
    """One block of a template version. Text is Markdown with [[placeholders]] of a closed list.

    `locked`: central and mandatory. The Danish text binds; the English one is for information.
    """

    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="clauses")
    order = models.PositiveSmallIntegerField(_("order"))
    key = models.SlugField(_("key"), max_length=40)
    heading = models.CharField(_("heading"), max_length=200)
    body = models.TextField(_("text"), max_length=20_000)
    heading_en = models.CharField(_("heading in English"), max_length=200, blank=True)
    body_en = models.TextField(_("text in English"), max_length=20_000, blank=True)
    locked = models.BooleanField(_("locked"), default=True)

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ["version", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "order"],
                name="clause_order_unique",
                violation_error_message=_("Two clauses cannot stand in the same place."),
            ),
            models.UniqueConstraint(
                fields=["version", "key"],
                name="clause_key_unique",
                violation_error_message=_("The version already has a clause with this key."),
            ),
        ]

    def __str__(self):
        return self.heading


class LegalReferenceQuerySet(models.QuerySet):
    def in_force(self, day):
        return self.filter(covering(day, start="valid_from", end="valid_until"))


class LegalReference(models.Model):
    """What a text cites, such as "barnets lov § 133", with the days on which it is in force."""

    key = models.SlugField(_("key"), max_length=40)
    citation = models.CharField(_("citation"), max_length=200)
    citation_en = models.CharField(_("citation in English"), max_length=200, blank=True)
    valid_from = models.DateField(_("in force from"))
    valid_until = models.DateField(_("in force until and including"), null=True, blank=True)
    unconfirmed = models.BooleanField(
        _("to be confirmed by a lawyer"), default=False, help_text=_("The number may be wrong.")
    )
    source = models.CharField(_("source"), max_length=300, blank=True)

    objects = LegalReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal reference")
        verbose_name_plural = _("legal references")
        ordering = ["key", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "valid_from"],
                name="legal_reference_unique",
                violation_error_message=_("This reference has an entry from that day already."),
            ),
            models.CheckConstraint(
                condition=ends_after_start(start="valid_from", end="valid_until"),
                name="legal_reference_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
        ]

    def __str__(self):
        return self.citation
