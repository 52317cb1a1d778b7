"""How people can be reached, for the ways of sending (`core/channels/reach.py`)."""

from coordination.models import Person
from core import postcodes
from core.channels.choosing import Reach


def reach_of(person_ids):
    """{person id: Reach} of people who are still here. 1 query.

    Also for protected people: their address is used to reach them, and shown to nobody.
    """
    people = Person.objects.filter(pk__in=list(person_ids), anonymised_at__isnull=True)
    return {person.pk: reach(person) for person in people}


def reach(person, **more):
    """The Reach of one person. A letter needs both a street and a postcode."""
    return Reach(
        **more,
        email=person.email,
        phone=person.phone,
        address=postal_lines(person),
        name=person.name,
    )


def postal_lines(person):
    """The lines below the name on an envelope, or none where they would not find anybody."""
    if not (person.address.strip() and person.postcode):
        return ()
    city = postcodes.city_of(person.postcode)
    return (" ".join(person.address.split()), f"{person.postcode} {city}".strip())
