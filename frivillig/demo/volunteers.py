"""Who volunteers in the demo: exactly the published numbers, and who comes on top of them.

Rows in bulk, since these people came over the years. Nobody is counted here twice: the same
person may be at two branches of one activity, or in two activities.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from coordination.actions.engagements import default_tie
from coordination.models import Association, EndReason, Engagement, Pause
from core.periods import start_of, today
from frivillig.demo.content import published
from frivillig.demo.places import address

ELSEWHERE_TOO = 6  # of so many in an activity, one volunteers in another one too
TWO_BRANCHES = 7  # of so many in an activity with several branches, one is at two of them
THROUGH_ASSOCIATION = 5

# The first volunteers of these activities have known addresses, to sign in with.
KNOWN = {
    "Lektiecafé": [{"name": "Frida Fjord", "email": address("frida")}],
    "Sprogcafé": [{"name": "Amina Yusuf", "email": address("amina"), "language": "en"}],
    "Magiske Dage": [{"name": "Viggo Vang", "email": address("viggo")}],
}
PROTECTED = ("Sprogtræning", 4)  # this one of them has protected name and address

# People beyond the published numbers: activity, branch, and how far their papers are.
ON_TOP = (
    ("Lektiecafé", "Vollsmose Bibliotek", "accepted"),
    ("Lektiecafé", "Vollsmose Bibliotek", "ordered"),
    ("Lektiecafé", "Vollsmose Bibliotek", "leader_missing"),
    ("Lektiecafé", "Vollsmose Bibliotek", "certificate_expired"),
    ("Lektiecafé", "Vollsmose Bibliotek", "suspended"),
    ("Lektiecafé", "Vollsmose Bibliotek", "starts_later"),
    ("Lektiecafé", "Tarup Bibliotek", "ordered_last_days"),
    ("Lektiecafé", "Tarup Bibliotek", "consent_expired"),
    ("Lektiecafé", "Tarup Bibliotek", "paused"),
    ("Lektiecafé", "Tarup Bibliotek", "ended"),
    ("Højtlæsning og eventyrfortælling for børn", "Tarup Bibliotek", "not_approved"),
    ("Højtlæsning og eventyrfortælling for børn", "Vollsmose Bibliotek", "sent"),
    ("Sprogtræning", "Vollsmose Bibliotek", "draft"),
    ("Sprogtræning", "Vollsmose Bibliotek", "sent"),
    ("Sprogtræning", "Vollsmose Bibliotek", "paused"),
    ("Sprogtræning", "Vollsmose Bibliotek", "ended"),
    ("Sprogcafé", "Borgernes Hus", "withdrawn"),
    ("Sprogcafé", "Borgernes Hus", "volunteer_missing"),
    ("Åben IT-hjælp", "Dalum Bibliotek", "accepted"),
    ("Åben IT-hjælp", "Bolbro Bibliotek", "paused"),
    ("Åben IT-hjælp", "Tarup Bibliotek", "ended"),
    ("IT-introduktioner", "Holluf Pile Bibliotek", "draft"),
    ("Tovholdere for læsekredse", "Borgernes Hus", "ended"),
    ("Musikarrangementer", "Vollsmose Bibliotek", "sent"),
    ("Magiske Dage", "Magiske Dage (festival)", "accepted"),
    ("Magiske Dage", "Magiske Dage (festival)", "accepted"),
    ("Magiske Dage", "Magiske Dage (festival)", "draft"),
    ("Magiske Dage", "Magiske Dage (festival)", "ended"),
)
IN_ORDER = ("paused", "ended", "starts_later")
CERTIFICATE_MATTERS = (
    "ordered",
    "ordered_last_days",
    "consent_expired",
    "not_approved",
    "certificate_expired",
    "suspended",
)


@dataclass
class Ties:
    """The engagements: of those who count, and {case: [engagements]} of those on top."""

    counted: list = field(default_factory=list)
    on_top: dict = field(default_factory=dict)


def gather(places, sites, crowd):
    """Write everybody with their engagements; return Ties."""
    plan = _Plan(places, sites, crowd)
    for row in published():
        plan.add_published(row)
    for activity, branch, case in ON_TOP:
        plan.add_on_top(sites[activity, branch], case)
    return plan.write()


class _Plan:
    """Who is to be tied where, before anything is written."""

    def __init__(self, places, sites, crowd):
        self.places, self.sites, self.crowd = places, sites, crowd
        self.people, self.since, self.ties = [], [], []
        self.cases = {}
        self.counted_people = []
        self.associations = [
            Association.objects.create(name="Foreningen Læselyst (demo)"),
            Association.objects.create(name="Seniorer på Nettet (demo)"),
        ]

    def add_published(self, row):
        """Exactly as many people as published: some known from elsewhere, the rest new."""
        sites = [self.sites[row.activity, name] for name in row.branches]
        shared = row.volunteers // ELSEWHERE_TOO if self.counted_people else 0
        members = self.crowd.random.sample(self.counted_people, shared)
        known = iter(KNOWN.get(row.activity, ()))
        for number in range(row.volunteers - shared):
            members.append(self._new_person(row, number, next(known, {})))
        for number, member in enumerate(members):
            self._tie(member, sites[number % len(sites)])
            if len(sites) > 1 and number % TWO_BRANCHES == 0:
                self._tie(member, sites[(number + 1) % len(sites)])
        self.counted_people += members[shared:]

    def add_on_top(self, site, case):
        member = self._add(self.crowd.person(reachable=True, birth_year=self.crowd.birth_year()))
        self._tie(member, site, case)

    def _new_person(self, row, number, facts):
        protected = (row.activity, number) == PROTECTED
        return self._add(
            self.crowd.person(
                birth_year=self.crowd.birth_year(), protected_identity=protected, **facts
            )
        )

    def _add(self, person):
        self.people.append(person)
        self.since.append(None)
        return len(self.people) - 1

    def _tie(self, member, site, case=""):
        starts_on = self._first_day(site, case)
        engagement = Engagement(
            site=site,
            tie=default_tie(site),
            starts_on=starts_on,
            accepted_at=start_of(starts_on) - timedelta(days=9) + timedelta(hours=10),
            accepted_by=self.places.coordinators[site.branch.name],
        )
        if "IT" in site.activity.title and len(self.ties) % THROUGH_ASSOCIATION == 0:
            engagement.association = self.associations[1]
        if case == "ended":
            engagement.ends_on = today() - timedelta(days=30)
            engagement.end_reason = EndReason.OWN_WISH
            engagement.ended_at = start_of(engagement.ends_on) - timedelta(days=4)
            engagement.ended_by = engagement.accepted_by
        self.since[member] = min(self.since[member] or starts_on, starts_on)
        self.ties.append((member, engagement))
        if case:
            self.cases.setdefault(case, []).append(engagement)

    def _first_day(self, site, case):
        if case == "starts_later":
            return today() + timedelta(days=12)
        if case and case not in IN_ORDER and case not in CERTIFICATE_MATTERS:
            return today() - timedelta(days=self.crowd.random.randint(3, 20))
        longest = 500 if site.activity.is_event else 1100
        return today() - timedelta(days=self.crowd.random.randint(200, longest))

    def write(self):
        volunteers = self.crowd.save(self.people, self.since)
        for member, engagement in self.ties:
            engagement.volunteer = volunteers[member]
        Engagement.objects.bulk_create(engagement for _member, engagement in self.ties)
        Pause.objects.bulk_create(
            Pause(
                engagement=engagement,
                starts_on=today() - timedelta(days=15),
                ends_on=today() + timedelta(days=40),
            )
            for engagement in self.cases["paused"]
        )
        on_top = {id(one) for found in self.cases.values() for one in found}
        counted = [one for _member, one in self.ties if id(one) not in on_top]
        return Ties(counted=counted, on_top=self.cases)
