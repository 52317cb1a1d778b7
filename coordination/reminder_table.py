"""The table of reminders as people read it, and the times that somebody has chosen."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.models import ActivityReminders, Branch, ReminderWishes
from core import jobs, policies, schedule
from core.models import Message, MessageState, ScheduledRun

COUNTED = timedelta(days=30)


@dataclass(frozen=True)
class Line:
    """One rule: what, when and to whom in words; where it is on; that it runs, and how much.

    `elsewhere` names the branches of the reader in which it is the other way round.
    """

    name: str
    label: str
    when: str
    to: str
    is_on: bool
    elsewhere: tuple
    setting: str
    last_run: ScheduledRun | None
    sent: int


def lines(user):
    """A Line for every rule, in order of what it is about. 5 queries."""
    rules = schedule.reminders()
    sent, runs = _sent(), jobs.last_runs()
    branches = dict(Branch.objects.visible(user).values_list("path", "name"))
    return [
        Line(
            name=name,
            label=str(rules[name].label),
            when=str(rules[name].when),
            to=str(rules[name].to),
            is_on=schedule.is_on(name),
            elsewhere=tuple(_other_way(rules[name], branches)),
            setting=rules[name].setting,
            last_run=runs.get(name),
            sent=sent.get(rules[name].kind, 0),
        )
        for name in sorted(rules)
    ]


def _other_way(rule, branches):
    """The names of the branches with another setting than the municipality's."""
    usual = schedule.is_on(rule.name)
    for path in policies.paths_with_values(rule.setting):
        if path in branches and schedule.is_on(rule.name, path) != usual:
            yield branches[path]


def _sent():
    since = timezone.now() - COUNTED
    rows = Message.objects.filter(state=MessageState.SENT, sent_at__gte=since).order_by()
    return dict(rows.values("kind").annotate(number=Count("pk")).values_list("kind", "number"))


# --- Times ---------------------------------------------------------------------------------


def usual_of_branch(path):
    """In words, when people are reminded at the branch unless somebody decides otherwise."""
    days = policies.get("shift.reminder_days", path=path)
    hours = policies.get("shift.reminder_hours", path=path)
    return {
        "usual_days": _("%(number)s days before") % {"number": days},
        "usual_hours": _("%(number)s hours before") % {"number": hours},
    }


def own_times(activity):
    """The activity's own times as a form shows them."""
    return _as_choices(ActivityReminders.objects.filter(pk=activity.pk).first())


def wishes_of(volunteer):
    """The volunteer's wishes as a form shows them."""
    return _as_choices(ReminderWishes.objects.filter(pk=volunteer.pk).first())


def _as_choices(row):
    times = {"days": getattr(row, "days", None), "hours": getattr(row, "hours", None)}
    return {name: "" if number is None else str(number) for name, number in times.items()}
