"""Every field of every installed model says whether it is about a person, and what becomes of it.

A failure names "app.Model.field". Add the field to the list in that app's `privacy.py`
(`privacy.register(Model, {...}, person="lookup to the person's id")`, described in
`core/privacy/__init__.py`); fields of packages we use are in `core/privacy/fields.py`. Operational
is what says nothing about a person; everything else has a purpose, a legal basis, a retention
and what erasure does. The app's `privacy.py` is imported in its `AppConfig.ready`.
"""

import pytest
from django.db import models

from core import policies, privacy


def test_every_field_is_listed():
    assert privacy.unlisted_fields() == []


def test_every_personal_field_says_why_and_how_long():
    silent = [
        f"{entry.label}.{name}"
        for entry in privacy.registered()
        for name, mark in entry.personal_fields.items()
        if not (str(mark.purpose) and str(mark.basis) and str(mark.retention) and mark.erase)
    ]
    assert silent == []


def test_free_text_is_never_operational_on_rows_of_people():
    """Prose on a row that leads to a person may hold anything about that person."""
    hidden = [
        f"{entry.label}.{name}"
        for entry in privacy.registered()
        if entry.person or entry.user
        for name in entry.fields
        if name not in entry.personal_fields
        and isinstance(entry.model._meta.get_field(name), models.TextField | models.EmailField)
    ]
    assert hidden == []


@pytest.mark.django_db
def test_every_lookup_leads_to_rows():
    for entry in privacy.registered():
        assert entry.rows_of(0).count() == 0


@pytest.mark.django_db
def test_nobody_is_exported_and_planned_as_nothing():
    exported = privacy.export_person(0)
    assert (exported["data"], exported["accesses"], exported["events"]) == ({}, [], [])
    assert privacy.erasure_plan(0) == []


@pytest.mark.django_db
def test_every_retention_rule_counts_and_names_a_setting():
    counted = privacy.run(dry_run=True)
    for rule in privacy.rules():
        assert counted[rule.key] == 0
        assert not rule.policy or policies.policy(rule.policy).type is int
