"""Danish formats: postcode, phone, CVR. Each says what to write when it says no."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from stdnum.dk import cvr

validate_postcode = RegexValidator(
    r"\A\d{4}\Z", _("Write the postcode with four digits, for example 5000."), code="postcode"
)


def validate_cvr(value):
    """Eight digits whose weighted sum is divisible by 11.

    Source: domain.md section 10 (weights 2,7,6,5,4,3,2,1).
    """
    if not cvr.is_valid(value):
        raise ValidationError(
            _("That is not a CVR number. Write its eight digits, for example 10625408."),
            code="cvr",
        )


def normalise_phone(value):
    """Return a phone number in E.164 ("+4512345678"); eight digits are Danish.

    Raises ValidationError for what cannot be a phone number. Blank stays blank.
    """
    text = re.sub(r"[\s.\-()/]", "", value or "")
    if not text:
        return ""
    text = re.sub(r"\A00", "+", text)
    if re.fullmatch(r"\d{8}", text):
        text = "+45" + text
    if not re.fullmatch(r"\+[1-9]\d{6,14}", text) or (
        text.startswith("+45") and len(text) != len("+4512345678")
    ):
        raise ValidationError(
            _("Write the phone number with eight digits, or with + and the country code."),
            code="phone",
        )
    return text
