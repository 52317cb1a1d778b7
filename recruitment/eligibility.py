"""Who may sign up for an activity by age."""

from django.utils.translation import gettext as _

from core import policies
from core.errors import DomainError
from core.periods import today


def asks_birth_year(activity):
    """True if the activity needs the year of birth: only where it sets an age of its own.

    Data minimisation: the municipality's general minimum is stated, not checked by asking.
    """
    return activity.minimum_age is not None


def minimum_age(activity):
    """The lowest age in whole years at which one may volunteer for the activity."""
    return max(activity.minimum_age or 0, policies.get("volunteer.minimum_age"))


def check_birth_year(activity, birth_year, on=None):
    """Raise DomainError if somebody born that year cannot be old enough this year."""
    age_this_year = (on or today()).year - birth_year
    needed = minimum_age(activity)
    if age_this_year < needed:
        raise DomainError(
            _(
                "You must be at least %(age)d years old for this activity. Have a look at the "
                "others: there may be one for you."
            )
            % {"age": needed},
            code="too_young",
            field="birth_year",
        )
