"""Keep the gate's "child certificate required of this person" in step with what is behind it.

Behind it are a crossed threshold and an outcome that closes activities with children. The gate
reads one day on the volunteer; this is the only writer.
"""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction

from agreements.models import Attestation, ThresholdCrossing
from agreements.states import CLOSING, AttestationState
from coordination.actions import clearances
from coordination.models import Volunteer
from core.periods import day_of

MOMENT = {
    AttestationState.NOT_APPROVED: "assessed_at",
    AttestationState.SUSPENDED: "suspended_at",
    AttestationState.DECLINED: "declined_at",
}


@transaction.atomic
def sync(*, volunteer_ids, by):
    """Write each volunteer's day as `required_from` says; returns how many changed. 3 queries
    and what is written.
    """
    wanted = required_from(volunteer_ids)
    changed = 0
    rows = Volunteer.objects.filter(pk__in=volunteer_ids).order_by("pk")
    for volunteer in rows:
        if volunteer.child_certificate_from != wanted.get(volunteer.pk):
            clearances.require_of_person(
                volunteer=volunteer, from_day=wanted.get(volunteer.pk), by=by
            )
            changed += 1
    return changed


def required_from(volunteer_ids):
    """{volunteer id: the first day on which a child certificate is required of them}.

    After a crossing's last day of grace; from the day of an outcome that closes. 2 queries.
    """
    days = defaultdict(list)
    crossings = ThresholdCrossing.objects.filter(volunteer__in=volunteer_ids)
    for volunteer, due_on in crossings.values_list("volunteer", "due_on"):
        days[volunteer].append(due_on + timedelta(days=1))
    closing = Attestation.objects.about_children().filter(
        volunteer__in=volunteer_ids, state__in=CLOSING
    )
    for volunteer, state, *moments in closing.values_list("volunteer", "state", *MOMENT.values()):
        moment = dict(zip(MOMENT, moments, strict=True))[AttestationState(state)]
        days[volunteer].append(day_of(moment))
    return {volunteer: min(found) for volunteer, found in days.items()}
