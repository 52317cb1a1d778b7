"""Days and periods. A period is inclusive Copenhagen days; an open end is None."""

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import DateField, ExpressionWrapper, F, OuterRef, Q
from django.utils import timezone


def today():
    """The current day in Copenhagen."""
    return timezone.localdate()


def day_of(instant):
    """The Copenhagen day on which an instant falls."""
    return local(instant).date()


def local(instant):
    """The instant by Copenhagen's clock. Django's own asks each time which zone is active; here
    only one ever is, and a list asks for each of its rows."""
    return timezone.localtime(instant, timezone.get_default_timezone())


def minutes_between(start, end):
    """Whole minutes from one instant to another, counted in UTC: Python counts by the clock on
    the wall where both have the same zone, which is an hour wrong on two nights of the year."""
    return int((end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() // 60)


def minutes_of_day(day):
    """How many minutes a Copenhagen day has: 1380 and 1500 on the days of the clock change."""
    return minutes_between(start_of(day), start_of(day + timedelta(days=1)))


def start_of(day):
    """The first instant of a Copenhagen day."""
    return timezone.make_aware(datetime.combine(day, time.min))


def bounds_of(day):
    """The half-open pair of instants [start, end) of a Copenhagen day: 23, 24 or 25 hours."""
    return start_of(day), start_of(day + timedelta(days=1))


def months_later(day, months):
    """The day so many months later (below zero: earlier); the 31st becomes the month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    next_first = (first + timedelta(days=31)).replace(day=1)
    return first.replace(day=min(day.day, (next_first - timedelta(days=1)).day))


def monday_of(day):
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def covers(start, end, on):
    """True if the inclusive period start..end (end may be None) contains the day."""
    return start <= on and (end is None or on <= end)


def is_over(end, on):
    """True if a period with this last day (None is open) has ended before the day."""
    return end is not None and end < on


def covering(on, *, start="starts_on", end="ends_on"):
    """Q for rows whose inclusive period contains the day (a date or a query expression).

    An expression is wrapped: Django leaves a bare OuterRef in a comparison pointing at the
    outermost table when the query is nested once more, which would ask about another row.
    """
    if hasattr(on, "resolve_expression"):
        on = ExpressionWrapper(on, output_field=DateField())
    return Q(**{f"{start}__lte": on}) & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": on}))


def seen_from_inside(on):
    """The same day as a subquery of the rows must name it: a date stays what it is, a column of
    the rows (F) or of what lies around them (OuterRef) is one level further out.
    """
    if isinstance(on, OuterRef):
        return OuterRef(on)
    return OuterRef(on.name) if isinstance(on, F) else on


def seen_from_outside(on):
    """The reverse: the day as a subquery names it, as the rows themselves name it."""
    if isinstance(on, OuterRef):
        return on.name if isinstance(on.name, OuterRef) else F(on.name)
    if not hasattr(on, "get_source_expressions") or not on.get_source_expressions():
        return on
    outside = on.copy()
    outside.set_source_expressions(
        [seen_from_outside(part) for part in on.get_source_expressions()]
    )
    return outside


def begun_by(on, field):
    """Q: the day in the (nullable) field is `on`, a date or a query expression, or before it."""
    if hasattr(on, "resolve_expression"):
        on = ExpressionWrapper(on, output_field=DateField())
    return Q(**{f"{field}__lte": on})


def ends_after_start(*, start="starts_on", end="ends_on"):
    """Q for check constraints: the end is open or not before the start."""
    return Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": F(start)})


def set_together(*fields):
    """Q for check constraints: all of the nullable fields are set, or none is."""
    none = Q(**{f"{field}__isnull": True for field in fields})
    every = Q(**{f"{field}__isnull": False for field in fields})
    return none | every
