"""Two at the same moment, on a real PostgreSQL."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from agreements import signing
from agreements.actions import agreements, signatures
from agreements.models import Agreement, Coverage, Party
from agreements.states import AgreementState
from agreements.tests import factories
from agreements.tests.races import at_once
from coordination.actions import guardians
from coordination.locks import lock_people
from coordination.models import Activity, Clearance
from core.models import Job
from core.periods import today

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]


# In this database: another process of the suite has one of its own, on the same server.
HELD_UP = """
    SELECT count(*) FROM pg_locks AS wanted WHERE NOT granted AND EXISTS (
        SELECT 1 FROM pg_locks AS held JOIN pg_database ON pg_database.oid = held.database
        WHERE held.pid = wanted.pid AND datname = current_database()
    )
"""


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


def test_the_text_changes_while_it_is_being_sent(engagement, coordinator):
    """Somebody holds the agreement while its text is made, and changes what it is made from: what
    was made is thrown away, and nothing is sent."""
    made = agreements.draft(engagements=[engagement], by=coordinator)
    answers = []

    def send():
        answers.extend(at_once(lambda: agreements.send(agreement=made, by=coordinator)))

    with transaction.atomic():
        lock_people([engagement.volunteer_id])
        sending = threading.Thread(target=send)
        sending.start()
        wait_for(_somebody_waits, "the sender at the lock")
        Activity.objects.filter(pk=engagement.site.activity_id).update(title="Noget helt andet")
    sending.join()

    made.refresh_from_db()
    assert answers == ["changed_while_sending"]
    assert (made.state, made.documents.count()) == (AgreementState.DRAFT, 0)


def _somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(HELD_UP)
        return cursor.fetchone()[0] > 0


def wait_for(condition, what):
    """Ask again and again, for minutes on a machine that is slow itself."""
    pause = threading.Event()
    for _time in range(4000):
        if condition():
            return
        pause.wait(0.05)
    raise AssertionError(f"{what} did not come")


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
