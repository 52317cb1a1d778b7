"""Lifting the append-only triggers: for emptying a test database and for playing the burglar."""

import contextlib

import pytest
from django.db import connection
from django.test import TransactionTestCase


@contextlib.contextmanager
def guards_lifted():
    """Inside, the database's own triggers are away; after, they are back."""
    restore = {"sqlite": _drop_sqlite, "postgresql": _disable_postgres}[connection.vendor]()
    try:
        yield
    finally:
        _execute(restore)


def triggers():
    """The names of the database's own triggers."""
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[connection.vendor]
    return {row[0] for row in _fetch(query)}


@pytest.fixture(scope="session", autouse=True)
def emptying_lifts_the_guards():
    """Tests with real transactions empty all tables afterwards; the audit would refuse that."""
    original = TransactionTestCase._fixture_teardown

    def teardown(test):
        with guards_lifted():
            original(test)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = original


def _drop_sqlite():
    found = _fetch("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    _execute([f'DROP TRIGGER "{name}"' for name, _sql in found])
    return [sql for _name, sql in found]


def _disable_postgres():
    found = _fetch("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    _execute([f"ALTER TABLE {table} DISABLE TRIGGER USER" for (table,) in found])
    return [f"ALTER TABLE {table} ENABLE TRIGGER USER" for (table,) in found]


def _fetch(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _execute(statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
