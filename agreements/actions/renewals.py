"""End a certificate's time early where it must be renewed: after a pause, at a new kind of
activity, where an activity asks for it more often. Source: domain.md 1.4 and rule 15.
"""

from datetime import timedelta

from django.db import transaction

from agreements import renewal
from agreements.actions.attestations import end_early
from agreements.models import ActivityTerms, Attestation, AttestationDuty
from agreements.states import AttestationState
from coordination.locks import lock_people
from coordination.models import Engagement
from core import policies
from core.periods import today

DAY = timedelta(days=1)


@transaction.atomic
def when_accepted(*, engagement, by):
    """What a new tie means for the certificate the volunteer has; returns it, or None.

    Back after a long time, or at a new kind of activity: it ends. Where the activity has a
    shorter interval, it ends when that does. 3 queries where nothing is set.
    """
    standing = _standing(engagement)
    if standing is None:
        return None
    if _away_too_long(engagement, engagement.starts_on) or _is_new_kind(engagement):
        return end_early(attestation=standing, last_day=engagement.starts_on - DAY, by=by)
    months = _own_interval(engagement.site.activity_id)
    if months is None:
        return standing
    last = renewal.months_after(standing.valid_from, months) - DAY
    grace = timedelta(days=policies.get("attestation.expiry_grace_days"))
    return end_early(attestation=standing, last_day=last + grace, by=by)


@transaction.atomic
def after_pause(*, engagement, by):
    """The volunteer is back from a pause: where it was long, the certificate ends. 2 queries."""
    standing = _standing(engagement)
    if standing is None or not _away_too_long(engagement, today()):
        return standing
    return end_early(attestation=standing, last_day=today() - DAY, by=by)


@transaction.atomic
def after_pauses_ended(*, on, by):
    """The same for everybody whose pause ended by its own date, the day before `on`; returns how
    many were looked at. In proportion to the pauses of that day.
    """
    ended = Engagement.objects.filter(pauses__ends_on=on - DAY).select_related("site")
    rows = list(ended.order_by("pk"))
    for engagement in rows:
        after_pause(engagement=engagement, by=by)
    return len(rows)


def _standing(engagement):
    """The approved certificate about children that counts, where this activity is with any."""
    if not _with_children(engagement.site.activity_id):
        return None
    lock_people([engagement.volunteer_id])
    rows = Attestation.objects.about_children().filter(
        volunteer=engagement.volunteer_id, state=AttestationState.APPROVED
    )
    return rows.valid_on(today()).order_by("-valid_from", "-pk").first()


def _with_children(activity_id):
    terms = ActivityTerms.objects.filter(activity=activity_id)
    return terms.exclude(child_certificate=AttestationDuty.NOT_RELEVANT).exists()


def _own_interval(activity_id):
    rows = ActivityTerms.objects.filter(activity=activity_id)
    return rows.values_list("certificate_months", flat=True).first()


def _away_too_long(engagement, back_on):
    """True if the volunteer has been with children nowhere for the months of the setting."""
    months = policies.get("attestation.renew_after_pause_months")
    if months is None:
        return False
    since = renewal.months_after(back_on, -months)
    others = Engagement.objects.filter(
        volunteer=engagement.volunteer_id, site__activity__terms__isnull=False
    ).exclude(site__activity__terms__child_certificate=AttestationDuty.NOT_RELEVANT)
    before = others.filter(starts_on__lte=since).exists()
    return before and not any(_active_in(one, since, back_on - DAY) for one in others)


def _active_in(engagement, first, last):
    """True if the engagement ran, unpaused, on a day from the first to the last."""
    start = max(engagement.starts_on, first)
    end = min(engagement.ends_on or last, last)
    for pause in engagement.pauses.order_by("starts_on"):
        if pause.starts_on > start:
            break
        if pause.ends_on is None or pause.ends_on >= start:
            start = (pause.ends_on or last) + DAY
    return start <= end


def _is_new_kind(engagement):
    """True if no earlier tie of theirs was under the same order as this one."""
    if not policies.get("attestation.renew_at_new_kind"):
        return False
    order = engagement.site.activity.terms.legal_order
    earlier = Engagement.objects.filter(volunteer=engagement.volunteer_id).exclude(pk=engagement.pk)
    known = set(
        earlier.exclude(site__activity__terms__isnull=True).values_list(
            "site__activity__terms__legal_order", flat=True
        )
    )
    return bool(known) and order not in known
