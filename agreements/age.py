"""From which day a certificate can be needed of a young volunteer."""

from datetime import date, timedelta

from core import policies


def exempt_until(person):
    """The last day on which the person is surely under the age at which one can have an entry.

    With only the year of birth known, the birthday may be 1 January. None if unknown.
    Source: criminal age in Denmark is 15; domain.md 1.4 and rule 14.
    """
    age = policies.get("attestation.applies_from_age")
    if person.birth_date:
        born = person.birth_date
        birthday = _anniversary(born, born.year + age)
    elif person.birth_year:
        birthday = date(person.birth_year + age, 1, 1)
    else:
        return None
    return birthday - timedelta(days=1)


def is_exempt(person, on):
    """True if the person is surely too young for a certificate on the day."""
    last = exempt_until(person)
    return last is not None and on <= last


def _anniversary(day, year):
    """The same day in another year; 29 February becomes 1 March."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
