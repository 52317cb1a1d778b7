"""What acts for somebody is keyword-only, atomic and leaves an event."""

import ast
from itertools import product
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from core.states import StateTable
from frivillig.tests import actions_guard as guard
from frivillig.tests import architecture


@pytest.fixture(scope="module")
def files():
    return architecture.sources()


def test_there_are_actions_to_look_at(files):
    assert len(list(guard.actions(guard.read(files)))) > 50


def test_actions_are_keyword_only(files):
    assert architecture.positional_actions(files) == []


def test_actions_are_atomic(files):
    assert guard.not_atomic(files, besides=guard.QUESTIONS) == []


def test_actions_leave_an_event(files):
    assert guard.not_recorded(files, besides={**guard.QUESTIONS, **guard.SILENT}) == []


def test_the_exceptions_still_exist(files):
    known = {full for full, _module, _function in guard.actions(guard.read(files))}
    assert {*guard.QUESTIONS, *guard.SILENT} <= known


PLANTED = """
from django.db import transaction
from core import audit

def loose(*, thing, by):
    thing.save()

@transaction.atomic
def silent(*, thing, by):
    thing.save()

@transaction.atomic
def good(*, thing, by):
    _record(thing, by)

def _record(thing, by):
    audit.record("thing.done", by=by, about=thing)
"""


def test_a_planted_action_without_transaction_is_seen():
    assert guard.not_atomic({"core.actions.x": PLANTED}) == ["core.actions.x.loose is not atomic"]


def test_a_planted_action_without_event_is_seen():
    assert guard.not_recorded({"core.actions.x": PLANTED}) == [
        "core.actions.x.loose leaves no event",
        "core.actions.x.silent leaves no event",
    ]


# --- State tables ------------------------------------------------------------------------------


def state_tables():
    """{name: (module, StateTable)} of every table of the project."""
    modules = [f"{app}.states" for app in ("coordination", "agreements", "recruitment")]
    modules += ["core.models.job", "core.models.message"]
    found = {}
    for name in modules:
        module = __import__(name, fromlist=["*"])
        found |= {
            key: (name, value)
            for key, value in vars(module).items()
            if isinstance(value, StateTable)
        }
    return found


def constructed():
    """The names that are given a StateTable anywhere in the project's sources."""
    return {
        target.id
        for source in architecture.sources().values()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "StateTable"
        for target in node.targets
    }


def has_full_test(written, name):
    """True if a test asks the table about every pair: `NAME.allows(...)` in a test module."""
    return any(f"{name}.allows(" in source for source in written)


@pytest.fixture(scope="module")
def written():
    root = Path(settings.BASE_DIR)
    return [
        path.read_text(encoding="utf-8")
        for app in architecture.FLOORS
        for path in (root / app / "tests").glob("test_*.py")
    ]


def test_every_state_table_is_known():
    assert set(state_tables()) == constructed()


@pytest.mark.parametrize("name", sorted(state_tables()))
def test_the_state_table_has_a_test_of_every_pair(written, name):
    assert has_full_test(written, name)


def test_a_table_without_a_test_is_seen(written):
    assert not has_full_test(written, "PLANTED_" + "TABLE")


@pytest.mark.parametrize("name", sorted(state_tables()))
def test_the_state_table_names_every_state_of_its_field(name):
    """Closed: every state has its line, and what follows is a state of the same enum."""
    _module, table = state_tables()[name]
    enum = type(next(iter(table.transitions)))
    assert set(table.transitions) == set(enum)
    for state, target in product(enum, repeat=2):
        assert table.allows(state, target) == (target in table.transitions[state])


def test_every_state_field_has_a_table():
    """A field called `state` is moved by a table, whatever its model."""
    enums = {type(next(iter(table.transitions))) for _name, table in state_tables().values()}
    values = [{str(state) for state in enum} for enum in enums]
    open_fields = [
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in architecture.FLOORS
        for field in model._meta.concrete_fields
        if field.name == "state" and {key for key, _label in field.choices or ()} not in values
    ]
    assert open_fields == []
