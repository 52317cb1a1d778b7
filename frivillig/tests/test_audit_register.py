"""Every kind of event that is recorded, and every purpose of an access, is known by name.

The register makes a typo an error where the line runs; this finds it where no test runs the line.
"""

import ast
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.urls import get_resolver

from core import audit
from core.views import ScopedMixin

APPS = ("core", "coordination", "agreements", "recruitment", "frivillig")


def recorded_kinds(source):
    """The literal kinds in calls of `audit.record(...)`, as (kind, line)."""
    return [
        (call.args[0].value, call.lineno)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "record"
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "audit"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    ]


def subclasses(view):
    for child in view.__subclasses__():
        yield child
        yield from subclasses(child)


def recording_files():
    """{file: its recorded kinds} of every module of ours that records."""
    return {
        path: kinds
        for app in APPS
        for path in Path(settings.BASE_DIR, app).rglob("*.py")
        if "tests" not in path.parts and (kinds := recorded_kinds(path.read_text(encoding="utf-8")))
    }


def module_of(path):
    return ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)


def test_every_recorded_kind_is_registered():
    files = recording_files()
    for path in files:
        import_module(module_of(path))
    unknown = [
        f"{module_of(path)}:{line} {kind}"
        for path, kinds in files.items()
        for kind, line in kinds
        if kind not in audit.kinds()
    ]
    assert unknown == []


def test_every_access_purpose_is_registered():
    assert get_resolver().reverse_dict  # the addresses bring in the views
    unknown = {
        f"{view.__module__}.{view.__name__}: {view.access_purpose}"
        for view in subclasses(ScopedMixin)
        if view.access_purpose
        and ".tests." not in view.__module__
        and view.access_purpose not in audit.purposes()
    }
    assert unknown == set()


def test_planted_typo_is_found():
    assert recorded_kinds('audit.record("agreement.snet", by=None, about=row)') == [
        ("agreement.snet", 1)
    ]
    assert "agreement.snet" not in audit.kinds()
