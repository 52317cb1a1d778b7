"""One-time codes for signing by link."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement, Channel, Party


class SigningCode(models.Model):
    """A code mailed to whoever opened a signing link; kept for a day at most.

    The code itself is nowhere: it is derived from `nonce` and the server's key when the mail is
    written and when it is typed (`signing.code_of`), so a copy of the database tells nothing.
    Where it went is kept masked and as a hash, and follows to the signature.
    `used_at` is when it was typed right; signing must follow soon.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="signing_codes")
    party = models.CharField(max_length=12, choices=Party)
    nonce = models.CharField(max_length=32)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.EMAIL)
    sent_to = models.CharField(max_length=120)
    sent_to_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("signing code")
        verbose_name_plural = _("signing codes")
        indexes = [
            models.Index(fields=["agreement", "party", "-created_at"], name="signing_code_latest")
        ]

    def __str__(self):
        return f"{self.agreement} · {self.get_party_display()}"
