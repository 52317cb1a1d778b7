"""Counting what a page asks, so that the number is the same on both databases.

What only controls the transaction is not counted. The log of accesses, which PostgreSQL takes as
one statement, counts as the two that it is on SQLite.
"""

import re
from contextlib import contextmanager

from django.db import connection

CONTROL = re.compile(
    r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET (CONSTRAINTS|TRANSACTION))\b", re.IGNORECASE
)
LOG_AT_ONCE = re.compile(r"\s*WITH event AS \(\s*INSERT INTO core_accessevent\b")


def weight(sql):
    """As how many questions a statement counts."""
    if CONTROL.match(sql):
        return 0
    return 2 if LOG_AT_ONCE.match(sql) else 1


class Counter:
    """A wrapper for `connection.execute_wrapper`."""

    def __init__(self):
        self.asked = []

    def __call__(self, execute, sql, params, many, context):
        if weight(sql):
            self.asked.append(sql)
        return execute(sql, params, many, context)

    @property
    def number(self):
        return sum(map(weight, self.asked))


@contextmanager
def asks(number):
    """`with asks(9): client.get(...)`: exactly so many questions."""
    counter = Counter()
    with connection.execute_wrapper(counter):
        yield counter
    assert counter.number == number, "\n".join([f"{counter.number} asked:", *counter.asked])
