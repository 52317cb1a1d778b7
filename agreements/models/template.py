"""Agreement templates: central clauses in versions that never change once published."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models import Branch
from core.periods import covering, ends_after_start, set_together


class TemplateKind(models.TextChoices):
    """Whom a template is for. Those for the young and through an association are suggested."""

    DIRECT = "direct", _("Volunteer, tied directly")
    THROUGH_ASSOCIATION = "through", _("Volunteer, through an association")
    EVENT = "event", _("Crew of an event")
    YOUNG = "young", _("Volunteer under age, with guardian")
    PARTNER = "partner", _("Association as a partner")


class AgreementTemplate(models.Model):
    """One kind of agreement, such as "individual volunteer, direct"."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=120)
    kind = models.CharField(
        _("for whom"), max_length=12, choices=TemplateKind, default=TemplateKind.DIRECT
    )

    class Meta:
        verbose_name = _("agreement template")
        verbose_name_plural = _("agreement templates")
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=TemplateKind.values),
                name="template_kind_known",
                violation_error_message=_("Choose one of the kinds."),
            )
        ]

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
    """A numbered version of a template; immutable once published.

    `resign`: whoever has an earlier version in force is asked to sign anew; `note` says in plain
    words what is new, and stands above the changes when they sign.
    """

    template = models.ForeignKey(
        AgreementTemplate,
        on_delete=models.PROTECT,
        related_name="versions",
        verbose_name=_("template"),
    )
    number = models.PositiveIntegerField(_("version"))
    resign = models.BooleanField(
        _("needs signing again"),
        default=False,
        help_text=_("Those who have an earlier version are asked to sign the new one."),
    )
    note = models.CharField(
        _("what is new"),
        max_length=1000,
        blank=True,
        help_text=_("In plain words, for those who sign again."),
    )
    note_en = models.CharField(_("what is new, in English"), max_length=1000, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
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
                condition=Q(resign=False) | ~Q(note="") | Q(published_at__isnull=True),
                name="template_version_resign_says_why",
                violation_error_message=_("Write what is new, for those who sign again."),
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

    `locked`: central and mandatory; otherwise a branch may write its own within the frame:
    `local_limit` characters and the placeholders named in `local_placeholders`. The Danish text
    binds; the easy one and the English one are for information.
    """

    version = models.ForeignKey(TemplateVersion, on_delete=models.CASCADE, related_name="clauses")
    order = models.PositiveSmallIntegerField(_("order"))
    key = models.SlugField(_("key"), max_length=40)
    heading = models.CharField(_("heading"), max_length=200)
    body = models.TextField(_("text"), max_length=20_000)
    heading_en = models.CharField(_("heading in English"), max_length=200, blank=True)
    body_en = models.TextField(_("text in English"), max_length=20_000, blank=True)
    heading_easy = models.CharField(_("heading, easy to read"), max_length=200, blank=True)
    body_easy = models.TextField(_("text, easy to read"), max_length=20_000, blank=True)
    locked = models.BooleanField(_("locked"), default=True)
    local_limit = models.PositiveSmallIntegerField(
        _("longest own text, in characters"), default=2000
    )
    local_placeholders = models.CharField(
        _("placeholders allowed in an own text"), max_length=500, blank=True
    )

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


class LocalClauseQuerySet(BranchScopedQuerySet):
    def in_use(self):
        return self.filter(approved_at__isnull=False, withdrawn_at__isnull=True)

    def waiting(self):
        return self.filter(approved_at__isnull=True, withdrawn_at__isnull=True)


class LocalClause(models.Model):
    """A branch's own words for an open clause of a template. Never changed: rewritten.

    It counts once approved (at once where the municipality asks for no approval) until it is
    withdrawn; for branches below too, the nearest first. What is sent already keeps its text.
    """

    branch_lookup = "branch"

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="local_clauses")
    template = models.ForeignKey(
        AgreementTemplate, on_delete=models.PROTECT, related_name="local_clauses"
    )
    key = models.SlugField(_("key"), max_length=40)
    body = models.TextField(_("text"), max_length=20_000)
    body_en = models.TextField(_("text in English"), max_length=20_000, blank=True)
    written_at = models.DateTimeField(_("written"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = LocalClauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("own clause of a branch")
        verbose_name_plural = _("own clauses of branches")
        ordering = ["-written_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "template", "key"],
                condition=Q(approved_at__isnull=False, withdrawn_at__isnull=True),
                name="local_clause_one_in_use",
                violation_error_message=_("The branch already has its own words for this."),
            ),
            # In another order: SQLite names the columns only, and so tells this from the other.
            models.UniqueConstraint(
                fields=["template", "branch", "key"],
                condition=Q(approved_at__isnull=True, withdrawn_at__isnull=True),
                name="local_clause_one_waiting",
                violation_error_message=_("A text for this waits for approval already."),
            ),
            models.CheckConstraint(
                condition=set_together("approved_at", "approved_by"),
                name="local_clause_approved_at_and_by",
                violation_error_message=_("An approval needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("withdrawn_at", "withdrawn_by"),
                name="local_clause_withdrawn_at_and_by",
                violation_error_message=_("A withdrawal needs both a time and a person."),
            ),
        ]

    def __str__(self):
        return f"{self.template}: {self.key} ({self.branch.name})"


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
