"""What follows from how needed a message is: when it may go, and how often what is nice comes.

Asked by the sender (`core/delivery.py`) when a message is about to go, so that it holds for what
was put off, for choices made since, and on both nights of the clock change. Which way it goes, and
whether the person wants it at all: `core/channels/choosing.py`. The table of what holds for
which necessity: docs/decisions/message-necessity.md.
"""

from datetime import datetime, time, timedelta

from django.db.models import Count, F, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from core import kinds, periods, policies
from core.models import Channel, Message, MessageState

QUIET_FROM, QUIET_UNTIL = "messages.quiet_from", "messages.quiet_until"
WEEKLY_CAP, GATHER, GATHER_HOUR = "messages.weekly_cap", "messages.gather", "messages.gather_hour"
GATHER_NOTHING, GATHER_NICE, GATHER_ALL = "nothing", "nice", "all"
WEEK, LONGEST_WAIT = timedelta(days=7), timedelta(days=14)
CAPPED = "capped"


def due(now):
    """The messages that a sender may claim now.

    At night not what may be declined, or rests otherwise, unless it is urgent; what is nice and may
    be gathered waits for the day's hour.
    """
    rows = Message.objects.due(now)
    if is_quiet(now):
        return rows.filter(Q(priority__gte=kinds.URGENT) | ~Q(kind__in=_resting()))
    held = nice_and_gathered()
    if not held:
        return rows
    return rows.filter(
        ~Q(kind__in=held) | Q(priority__gte=kinds.URGENT) | Q(not_before__lte=last_gathering(now))
    )


def is_quiet(now):
    """True in the hours at which only what is urgent goes, by Copenhagen's clock."""
    first, last = policies.get(QUIET_FROM), policies.get(QUIET_UNTIL)
    hour = timezone.localtime(now).hour
    if first <= last:
        return first <= hour < last
    return hour >= first or hour < last


def rests(message, now):
    """True if this message does not go now by its channel: at night nobody's phone rings, unless
    it is urgent.
    """
    by_phone = message.channel == Channel.SMS
    return by_phone and message.priority < kinds.URGENT and is_quiet(now)


def quiet_ends(now):
    """The instant at which the quiet hours end that `now` lies in; `now` itself by day."""
    if not is_quiet(now):
        return now
    day = timezone.localdate(now)
    if timezone.localtime(now).hour >= policies.get(QUIET_UNTIL):
        day += timedelta(days=1)
    return _at(day, policies.get(QUIET_UNTIL))


def late_since(rows, now):
    """Since when the oldest of these messages should have gone, or None. 1 query.

    What rests at night is late from the morning on, what is gathered from the day's hour on.
    """
    usual = Q(priority__lt=kinds.URGENT)
    gathered = usual & Q(kind__in=nice_and_gathered())
    resting = usual & Q(kind__in=_resting()) & ~gathered
    oldest = rows.aggregate(
        always=Min("not_before", filter=~gathered & ~resting),
        resting=Min("not_before", filter=resting),
        gathered=Min("not_before", filter=gathered & Q(not_before__lte=last_gathering(now))),
    )
    found = [oldest["always"]]
    if not is_quiet(now):
        morning = _last_at(policies.get(QUIET_UNTIL), now)
        found += [
            since and max(since, floor)
            for since, floor in (
                (oldest["resting"], morning),
                (oldest["gathered"], max(morning, last_gathering(now))),
            )
        ]
    return min((since for since in found if since), default=None)


def last_gathering(now):
    """The newest instant at which gathered mails were let go."""
    return _last_at(policies.get(GATHER_HOUR), now)


def _last_at(hour, now):
    day = timezone.localdate(now)
    today = _at(day, hour)
    return today if today <= now else _at(day - timedelta(days=1), hour)


def gathered_kinds():
    """The names of the kinds that are gathered, as the municipality has set it."""
    how = policies.get(GATHER)
    return [
        kind.name
        for kind in kinds.kinds().values()
        if kind.gatherable
        and (how == GATHER_ALL or (how == GATHER_NICE and kind.necessity == kinds.NICE))
    ]


def nice_and_gathered():
    """The kinds that wait for the day's hour: what the work needs never does."""
    return [name for name in gathered_kinds() if kinds.kinds()[name].necessity == kinds.NICE]


# --- The cap on what is nice ---------------------------------------------------------------


def capped(messages, now):
    """{message pk: instant from which there is room} for what is nice and above the cap.

    A gathered mail counts as one. 1 query, none if nothing in the batch is nice.
    """
    nice = _nice()
    asking = [row for row in messages if row.kind in nice and row.person_id is not None]
    if not asking:
        return {}
    full = full_for({row.person_id for row in asking}, now)
    held, room = {}, {}
    for row in asking:
        if row.person_id in full:
            held[row.pk] = full[row.person_id]
            continue
        left = room.setdefault(row.person_id, _room(row.person_id, full.counts))
        room[row.person_id] = left - 1
        if left <= 0:
            held[row.pk] = now + timedelta(days=1)
    return held


def is_too_old(message, now):
    """True if a capped message has waited so long that it is let go."""
    return now - message.created_at > LONGEST_WAIT


class Full(dict):
    """{person id: instant with room again}; `counts` says how many each has had this week."""

    counts: dict


def full_for(person_ids, now):
    """Who has had as much of what is nice this week as the cap allows. 1 query."""
    rows = (
        Message.objects.filter(
            person_id__in=person_ids,
            kind__in=_nice(),
            state=MessageState.SENT,
            sent_at__gt=now - WEEK,
        )
        .order_by()
        .values("person_id")
        .annotate(
            mails=Count(Coalesce(F("digest_id"), F("pk")), distinct=True), first=Min("sent_at")
        )
    )
    found = list(rows)
    cap = policies.get(WEEKLY_CAP)
    full = Full({row["person_id"]: row["first"] + WEEK for row in found if row["mails"] >= cap})
    full.counts = {row["person_id"]: row["mails"] for row in found}
    return full


def _room(person_id, counts):
    return policies.get(WEEKLY_CAP) - counts.get(person_id, 0)


def _resting():
    return [kind.name for kind in kinds.kinds().values() if kind.rests]


def _nice():
    return [kind.name for kind in kinds.kinds().values() if kind.necessity == kinds.NICE]


def _at(day, hour):
    """The instant at which Copenhagen's clocks show this hour."""
    return timezone.make_aware(datetime.combine(day, time(hour)))


def end_of_day(now):
    """The first instant of tomorrow, in Copenhagen."""
    return periods.bounds_of(periods.day_of(now))[1]
