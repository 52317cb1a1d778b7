"""Certificates: ordered, assessed, suspended; the outcome only, and the gate that follows."""

import itertools
from datetime import date, timedelta

import pytest

from agreements import age
from agreements.actions import attestations
from agreements.models import Attestation, AttestationDuty
from agreements.states import ATTESTATION, AttestationState
from agreements.tests import factories
from coordination import eligibility, events
from coordination.actions.people import update_person
from coordination.models import Clearance, Engagement, Tie
from coordination.tests import factories as people
from core import policies
from core.errors import DomainError
from core.models import Message
from core.periods import today

pytestmark = pytest.mark.django_db

ALLOWED = {
    ("details", "ordered"),
    ("details", "withdrawn"),
    ("ordered", "consented"),
    ("ordered", "received"),
    ("ordered", "declined"),
    ("consented", "received"),
    ("consented", "approved"),
    ("consented", "not_approved"),
    ("consented", "withdrawn"),
    ("received", "approved"),
    ("received", "not_approved"),
    ("received", "withdrawn"),
    ("ordered", "approved"),
    ("ordered", "not_approved"),
    ("ordered", "withdrawn"),
    ("approved", "suspended"),
    ("suspended", "approved"),
    ("suspended", "not_approved"),
    ("exempt", "withdrawn"),
}


@pytest.mark.parametrize(("state", "target"), list(itertools.product(AttestationState, repeat=2)))
def test_state_table_full_matrix(state, target):
    assert ATTESTATION.allows(state, target) == ((state.value, target.value) in ALLOWED)


def _missing(engagement, day=None):
    rows = Engagement.objects.filter(pk=engagement.pk)
    return [one.kind for one in eligibility.missing_clearances(rows, day)]


def _order(engagement, by):
    return attestations.order(volunteer=engagement.volunteer, branch=engagement.site.branch, by=by)


def test_order_starts_the_consent_clock(child_engagement, coordinator):
    ordered = _order(child_engagement, coordinator)

    assert ordered.state == AttestationState.ORDERED
    assert ordered.consent_until == today() + timedelta(days=14)
    assert not ordered.consent_has_expired(today() + timedelta(days=14))
    assert ordered.consent_has_expired(today() + timedelta(days=15))


def test_the_mail_says_nothing_of_a_certificate(child_engagement, coordinator):
    _order(child_engagement, coordinator)

    message = Message.objects.get(kind="agreements.attestation_ordered")
    assert message.params == {}


def test_approved_opens_the_gate_everywhere(child_engagement, coordinator, leader):
    ordered = _order(child_engagement, coordinator)

    attestations.assess(attestation=ordered, outcome=AttestationState.APPROVED, by=leader)

    clearance = Clearance.objects.get()
    assert (clearance.kind, clearance.site, clearance.valid_until) == (
        "child_certificate",
        None,
        None,
    )
    assert _missing(child_engagement) == ["agreement"]


def test_not_approved_opens_nothing(child_engagement, coordinator, leader):
    ordered = _order(child_engagement, coordinator)

    attestations.assess(attestation=ordered, outcome=AttestationState.NOT_APPROVED, by=leader)

    assert _missing(child_engagement) == ["agreement", "child_certificate"]


def test_validity_follows_the_setting(child_engagement, coordinator, leader, manager):
    policies.set("attestation.validity_months", 24, by=manager)
    ordered = _order(child_engagement, coordinator)

    assessed = attestations.assess(
        attestation=ordered, outcome=AttestationState.APPROVED, by=leader
    )

    expected = today().replace(year=today().year + 2) - timedelta(days=1)
    assert assessed.valid_until == expected
    assert _missing(child_engagement, expected) == ["agreement"]
    assert _missing(child_engagement, expected + timedelta(days=1)) == [
        "agreement",
        "child_certificate",
    ]


def test_coordinator_may_not_assess(child_engagement, coordinator):
    ordered = _order(child_engagement, coordinator)

    with pytest.raises(DomainError) as error:
        attestations.assess(attestation=ordered, outcome=AttestationState.APPROVED, by=coordinator)
    assert error.value.code == "not_allowed"


def test_nobody_assesses_their_own(child_engagement, coordinator, here):
    user = child_engagement.volunteer.person.user
    here.role_assignments.create(user=user, role="branch_leader", starts_on=today())
    ordered = _order(child_engagement, coordinator)

    with pytest.raises(DomainError) as error:
        attestations.assess(attestation=ordered, outcome=AttestationState.APPROVED, by=user)
    assert error.value.code == "own_matter"


@pytest.mark.parametrize("outcome", ["suspended", "withdrawn", "ordered", "hm"])
def test_outcome_is_one_of_two(child_engagement, coordinator, leader, outcome):
    ordered = _order(child_engagement, coordinator)

    with pytest.raises(DomainError) as error:
        attestations.assess(attestation=ordered, outcome=outcome, by=leader)
    assert error.value.code == "bad_outcome"


def test_suspended_closes_at_once_and_reinstated_opens(child_engagement, coordinator, leader):
    ordered = _order(child_engagement, coordinator)
    attestations.assess(attestation=ordered, outcome=AttestationState.APPROVED, by=leader)

    attestations.suspend(attestation=ordered, by=leader)
    assert _missing(child_engagement) == ["agreement", "child_certificate"]

    attestations.reinstate(attestation=ordered, by=leader)
    assert _missing(child_engagement) == ["agreement"]


def _approved(engagement, coordinator, leader):
    return attestations.assess(
        attestation=_order(engagement, coordinator), outcome=AttestationState.APPROVED, by=leader
    )


@pytest.fixture
def renewed(child_engagement, coordinator, leader, manager):
    """An approved certificate that runs out soon, and the order of the next one."""
    policies.set("attestation.validity_months", 1, by=manager)
    return _approved(child_engagement, coordinator, leader), _order(child_engagement, coordinator)


def test_a_renewal_not_approved_closes_what_stood(renewed, child_engagement, leader):
    earlier, order = renewed

    attestations.assess(attestation=order, outcome=AttestationState.NOT_APPROVED, by=leader)

    earlier.refresh_from_db()
    assert earlier.state == AttestationState.SUSPENDED
    assert _missing(child_engagement) == ["agreement", "child_certificate"]
    with pytest.raises(DomainError) as error:
        attestations.reinstate(attestation=earlier, by=leader)
    assert error.value.code == "not_approved_since"


def test_suspending_one_suspends_all_that_count(renewed, child_engagement, leader):
    earlier, order = renewed
    attestations.assess(attestation=order, outcome=AttestationState.APPROVED, by=leader)

    attestations.suspend(attestation=order, by=leader)

    earlier.refresh_from_db()
    assert earlier.state == AttestationState.SUSPENDED
    assert _missing(child_engagement) == ["agreement", "child_certificate"]


def test_an_order_from_before_a_suspension_opens_nothing(renewed, child_engagement, leader):
    earlier, order = renewed
    attestations.suspend(attestation=earlier, by=leader)

    with pytest.raises(DomainError) as error:
        attestations.assess(attestation=order, outcome=AttestationState.APPROVED, by=leader)
    assert error.value.code == "suspended_since"
    assert _missing(child_engagement) == ["agreement", "child_certificate"]


def test_suspension_leaves_what_has_run_out_at_its_day(child_engagement, coordinator, leader):
    approved = _approved(child_engagement, coordinator, leader)
    start, end = today() - timedelta(days=90), today() - timedelta(days=60)
    Attestation.objects.update(valid_from=start, valid_until=end)
    Clearance.objects.update(valid_from=start, valid_until=end)

    attestations.suspend(attestation=approved, by=leader)

    assert Clearance.objects.get().valid_until == end


def test_two_orders_at_a_time_refused(child_engagement, coordinator):
    _order(child_engagement, coordinator)

    with pytest.raises(DomainError) as error:
        _order(child_engagement, coordinator)
    assert error.value.code == "ordered_already"


def test_ordering_again_withdraws_what_was_not_answered(child_engagement, coordinator):
    first = _order(child_engagement, coordinator)
    Attestation.objects.update(consent_until=today() - timedelta(days=1))

    second = _order(child_engagement, coordinator)

    first.refresh_from_db()
    assert (first.state, second.state) == ("withdrawn", "ordered")


def test_ordering_again_after_withdrawal(child_engagement, coordinator):
    attestations.withdraw(attestation=_order(child_engagement, coordinator), by=coordinator)

    assert _order(child_engagement, coordinator).state == AttestationState.ORDERED


def test_a_branch_orders_only_on_its_own(child_engagement, elsewhere, coordinator_elsewhere):
    with pytest.raises(DomainError) as error:
        attestations.order(
            volunteer=child_engagement.volunteer, branch=elsewhere, by=coordinator_elsewhere
        )
    assert error.value.code == "not_tied"


def test_an_occasional_tie_has_an_option_not_a_duty(child_engagement):
    Engagement.objects.update(tie=Tie.OCCASIONAL)

    assert _missing(child_engagement) == ["agreement"]


def test_an_option_is_never_missing(engagement, manager):
    factories.make_terms(
        engagement.site.activity, by=manager, child_certificate=AttestationDuty.OPTION
    )

    assert _missing(engagement) == ["agreement"]


# --- Under 15 ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "last"),
    [
        ({"birth_date": date(2012, 3, 5), "birth_year": 2012}, date(2027, 3, 4)),
        ({"birth_date": date(2012, 2, 29), "birth_year": 2012}, date(2027, 2, 28)),
        ({"birth_year": 2012}, date(2026, 12, 31)),
        ({}, None),
    ],
)
def test_exempt_until_the_day_before_the_15th_birthday(fields, last):
    assert age.exempt_until(people.make_person(**fields)) == last


def _make_young(engagement, years=14):
    person = engagement.volunteer.person
    person.birth_date = today().replace(year=today().year - years, day=1)
    person.birth_year = person.birth_date.year
    person.save()


def test_under_15_cannot_be_ordered_on(child_engagement, coordinator):
    _make_young(child_engagement)

    with pytest.raises(DomainError) as error:
        _order(child_engagement, coordinator)
    assert error.value.code == "under_age"


def test_exemption_opens_until_the_birthday(child_engagement, coordinator):
    _make_young(child_engagement)

    exempted = attestations.exempt(
        volunteer=child_engagement.volunteer, branch=child_engagement.site.branch, by=coordinator
    )

    last = exempted.valid_until
    assert last == age.exempt_until(child_engagement.volunteer.person)
    assert _missing(child_engagement, last) == ["agreement"]
    assert "child_certificate" in _missing(child_engagement, last + timedelta(days=1))


def test_exemption_refused_from_15(child_engagement, coordinator):
    _make_young(child_engagement, years=15)

    with pytest.raises(DomainError) as error:
        attestations.exempt(
            volunteer=child_engagement.volunteer,
            branch=child_engagement.site.branch,
            by=coordinator,
        )
    assert error.value.code == "of_age"


def test_accepting_a_young_person_exempts_at_once(child_engagement, coordinator):
    _make_young(child_engagement)

    events.publish(events.EngagementAccepted(engagement=child_engagement, by=coordinator))
    events.publish(events.EngagementAccepted(engagement=child_engagement, by=coordinator))

    assert [one.state for one in Attestation.objects.all()] == ["exempt"]
    assert _missing(child_engagement) == ["agreement"]


def _exempted(engagement, by):
    _make_young(engagement)
    return attestations.exempt(volunteer=engagement.volunteer, branch=engagement.site.branch, by=by)


def test_a_corrected_birth_date_ends_the_exemption(child_engagement, coordinator):
    exempted = _exempted(child_engagement, coordinator)

    update_person(
        person=child_engagement.volunteer.person, by=coordinator, birth_date=date(1990, 1, 1)
    )

    exempted.refresh_from_db()
    assert exempted.state == AttestationState.WITHDRAWN
    assert _missing(child_engagement) == ["agreement", "child_certificate"]


def test_a_corrected_birth_date_moves_the_exemption(child_engagement, coordinator):
    exempted = _exempted(child_engagement, coordinator)
    person = child_engagement.volunteer.person

    update_person(person=person, by=coordinator, birth_date=person.birth_date.replace(day=2))

    exempted.refresh_from_db()
    birthday = person.birth_date.replace(year=person.birth_date.year + 15)
    assert exempted.valid_until == birthday
    assert Clearance.objects.get(revoked_at=None).valid_until == birthday
    assert _missing(child_engagement) == ["agreement"]
