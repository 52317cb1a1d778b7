"""The trail that every deed on an agreement leaves."""

from core import audit


def record(kind, agreement, *, by, fields=()):
    """Write an event about an agreement, its person and its branch; return it."""
    return audit.record(
        kind,
        by=by,
        about=agreement,
        fields=fields,
        person_ids=[agreement.volunteer_id] if agreement.volunteer_id else [],
        branch_path=agreement.branch.path,
    )
