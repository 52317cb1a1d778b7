"""The background work of recruitment: asking again, and closing what nobody answers."""

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from core import jobs, schedule
from recruitment.actions import interest
from recruitment.reminders import REMINDERS


@jobs.scheduled(
    "recruitment.close_unanswered",
    every=timedelta(days=1),
    at=time(4, 30),
    atomic=False,
    title=_("Applications that nobody answered for are closed"),
)
def close_unanswered(run):
    """Who was asked and has not answered in time is not waited for."""
    interest.close_unanswered()


def register():
    """Called once, from `RecruitmentConfig.ready`."""
    for reminder in REMINDERS:
        schedule.register(reminder)
