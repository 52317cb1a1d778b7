"""What a broker said about who signed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Signature


class SignatureEvidence(models.Model):
    """The claims behind a signature with MitID: a closed list, never a CPR number.

    See `agreements.mitid.KEPT_CLAIMS`.
    """

    branch_lookup = "signature__agreement__branch"

    signature = models.OneToOneField(Signature, on_delete=models.CASCADE, related_name="evidence")
    issuer = models.CharField(_("broker"), max_length=200)
    claims = models.JSONField(_("what it said"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("evidence of a signature")
        verbose_name_plural = _("evidence of signatures")

    def __str__(self):
        return str(self.signature)
