"""Watches what a request does to the database, and names every write that a GET may not do."""

import re

from core.tests.counting import CONTROL, weight

# What a GET may write: the audit's own tables, sessions and the cache's table.
ALLOWED = (
    *("core_accessevent", "core_accesssubject", "core_auditevent", "core_auditsubject"),
    *("django_session", "core_cache"),
)
READS = re.compile(r"\s*(?:\(\s*)?(SELECT|EXPLAIN|WITH|PRAGMA table_info)\b", re.IGNORECASE)
LOCKS = re.compile(r"\bFOR (NO KEY )?UPDATE\b", re.IGNORECASE)
WRITTEN_WITHIN = re.compile(
    r'(?<!FOR )\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE
)
TARGET = re.compile(
    r'\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE(?: OR \w+)?|DELETE FROM|REPLACE INTO)\s+"?(\w+)"?',
    re.IGNORECASE,
)


def is_write(sql):
    """True unless the statement only reads, controls the transaction, or writes what it may."""
    if CONTROL.match(sql):
        return False
    if READS.match(sql):
        return bool(set(WRITTEN_WITHIN.findall(sql)) - set(ALLOWED))
    target = TARGET.match(sql)
    return not (target and target.group(1) in ALLOWED)


class Watch:
    """A wrapper for `connection.execute_wrapper`: counts queries and keeps the writes."""

    def __init__(self):
        self.count = 0
        self.writes = []

    def __call__(self, execute, sql, params, many, context):
        self.count += weight(sql)
        if is_write(sql):
            self.writes.append(sql[:200])
        return execute(sql, params, many, context)
