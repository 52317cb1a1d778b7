"""Consents, each for one purpose, and the declaration of confidentiality as an act of its own."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.access import BranchScopedQuerySet
from coordination.models import Branch, Volunteer
from core.models import PublishedText
from core.periods import set_together


class ConsentKind(models.TextChoices):
    """What can be consented to. Nobody loses anything by saying no."""

    PHOTO = "photo", _("Pictures")
    NEWSLETTER = "newsletter", _("Newsletter")
    BANK = "bank", _("Volunteer bank")
    NOMINATION = "nomination", _("Publication of a nomination")


class ConsentQuerySet(BranchScopedQuerySet):
    def own(self, user):
        return self.filter(volunteer__person__user=user) if user.is_authenticated else self.none()

    def holding(self):
        """Given, and not withdrawn."""
        return self.filter(given_at__isnull=False, withdrawn_at__isnull=True)

    def open(self):
        """Asked or given, and neither refused nor withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def to_take_down(self):
        """Withdrawn pictures that are still shown somewhere."""
        return self.filter(
            kind=ConsentKind.PHOTO,
            given_at__isnull=False,
            withdrawn_at__isnull=False,
            taken_down_at__isnull=True,
        )


class Consent(models.Model):
    """One person's answer to one question, in the words of one version of its text.

    Asked, then given or refused (`withdrawn_at` without `given_at`), then perhaps withdrawn. A
    consent to pictures says which (`context`) and where they are shown (`places`): what must be
    taken down when it is withdrawn, and when it was. `given_by_guardian` is who gave it for
    somebody too young. `*_by` is the user who did it: the person themself, or staff for paper.
    """

    branch_lookup = "branch"

    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="consents")
    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(_("what for"), max_length=12, choices=ConsentKind)
    text = models.ForeignKey(PublishedText, on_delete=models.PROTECT, related_name="+")
    context = models.CharField(_("which pictures"), max_length=200, blank=True)
    places = models.CharField(_("where they are shown"), max_length=500, blank=True)
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    given_at = models.DateTimeField(_("given"), null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    given_by_guardian = models.CharField(_("given by the guardian"), max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_down_at = models.DateTimeField(_("taken down"), null=True, blank=True)
    taken_down_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["kind", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "kind", "context"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_one_open",
                violation_error_message=_("This is consented to, or asked about, already."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ConsentKind.values),
                name="consent_kind_known",
                violation_error_message=_("Choose one of the kinds."),
            ),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=False) | Q(given_at__isnull=False),
                name="consent_asked_or_given",
                violation_error_message=_("A consent is asked for, or given."),
            ),
            models.CheckConstraint(
                condition=set_together("asked_at", "asked_by"),
                name="consent_asked_at_and_by",
                violation_error_message=_("Asking needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("given_at", "given_by"),
                name="consent_given_at_and_by",
                violation_error_message=_("A consent needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("withdrawn_at", "withdrawn_by"),
                name="consent_withdrawn_at_and_by",
                violation_error_message=_("A withdrawal needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=set_together("taken_down_at", "taken_down_by"),
                name="consent_taken_down_at_and_by",
                violation_error_message=_("Taking down needs both a time and a person."),
            ),
            models.CheckConstraint(
                condition=Q(taken_down_at__isnull=True)
                | Q(withdrawn_at__isnull=False, given_at__isnull=False),
                name="consent_taken_down_after_withdrawal",
                violation_error_message=_("Only what is withdrawn is taken down."),
            ),
            models.CheckConstraint(
                condition=~Q(kind=ConsentKind.PHOTO) | (~Q(context="") & Q(branch__isnull=False)),
                name="consent_photo_has_context",
                violation_error_message=_("Say which pictures, and of which branch."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.volunteer}"

    @property
    def status(self):
        """asked, given, refused, withdrawn, or (pictures only) taken_down."""
        if self.taken_down_at:
            return "taken_down"
        if self.withdrawn_at:
            return "withdrawn" if self.given_at else "refused"
        return "given" if self.given_at else "asked"


class DeclarationMethod(models.TextChoices):
    OWN_PAGE = "own_page", _("Signed in")
    PAPER = "paper", _("On paper")


class DeclarationQuerySet(models.QuerySet):
    def own(self, user):
        return self.filter(volunteer__person__user=user) if user.is_authenticated else self.none()


class ConfidentialityDeclaration(models.Model):
    """A volunteer's declaration of confidentiality: dated, in the words of one version.

    It stands beside the agreement's own clause, and also holds after the volunteering ends.
    Source: domain.md section 2 and rule 21.
    """

    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, related_name="confidentiality_declarations"
    )
    text = models.ForeignKey(PublishedText, on_delete=models.PROTECT, related_name="+")
    signer_name = models.CharField(_("signed by"), max_length=200)
    method = models.CharField(_("how"), max_length=12, choices=DeclarationMethod)
    signed_on = models.DateField(_("signed on"))
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        verbose_name = _("declaration of confidentiality")
        verbose_name_plural = _("declarations of confidentiality")
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "text"],
                name="declaration_once_per_version",
                violation_error_message=_("The declaration is signed already."),
            ),
            models.CheckConstraint(
                condition=Q(method__in=DeclarationMethod.values),
                name="declaration_method_known",
                violation_error_message=_("Choose one of the kinds."),
            ),
        ]

    def __str__(self):
        return f"{self.volunteer} · {self.signed_on}"
