"""The short code on a signed document, and scans of what was signed on paper."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement, Signature
from coordination.access import BranchScopedQuerySet


class VerificationCode(models.Model):
    """What stands on a signed document: whoever holds it may ask whether it is genuine.

    Made once, when the document is made, and drawn at random: it follows from nothing, so it
    outlives a change of the server's key, as paper does. See `agreements.verification`.
    """

    branch_lookup = "agreement__branch"

    agreement = models.OneToOneField(
        Agreement, on_delete=models.CASCADE, related_name="verification"
    )
    code = models.CharField(_("code"), max_length=16, unique=True)
    made_at = models.DateTimeField(_("made"))

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("verification code")
        verbose_name_plural = _("verification codes")

    def __str__(self):
        return str(self.agreement)


class SignatureScan(models.Model):
    """The scanned paper behind a signature on paper; its bytes were checked by `core.scans`."""

    branch_lookup = "signature__agreement__branch"

    signature = models.OneToOneField(Signature, on_delete=models.CASCADE, related_name="scan")
    content_type = models.CharField(_("type"), max_length=40)
    content = models.BinaryField()
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("bytes"))
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = BranchScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("scan of a signature")
        verbose_name_plural = _("scans of signatures")
        constraints = [
            models.CheckConstraint(
                condition=Q(content_type__in=["application/pdf", "image/jpeg", "image/png"]),
                name="signature_scan_type_known",
                violation_error_message=_("A scan is a PDF, JPEG or PNG file."),
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0),
                name="signature_scan_not_empty",
                violation_error_message=_("A document cannot be empty."),
            ),
        ]

    def __str__(self):
        return str(self.signature)
