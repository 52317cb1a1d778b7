"""The house's own rules: arrows run one way, no circles, no queries in views."""

import pytest

from frivillig.tests import architecture


@pytest.fixture(scope="module")
def files():
    return architecture.sources()


RULES = {
    "upward": (
        architecture.upward_imports,
        {"core.x": "from coordination.models import Person", "coordination.models": ""},
    ),
    "hidden": (
        architecture.hidden_imports,
        {"core.x": "def f():\n    from core.models import User", "core.models": ""},
    ),
    "climbing": (
        architecture.climbing_imports,
        {
            "coordination.actions.x": "from coordination.forms.y import F",
            "coordination.forms.y": "",
        },
    ),
    "cycles": (
        architecture.cycles,
        {"core.a": "from core import b", "core.b": "import core.a", "core": ""},
    ),
    "queries in views": (
        architecture.queries_in_views,
        {"coordination.views.x": "rows = Person.objects.all()"},
    ),
    "saves": (
        architecture.overridden_saves,
        {"core.models.x": "class A:\n    def save(self):\n        x = 1"},
    ),
    "positional actions": (
        architecture.positional_actions,
        {"core.actions.x": "def end(thing, by):\n    x = 1"},
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_the_house_keeps_the_rule(files, name):
    rule, _planted = RULES[name]
    assert rule(files) == []


@pytest.mark.parametrize("name", RULES)
def test_the_rule_sees_a_planted_fault(name):
    rule, planted = RULES[name]
    assert len(rule(planted)) == 1


def test_every_floor_is_read(files):
    assert {name.split(".")[0] for name in files} == set(architecture.FLOORS)
