"""The trail that every deed on an agreement or an attestation leaves."""

from core import audit


def record(kind, paper, *, by, fields=()):
    """Write an event about an agreement or attestation, its people and its branch; return it."""
    return audit.record(
        kind,
        by=by,
        about=paper,
        fields=fields,
        person_ids=paper.person_ids,
        branch_path=paper.branch.path,
    )
