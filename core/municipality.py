"""The settings that core itself needs: who runs this installation and how to reach them."""

from django.utils.translation import gettext_lazy as _

from core.policies import EMAIL, FILE, TEXT, URL, Policy, name_section, register


def register_policies():
    """Called once, from `CoreConfig.ready`."""
    name_section("municipality", _("The municipality"))
    name_section("site", _("The pages"))
    name_section("audit", _("Events"))
    name_section("access_log", _("Accesses"))
    name_section("messages", _("Messages"))
    name_section("jobs", _("Jobs"))
    register(
        Policy(
            "municipality.name",
            str,
            "Kommunen",
            label=_("The municipality's name"),
            help=_("Shown at the top of every page, in e-mails and in documents."),
        ),
        Policy(
            "municipality.short_name",
            str,
            "Frivillig",
            label=_("Short name"),
            help=_("Shown where there is little room, for example on a phone."),
        ),
        Policy(
            "municipality.logo",
            FILE,
            None,
            optional=True,
            label=_("Logo"),
            help=_("A PNG or JPEG file of at most 1 MB. Shown at the top of every page."),
        ),
        Policy(
            "municipality.address",
            TEXT,
            "",
            optional=True,
            label=_("Postal address"),
            overridable=True,
        ),
        Policy(
            "municipality.phone",
            str,
            "",
            optional=True,
            label=_("Telephone"),
            overridable=True,
        ),
        Policy(
            "municipality.email",
            EMAIL,
            "",
            optional=True,
            label=_("E-mail address"),
            overridable=True,
        ),
        Policy(
            "municipality.cvr",
            str,
            "",
            optional=True,
            label=_("CVR number"),
            help=_("Printed on agreements and in the privacy notice."),
        ),
        Policy(
            "municipality.dpo_contact",
            TEXT,
            "",
            optional=True,
            label=_("How to reach the data protection adviser"),
            help=_("Printed in the privacy notice."),
            source="GDPR art. 13(1)(b)",
            verify=True,
        ),
        Policy(
            "municipality.accessibility_statement_url",
            URL,
            "",
            optional=True,
            label=_("Address of the accessibility statement"),
            help=_("The statement made in the WAS tool. Linked at the foot of every page."),
            source="lov om tilgængelighed af offentlige organers websteder og mobilapplikationer",
            verify=True,
        ),
        Policy(
            "site.english_enabled",
            bool,
            True,
            label=_("Offer the volunteers' pages in English"),
        ),
        Policy(
            "audit.kept_days",
            int,
            730,
            minimum=180,
            maximum=3_650,
            unit=_("days"),
            label=_("How long events are kept"),
            source="databeskyttelsesforordningen art. 5(1)(e) og 32",
            verify=True,
        ),
        Policy(
            "access_log.kept_days",
            int,
            365,
            minimum=180,
            maximum=3_650,
            unit=_("days"),
            label=_("How long it is kept who has looked at whom"),
            help=_("At least 180 days: the habit since the old security order."),
            source="databeskyttelsesforordningen art. 32",
            verify=True,
        ),
        Policy(
            "messages.kept_months",
            int,
            12,
            minimum=1,
            maximum=120,
            unit=_("months"),
            label=_("How long sent e-mails are kept"),
            verify=True,
        ),
        Policy(
            "messages.bounce_limit",
            int,
            3,
            minimum=1,
            maximum=20,
            unit=_("mails"),
            label=_("An e-mail address is marked after this many mails came back"),
            help=_("A marked address gets no more mail until somebody has put it right."),
        ),
        Policy(
            "messages.domain_per_minute",
            int,
            None,
            optional=True,
            minimum=1,
            maximum=100_000,
            unit=_("mails"),
            label=_("Mails a minute to one mail domain"),
            help=_("Leave it empty for no limit. Ask whoever runs the mail server."),
        ),
        Policy(
            "messages.sms_sender",
            str,
            "Kommunen",
            label=_("Sender of text messages"),
            help=_("At most 11 letters without Danish characters, or a phone number."),
        ),
        Policy(
            "messages.digital_post",
            bool,
            False,
            label=_("Send by Digital Post where the CPR number is known"),
            help=_("Makes a file a day for the municipality's own system. Needs the CVR number."),
            verify=True,
        ),
        Policy(
            "jobs.kept_days",
            int,
            30,
            minimum=1,
            maximum=365,
            unit=_("days"),
            label=_("How long finished jobs are kept"),
        ),
        Policy(
            "jobs.result_hours",
            int,
            24,
            minimum=1,
            maximum=168,
            unit=_("hours"),
            label=_("How long a file that was made for a colleague can be fetched"),
        ),
    )
