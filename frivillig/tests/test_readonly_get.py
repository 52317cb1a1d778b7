"""GET changes nothing: only the audit, the session and the cache may be written."""

import pytest
from django.db import connection

from coordination.models import SchoolHoliday
from core import audit
from core.periods import today
from frivillig.tests.readonly import Watch, is_write

pytestmark = pytest.mark.django_db


def writes_of(answers):
    """Every GET that wrote something, with its first statement."""
    return [
        f"{answer}: {answer.writes[0]}"
        for answer in answers
        if answer.method == "GET" and answer.writes
    ]


def test_no_get_changes_anything(crawled):
    assert writes_of(crawled.answers) == []


def test_posts_do_change_something(crawled):
    """The watch is awake: what was done by POST in the same crawl was seen."""
    done = [answer for answer in crawled.answers if answer.method == "POST" and answer.writes]
    assert len(done) > 20


def test_a_planted_write_is_seen():
    watch = Watch()
    with connection.execute_wrapper(watch):
        SchoolHoliday.objects.create(title="Vinterferie", starts_on=today(), ends_on=today())
        SchoolHoliday.objects.update(title="Påskeferie")
        SchoolHoliday.objects.all().delete()
    assert [statement.split()[0] for statement in watch.writes] == ["INSERT", "UPDATE", "DELETE"]


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "a" FROM "b"',
        'SELECT "a" FROM "b" FOR UPDATE OF "b"',
        'SAVEPOINT "s1"',
        'RELEASE SAVEPOINT "s1"',
        'INSERT INTO "core_accessevent" ("at") VALUES (1)',
        audit.INSERT_ACCESS,
        'UPDATE "django_session" SET "expire_date" = 1',
    ],
)
def test_reads_and_the_audit_pass(sql):
    assert not is_write(sql)


@pytest.mark.parametrize(
    "sql",
    [
        'INSERT INTO "coordination_person" ("name") VALUES (1)',
        'WITH a AS (INSERT INTO "coordination_person" ("name") VALUES (1)) SELECT 1',
        audit.INSERT_ACCESS.replace("core_accesssubject", "coordination_person"),
        'UPDATE "core_accessevent_other" SET "a" = 1',
        'DELETE FROM "agreements_document"',
        'WITH gone AS (DELETE FROM "core_job" RETURNING *) SELECT * FROM gone',
        "TRUNCATE core_auditevent",
        "DROP TABLE core_user",
    ],
)
def test_everything_else_is_a_write(sql):
    assert is_write(sql)
