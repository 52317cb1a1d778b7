"""Count who has been with children, and make it a dated duty when the threshold is crossed."""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from agreements import threshold
from agreements.actions import duties
from agreements.models import ThresholdCrossing
from coordination.locks import lock_people
from coordination.models import Assignment, ClearanceKind
from coordination.states import AssignmentState
from core import audit, policies
from core.periods import day_of

audit.kind("threshold.crossed", gettext_lazy("Has been with children more than the threshold"))
audit.kind("threshold.corrected", gettext_lazy("Crossing of the threshold corrected"))

NEVER = timedelta(microseconds=1)  # a shift that ends at midnight is not of the next day


@transaction.atomic
def recount(*, volunteer_ids, by):
    """Count these volunteers' presences with children anew, over every branch.

    Writes, moves or takes back their ThresholdCrossing, and with it the gate's day. Presences
    count whatever the tie, so that changing it opens nothing. Returns how many rows changed.
    3 queries where nobody is near a threshold.
    """
    lock_people(volunteer_ids)
    presences = presences_of(volunteer_ids)
    known = ThresholdCrossing.objects.in_bulk(volunteer_ids)
    limits = threshold.limits()
    changed = []
    for volunteer_id in sorted(set(volunteer_ids)):
        found = threshold.first_crossing(
            [days for days, _branch in presences[volunteer_id]], limits
        )
        if _write(volunteer_id, found, presences[volunteer_id], known.get(volunteer_id), by):
            changed.append(volunteer_id)
    if changed:
        duties.sync(volunteer_ids=changed, by=by)
    return len(changed)


def presences_of(volunteer_ids):
    """{volunteer id: [((first day, last day), branch), ...]} of shifts with children that they
    came to. An activity that names a child certificate, as a duty or an option, is one. 1 query.
    """
    rows = Assignment.objects.filter(
        volunteer__in=volunteer_ids,
        state=AssignmentState.ATTENDED,
        shift__site__activity__requirements__kind=ClearanceKind.CHILD_CERTIFICATE,
    ).select_related("shift__site__branch")
    found = defaultdict(list)
    for row in rows:
        days = day_of(row.starts_at), day_of(row.ends_at - NEVER)
        found[row.volunteer_id].append((days, row.shift.site.branch))
    return found


def _write(volunteer_id, found, presences, known, by):
    """Make the row say what was found; True if it had to change."""
    if found is None:
        return known is not None and _take_back(known, by)
    facts = {
        "crossed_on": found.on,
        "due_on": found.on + timedelta(days=policies.get("threshold.grace_days")),
        "reason": found.reason,
        "number": found.number,
    }
    if known is not None and known.crossed_on == found.on and known.reason == found.reason:
        return False
    row = known or ThresholdCrossing(volunteer_id=volunteer_id, noticed_at=timezone.now())
    for name, value in facts.items():
        setattr(row, name, value)
    row.branch = next(branch for (first, last), branch in presences if first <= found.on <= last)
    row.save()
    _record("threshold.corrected" if known else "threshold.crossed", row, by, fields=facts)
    return True


def _take_back(row, by):
    _record("threshold.corrected", row, by, fields=("due_on",))
    row.delete()
    return True


def _record(kind, row, by, *, fields):
    audit.record(
        kind,
        by=by,
        about=row,
        fields=sorted(fields),
        person_ids=[row.volunteer_id],
        branch_path=row.branch.path,
    )
