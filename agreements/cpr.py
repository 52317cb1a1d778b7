"""CPR numbers: read, open, mask, and look at the date in them. Nothing is stored here.

Modulus 11 is never asked: numbers without it have been given out since 2007.
Source: domain.md section 10 (cpr.dk).
"""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import secret_box

BULLETS = "••••"
# First digit of the running number -> (last year of the later century, later, earlier).
CENTURIES = {
    **dict.fromkeys("0123", (-1, 1900, 1900)),
    **dict.fromkeys("49", (36, 2000, 1900)),
    **dict.fromkeys("5678", (57, 2000, 1800)),
}


def digits(text):
    """The ten digits of what was typed; raises ValidationError without quoting it."""
    found = re.sub(r"[\s.\-–]", "", text or "")
    if not re.fullmatch(r"[0-9]{10}", found):
        raise ValidationError(
            _("Write the CPR number with ten digits, for example DDMMYY-1234."), code="cpr"
        )
    return found


def opened(held):
    """The ten digits of a HeldCpr, or None if the key is another than it was sealed with."""
    return secret_box.open_sealed(held.sealed)


def masked(held):
    """The number of a HeldCpr without its last four digits."""
    number = opened(held)
    return mask(number) if number else ""


def mask(cpr):
    """The date only: "010203-••••"."""
    return f"{cpr[:6]}-{BULLETS}"


def written(cpr):
    """As the police's form takes it: "010203-1234"."""
    return f"{cpr[:6]}-{cpr[6:]}"


def birth_date(cpr):
    """The date of birth in the number, or None if it holds no date."""
    day, month, short = int(cpr[:2]), int(cpr[2:4]), int(cpr[4:6])
    last, later, earlier = CENTURIES[cpr[6]]
    try:
        return date((later if short <= last else earlier) + short, month, day)
    except ValueError:
        return None


def doubts(cpr, person, on):
    """Sentences on why the number looks mistyped; a hint to look again, never a refusal."""
    born = birth_date(cpr)
    if born is None or born > on:
        return [_("The first six digits are not a date of birth.")]
    known_date, known_year = person.birth_date, person.birth_year
    if (known_date and known_date != born) or (known_year and known_year != born.year):
        return [_("The date of birth in the number is another than the one we know.")]
    return []
