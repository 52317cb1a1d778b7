"""Two at the same moment, on a real PostgreSQL."""

import threading

import pytest
from django.db import IntegrityError, connections, transaction

from agreements.actions import agreements, signatures
from agreements.models import Agreement, Coverage
from agreements.states import AgreementState
from agreements.tests import factories
from coordination.models import Clearance
from core.errors import DomainError
from core.models import Job

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]


def _at_once(*deeds):
    """Run the deeds in threads of their own, all let go together; what each raised or returned."""
    barrier, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(number, deed):
        try:
            barrier.wait()
            results[number] = deed()
        except DomainError as error:
            results[number] = error.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_sign_at_the_same_moment(engagement, volunteer, coordinator, leader):
    sent = factories.make_sent(volunteer, by=coordinator)

    results = _at_once(
        lambda: signatures.sign_on_own_page(agreement=sent, by=volunteer.person.user),
        lambda: signatures.sign_as_leader(agreement=sent, by=leader),
    )

    sent.refresh_from_db()
    assert results == [sent, sent]
    assert sent.state == AgreementState.CONCLUDED
    assert Clearance.objects.count() == 1
    assert Job.objects.filter(name=signatures.SEAL_JOB).count() == 1


def test_one_signs_twice_at_the_same_moment(engagement, volunteer, coordinator):
    sent = factories.make_sent(volunteer, by=coordinator)
    user = volunteer.person.user

    results = _at_once(
        *[lambda: signatures.sign_on_own_page(agreement=sent, by=user) for _n in range(5)]
    )

    assert sorted(map(str, results)) == [sent.number] + ["already_signed"] * 4


def test_two_drafts_at_the_same_moment(engagement, coordinator):
    _at_once(*[lambda: agreements.draft(engagements=[engagement], by=coordinator)] * 4)

    assert Agreement.objects.count() == 1


def test_signed_while_it_is_withdrawn(engagement, volunteer, coordinator, leader):
    sent = factories.make_sent(volunteer, by=coordinator)
    signatures.sign_on_own_page(agreement=sent, by=volunteer.person.user)

    _at_once(
        lambda: signatures.sign_as_leader(agreement=sent, by=leader),
        lambda: agreements.withdraw(agreement=sent, by=coordinator),
    )

    sent.refresh_from_db()
    expected = 1 if sent.state == AgreementState.CONCLUDED else 0
    assert Clearance.objects.count() == expected


def test_exclusion_constraint_holds_by_itself(engagement, volunteer, coordinator):
    concluded = factories.make_concluded(volunteer, by=coordinator)
    covered = Coverage.objects.get(agreement=concluded)
    other = Agreement.objects.get(pk=concluded.pk)
    other.pk, other.number = None, "en-anden"
    other.save()

    with pytest.raises(IntegrityError), transaction.atomic():
        Coverage.objects.create(
            agreement=other, engagement=engagement, binding_from=covered.binding_from
        )
