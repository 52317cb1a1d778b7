"""The texts of consents and of the confidentiality declaration, and who must give them."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from agreements.models import Consent, ConsentKind
from core import policies, texts
from core.periods import today

FOLDER = Path(__file__).parent / "texts" / "consents"
CONFIDENTIALITY = "confidentiality"
PLACEHOLDERS = {"municipality": "municipality.name", "dpo_contact": "municipality.dpo_contact"}

# What a volunteer gives on their own page without being asked; pictures are asked about.
UNASKED = (ConsentKind.NEWSLETTER, ConsentKind.BANK, ConsentKind.NOMINATION)


def register():
    """Make the texts known to core (from AppConfig.ready)."""
    titles = {kind: kind.label for kind in ConsentKind}
    for key, title in (*titles.items(), (CONFIDENTIALITY, _("Declaration of confidentiality"))):
        name = str(key)
        texts.register(
            texts.Source(
                key=text_key(key),
                title=title,
                danish=FOLDER / f"{name}.da.md",
                english=FOLDER / f"{name}.en.md",
                placeholders=frozenset(PLACEHOLDERS),
            )
        )


def text_key(kind):
    """The key of the published text of a kind of consent, or of CONFIDENTIALITY."""
    return CONFIDENTIALITY if kind == CONFIDENTIALITY else f"consent_{kind}"


def current_text(kind):
    """The version that holds now. Raises LookupError where none is published."""
    return texts.current(text_key(kind))


def words(text):
    """A version as safe HTML in the reader's language."""
    values = {name: policies.get(key) or "–" for name, key in PLACEHOLDERS.items()}
    return texts.rendered(text, values)


def needs_guardian(person):
    """True if the person may be too young to consent alone. Unknown age counts as old enough.

    Source: databeskyttelsesloven § 6 (15 years); a municipal setting.
    """
    age = person.youngest_age_on(today())
    return age is not None and age < policies.get("consent.guardian_age")


def holds(volunteer, kind):
    """True if the volunteer consents to this now. 1 query."""
    return Consent.objects.holding().filter(volunteer=volunteer, kind=kind).exists()
