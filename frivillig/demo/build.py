"""Build the demo municipality, in the order in which things depend on each other."""

from django.db import transaction
from django.utils import translation

from coordination import eligibility
from coordination.models import Branch, Engagement, Person
from core.errors import DomainError
from core.models import User
from core.scope import scope
from frivillig.demo import (
    lists,
    living,
    newcomers,
    offers,
    papers,
    places,
    post,
    presence,
    stand_ins,
    starts,
    thanks,
    visits,
    volunteers,
    writing,
)
from frivillig.demo.calendar import Calendar
from frivillig.demo.content import content, published
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
        calls = offers.call_for_volunteers(found, sites)
        crowd = Crowd()
        say("Volunteers")
        ties = volunteers.gather(found, sites, crowd)
        papers.conclude_all(found, ties, say)
        papers.attest(found, ties)
        living.let_one_be_young(found, ties)
        papers.leave_some_open(found, ties)
        living.let_it_go_on(found)
        papers.ask_about_pictures(found)
        say("Shifts, applications and thanks")
        Calendar(found, sites, ties, crowd).fill()
        stand_ins.help_each_other()
        papers.ask_about_children(found, ties)
        newcomers.apply(found, calls, crowd)
        thanks.say_thanks(found)
        post.write(found)
        starts.welcome(found)
        presence.register(found)
        writing.write(found)
        visits.come(found, crowd)
        visits.move_one(found)
        lists.bring_in(found)
        _require_published_numbers()


def _require_published_numbers():
    """A demo that does not give the published table back is not made at all."""
    for row in published():
        engagements = Engagement.objects.filter(site__activity__title=row.activity)
        people = eligibility.active(engagements).values("volunteer").distinct().count()
        if people != row.volunteers:
            raise RuntimeError(f"{row.activity}: {people} active, {row.volunteers} published")
