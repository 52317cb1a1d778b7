"""The demo's activities with sites and terms, and what is asked for in public."""

from datetime import timedelta

from agreements.actions import templates, terms
from agreements.models import AgreementTemplate, AttestationDuty, Insurance
from coordination.actions import activities, frames
from coordination.models import ActivityKind, Site
from core.periods import today
from frivillig.demo.content import content, published
from recruitment.actions import opportunities

TEXTS = ("title_en", "purpose", "description", "description_en", "target_group", "minimum_age")
TERMS = (
    "may",
    "may_not",
    "refer_to_staff",
    "direct_contact_under_15",
    "moves_among_under_15",
    "notification_recipient",
)
CALL = ("summary", "summary_en", "body", "body_en", "when", "when_en")
LANGUAGES = {"Sprogcafé": "dansk, arabisk og ukrainsk", "Sprogtræning": "dansk"}
ROOMS = {
    "Lektiecafé": "Bordene ved børnebiblioteket",
    "Sprogcafé": "Caféen i stueetagen",
    "Åben IT-hjælp": "Ved IT-bordet",
}


def open_all(places):
    """Make every activity of the table; returns {(activity, branch): Site}, branches by name."""
    template = AgreementTemplate.objects.get(key=templates.READY_KEY)
    sites = {}
    for facts, row in zip(content()["activities"], published(), strict=True):
        if facts["title"] != row.activity:
            raise ValueError(f"content.toml and odense_overview.csv differ at {row.activity}")
        activity = _activity(places, facts, row)
        _terms(places, activity, facts, template)
        for site in Site.objects.filter(activity=activity).select_related("branch", "activity"):
            sites[row.activity, site.branch.name] = site
    return sites


def _activity(places, facts, row):
    owner = places.branches[row.branches[0]] if len(row.branches) == 1 else places.root
    activity = activities.create_activity(
        branch=owner,
        title=row.activity,
        kind=ActivityKind(row.kind),
        sites=[],
        contact=places.coordinators[row.branches[0]],
        deputy=places.leaders[row.branches[0]],
        by=places.manager,
        **{name: facts[name] for name in TEXTS if name in facts},
    )
    for name in row.branches:
        activities.add_site(
            activity=activity,
            branch=places.branches[name],
            place=ROOMS.get(row.activity, ""),
            by=places.manager,
        )
    if row.activity in LANGUAGES:
        frames.change_frame(
            activity=activity, partners=[], language=LANGUAGES[row.activity], by=places.manager
        )
    return activity


def _terms(places, activity, facts, template):
    discussed = today() - timedelta(days=400)
    terms.save(
        activity=activity,
        template=template,
        child_certificate=facts.get("child_certificate", AttestationDuty.NOT_RELEVANT),
        insurance=Insurance.COVERED,
        insurance_note="Kommunens forsikring gælder, når du hjælper efter aftale (demo).",
        med_discussed_on=discussed,
        staff_informed_on=discussed + timedelta(days=14),
        by=places.manager,
        **{name: facts[name] for name in TERMS if name in facts},
    )


def call_for_volunteers(places, sites):
    """An open opportunity for every activity; returns {activity title: Opportunity}."""
    calls = {}
    for number, (facts, row) in enumerate(zip(content()["activities"], published(), strict=True)):
        made = opportunities.create(
            site=sites[row.activity, row.branches[0]],
            title=facts["title"],
            title_en=facts["title_en"],
            published_from=today() - timedelta(days=20 - number),
            by=places.central,
            **{name: facts[name] for name in CALL},
        )
        calls[row.activity] = opportunities.open_(opportunity=made, by=places.central)
    return calls
