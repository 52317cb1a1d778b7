"""Public texts that rows hold in Danish and English: an empty English one is the Danish."""

from typing import NamedTuple

from django.utils.translation import get_language


class Localised(NamedTuple):
    """A text and the language it is actually in, for `lang` in the page."""

    text: str
    language: str


def localised(row, field):
    """The row's `field` in the reader's language; the English stands in `<field>_en`."""
    english = getattr(row, f"{field}_en")
    if english and (get_language() or "").startswith("en"):
        return Localised(english, "en")
    return Localised(getattr(row, field), "da")
