"""Build the demo municipality, in the order in which things depend on each other."""

from django.db import transaction
from django.utils import translation

from coordination.models import Branch, Person
from core.errors import DomainError
from core.models import User
from core.scope import scope
from frivillig.demo import offers, places, volunteers
from frivillig.demo.content import content
from frivillig.demo.people import Crowd


def is_built():
    """True if this database holds the demo municipality."""
    return Branch.objects.filter(parent=None, name=content()["municipality"]["name"]).exists()


def require_empty():
    """Raise DomainError("holds_others") where the database holds anybody or any branch."""
    if any(model.objects.exists() for model in (Person, User, Branch)):
        raise DomainError(
            "This database holds other people. The demo is made in an empty database only: "
            "set DATABASE_URL to a new one, or move var/frivillig.sqlite3 away.",
            code="holds_others",
        )


def build(say=lambda sentence: None):
    """Make it all, or nothing: one transaction. `say` is told what is being done."""
    require_empty()
    with transaction.atomic(), translation.override("da"), scope():
        say("Branches, staff and activities")
        found = places.found()
        sites = offers.open_all(found)
        offers.call_for_volunteers(found, sites)
        crowd = Crowd()
        say("Volunteers")
        volunteers.gather(found, sites, crowd)
