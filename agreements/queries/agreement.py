"""Agreements for lists and pages, what follows them, and their history."""

from collections import defaultdict
from functools import cache, lru_cache

from django.db.models import Exists, OuterRef, Prefetch
from django.db.models.functions import Collate

from agreements import library
from agreements.models import Agreement, Coverage, Party, Signature, SigningCode
from agreements.parties import FIRST_PARTIES
from agreements.queries.document import documents_without_bytes
from agreements.states import SIGNED_BY_ALL, AgreementState
from coordination.access import Permission, Scope, scope_of
from coordination.models import Activity, Person
from core import audit
from core.models import ActorKind, AuditEvent, User
from core.periods import today
from core.prepared import Prepared, ids, number


def agreements():
    """Agreements with branch, person and who has signed. For lists and details."""
    return with_signers(Agreement.objects.all()).select_related(
        "branch", "volunteer__person", "association", "guardian", "contact", "version__template"
    )


def with_signers(agreements):
    """The agreements with who has signed."""
    by_party = Signature.objects.filter(agreement=OuterRef("pk"))
    return agreements.annotate(
        volunteer_has_signed=Exists(by_party.filter(party__in=FIRST_PARTIES)),
        guardian_has_signed=Exists(by_party.filter(party=Party.GUARDIAN)),
        leader_has_signed=Exists(by_party.filter(party=Party.LEADER)),
    )


def with_activities(rows):
    """The agreements with the names of what they cover read along (1 query more)."""
    covered = Coverage.objects.select_related("engagement__site__activity")
    return rows.prefetch_related(Prefetch("coverage_set", covered))


def archive():
    """Agreements with their signatures and documents, whose bytes only a download reads."""
    return (
        Agreement.objects.select_related("branch")
        .prefetch_related("signatures", documents_without_bytes())
        .order_by("-ends_on", "-pk")
    )


def successor_of(agreement):
    """The agreement that replaces this one, or is to, or None. 1 query at most."""
    if agreement.state not in SIGNED_BY_ALL:
        return None
    return agreement.successors.exclude(state=AgreementState.WITHDRAWN).first()


def is_to_be_signed_again(agreement):
    """True if a newer version of its text needs signing again. 1 query at most."""
    if agreement.state != AgreementState.CONCLUDED:
        return False
    return library.to_sign_again(today()).filter(pk=agreement.pk).exists()


def guardians_of(volunteer):
    """The Persons who are guardians of the volunteer, the longest known first."""
    return Person.objects.filter(guardianships__ward=volunteer.pk).order_by("guardianships__pk")


def signing_code(pk):
    """A SigningCode by id, or None."""
    return SigningCode.objects.filter(pk=pk).first() if pk else None


def agreements_of(volunteer, user):
    """The volunteer's ten newest agreements in the user's branches, each with `titles`: the names
    of what it covers. 2 queries.
    """
    rows = _agreements_question(scope_of(user).grants).rows(person=volunteer.pk)
    covered = defaultdict(list)
    for pk, title in _titles_question().rows(agreements=[row.pk for row in rows]):
        covered[pk].append(title)
    for row in rows:
        row.titles = covered[row.pk]
    return rows


@lru_cache(maxsize=256)
def _agreements_question(grants):
    here = Scope(grants).within(Agreement.branch_lookup, Permission.VIEW_AGREEMENTS)
    return Prepared(with_signers(Agreement.objects.filter(here, volunteer=number("person")))[:10])


@cache
def _titles_question():
    rows = Coverage.objects.filter(agreement__among=ids("agreements")).order_by("pk")
    return Prepared(rows.values_list("agreement", "engagement__site__activity__title"))


def activities_with(agreements):
    """Activities that some of the agreements cover."""
    covered = Coverage.objects.filter(agreement__in=agreements)
    return Activity.objects.filter(pk__in=covered.values("engagement__site__activity"))


def ids_by_name(agreements, activity):
    """The ids of those of the agreements that cover the activity, by the other party's name."""
    covered = Coverage.objects.filter(engagement__site__activity=activity).values("agreement")
    rows = agreements.filter(pk__in=covered)
    by_name = Collate("volunteer__person__name", "da-x-icu")
    return list(rows.order_by(by_name, "pk").values_list("pk", flat=True))


def history(agreement):
    """What happened to an agreement, newest first, as rows with at, text and by. 2 queries."""
    events = list(
        AuditEvent.objects.filter(
            object_type=agreement._meta.label_lower, object_id=str(agreement.pk)
        ).order_by("-at", "-pk")[:50]
    )
    users = User.objects.in_bulk(
        {event.actor_id for event in events if event.actor_kind == ActorKind.USER}
    )
    return [
        {
            "at": event.at,
            "text": audit.kind_label(event.kind),
            "by": _actor(event, users, agreement),
        }
        for event in events
    ]


def _actor(event, users, agreement):
    if event.actor_kind == ActorKind.USER and event.actor_id in users:
        return users[event.actor_id].get_full_name()
    if event.actor_kind == ActorKind.PERSON:
        return _signers(agreement).get(event.actor_id, "")
    return ""


def _signers(agreement):
    """{person id: name} of those who sign outside the municipality."""
    volunteer = agreement.volunteer.person if agreement.volunteer_id else None
    people = (volunteer, agreement.guardian, agreement.contact)
    return {person.pk: person.display_name for person in people if person is not None}
