"""Two in one certificate case at the same moment, on a real PostgreSQL."""

import pytest

from agreements.actions import attestations, batches, cpr
from agreements.models import Attestation, HeldCpr
from agreements.tests.races import at_once
from coordination.access import Role
from coordination.models import Clearance, ClearanceKind
from coordination.tests import factories as people
from core.models import AuditEvent

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def colleague(here):
    """Another coordinator of the same branch."""
    return people.make_staff(Role.LOCAL_COORDINATOR, here, "Kalle Kollega")


@pytest.fixture
def deputy(here):
    """Another leader of the same branch."""
    return people.make_staff(Role.BRANCH_LEADER, here, "Sten Stedfortræder")


@pytest.fixture
def ask(child_engagement):
    """A function: ask for the volunteer's certificate as somebody."""
    return lambda by, deed=attestations.request: deed(
        volunteer=child_engagement.volunteer, branch=child_engagement.site.branch, by=by
    )


def _child_clearances():
    rows = Clearance.objects.filter(kind=ClearanceKind.CHILD_CERTIFICATE, revoked_at__isnull=True)
    return rows.count()


def test_two_ask_for_the_same_volunteer(ask, coordinator, colleague):
    results = at_once(*[lambda by=by: ask(by) for by in (coordinator, colleague) * 2])

    case = Attestation.objects.get()
    assert sorted(map(str, results)) == sorted([str(case)] + ["ordered_already"] * 3)


def test_two_order_the_same_case(ask, coordinator, colleague):
    case = ask(coordinator)

    results = at_once(
        *[lambda by=by: ask(by, attestations.order) for by in (coordinator, colleague)]
    )

    assert sorted(map(str, results)) == sorted([str(case), "ordered_already"])
    assert AuditEvent.objects.filter(kind="attestation.ordered").count() == 1


def test_two_assess_it_differently(ask, coordinator, leader, deputy):
    case = ask(coordinator, attestations.order)

    results = at_once(
        lambda: attestations.assess(attestation=case, outcome="approved", by=leader),
        lambda: attestations.assess(attestation=case, outcome="not_approved", by=deputy),
    )

    case.refresh_from_db()
    assert sorted(map(str, results)) == sorted([str(case), "wrong_state"])
    assert _child_clearances() == (case.state == "approved")


def test_received_while_it_is_withdrawn(ask, coordinator, colleague):
    case = ask(coordinator, attestations.order)

    results = at_once(
        lambda: attestations.receive(attestation=case, by=coordinator),
        lambda: attestations.withdraw(attestation=case, by=colleague),
    )

    case.refresh_from_db()
    assert (case.received_at is not None) == (results[0] == case)
    if case.state == "withdrawn":
        assert results[1] == case
    else:
        assert (case.state, results[1]) == ("received", "wrong_state")


def test_two_put_it_on_a_list(ask, child_engagement, coordinator, colleague):
    case = ask(coordinator)
    user = child_engagement.volunteer.person.user
    cpr.give(attestation=case, number="010170-1234", by=user)

    results = at_once(
        *[
            lambda by=by: batches.make(branch=case.branch, kind=case.kind, by=by)
            for by in (coordinator, colleague)
        ]
    )

    case.refresh_from_db()
    assert sorted(map(str, results)) == sorted([str(case.batch), "nothing_ready"])


def test_a_list_is_marked_ordered_while_one_on_it_is_withdrawn(
    ask, child_engagement, coordinator, colleague
):
    case = ask(coordinator)
    user = child_engagement.volunteer.person.user
    cpr.give(attestation=case, number="010170-1234", by=user)
    batch = batches.make(branch=case.branch, kind=case.kind, by=coordinator)

    at_once(
        lambda: batches.mark_ordered(batch=batch, by=coordinator),
        lambda: attestations.withdraw(attestation=case, by=colleague),
    )

    case.refresh_from_db()
    assert case.state in ("ordered", "withdrawn")
    assert HeldCpr.objects.exists() == (case.state == "ordered")
