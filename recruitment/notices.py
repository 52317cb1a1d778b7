"""The texts that citizens read before they sign up, and what fills their placeholders."""

from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policies, texts

PRIVACY_NOTICE = "privacy_notice"
NOT_VOLUNTEERING = "not_volunteering"
FOLDER = Path(__file__).parent / "texts"

# Placeholder -> the setting whose words fill it.
SETTINGS = {
    "municipality": "municipality.name",
    "municipality_address": "municipality.address",
    "municipality_cvr": "municipality.cvr",
    "municipality_phone": "municipality.phone",
    "municipality_email": "municipality.email",
    "dpo_contact": "municipality.dpo_contact",
}
# Placeholder -> the setting that says how long, in its own unit.
PERIODS = {
    "retention_applications": "applications.kept_months",
    "retention_volunteers": "volunteers.kept_months",
    "retention_log": "access_log.kept_days",
}


def register():
    """Make the texts known to core (from AppConfig.ready)."""
    for key, title in (
        (PRIVACY_NOTICE, gettext_lazy("How we use your information")),
        (NOT_VOLUNTEERING, gettext_lazy("What volunteering is not")),
    ):
        texts.register(
            texts.Source(
                key=key,
                title=title,
                danish=FOLDER / f"{key}.da.md",
                english=FOLDER / f"{key}.en.md",
                placeholders=frozenset(SETTINGS) | frozenset(PERIODS),
            )
        )


def values():
    """What fills the placeholders today. The settings are read once per request."""
    filled = {name: policies.get(key) or _("not yet stated") for name, key in SETTINGS.items()}
    return filled | {
        name: policies.policy(key).shown(policies.get(key)) for name, key in PERIODS.items()
    }


def shown(key):
    """(PublishedText, safe HTML) of the version that holds now."""
    text = texts.current(key)
    return text, texts.rendered(text, values())
