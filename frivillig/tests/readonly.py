"""Watches what a request does to the database, and names every write that a GET may not do."""

import re

# What a GET may write: the audit's own tables, sessions and the cache's table.
ALLOWED = (
    *("core_accessevent", "core_accesssubject", "core_auditevent", "core_auditsubject"),
    *("django_session", "core_cache"),
)
READS = re.compile(r"\s*(?:\(\s*)?(SELECT|EXPLAIN|WITH|PRAGMA table_info)\b", re.IGNORECASE)
CONTROL = re.compile(
    r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET (CONSTRAINTS|TRANSACTION))\b", re.IGNORECASE
)
LOCKS = re.compile(r"\bFOR (NO KEY )?UPDATE\b", re.IGNORECASE)
TARGET = re.compile(
    r'\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE(?: OR \w+)?|DELETE FROM|REPLACE INTO)\s+"?(\w+)"?',
    re.IGNORECASE,
)


def is_write(sql):
    """True unless the statement only reads, controls the transaction, or writes what it may."""
    if READS.match(sql):
        writes_within = re.search(r"\b(INSERT INTO|UPDATE \"|DELETE FROM)\b", sql, re.IGNORECASE)
        return bool(sql.lstrip().upper().startswith("WITH") and writes_within)
    if CONTROL.match(sql):
        return False
    target = TARGET.match(sql)
    return not (target and target.group(1) in ALLOWED)


class Watch:
    """A wrapper for `connection.execute_wrapper`: counts queries and keeps the writes."""

    def __init__(self):
        self.count = 0
        self.writes = []

    def __call__(self, execute, sql, params, many, context):
        if not CONTROL.match(sql):
            self.count += 1
        if is_write(sql):
            self.writes.append(sql[:200])
        return execute(sql, params, many, context)
