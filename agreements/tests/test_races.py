"""Two at the same moment, on a real PostgreSQL."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from agreements import signing
from agreements.actions import agreements, signatures
from agreements.models import Agreement, Coverage, Party
from agreements.states import AgreementState
from agreements.tests import factories
from agreements.tests.races import at_once
from coordination.actions import guardians
from coordination.models import Clearance
from core.models import Job
from core.periods import today

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]


def test_two_sign_at_the_same_moment(engagement, volunteer, coordinator, leader):
    sent = factories.make_sent(volunteer, by=coordinator)

    results = at_once(
        lambda: signatures.sign_on_own_page(agreement=sent, by=volunteer.person.user),
        lambda: signatures.sign_as_leader(agreement=sent, by=leader),
    )

    sent.refresh_from_db()
    assert results == [sent, sent]
    assert sent.state == AgreementState.CONCLUDED
    assert Clearance.objects.count() == 1
    assert Job.objects.filter(name=signatures.SEAL_JOB).count() == 1


def test_all_three_sign_at_the_same_moment(engagement, volunteer, coordinator, leader):
    """Volunteer, guardian and leader: the last one in concludes it, whoever that is."""
    person = volunteer.person
    person.birth_date = today().replace(day=1) - timedelta(days=16 * 366)
    person.birth_year = person.birth_date.year
    person.save()
    guardians.register_guardian(ward=person, name="Vera Værge", email="v@e.dk", by=coordinator)
    sent = factories.make_sent(volunteer, by=coordinator)
    link = signing.read(signing.token(sent, Party.GUARDIAN))
    code = signatures.send_code(link=link)
    proof = signatures.confirm_code(link=link, typed=signing.code_of(code))

    results = at_once(
        lambda: signatures.sign_on_own_page(agreement=sent, by=person.user),
        lambda: signatures.sign_by_link(link=link, code=proof),
        lambda: signatures.sign_as_leader(agreement=sent, by=leader),
    )

    sent.refresh_from_db()
    assert results == [sent] * 3
    assert sent.state == AgreementState.CONCLUDED
    assert Clearance.objects.count() == 1
    assert Job.objects.filter(name=signatures.SEAL_JOB).count() == 1


def test_one_signs_twice_at_the_same_moment(engagement, volunteer, coordinator):
    sent = factories.make_sent(volunteer, by=coordinator)
    user = volunteer.person.user

    results = at_once(
        *[lambda: signatures.sign_on_own_page(agreement=sent, by=user) for _n in range(5)]
    )

    assert sorted(map(str, results)) == [sent.number] + ["already_signed"] * 4


def test_two_drafts_at_the_same_moment(engagement, coordinator):
    at_once(*[lambda: agreements.draft(engagements=[engagement], by=coordinator)] * 4)

    assert Agreement.objects.count() == 1


def test_signed_while_it_is_withdrawn(engagement, volunteer, coordinator, leader):
    sent = factories.make_sent(volunteer, by=coordinator)
    signatures.sign_on_own_page(agreement=sent, by=volunteer.person.user)

    at_once(
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
