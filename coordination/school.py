"""Days on which the young have school: working days outside the schools' holidays."""

from coordination.models import SchoolHoliday
from core import workdays
from core.scope import remembered


def is_school_day(day):
    """True on a working day that the municipality's list of school holidays does not have.

    The list is read once per request, and only where a working day is asked about. 1 query.
    """
    return workdays.is_workday(day) and not _is_holiday(day)


def _is_holiday(day):
    return any(first <= day <= last for first, last in remembered("school_holidays", _holidays))


def _holidays():
    return list(SchoolHoliday.objects.values_list("starts_on", "ends_on"))
