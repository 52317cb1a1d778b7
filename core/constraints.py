"""The one table from database constraints to what people are told when one says no."""

import contextlib
import re
from functools import cache

from django.apps import apps
from django.db import IntegrityError
from django.db.models import UniqueConstraint

from core.errors import DomainError

_registered = {}


def register(name, message):
    """Add a constraint that no model's Meta can hold (made by a guarded migration)."""
    _registered[name] = message


@cache
def messages():
    """Every named constraint's message: {name: message}, and for SQLite's unnamed unique
    errors {"table.column, table.column": (name, message)}.
    """
    by_name, by_columns = {}, {}
    for model in apps.get_models():
        table = model._meta.db_table
        for constraint in model._meta.constraints:
            by_name[constraint.name] = constraint.violation_error_message
            if isinstance(constraint, UniqueConstraint) and constraint.fields:
                columns = ", ".join(
                    f"{table}.{model._meta.get_field(field).column}" for field in constraint.fields
                )
                by_columns[columns] = constraint.name
    return by_name, by_columns


def violated(error):
    """The name of the constraint behind an IntegrityError, or "" if it cannot be told."""
    diagnosis = getattr(getattr(error, "__cause__", None), "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name or ""
    text = str(error)
    _by_name, by_columns = messages()
    named = re.search(r"(?:CHECK constraint failed: |index ')(\w+)", text)
    if named:
        return named.group(1)
    columns = text.removeprefix("UNIQUE constraint failed: ")
    if columns in by_columns:
        return by_columns[columns]
    return next((name for name in _registered if name in text), "")


@contextlib.contextmanager
def explained():
    """Turn a constraint's no into a DomainError with the constraint's own message.

    Wrap it around an action, outside its transaction.
    """
    try:
        yield
    except IntegrityError as error:
        name = violated(error)
        by_name, _by_columns = messages()
        message = _registered.get(name) or by_name.get(name)
        if not message:
            raise
        raise DomainError(message, code=name) from error
