"""Make, change, open and close opportunities."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from recruitment.models import Opportunity
from recruitment.states import OPPORTUNITY, OpportunityState

audit.kind("opportunity.created", _("Opportunity made"))
audit.kind("opportunity.changed", _("Opportunity changed"))
audit.kind("opportunity.opened", _("Opportunity opened"))
audit.kind("opportunity.closed", _("Opportunity closed"))

TEXT_FIELDS = (
    "title",
    "title_en",
    "summary",
    "summary_en",
    "body",
    "body_en",
    "when",
    "when_en",
    "published_from",
    "published_until",
)


@transaction.atomic
def create(*, site, by, **fields):
    """Make a draft of an opportunity at the site and return it."""
    opportunity = Opportunity.objects.create(site=site, **fields)
    _record("opportunity.created", opportunity, by, tuple(fields))
    return opportunity


@transaction.atomic
def change(*, opportunity, by, **fields):
    """Change its texts and period; returns it. Applications keep what they were about."""
    opportunity = _locked(opportunity)
    for name in TEXT_FIELDS:
        if name in fields:
            setattr(opportunity, name, fields[name])
    opportunity.save(update_fields=TEXT_FIELDS)
    _record("opportunity.changed", opportunity, by, tuple(fields))
    return opportunity


def open_(*, opportunity, by):
    """Show it to citizens; returns it."""
    return _move(opportunity, OpportunityState.OPEN, "opportunity.opened", by)


def close(*, opportunity, by):
    """Stop showing it to citizens; returns it."""
    return _move(opportunity, OpportunityState.CLOSED, "opportunity.closed", by)


@transaction.atomic
def _move(opportunity, state, kind, by):
    opportunity = _locked(opportunity)
    OPPORTUNITY.require(opportunity.state, state)
    opportunity.state = state
    opportunity.save(update_fields=["state"])
    _record(kind, opportunity, by, ("state",))
    return opportunity


def _locked(opportunity):
    return (
        Opportunity.objects.select_for_update(of=("self",))
        .select_related("site__branch")
        .get(pk=opportunity.pk)
    )


def _record(kind, opportunity, by, fields):
    audit.record(
        kind,
        by=by,
        about=opportunity,
        fields=fields,
        branch_path=opportunity.site.branch.path,
    )
