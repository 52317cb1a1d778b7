"""What agreements tells the start page of staff."""

from datetime import timedelta
from functools import lru_cache

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import queries, reminders
from agreements.models import Agreement, Attestation, Party, Signature
from agreements.states import AT_THE_POLICE, AgreementState, AttestationState
from coordination.access import Permission, Scope, scope_of
from coordination.eligibility import missing_rows
from coordination.models import ClearanceKind, Engagement
from core.periods import today
from core.prepared import PreparedCount, given, moment
from core.summary import Waiting, kept

TO_ASSESS = (*AT_THE_POLICE, AttestationState.RECEIVED)

# Who may do something about what is missing.
MAY_HELP = {
    ClearanceKind.AGREEMENT: Permission.MAKE_AGREEMENTS,
    ClearanceKind.CHILD_CERTIFICATE: Permission.ORDER_ATTESTATION,
}  # the criminal record certificate is counted on its own page


def staff_summary(user):
    """What waits, as Waiting rows, nothing at zero. At most 5 queries."""
    day = today()
    missing = _missing(user, day) if scope_of(user).permissions & set(MAY_HELP.values()) else {}
    rows = [*_agreements(user, day, missing), *_attestations(user, missing)]
    return [row for row in rows if row.number]


def _agreements(user, day, missing):
    url, grants = reverse("agreements:agreement-list"), scope_of(user).grants
    late = timezone.now() - queries.SEALED_WITHIN
    sent = Agreement.objects.permitted(user, Permission.SIGN_AGREEMENT)
    signed = Signature.objects.filter(agreement=OuterRef("pk"), party=Party.LEADER)
    if user.has_perm(Permission.SIGN_AGREEMENT):
        yield Waiting(
            text=_("Agreements that wait for your signature"),
            number=sent.filter(~Exists(signed), state=AgreementState.SENT).count(),
            url=f"{url}?state=leader",
            action=_("Read and sign"),
            urgent=True,
            order=20,
        )
    if user.has_perm(Permission.MAKE_AGREEMENTS):
        yield Waiting(
            text=_("Volunteers without an agreement they need"),
            number=missing[ClearanceKind.AGREEMENT],
            url=reverse("agreements:agreement-missing"),
            action=_("Make agreements"),
            why=_("They cannot begin before it is signed."),
            order=30,
        )
        until = day + timedelta(days=reminders.warning_days()[-1])
        yield Waiting(
            text=_("Agreements that run out soon"),
            number=_expiring_question(grants).number(today=day, until=until),
            url=f"{url}?state=expiring",
            action=_("See them"),
            order=60,
        )
        yield Waiting(
            text=_("Signed agreements whose document could not be made"),
            number=kept(user, "unsealed", lambda: _unsealed_question(grants).number(late=late)),
            url=f"{url}?state=unsealed",
            action=_("See them"),
            why=_("All signatures count. Tell those who look after the system."),
            urgent=True,
            order=25,
        )


def _attestations(user, missing):
    if user.has_perm(Permission.ORDER_ATTESTATION):
        yield Waiting(
            text=_("Volunteers without a child certificate they need"),
            number=missing[ClearanceKind.CHILD_CERTIFICATE],
            url=reverse("agreements:attestation-missing"),
            action=_("See them"),
            why=_("They cannot be with children before it is in place."),
            order=31,
        )
    if user.has_perm(Permission.ASSESS_ATTESTATION):
        ordered = Attestation.objects.permitted(user, Permission.ASSESS_ATTESTATION)
        yield Waiting(
            text=_("Child certificates to assess when they arrive"),
            number=ordered.filter(state__in=TO_ASSESS).count(),
            url=reverse("agreements:attestation-list") + "?show=ordered",
            action=_("See them"),
            order=32,
        )


def _missing(user, day):
    """{kind: how many lack it where the user may help them}; one search for both. 1 query."""
    question = _missing_question(scope_of(user).grants)
    numbers = kept(user, "missing-papers", lambda: question.numbers(on=day))
    return dict(zip(MAY_HELP, numbers, strict=True))


@lru_cache(maxsize=256)
def _missing_question(grants):
    scope, branch = Scope(grants), Engagement.branch_lookup
    engagements = Engagement.objects.filter(scope.within(branch)).not_ended(given("on"))
    return PreparedCount(
        missing_rows(engagements, given("on")),
        *(
            Count("pk", filter=Q(required_kind=kind) & scope.within(branch, permission))
            for kind, permission in MAY_HELP.items()
        ),
    )


@lru_cache(maxsize=256)
def _expiring_question(grants):
    here = Scope(grants).within(Agreement.branch_lookup, Permission.MAKE_AGREEMENTS)
    return PreparedCount(reminders.running_out(given("today"), given("until")).filter(here))


@lru_cache(maxsize=256)
def _unsealed_question(grants):
    here = Scope(grants).within(Agreement.branch_lookup, Permission.MAKE_AGREEMENTS)
    return PreparedCount(queries.unsealed_since(moment("late")).filter(here))
