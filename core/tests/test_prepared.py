"""Questions whose SQL is written once: they answer as the queryset does, whatever the values."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Count, F, Value
from django.utils import timezone

from core.models import AccessEvent, AccessSubject, PolicyValue, User
from core.prepared import Prepared, PreparedCount, PreparedList, given, ids, moment, number, text

DAY = date(2026, 3, 3)


@pytest.fixture
def values(db):
    """Three settings from three days on."""
    return [
        PolicyValue.objects.create(
            key=f"test.{place}", value={"n": place}, valid_from=DAY + timedelta(days=place)
        )
        for place in range(3)
    ]


def test_prepared_answers_for_each_value_it_is_told(values):
    question = Prepared(
        PolicyValue.objects.filter(valid_from__lte=given("day")).order_by("pk").values_list("key")
    )
    assert question.rows(day=DAY) == [("test.0",)]
    assert question.rows(day=DAY + timedelta(days=1)) == [("test.0",), ("test.1",)]
    assert question.rows(day=DAY - timedelta(days=1)) == []


def test_prepared_costs_one_query_and_its_sql_stays(values, django_assert_num_queries):
    question = Prepared(PolicyValue.objects.filter(pk__among=ids("rows")).values_list("pk"))
    for count in (1, 3, 0, 2):
        wanted = [row.pk for row in values[:count]]
        with django_assert_num_queries(1):
            assert sorted(pk for (pk,) in question.rows(rows=wanted)) == wanted
    assert len(question._written) == 1


def test_prepared_takes_thousands_of_ids(values):
    question = Prepared(PolicyValue.objects.filter(pk__among=ids("rows")).values_list("pk"))
    wanted = {row.pk for row in values} | set(range(10_000_000, 10_040_000))
    assert len(question.rows(rows=wanted)) == 3


def test_prepared_values_come_in_their_own_types(values):
    question = Prepared(PolicyValue.objects.order_by("pk").values_list("valid_from", "value"))
    assert question.rows()[0] == (DAY, {"n": 0})


def test_prepared_models_have_their_relations_and_annotations(db, django_assert_num_queries):
    event = AccessEvent.objects.create(purpose="test", actor_kind="user", actor_id=7)
    subject = AccessSubject.objects.create(event=event, person_id=3)
    rows = AccessSubject.objects.filter(person_id=number("person")).select_related("event")
    question = Prepared(rows.annotate(double=F("person_id") * Value(2)))
    with django_assert_num_queries(1):
        (found,) = question.rows(person=3)
        assert (found, found.event, found.double) == (subject, event, 6)
    assert (found.event.purpose, found.event.at) == ("test", event.at)


def test_prepared_instants_are_in_utc_and_not_the_servers_time(db):
    User.objects.create(email="a@example.invalid", date_joined=datetime(2026, 3, 29, 1, tzinfo=UTC))
    question = Prepared(User.objects.filter(date_joined__gte=moment("at")).values_list("email"))
    summer = timezone.make_aware(datetime(2026, 3, 29, 3))
    assert question.rows(at=summer) == [("a@example.invalid",)]
    assert question.rows(at=summer + timedelta(minutes=1)) == []


def test_prepared_is_told_every_value(values):
    question = Prepared(PolicyValue.objects.filter(valid_from=given("day")).values_list("pk"))
    with pytest.raises(KeyError):
        question.rows()


def test_prepared_question_that_nothing_can_answer(values, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Prepared(PolicyValue.objects.filter(pk__in=[]).values_list("pk")).rows() == []
        assert PreparedCount(PolicyValue.objects.filter(pk__in=[])).number() == 0


def test_prepared_count(values):
    rows = PolicyValue.objects.filter(valid_from__gte=given("day"))
    assert PreparedCount(rows).number(day=DAY) == 3
    assert PreparedCount(rows).number(day=DAY + timedelta(days=9)) == 0
    both = PreparedCount(rows, Count("pk"), Count("path", distinct=True))
    assert both.numbers(day=DAY) == (3, 1)


def test_prepared_tells_no_value_to_the_next(values):
    """What is kept must not hold what somebody was told."""
    question = Prepared(PolicyValue.objects.filter(pk__among=ids("rows")).values_list("pk"))
    question.rows(rows=[values[0].pk])
    assert question.rows(rows=[values[1].pk]) == [(values[1].pk,)]


def test_a_prepared_list_is_read_a_page_at_a_time(values, django_assert_num_queries):
    question = PreparedList(PolicyValue.objects.filter(pk__among=ids("rows")).order_by("pk"))
    told = question.told(rows=[row.pk for row in values])
    for _again in range(2):
        with django_assert_num_queries(3):
            assert told.count() == 3
            assert [row.key for row in told[0:2]] == ["test.0", "test.1"]
            assert [row.key for row in told[2:4]] == ["test.2"]


def test_a_prepared_list_counts_in_a_way_of_its_own(values):
    question = PreparedList(PolicyValue.objects.all(), PreparedCount(AccessEvent.objects.all()))
    assert question.told().count() == 0


@pytest.mark.parametrize("pattern, fits", [("%.1", 1), ("test%", 3), (r"test\_%", 0), ("", 0)])
def test_a_pattern_fits_as_it_is_written(values, pattern, fits):
    assert PolicyValue.objects.filter(key__like=pattern).count() == fits
    question = PreparedCount(PolicyValue.objects.filter(key__like=text("pattern")))
    assert question.number(pattern=pattern) == fits
