"""The municipal settings of agreements and attestations."""

from django.utils.translation import gettext_lazy as _

from core.policies import URL, Policy, name_section, register


def register_policies():
    """Called once, from `AgreementsConfig.ready`."""
    name_section("agreements", _("Agreements"))
    name_section("attestation", _("Certificates"))
    name_section("attestations", _("Old certificates"))
    register(
        Policy(
            "attestation.consent_days",
            int,
            14,
            minimum=1,
            maximum=60,
            unit=_("days"),
            label=_("How long a volunteer has to consent to a certificate"),
            source="politi.dk; domain.md 1.3",
        ),
        Policy(
            "attestation.validity_months",
            int,
            None,
            optional=True,
            minimum=1,
            maximum=120,
            unit=_("months"),
            label=_("How long an assessed child certificate counts"),
            help=_("Leave it empty if it counts until further notice. The law sets no interval."),
            source="domain.md 1.4",
            verify=True,
        ),
        Policy(
            "attestation.applies_from_age",
            int,
            15,
            minimum=15,
            maximum=18,
            unit=_("years"),
            label=_("The age from which a child certificate is needed"),
            source="straffeloven § 15; domain.md 1.4",
        ),
        Policy(
            "agreements.link_days",
            int,
            30,
            minimum=1,
            maximum=180,
            unit=_("days"),
            label=_("How long a signing link works"),
        ),
        Policy(
            "agreements.privacy_url",
            URL,
            "",
            optional=True,
            label=_("Address of the privacy notice"),
            help=_("Printed in agreements. Empty: the address of this site."),
        ),
        *(
            Policy(
                f"expiry.{which}_warning_days",
                int,
                days,
                minimum=1,
                maximum=365,
                unit=_("days"),
                label=label,
                source="domain.md rule 15",
            )
            for which, days, label in (
                ("first", 60, _("First warning before an agreement or attestation runs out")),
                ("second", 30, _("Second warning before an agreement or attestation runs out")),
                ("last", 7, _("Last warning before an agreement or attestation runs out")),
            )
        ),
    )
