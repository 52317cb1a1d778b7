"""Who has to sign an agreement, and which person that is.

A volunteer and the branch leader; for somebody under age the guardian as well, for as long as
they are under age; for an association its contact and the branch leader.
"""

from agreements.models import Party
from core import policies
from core.periods import today

# The party on the other side, of a volunteer's agreement and of an association's.
FIRST_PARTIES = (Party.VOLUNTEER, Party.ASSOCIATION)


def needs_guardian(person, on=None):
    """True if the person may be under age on the day. Who has given no year is taken as of age.

    With only the year known, they count as under age until the last birthday it can be.
    Source: vaergemaalsloven § 1; domain.md 4.2 and rule 28.
    """
    youngest = person.youngest_age_on(on or today())
    return youngest is not None and youngest < policies.get("agreements.guardian_until_age")


def required(agreement, on=None):
    """The parties whose signatures it takes on the day, in the order in which they are shown.

    Who comes of age while the agreement waits needs no guardian any more.
    """
    if agreement.association_id:
        return (Party.ASSOCIATION, Party.LEADER)
    if agreement.guardian_id and needs_guardian(agreement.volunteer.person, on):
        return (Party.VOLUNTEER, Party.GUARDIAN, Party.LEADER)
    return (Party.VOLUNTEER, Party.LEADER)


def missing(agreement, on=None, signatures=None):
    """The parties that have not signed yet. 1 query, none with the `signatures` at hand."""
    if signatures is None:
        signatures = agreement.signatures.all()
    signed = {one.party for one in signatures}
    return tuple(party for party in required(agreement, on) if party not in signed)


def person_of(agreement, party):
    """The Person who signs as this party; None for the branch leader, who is staff."""
    return {
        Party.VOLUNTEER: agreement.volunteer and agreement.volunteer.person,
        Party.GUARDIAN: agreement.guardian,
        Party.ASSOCIATION: agreement.contact,
    }.get(party)


def first_of(agreement):
    """The party on the other side: the volunteer or the association."""
    return Party.ASSOCIATION if agreement.association_id else Party.VOLUNTEER


def people_of(agreement):
    """The people on the other side, each once."""
    people = [person_of(agreement, party) for party in Party]
    return [person for person in people if person is not None]
