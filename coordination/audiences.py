"""Whom a group message reaches, which way, and whom it does not."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from coordination import reach
from coordination.models import Assignment, Audience, Engagement, GroupMessage, Person
from coordination.states import AssignmentState
from core import mail, necessity, policies
from core.channels import choosing, ways
from core.channels.reach import marked_among, wishes_of
from core.models import Message
from core.periods import today

GROUP_WORK, GROUP_NEWS = "coordination.group_work", "coordination.group_news"
NEWS_WITHIN = timedelta(days=30)
AT_A_TIME = 500

ALREADY = "had_their_share"


@dataclass
class Reached:
    """What would become of a group message: how many by each way, and who not, with why.

    `later` of those it reaches have had as much news this week as the cap allows; the sender
    holds it back for them. `left_out` holds (person, code) of the first hundred; `reasons`
    counts them all.
    """

    total: int = 0
    later: int = 0
    by_way: Counter = field(default_factory=Counter)
    reasons: Counter = field(default_factory=Counter)
    left_out: list = field(default_factory=list)

    @property
    def reached(self):
        return sum(self.by_way.values())

    @property
    def unreached(self):
        return self.total - self.reached


def groups():
    """Group messages with what a page shows of them."""
    return GroupMessage.objects.select_related(
        "branch",
        "activity",
        "shift__site__activity",
        "shift__site__branch",
        "written_by",
        "undone_by",
    )


def kind_of(group):
    """The name of the kind its messages are of."""
    return GROUP_WORK if group.necessary else GROUP_NEWS


def people_of(group):
    """The people it is to, in order of their number. Nobody twice, whatever they do here."""
    if group.audience == Audience.SHIFT:
        rows = Assignment.objects.filter(shift=group.shift_id, state=AssignmentState.BOOKED)
        rows = rows.filter(shift__site__branch__path__startswith=group.branch.path)
    else:
        rows = Engagement.objects.running_on(today()).filter(
            site__branch__path__startswith=group.branch.path
        )
        if group.audience == Audience.ACTIVITY:
            rows = rows.filter(site__activity=group.activity_id)
    people = Person.objects.filter(anonymised_at__isnull=True)
    if group.audience == Audience.CHOSEN:
        people = people.filter(pk__in=group.chosen)
    return people.filter(pk__in=rows.values("volunteer")).order_by("pk")


def batches(group):
    """Yield lists of (person, Choice or None) of some hundreds; None: they had their share."""
    last = 0
    while people := list(people_of(group).filter(pk__gt=last)[:AT_A_TIME]):
        last = people[-1].pk
        yield _chosen(group, people)


def reached_by(group):
    """The Reached of a group message, as it would be sent now."""
    found = Reached()
    for batch in batches(group):
        full = _whose_week_is_full(group, batch)
        for person, choice in batch:
            found.total += 1
            if choice is not None and choice.channel is not None:
                found.by_way[choice.channel] += 1
                found.later += person.pk in full
                continue
            code = choice.reason if choice is not None else ALREADY
            found.reasons[code] += 1
            if len(found.left_out) < 100:
                found.left_out.append((person, code))
    return found


def _chosen(group, people):
    kind = mail.kinds()[kind_of(group)]
    ids = [person.pk for person in people]
    wishes = wishes_of(ids)
    marked = marked_among({person.email for person in people})
    full = set() if group.necessary else _had_their_share(group, ids)
    chosen = []
    for person in people:
        known = reach.reach(
            person,
            marked=person.email.lower() in marked,
            prefers=wishes.get((person.pk, kind.group), ""),
        )
        choice = choosing.choose(
            necessity=kind.necessity,
            reach=known,
            open_ways=ways.open_ways(),
            declinable=kind.declinable,
            ways=kind.ways,
        )
        chosen.append((person, None if person.pk in full else choice))
    return chosen


def _whose_week_is_full(group, batch):
    if group.necessary:
        return {}
    return necessity.full_for({person.pk for person, _choice in batch}, timezone.now())


def _had_their_share(group, person_ids):
    """Those who have had as many group messages in 30 days as the municipality allows."""
    most = policies.get("messages.group_news_per_month")
    rows = Message.objects.filter(
        person_id__in=person_ids,
        kind=GROUP_NEWS,
        created_at__gt=timezone.now() - NEWS_WITHIN,
    ).exclude(about_id=group.pk)
    had = Counter(rows.exclude(reason="undone").values_list("person_id", flat=True))
    return {person_id for person_id, number in had.items() if number >= most}


def states_of(group):
    """{state: how many} of its rows in the outbox."""
    rows = Message.objects.about(group).values_list("state", flat=True)
    return Counter(rows)


def sent_today_by(user):
    """How many group messages the user has sent in 24 hours, undone ones left out."""
    since = timezone.now() - timedelta(days=1)
    rows = GroupMessage.objects.filter(written_by=user, goes_at__gt=since, undone_at__isnull=True)
    return rows.count()
