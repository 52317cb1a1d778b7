"""Rows of agreements for tests, made through the actions where there is one."""

from datetime import date

from agreements.actions import agreements, attestations, signatures, templates, terms
from agreements.models import AttestationDuty, Insurance
from agreements.parties import missing
from core.periods import today


def make_terms(activity, *, by, **fields):
    """Terms that require an agreement from the ready template."""
    version = templates.load_ready(by=by)
    values = {
        "agreement_required": True,
        "template": version.template,
        "may": "Læse højt\nHjælpe med lektier",
        "may_not": "Være alene med et barn",
        "refer_to_staff": "Spørgsmål om lån",
        "insurance": Insurance.COVERED,
        "notification_recipient": "Ida Underret",
        "med_discussed_on": date(2026, 1, 5),
        "staff_informed_on": date(2026, 1, 6),
    }
    return terms.save(activity=activity, by=by, **(values | fields))


def make_child_terms(activity, *, by, **fields):
    """Terms under which a child certificate is a duty for a fixed tie."""
    values = {
        "child_certificate": AttestationDuty.DUTY,
        "direct_contact_under_15": True,
        "legal_order": "Kulturministeriets bekendtgørelse",
    }
    return make_terms(activity, by=by, **(values | fields))


def make_draft(volunteer, *, by, **fields):
    """A draft for the volunteer's engagements, all of one branch."""
    engagements = list(volunteer.engagements.select_related("site__branch"))
    return agreements.draft(engagements=engagements, by=by, **fields)


def make_sent(volunteer, *, by, **fields):
    return agreements.send(agreement=make_draft(volunteer, by=by, **fields), by=by)


def sign_on_paper(agreement, *, by, parties=None):
    for party in parties or missing(agreement):
        signatures.register_paper(
            agreement=agreement, party=party, signed_on=today(), signer_name="Nogen", by=by
        )
    agreement.refresh_from_db()
    return agreement


def make_concluded(volunteer, *, by, **fields):
    return sign_on_paper(make_sent(volunteer, by=by, **fields), by=by)


def make_approved(engagement, *, by, leader):
    """An approved child certificate for the engagement's volunteer; `leader` assesses it."""
    ordered = attestations.order(
        volunteer=engagement.volunteer, branch=engagement.site.branch, by=by
    )
    return attestations.assess(attestation=ordered, outcome="approved", by=leader)
