"""What is beyond the size: a busy month for the calendar, a busy activity for its public page.

The month lies a year back and the activity in the area that is not measured, so that the lists of
what comes stay as they are.
"""

import itertools
from datetime import datetime, time, timedelta

from django.utils import timezone

from coordination.models import Shift
from core.periods import months_later

SHIFTS_OF_A_MONTH = 1_500
SHIFTS_OF_AN_ACTIVITY = 2_000
DAYS_AHEAD, SHIFTS_A_DAY = 90, 10
HOURS = (8, 10, 12, 14, 16)


def month_before(day):
    """The first of the busy month."""
    return months_later(day.replace(day=1), -12)


def shifts(sites, day):
    """So many shifts in the month at the sites: at most a few at each, day and hour."""
    first = month_before(day)
    places = itertools.islice(itertools.cycle(sites), SHIFTS_OF_A_MONTH)
    for number, site in enumerate(places):
        clock = time(HOURS[number // 28 % len(HOURS)])
        on = first + timedelta(days=number % 28)
        starts_at = timezone.make_aware(datetime.combine(on, clock))
        yield Shift(
            site=site,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            capacity=20,
            minimum=2,
        )


def coming_shifts(site, day):
    """So many shifts of one site, one after the other, from three months ahead."""
    for number in range(SHIFTS_OF_AN_ACTIVITY):
        on = day + timedelta(days=DAYS_AHEAD + number // SHIFTS_A_DAY)
        clock = time(7 + number % SHIFTS_A_DAY)
        starts_at = timezone.make_aware(datetime.combine(on, clock))
        yield Shift(
            site=site,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            capacity=5,
            minimum=1,
        )
