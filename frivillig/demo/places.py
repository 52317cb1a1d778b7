"""The demo's municipality: settings, published texts, the tree of branches and its staff."""

from dataclasses import dataclass, field
from datetime import time, timedelta

from agreements.actions import templates
from coordination.access import Role
from coordination.actions import branches, premises, roles
from coordination.models import BranchKind
from core import audit, policies, texts
from core.models import User
from core.periods import today
from frivillig.demo.content import content

DOMAIN = "odense-demo.invalid"
PASSWORD = "frivillig-i-odense"  # noqa: S105 - printed for everybody who tries the demo
AREA = "Lokalbibliotekerne"
FESTIVAL = "Magiske Dage (festival)"
IN_THE_CENTRE = ("Borgernes Hus", FESTIVAL)
SETTINGS = ("name", "short_name", "address", "phone", "email", "dpo_contact")
CERTIFICATE_MONTHS = 24

# The people of staff who have a password: who, what, where ("" is the municipality).
STAFF = (
    ("chef", "Mette Munk", Role.MANAGER, ""),
    ("central", "Carla Holm", Role.CENTRAL_COORDINATOR, ""),
    ("vollsmose", "Karen Krogh", Role.LOCAL_COORDINATOR, "Vollsmose Bibliotek"),
    ("tarup", "Thomas Tang", Role.LOCAL_COORDINATOR, "Tarup Bibliotek"),
    ("leder", "Lene Lind", Role.BRANCH_LEADER, "Vollsmose Bibliotek"),
    ("ambassador", "Anders Ager", Role.AMBASSADOR, "Tarup Bibliotek"),
    ("attester", "Asta Agerbo", Role.CERTIFICATE_OFFICER, ""),
    ("laeser", "Rikke Rask", Role.READER, ""),
)


@dataclass
class Places:
    """The tree, and who coordinates and signs in each branch, by the branch's name."""

    root: object
    branches: dict = field(default_factory=dict)
    coordinators: dict = field(default_factory=dict)
    leaders: dict = field(default_factory=dict)
    manager: object = None
    central: object = None


def address(mailbox):
    """An address that can never receive mail."""
    return f"{mailbox}@{DOMAIN}"


def found():
    """Make the municipality with its branches, texts and staff; return Places."""
    facts = content()["municipality"]
    for name in SETTINGS:
        policies.set(f"municipality.{name}", facts[name], by=audit.SYSTEM)
    policies.set("attestation.validity_months", CERTIFICATE_MONTHS, by=audit.SYSTEM)
    texts.publish_sources()
    places = Places(root=branches.create_root(name=facts["name"], by=audit.SYSTEM))
    _plant_tree(places)
    _employ(places)
    templates.load_ready(by=places.manager)
    _open_doors(places)
    return places


def _open_doors(places):
    """Opening hours on weekdays and Saturday, a closed day to come, and the ambassador's yes."""
    hours = {day: (time(10), time(18)) for day in range(5)} | {5: (time(10), time(14))}
    for name, branch in places.branches.items():
        if name != FESTIVAL:
            by = places.coordinators[name]
            premises.set_opening_hours(branch=branch, hours=hours, by=by)
    day = today() + timedelta(days=(2 - today().weekday()) % 7 + 42)
    premises.close_for_days(
        branch=places.branches["Tarup Bibliotek"],
        starts_on=day,
        ends_on=day,
        reason="Personaledag",
        by=places.manager,
    )
    ambassador = User.objects.get(email=address("ambassador"))
    text = "Jeg har læst højt i Tarup i mange år. Spørg mig, om det er noget for dig."
    premises.show_ambassador(by=ambassador, text=text)


def _plant_tree(places):
    area = branches.create_branch(
        parent=places.root, name=AREA, kind=BranchKind.AREA, by=audit.SYSTEM
    )
    for number, facts in enumerate(content()["branches"]):
        central = facts["name"] in IN_THE_CENTRE
        places.branches[facts["name"]] = branches.create_branch(
            parent=places.root if central else area,
            phone=f"+45100001{number:02d}",
            email=address(facts["name"].split()[0].lower()),
            by=audit.SYSTEM,
            **facts,
        )


def _employ(places):
    """The staff with a password, and for the other branches those who answer for them."""
    by_role = {}
    for mailbox, name, role, branch in STAFF:
        user = User.objects.create_user(address(mailbox), name=name, password=PASSWORD)
        _give_role(user, role, places.branches.get(branch, places.root))
        by_role[role] = user
        if role == Role.LOCAL_COORDINATOR:
            places.coordinators[branch] = user
        if role == Role.BRANCH_LEADER:
            places.leaders[branch] = user
    places.manager = by_role[Role.MANAGER]
    places.central = by_role[Role.CENTRAL_COORDINATOR]
    for number, (name, branch) in enumerate(places.branches.items()):
        if name not in places.leaders:
            leader = User.objects.create_user(address(f"leder{number}"), name=LEADERS[number])
            _give_role(leader, Role.BRANCH_LEADER, branch)
            places.leaders[name] = leader
        places.coordinators.setdefault(name, places.central)


LEADERS = (
    "Birgitte Bach",
    "",
    "Torben Toft",
    "Dorthe Dam",
    "Bent Brix",
    "Hanne Hald",
    "Magnus Mørk",
)


def _give_role(user, role, branch):
    since = today() - timedelta(days=3 * 365)
    roles.assign_role(user=user, role=role, branch=branch, starts_on=since, by=audit.SYSTEM)
