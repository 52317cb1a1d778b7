"""Nothing but a released batch leaves the audit, whichever way one tries."""

import pytest
from django.db import IntegrityError, connection, transaction

from core import audit
from core.models import (
    AccessEvent,
    AccessSubject,
    AuditEvent,
    AuditRelease,
    AuditSeal,
    AuditSubject,
    Deletion,
    PublishedText,
    User,
)
from core.tests.guards import guards_lifted, triggers

pytestmark = pytest.mark.django_db

audit.kind("guard.tested", "A guard was tested")

APPEND_ONLY = [
    AuditEvent,
    AuditSubject,
    AccessEvent,
    AccessSubject,
    AuditSeal,
    AuditRelease,
    Deletion,
    PublishedText,
]


@pytest.fixture(autouse=True)
def rows():
    """One row in each append-only table."""
    user = User.objects.create_user("karen@example.dk")
    audit.record("guard.tested", by=user, about=user, person_ids=(1,))
    access = AccessEvent.objects.create(purpose="guard.tested", actor_kind="user", actor_id=1)
    AccessSubject.objects.create(event=access, person_id=1)
    seal = AuditSeal.objects.create(
        stream="access",
        number=1,
        first_id=access.pk + 1000,
        last_id=access.pk + 1000,
        count=0,
        first_at=access.at,
        last_at=access.at,
        digest="0" * 64,
    )
    AuditRelease.objects.create(
        stream="access", number=1, first_id=seal.first_id, last_id=seal.last_id, kept_days=365
    )
    Deletion.objects.create(rule="test", object_type="core.user", object_id="1")
    PublishedText.objects.create(key="test", version=1, body_da="Tekst")


def refused():
    return pytest.raises(IntegrityError, match="append-only")


@pytest.mark.parametrize("model", APPEND_ONLY)
def test_update_is_refused(model):
    with refused(), transaction.atomic():
        model.objects.update(id=999_999)


@pytest.mark.parametrize("model", APPEND_ONLY)
def test_save_of_a_changed_row_is_refused(model):
    row = model.objects.first()
    with refused(), transaction.atomic():
        row.save(force_update=True)


@pytest.mark.parametrize("model", APPEND_ONLY)
def test_delete_is_refused(model):
    with refused(), transaction.atomic():
        model.objects.all().delete()


@pytest.mark.parametrize("model", APPEND_ONLY)
def test_raw_delete_is_refused(model):
    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608


@pytest.mark.parametrize("model", APPEND_ONLY)
def test_raw_update_is_refused(model):
    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET id = id")  # noqa: S608


@pytest.mark.parametrize("model", APPEND_ONLY)
def test_replacing_a_row_is_refused(model):
    row = model.objects.first()
    fields = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    with refused(), transaction.atomic():
        model.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["id"], update_fields=fields
        )


@pytest.mark.parametrize("model", APPEND_ONLY)
def test_replacing_a_raw_row_is_refused(model):
    """SQLite's REPLACE removes rows without firing delete triggers; PostgreSQL has no such word."""
    table = model._meta.db_table
    statement = {
        "sqlite": f"REPLACE INTO {table} SELECT * FROM {table}",  # noqa: S608
        "postgresql": (
            f"INSERT INTO {table} SELECT * FROM {table} "  # noqa: S608
            "ON CONFLICT (id) DO UPDATE SET id = excluded.id"
        ),
    }[connection.vendor]
    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("model", APPEND_ONLY)
def test_emptying_the_table_is_refused(model):
    word = {"sqlite": "DELETE FROM", "postgresql": "TRUNCATE"}[connection.vendor]
    tail = {"sqlite": "", "postgresql": " CASCADE"}[connection.vendor]
    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{word} {model._meta.db_table}{tail}")


def test_an_unsealed_range_cannot_be_released():
    event = AuditEvent.objects.first()
    with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
        AuditRelease.objects.create(
            stream="audit", number=1, first_id=event.pk, last_id=event.pk, kept_days=365
        )


def test_a_release_wider_than_its_seal_is_refused():
    seal = AuditSeal.objects.get()
    AuditSeal.objects.create(
        stream="access",
        number=2,
        first_id=seal.last_id + 1,
        last_id=seal.last_id + 9,
        count=0,
        first_at=seal.first_at,
        last_at=seal.last_at,
        digest="0" * 64,
    )
    with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
        AuditRelease.objects.create(
            stream="access", number=2, first_id=1, last_id=seal.last_id + 9, kept_days=365
        )


def test_the_release_of_one_stream_does_not_open_the_other():
    event = AuditEvent.objects.first()
    seal = AuditSeal.objects.create(
        stream="access",
        number=3,
        first_id=event.pk,
        last_id=event.pk,
        count=0,
        first_at=event.at,
        last_at=event.at,
        digest="0" * 64,
    )
    AuditRelease.objects.create(
        stream="access", number=3, first_id=seal.first_id, last_id=seal.last_id, kept_days=365
    )
    with refused(), transaction.atomic():
        event.delete()


def test_every_guard_is_in_place():
    """A later migration that rebuilds a table on SQLite would lose its triggers unseen."""
    kinds = ["no_update", "no_delete"]
    kinds.append({"sqlite": "no_replace", "postgresql": "no_truncate"}[connection.vendor])
    expected = {f"{model._meta.db_table}_{kind}" for model in APPEND_ONLY for kind in kinds}
    assert expected | {"core_auditrelease_sealed"} <= triggers()


def test_without_the_guards_these_tests_would_fail():
    """The planted fault: with the triggers away, the same statements go through."""
    with guards_lifted():
        for model in (AuditSubject, AuditEvent):
            assert model.objects.all().delete()[0] == 1
    with refused(), transaction.atomic():
        AccessEvent.objects.all().delete()
