"""The municipal settings of agreements and attestations."""

from django.utils.translation import gettext_lazy as _

from core.policies import CHOICE, EMAIL, URL, Policy, name_section, register


def register_policies():
    """Called once, from `AgreementsConfig.ready`."""
    name_section("agreements", _("Agreements"))
    name_section("attestation", _("Certificates"))
    name_section("consent", _("Consents"))
    name_section("journal", _("Records system"))
    name_section("attestations", _("Old certificates"))
    name_section("threshold", _("Thresholds for being with children"))
    name_section("requester", _("Who orders certificates"))
    name_section("association", _("Associations"))
    _register_certificates()
    _register_thresholds()
    _register_requester()
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
            overridable=True,
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
            "agreements.guardian_until_age",
            int,
            18,
            minimum=15,
            maximum=18,
            unit=_("years"),
            label=_("A guardian signs as well until this age"),
            source="værgemålsloven § 1; domain.md rule 28",
        ),
        Policy(
            "agreements.local_clauses_need_approval",
            bool,
            True,
            label=_("A branch's own words in an agreement are approved before they are used"),
            help=_("Those who edit the templates approve them."),
        ),
        Policy(
            "consent.guardian_age",
            int,
            15,
            minimum=0,
            maximum=18,
            unit=_("years"),
            label=_("The age from which one consents alone"),
            help=_("Younger volunteers consent together with a guardian."),
            source="databeskyttelsesloven § 6; domain.md section 3",
            verify=True,
        ),
        Policy(
            "journal.kle_number",
            str,
            "",
            optional=True,
            label=_("KLE number of volunteers' agreements"),
            help=_("For example 00.16.00. Written in the metadata for the records system."),
            source="domain.md rule 60",
        ),
        Policy(
            "journal.kle_facet",
            str,
            "",
            optional=True,
            label=_("KLE facet of volunteers' agreements"),
            help=_("For example P20."),
            source="domain.md rule 60",
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


def _register_certificates():
    register(
        Policy(
            "attestation.expiry_grace_days",
            int,
            0,
            maximum=90,
            unit=_("days"),
            label=_("How long a certificate still counts after its interval"),
            help=_("So that a renewal on its way stops nobody. The days are part of the gate."),
            source="domain.md rule 15",
            verify=True,
        ),
        Policy(
            "attestation.renew_after_pause_months",
            int,
            None,
            optional=True,
            minimum=1,
            maximum=60,
            unit=_("months"),
            label=_("A child certificate is renewed after a pause of so long"),
            help=_("Leave it empty if a pause changes nothing."),
            source="domain.md 1.4, rule 15",
            verify=True,
        ),
        Policy(
            "attestation.renew_at_new_kind",
            bool,
            False,
            label=_("A child certificate is renewed at a new kind of activity"),
            help=_("New is an activity under another order than those the volunteer came from."),
            source="domain.md 1.4, rule 15",
            verify=True,
        ),
        Policy(
            "attestation.answer_workdays",
            int,
            10,
            minimum=1,
            maximum=60,
            unit=_("working days"),
            label=_("How long the police normally take after the consent"),
            source="politi.dk; domain.md 1.3",
        ),
        Policy(
            "attestation.children_usual",
            bool,
            False,
            overridable=True,
            label=_("Activities here are usually with children"),
            help=_("Where it is so, the questions about an activity start from a yes."),
            source="domain.md rule 6",
        ),
        Policy(
            "attestation.other_answer",
            CHOICE,
            "stricter",
            overridable=True,
            choices=(
                ("never", _("Never")),
                ("stricter", _("Only to ask for more")),
                ("any", _("Always, with a reason")),
            ),
            label=_("May another answer be chosen than the three questions lead to?"),
            source="domain.md rule 6",
            verify=True,
        ),
        Policy(
            "attestation.batch_lines",
            int,
            50,
            minimum=1,
            maximum=50,
            unit=_("lines"),
            label=_("The most that are ordered at a time"),
            source="domain.md 1.3 (the police's form takes 50)",
        ),
        Policy(
            "attestation.separator",
            CHOICE,
            "space",
            choices=(
                ("space", _("A space")),
                ("tab", _("A tabulator")),
                ("semicolon", _("A semicolon")),
                ("comma", _("A comma")),
            ),
            label=_("Between CPR number and name in the police's form"),
            source="domain.md 1.3",
            verify=True,
        ),
        Policy(
            "association.declaration_months",
            int,
            12,
            minimum=1,
            maximum=36,
            unit=_("months"),
            label=_("How long an association's declaration counts"),
            source="domain.md 1.4 (declared every year)",
        ),
    )


def _register_thresholds():
    register(
        *(
            Policy(
                f"threshold.{name}",
                int,
                number,
                minimum=1,
                maximum=366,
                unit=unit,
                label=label,
                source="domain.md 1.2, rule 8",
                verify=True,
            )
            for name, number, unit, label in (
                ("times", 3, _("times"), _("A volunteer may be with children so many times")),
                ("months", 3, _("months"), _("… within so many months")),
                ("days", 7, _("days"), _("… or so many days in a row")),
                (
                    "grace_days",
                    21,
                    _("days"),
                    _("A certificate must be there so long after the threshold is crossed"),
                ),
            )
        )
    )


def _register_requester():
    register(
        *(
            Policy(
                f"requester.{name}",
                type_,
                "",
                optional=True,
                overridable=True,
                label=label,
                source="domain.md 1.3",
            )
            for name, type_, label in (
                ("department", str, _("Requester: department or institution")),
                ("contact", str, _("Requester: contact person")),
                ("phone", str, _("Requester: telephone at work")),
                ("email", EMAIL, _("Requester: e-mail at work")),
                ("initials", str, _("Requester: initials of the recipient")),
            )
        )
    )
