"""The trail that every deed on an agreement or an attestation leaves."""

from core import audit
from core.models import AuditEvent


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


def happened_since(kind, paper, moment):
    """Whether the trail of the paper has an event of the kind after the moment. 1 query."""
    return AuditEvent.objects.filter(
        kind=kind,
        object_type=paper._meta.label_lower,
        object_id=str(paper.pk),
        at__gt=moment,
    ).exists()
