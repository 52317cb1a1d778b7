"""Events are typed, hold no content, and are written where it happened."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from core import audit
from core.models import AccessEvent, AuditEvent, AuditSubject, User
from core.scope import scope

pytestmark = pytest.mark.django_db

TESTED = audit.kind("test.happened", "Something happened")
LOOKED = audit.purpose("test.looked", "Looked at in a test")


@pytest.fixture
def user():
    return User.objects.create_user("karen@example.dk", name="Karen")


@pytest.fixture
def request_by(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_record_writes_ids_and_names_only(user):
    event = audit.record(
        TESTED, by=user, about=user, fields=("name",), person_ids=(7, 5, 7), branch_path="/1/4/"
    )

    saved = AuditEvent.objects.get()
    assert saved == event
    assert (saved.object_type, saved.object_id) == ("core.user", str(user.pk))
    assert (saved.actor_kind, saved.actor_id) == ("user", user.pk)
    assert (saved.fields, saved.branch_path) == (["name"], "/1/4/")
    assert list(saved.subjects.order_by("person_id").values_list("person_id", flat=True)) == [5, 7]


def test_record_takes_one_query_and_one_for_people(user, django_assert_num_queries):
    with django_assert_num_queries(1):
        audit.record(TESTED, by=user, about=user)
    with django_assert_num_queries(2):
        audit.record(TESTED, by=user, about=user, person_ids=range(1, 31))


def test_record_refuses_an_unregistered_kind(user):
    with pytest.raises(LookupError, match=r"test\.hapened"):
        audit.record("test.hapened", by=user, about=user)


def test_record_refuses_content_in_place_of_a_field_name(user):
    with pytest.raises(ValueError, match="never their content"):
        audit.record(TESTED, by=user, about=user, fields=("Karen Hansen",))


@pytest.mark.django_db(transaction=True)
def test_record_refuses_to_stand_outside_a_transaction():
    user = User.objects.create_user("karen@example.dk")
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record(TESTED, by=user, about=user)


@pytest.mark.django_db(transaction=True)
def test_record_goes_when_what_happened_is_rolled_back():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        user = User.objects.create_user("karen@example.dk")
        audit.record(TESTED, by=user, about=user, person_ids=(1,))
        raise ZeroDivisionError

    assert AuditEvent.objects.count() == 0
    assert AuditSubject.objects.count() == 0


def test_kind_is_registered_once():
    with pytest.raises(ValueError, match="already registered"):
        audit.kind("test.happened", "Something else")


def test_actor_of_nobody_is_the_system_outside_a_request():
    assert audit.actor_of(None) == audit.SYSTEM
    with scope():
        assert audit.actor_of(None) == audit.SYSTEM


def test_actor_of_nobody_is_a_visitor_inside_a_request():
    with scope(is_request=True):
        assert audit.actor_of(None) == audit.ANONYMOUS
        assert audit.actor_of(AnonymousUser()) == audit.ANONYMOUS


def test_actor_of_a_signer_by_link_is_the_person(user):
    event = audit.record(TESTED, by=audit.person(12), about=user)
    assert (event.actor_kind, event.actor_id) == ("person", 12)


def test_events_of_one_request_share_its_id(user):
    with scope(is_request=True) as running:
        first = audit.record(TESTED, by=user, about=user)
        second = audit.record(TESTED, by=user, about=user)
    assert first.request_id == second.request_id == running.request_id


def test_access_is_one_event_with_its_people(request_by, user, django_assert_num_queries):
    queries = 1 if connection.vendor == "postgresql" else 4  # else two inserts in a savepoint
    with django_assert_num_queries(queries):
        pk = audit.record_access(request_by, [3, 4, 3], LOOKED)

    event = AccessEvent.objects.get(pk=pk)
    assert (event.purpose, event.actor_kind, event.actor_id) == (LOOKED, "user", user.pk)
    assert timezone.now() - event.at < timedelta(minutes=1)
    assert sorted(event.subjects.values_list("person_id", flat=True)) == [3, 4]


def test_access_to_nobody_writes_nothing(request_by):
    assert audit.record_access(request_by, [], LOOKED) is None
    assert AccessEvent.objects.count() == 0


def test_who_has_looked_at_me_names_those_and_no_others(request_by):
    mine = audit.record_access(request_by, [3, 4], LOOKED)
    audit.record_access(request_by, [4], LOOKED)

    assert [event.pk for event in audit.accesses_to(3)] == [mine]


def test_what_happened_to_me_names_that_and_nothing_else(user):
    mine = audit.record(TESTED, by=user, about=user, person_ids=(3,))
    audit.record(TESTED, by=user, about=user, person_ids=(4,))

    assert list(audit.events_about(3)) == [mine]
