"""What several test files do or ask in one line."""

import pytest

from coordination.actions import assignments
from coordination.tests import factories
from core import mail
from core.errors import DomainError
from core.models import Message


def engaged(site, name="", **fields):
    """A volunteer with a sign-in and an engagement at the site."""
    user = factories.make_user(name=name)
    volunteer = factories.make_volunteer(name, **{"email": user.email, "user": user} | fields)
    factories.make_engagement(volunteer, site)
    return volunteer


def join(shift, volunteer, **options):
    """They sign up by themselves, and wait if the shift is full; the Assignment."""
    by = volunteer.person.user
    return assignments.sign_up(shift=shift, volunteer=volunteer, by=by, or_wait=True, **options)


def code(deed, *args, **values):
    """The code of what the deed is refused with."""
    with pytest.raises(DomainError) as no:
        deed(*args, **values)
    return no.value.code


def sent(kind):
    """coordination's messages of a kind, the oldest first."""
    return list(Message.objects.filter(kind=f"coordination.{kind}").order_by("pk"))


def context(message):
    """What the message would say if it were sent now; None if it has lost its sense."""
    return mail.kinds()[message.kind].context(message)


def fresh(row):
    """The row as it stands in the database."""
    return type(row).objects.get(pk=row.pk)
