"""Every invariant that SQL can hold is a named constraint with words, and each one holds."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import CheckConstraint

from coordination.models import Shift
from core import constraints
from frivillig.tests import constraint_table as table
from frivillig.tests.constraint_rows import make_rows

OURS = ("core", "coordination", "agreements", "recruitment")
PERIODS = (
    ("starts_on", "ends_on"),
    ("starts_at", "ends_at"),
    ("valid_from", "valid_until"),
    ("published_from", "published_until"),
    ("binding_from", "binding_until"),
)


def our_models():
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def named():
    """{name: model} of every constraint in a Meta."""
    return {
        constraint.name: model for model in our_models() for constraint in model._meta.constraints
    }


# --- The rules, as functions over models ---------------------------------------------------


def fields_of(condition):
    """The names of the fields that a condition speaks about."""
    if isinstance(condition, models.Q):
        return set().union(*(fields_of(child) for child in condition.children), set())
    name, value = condition
    found = {name.split("__")[0]}
    return found | {value.name} if isinstance(value, models.F) else found


def checks_about(model, *names):
    """The model's check constraints that speak about exactly these fields, or these and more."""
    return [
        constraint
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint) and set(names) <= fields_of(constraint.condition)
    ]


def unguarded_pairs(found):
    """Nullable `x_at` beside `x_by` without a check that they are set together."""
    wrong = []
    for model in found:
        fields = {field.name: field for field in model._meta.concrete_fields}
        for name in fields:
            pair = f"{name.removesuffix('_at')}_by"
            if not (name.endswith("_at") and pair in fields and fields[name].null):
                continue
            if not any(
                fields_of(check.condition) == {name, pair}
                for check in checks_about(model, name, pair)
            ):
                wrong.append(f"{model._meta.label}: {name} and {pair}")
    return wrong


def unguarded_periods(found):
    """Two fields of a period without a check that the end is not before the start."""
    wrong = []
    for model in found:
        names = {field.name for field in model._meta.concrete_fields}
        for start, end in PERIODS:
            if {start, end} <= names and not checks_about(model, start, end):
                wrong.append(f"{model._meta.label}: {start} to {end}")
    return wrong


def open_choices(found):
    """Choices that no check closes: {label of the field}."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in found
        for field in model._meta.concrete_fields
        if field.choices
        and not any(_closes(check, field) for check in checks_about(model, field.name))
    }


def _closes(check, field):
    """True if no value but the field's choices passes, judged in memory."""
    return not _may_pass(check.condition, field.name)


def _may_pass(condition, name, negated=False):
    """True if the condition could hold for a value of `name` that is none of the choices."""
    if not isinstance(condition, models.Q):
        lookup, _value = condition
        return negated if lookup in (name, f"{name}__in") else True
    negated = negated != condition.negated
    every = (condition.connector == models.Q.AND) != negated
    parts = [_may_pass(child, name, negated) for child in condition.children]
    return all(parts) if every else any(parts)


def wordless(found):
    """Constraints without a name of their own or without words for people."""
    return [
        f"{model._meta.label}: {constraint.name}"
        for model in found
        for constraint in model._meta.constraints
        if "%" in constraint.name
        or constraint.violation_error_message == constraint.default_violation_error_message
    ]


# --- What holds ------------------------------------------------------------------------------


def test_what_is_set_together_is_checked():
    assert unguarded_pairs(our_models()) == []


def test_periods_are_checked():
    assert unguarded_periods(our_models()) == []


def test_choices_that_rules_read_are_closed():
    assert open_choices(our_models()) == set(table.OPEN_CHOICES)


def test_constraints_have_words():
    assert wordless(our_models()) == []


def test_names_are_used_once():
    names = [constraint.name for model in our_models() for constraint in model._meta.constraints]
    assert len(names) == len(set(names))


@pytest.mark.django_db
def test_exclusion_guards_are_in_the_database():
    queries = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT conname FROM pg_constraint WHERE contype = 'x'",
    }
    with connection.cursor() as cursor:
        cursor.execute(queries[connection.vendor])
        found = [text for (text,) in cursor.fetchall()]
    missing = {name for name in table.EXCLUSIONS if not any(name in text for text in found)}
    assert missing == set()
    assert set(constraints._registered) >= table.EXCLUSIONS


# --- Each one, broken ------------------------------------------------------------------------


def test_every_constraint_is_in_the_table():
    assert {*table.COPIES, *table.CHANGES} == set(named())


@pytest.fixture(scope="module")
def valid_rows(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_rows()
        transaction.set_rollback(True)


def refusal(deed):
    """The name of the constraint that refused the deed, or "" if nothing did."""
    try:
        with transaction.atomic():
            deed()
    except IntegrityError as error:
        return constraints.violated(error) or str(error)
    return ""


def the_row(rows, name):
    return rows.get(name) or rows[named()[name]]


def values_of(given, rows):
    """The table's values with the numbers of rows that exist, and words that nobody has."""
    return {
        key: "/9/9/"
        if value == table.NEW
        else rows["staff"].pk
        if key.endswith("_by_id") and value is not None
        else value
        for key, value in given.items()
    }


def is_refused(name, refused):
    """True if the constraint itself, or the guard that stands before it, said no."""
    before = table.REFUSED_BEFORE.get(name)
    return refused == name or (before is not None and before in refused)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(table.COPIES))
def test_a_second_row_like_it_is_refused(valid_rows, name):
    row = the_row(valid_rows, name)
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    copy = type(row)(**values | values_of(table.COPIES[name], valid_rows))
    refused = refusal(lambda: type(row)._base_manager.bulk_create([copy]))
    assert is_refused(name, refused), refused


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(table.CHANGES))
def test_a_row_changed_so_is_refused(valid_rows, name):
    row = the_row(valid_rows, name)
    changes = values_of(table.CHANGES[name], valid_rows)
    rows = type(row)._base_manager.filter(pk=row.pk)
    refused = refusal(lambda: rows.update(**changes))
    assert is_refused(name, refused), refused


# --- The rules see a planted fault ------------------------------------------------------------


def planted():
    """A model with every fault, known to no app registry that others read."""

    class Faulty(models.Model):  # noqa: DJ008
        state = models.CharField(max_length=9, choices=[("a", "A")])
        starts_on = models.DateField()
        ends_on = models.DateField(null=True)
        sent_at = models.DateTimeField(null=True)
        sent_by = models.IntegerField(null=True)

        class Meta:
            app_label = "planted"
            apps = type(apps)()
            constraints = [
                models.CheckConstraint(
                    condition=~models.Q(state="a") | models.Q(sent_at__isnull=True),
                    name="faulty_%(class)s",
                )
            ]

    return [Faulty]


def test_a_planted_pair_is_seen():
    assert unguarded_pairs(planted()) == ["planted.Faulty: sent_at and sent_by"]


def test_a_planted_period_is_seen():
    assert unguarded_periods(planted()) == ["planted.Faulty: starts_on to ends_on"]


def test_a_planted_open_choice_is_seen():
    assert open_choices(planted()) == {"planted.Faulty.state"}


def test_a_planted_constraint_without_words_is_seen():
    assert len(wordless(planted())) == 1


@pytest.mark.django_db
def test_a_deed_that_nothing_refuses_has_no_name(valid_rows):
    assert refusal(lambda: Shift.objects.filter(pk=0).update(capacity=3)) == ""
