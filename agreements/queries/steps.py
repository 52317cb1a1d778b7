"""What engagements lack, why, and the next step: for staff, and for the volunteer."""

from functools import cache, lru_cache

from django.db.models import Exists, OuterRef, QuerySet

from agreements.models import Attestation, AttestationKind, Coverage, Party, Signature
from agreements.queries.agreement_steps import agreement_step
from agreements.queries.certificate_steps import (
    certificate_step,
    is_optional,
    optional_step,
    record_step,
)
from agreements.queries.engagement import with_everything
from agreements.queries.step import Facts
from agreements.states import AgreementState
from coordination.access import Permission, Scope, scope_of
from coordination.models import ClearanceKind, Engagement, Volunteer
from coordination.papers import Papers
from core.prepared import Prepared, ids


def next_steps(engagements, on, user):
    """{engagement id: [Step, ...]} for a queryset of engagements, in staff's words. 5 queries;
    4 for a list that `engagements()` has read.

    Attestations that other branches ordered are not told of; only that something is missing.
    """
    facts = _read(engagements, on, user, own=False)
    return {one.pk: _steps(one, facts) for one in facts.engagements}


def own_steps(volunteer, on, user):
    """[(engagement, [Step, ...])] of a volunteer's own engagements, in their words. 5 queries."""
    engagements = Engagement.objects.filter(volunteer=volunteer).not_ended(on)
    facts = _read(engagements, on, user, own=True)
    steps = ((one, _steps(one, facts)) for one in facts.engagements)
    return [(one, found) for one, found in steps if found]


def own_steps_of(user, on):
    """`own_steps` of the volunteer who is this user; empty for others, as a flat list of Steps."""
    volunteer = Volunteer.objects.own(user).first()
    if volunteer is None:
        return []
    return [step for _engagement, steps in own_steps(volunteer, on, user) for step in steps]


def _read(engagements, on, user, *, own):
    if isinstance(engagements, QuerySet):
        engagements = with_everything(engagements).order_by("site__activity__title", "pk")
    rows = list(engagements)
    facts = Facts(rows, on, user, own)
    if not rows:
        return facts
    people = {one.volunteer_id for one in rows}
    papers = Papers(people, {one.site.activity_id for one in rows}, since=on, all_held=True)
    facts.missing = {
        (one.pk, kind) for one in rows for kind in papers.lacking(one, one.site.activity_id, on)
    }
    for coverage in _coverage_question().rows(engagements=[one.pk for one in rows]):
        open_ = coverage.agreement.is_open
        (facts.open_agreements if open_ else facts.concluded)[coverage.engagement_id] = coverage
    question = _attestation_question(None if own else scope_of(user).grants)
    for attestation in question.rows(people=people):
        clears = AttestationKind(attestation.kind).clears
        facts.attestations[attestation.volunteer_id, clears] = attestation
    facts.attested = {
        person for person in people if papers.has(person, ClearanceKind.CHILD_CERTIFICATE, on)
    }
    return facts


@lru_cache(maxsize=256)
def _attestation_question(grants):
    """People's attestations in branches that these grants reach; with None, all of them."""
    rows = Attestation.objects.filter(volunteer__among=ids("people"))
    if grants is not None:
        here = Scope(grants).within(Attestation.branch_lookup, Permission.VIEW_ATTESTATIONS)
        rows = rows.filter(here)
    return Prepared(rows.order_by("opened_at", "pk"))


@cache
def _coverage_question():
    """The coverages of agreements that are made, sent or concluded; the newest comes last."""
    by_party = Signature.objects.filter(agreement=OuterRef("agreement"))
    rows = Coverage.objects.filter(engagement__among=ids("engagements"))
    rows = rows.exclude(agreement__state=AgreementState.WITHDRAWN).select_related("agreement")
    signed = rows.annotate(
        volunteer_has_signed=Exists(by_party.filter(party=Party.VOLUNTEER)),
        leader_has_signed=Exists(by_party.filter(party=Party.LEADER)),
    )
    return Prepared(signed.order_by("agreement__created_at", "pk"))


def _steps(engagement, facts):
    steps = []
    if (engagement.pk, ClearanceKind.AGREEMENT) in facts.missing:
        steps.append(agreement_step(engagement, facts))
    if (engagement.pk, ClearanceKind.CHILD_CERTIFICATE) in facts.missing:
        steps.append(certificate_step(engagement, facts))
    elif is_optional(engagement, facts):
        steps.append(optional_step(engagement, facts))
    if (engagement.pk, ClearanceKind.CRIMINAL_RECORD) in facts.missing:
        steps.append(record_step(engagement, facts))
    return steps
