"""Reading agreements and attestations: rows for pages, next steps, who is at risk.

Everything here is set-based: a fixed number of queries for one row and for a list.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Collate
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agreements import cpr, library
from agreements.age import exempt_until
from agreements.consents import UNASKED
from agreements.models import (
    ActivityTerms,
    Agreement,
    AssociationDeclaration,
    Attestation,
    AttestationDuty,
    AttestationKind,
    Clause,
    Consent,
    ConsentKind,
    Coverage,
    Document,
    DocumentKind,
    DutyAssessment,
    HeldCpr,
    Insurance,
    JournalEntry,
    LocalClause,
    OrderBatch,
    Party,
    Signature,
    SignatureScan,
    SigningCode,
    TemplateVersion,
    ThresholdCrossing,
)
from agreements.parties import FIRST_PARTIES
from agreements.states import CLOSING, SIGNED_BY_ALL, AgreementState, AttestationState
from coordination.access import Permission, Scope, scope_of
from coordination.eligibility import missing_rows
from coordination.models import (
    Activity,
    Association,
    Branch,
    Clearance,
    ClearanceKind,
    Engagement,
    Person,
    Tie,
    Volunteer,
)
from coordination.papers import Papers
from coordination.states import AssignmentState
from core import audit
from core.models import ActorKind, AuditEvent, Job, User
from core.models.job import UNFINISHED
from core.periods import day_of, start_of, today
from core.prepared import Prepared, given, ids, moment, number

# Longer than the job's own attempts take together.
SEALED_WITHIN = timedelta(hours=1)

# --- Rows for pages ------------------------------------------------------------------------


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


def templates():
    """Templates that have a published version, by title."""
    return library.published().order_by("title")


def versions():
    """Published versions of templates with their clauses."""
    rows = TemplateVersion.objects.published().select_related("template", "published_by")
    return rows.prefetch_related("clauses")


def version_before(version):
    """The published version before this one, or None."""
    return versions().filter(template=version.template, number__lt=version.number).first()


def open_clauses():
    """The clauses of the versions in use for which a branch may have its own words."""
    return Clause.objects.filter(
        version__in=TemplateVersion.objects.current(), locked=False
    ).select_related("version__template")


def local_clauses():
    """The branches' own words that are in use or wait."""
    rows = LocalClause.objects.filter(withdrawn_at__isnull=True)
    return rows.select_related("branch", "template", "written_by")


def attestations():
    """Attestations with branch and person."""
    return Attestation.objects.select_related("branch", "volunteer__person")


def batches():
    """Lists of orders with their branch and who made them."""
    return (
        OrderBatch.objects.select_related("branch", "made_by", "ordered_by")
        .annotate(number=Count("attestations"))
        .order_by("-made_at", "-pk")
    )


def people_on(batch_ids):
    """The ids of the volunteers on these lists. 1 query."""
    rows = Attestation.objects.filter(batch__in=batch_ids)
    return list(rows.values_list("volunteer_id", flat=True))


def cases_on(batch):
    """What is on a list, in the order of its lines, CPR numbers along. 1 query."""
    rows = attestations().filter(batch=batch).select_related("held_cpr")
    return [(row, _masked(row)) for row in rows.order_by("opened_at", "pk")]


def _masked(attestation):
    held = getattr(attestation, "held_cpr", None)
    return cpr.masked(held) if held else ""


def waiting_for_order(user, most=200):
    """Cases that wait to be ordered where the user may order, oldest first; `has_cpr`. 1 query."""
    held = HeldCpr.objects.filter(attestation=OuterRef("pk"))
    rows = attestations().filter(state=AttestationState.DETAILS).annotate(has_cpr=Exists(held))
    rows = rows.permitted(user, Permission.ORDER_ATTESTATION)
    return list(rows.order_by("opened_at", "pk")[:most])


def assessment_of(activity):
    """The newest answer to the three questions, or None. 1 query."""
    return DutyAssessment.objects.filter(activity=activity).select_related("decided_by").first()


def crossings(on):
    """Thresholds crossed by people who have no child certificate on the day, the first due first.
    `engagement` is where one can be ordered.
    """
    cleared = Clearance.objects.valid_on(on).filter(
        volunteer=OuterRef("volunteer"), kind=ClearanceKind.CHILD_CERTIFICATE
    )
    tie = Engagement.objects.filter(
        volunteer=OuterRef("volunteer"), site__branch=OuterRef("branch")
    )
    return (
        ThresholdCrossing.objects.filter(~Exists(cleared))
        .select_related("branch", "volunteer__person")
        .annotate(
            engagement=Subquery(tie.not_ended(on).order_by("pk").values("pk")[:1]),
            under_way=Exists(
                Attestation.objects.under_way().filter(volunteer=OuterRef("volunteer"))
            ),
        )
        .order_by("due_on", "volunteer")
    )


# --- Associations --------------------------------------------------------------------------


def associations():
    """All of them; an association belongs to no branch."""
    return Association.objects.select_related("contact")


def _with_children():
    return Engagement.objects.filter(
        site__activity__requirements__kind=ClearanceKind.CHILD_CERTIFICATE
    )


def associations_with_children(user, on):
    """Associations through which somebody in the user's branches is with children: `people` how
    many, `lacking` how many of them are not cleared, `declared_until` and `declared_by` of the
    newest declaration that counts.
    """
    through = _with_children().not_ended(on).permitted(user, Permission.VIEW_ATTESTATIONS)
    cleared = Clearance.objects.valid_on(on).filter(
        volunteer=OuterRef("volunteer"), kind=ClearanceKind.CHILD_CERTIFICATE
    )
    mine = through.filter(association=OuterRef("pk")).order_by()
    declared = AssociationDeclaration.objects.valid_on(on).filter(association=OuterRef("pk"))
    newest = declared.order_by("-valid_until", "-pk")
    return (
        associations()
        .annotate(
            people=_count(mine),
            lacking=_count(mine.filter(~Exists(cleared))),
            declared_until=Subquery(newest.values("valid_until")[:1]),
            declared_by=Subquery(newest.values("signer_name")[:1]),
        )
        .filter(people__gt=0)
        .order_by(F("declared_until").asc(nulls_first=True), "name")
    )


def _count(engagements):
    """How many volunteers the outer association's engagements have, as an expression."""
    counted = engagements.values("association").annotate(number=Count("volunteer", distinct=True))
    return Coalesce(Subquery(counted.values("number")), 0)


def undeclared(on):
    """Engagements of associations whose volunteers are with children and who have no declaration
    that counts on the day: the first one for each association and branch.
    """
    through = _with_children().not_ended(on).filter(association__isnull=False)
    earlier = through.filter(
        association=OuterRef("association"), site__branch=OuterRef("site__branch")
    ).filter(pk__lt=OuterRef("pk"))
    declared = AssociationDeclaration.objects.valid_on(on).filter(
        association=OuterRef("association")
    )
    return through.filter(~Exists(declared), ~Exists(earlier)).order_by(
        "association__name", "site__branch__name", "pk"
    )


def to_confirm(association, user, on):
    """Engagements through the association, with children and not cleared, that the user may
    assess: one per volunteer. 1 query.
    """
    cleared = Clearance.objects.valid_on(on).filter(
        volunteer=OuterRef("volunteer"), kind=ClearanceKind.CHILD_CERTIFICATE
    )
    rows = _with_everything(_with_children().not_ended(on)).filter(
        ~Exists(cleared), association=association
    )
    found = rows.permitted(user, Permission.ASSESS_ATTESTATION).order_by("volunteer", "pk")
    return list({one.volunteer_id: one for one in found}.values())


def signatures():
    """Signatures with their agreement, branch and person; the archive's left out."""
    live = Signature.objects.filter(agreement__archived_at__isnull=True)
    return live.select_related("agreement__branch", "agreement__volunteer__person")


def signatures_of(agreement):
    """An agreement's signatures, each with who registered it and its scan, without the bytes."""
    rows = agreement.signatures.select_related("registered_by", "scan")
    return rows.defer("scan__content")


def scans():
    """Scans with the agreement they belong to; the archive's left out."""
    live = SignatureScan.objects.filter(signature__agreement__archived_at__isnull=True)
    return live.select_related("signature__agreement__branch", "signature__agreement__volunteer")


def journal_entry(agreement):
    """Where the agreement lies in the records system, or None."""
    return JournalEntry.objects.filter(agreement=agreement).first()


def documents():
    """Documents without their bytes, which only a download reads."""
    return Document.objects.select_related("agreement__branch", "agreement__volunteer").defer(
        "content", "source"
    )


def unsealed(now):
    """Agreements signed by all an hour ago whose signed document is not there and not on its way.

    The job failed, or was lost: somebody must look.
    """
    return unsealed_since(now - SEALED_WITHIN)


def unsealed_since(instant):
    """The same for those signed by all before the instant."""
    made = Document.objects.filter(agreement=OuterRef("pk"), kind=DocumentKind.SIGNED)
    late = Agreement.objects.filter(~Exists(made), concluded_at__lt=instant)
    return late.exclude(pk__in=_on_their_way().values("agreement"))


def is_unsealed(agreement, documents, now):
    """The same for one agreement whose documents have been read. 1 query if it looks late."""
    if agreement.concluded_at is None or agreement.concluded_at >= now - SEALED_WITHIN:
        return False
    if any(document.kind == DocumentKind.SIGNED for document in documents):
        return False
    return not _on_their_way().filter(agreement=agreement.pk).exists()


def _on_their_way():
    """Unfinished jobs that are about one agreement, with its number as `agreement`."""
    jobs = Job.objects.filter(state__in=UNFINISHED, args__has_key="agreement_id")
    return jobs.annotate(agreement=Cast(KT("args__agreement_id"), BigIntegerField()))


def documents_without_bytes():
    """A prefetch of each agreement's documents, as `document_list`."""
    rows = Document.objects.defer("content", "source").order_by("kind")
    return Prefetch("documents", rows, to_attr="document_list")


def text_of(agreement):
    """The frozen text, bytes and all, or None before it is sent."""
    return (
        Document.objects.select_related("agreement")
        .filter(agreement=agreement, kind=DocumentKind.TEXT)
        .first()
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


def branches_of(user, permission):
    """The branches on which the user has the permission, for a filter."""
    return Branch.objects.permitted(user, permission)


def engagements():
    """Engagements with all that the next steps read."""
    return _with_everything(Engagement.objects.all())


def engagements_of(volunteer, user, on):
    """The volunteer's engagements that are not over, in the user's branches: a list for
    `next_steps`. 1 query.
    """
    question = _engagements_question(scope_of(user).grants)
    found = question.rows(person=volunteer.pk, on=on)
    for engagement in found:
        engagement.volunteer = volunteer
    return found


@lru_cache(maxsize=256)
def _engagements_question(grants):
    here = Scope(grants).within(Engagement.branch_lookup, Permission.VIEW_AGREEMENTS)
    rows = Engagement.objects.filter(here, volunteer=number("person")).not_ended(given("on"))
    rows = rows.select_related("site__branch", "site__activity__terms")
    return Prepared(rows.order_by("site__activity__title", "pk"))


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


def other_engagements(engagement, on):
    """The volunteer's other engagements at the same branch that are not over."""
    rows = Engagement.objects.filter(
        volunteer=engagement.volunteer_id, site__branch=engagement.site.branch_id
    )
    return rows.exclude(pk=engagement.pk).not_ended(on).select_related("site__activity")


def lacking(kind, on):
    """Engagements that are not over and lack a required clearance of the kind, by name."""
    rows = missing_rows(_with_everything(Engagement.objects.not_ended(on)), on)
    by_name = Collate("volunteer__person__name", "da-x-icu")
    return rows.filter(required_kind=kind).order_by(by_name, "pk")


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


def activities():
    """Activities with their terms."""
    return Activity.objects.select_related("branch", "terms__template")


def terms_of(activity):
    """The activity's ActivityTerms, or None."""
    terms = next(iter(_terms_question().rows(activity=activity.pk)), None)
    if terms is not None:
        terms.activity = activity
    return terms


@cache
def _terms_question():
    rows = ActivityTerms.objects.filter(activity=number("activity"))
    return Prepared(rows.select_related("template"))


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
    if event.actor_kind == ActorKind.PERSON and event.actor_id == agreement.volunteer_id:
        return agreement.volunteer.person.display_name
    return ""


def _with_everything(engagements):
    return engagements.select_related(
        "volunteer__person", "site__branch", "site__activity__terms__template"
    )


# --- What is missing, why, next step --------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One requirement of one engagement that is not met, or waits.

    `text` what, `why` from the activity's terms, `next` what happens now, in words; `url` and
    `action` only where this user may do it. `blocking`: the gate is closed until it is done.
    """

    engagement_id: int
    kind: str
    text: str
    why: str = ""
    next: str = ""
    url: str = ""
    action: str = ""
    blocking: bool = True


@dataclass
class _Facts:
    """What was read about a list of engagements, by id."""

    engagements: list
    on: date
    user: object
    own: bool
    missing: set = field(default_factory=set)
    open_agreements: dict = field(default_factory=dict)
    concluded: dict = field(default_factory=dict)
    attestations: dict = field(default_factory=dict)
    attested: set = field(default_factory=set)

    def may(self, permission, engagement):
        return not self.own and scope_of(self.user).holds(permission, engagement.site.branch.path)


def next_steps(engagements, on, user):
    """{engagement id: [Step, ...]} for a queryset of engagements, in staff's words. 5 queries;
    4 for a list that `engagements()` has read.

    Attestations that other branches ordered are not told of; only that something is missing.
    """
    facts = _read(engagements, on, user, own=False)
    return {one.pk: _steps(one, facts) for one in facts.engagements}


def own_steps(volunteer, on, user):
    """[(engagement, [Step, ...])] of a volunteer's own engagements, in their words. 5 queries."""
    engagements = Engagement.objects.filter(volunteer=volunteer).not_ended(on)
    facts = _read(engagements, on, user, own=True)
    steps = ((one, _steps(one, facts)) for one in facts.engagements)
    return [(one, found) for one, found in steps if found]


def own_steps_of(user, on):
    """`own_steps` of the volunteer who is this user; empty for others, as a flat list of Steps."""
    volunteer = Volunteer.objects.own(user).first()
    if volunteer is None:
        return []
    return [step for _engagement, steps in own_steps(volunteer, on, user) for step in steps]


def _read(engagements, on, user, *, own):
    if isinstance(engagements, QuerySet):
        engagements = _with_everything(engagements).order_by("site__activity__title", "pk")
    rows = list(engagements)
    facts = _Facts(rows, on, user, own)
    if not rows:
        return facts
    people = {one.volunteer_id for one in rows}
    papers = Papers(people, {one.site.activity_id for one in rows}, since=on, all_held=True)
    facts.missing = {
        (one.pk, kind) for one in rows for kind in papers.lacking(one, one.site.activity_id, on)
    }
    for coverage in _coverage_question().rows(engagements=[one.pk for one in rows]):
        open_ = coverage.agreement.is_open
        (facts.open_agreements if open_ else facts.concluded)[coverage.engagement_id] = coverage
    question = _attestation_question(None if own else scope_of(user).grants)
    for attestation in question.rows(people=people):
        clears = AttestationKind(attestation.kind).clears
        facts.attestations[attestation.volunteer_id, clears] = attestation
    facts.attested = {
        person for person in people if papers.has(person, ClearanceKind.CHILD_CERTIFICATE, on)
    }
    return facts


@lru_cache(maxsize=256)
def _attestation_question(grants):
    """People's attestations in branches that these grants reach; with None, all of them."""
    rows = Attestation.objects.filter(volunteer__among=ids("people"))
    if grants is not None:
        here = Scope(grants).within(Attestation.branch_lookup, Permission.VIEW_ATTESTATIONS)
        rows = rows.filter(here)
    return Prepared(rows.order_by("opened_at", "pk"))


@cache
def _coverage_question():
    """The coverages of agreements that are made, sent or concluded; the newest comes last."""
    by_party = Signature.objects.filter(agreement=OuterRef("agreement"))
    rows = Coverage.objects.filter(engagement__among=ids("engagements"))
    rows = rows.exclude(agreement__state=AgreementState.WITHDRAWN).select_related("agreement")
    signed = rows.annotate(
        volunteer_has_signed=Exists(by_party.filter(party=Party.VOLUNTEER)),
        leader_has_signed=Exists(by_party.filter(party=Party.LEADER)),
    )
    return Prepared(signed.order_by("agreement__created_at", "pk"))


def _steps(engagement, facts):
    steps = []
    if (engagement.pk, ClearanceKind.AGREEMENT) in facts.missing:
        steps.append(_agreement_step(engagement, facts))
    if (engagement.pk, ClearanceKind.CHILD_CERTIFICATE) in facts.missing:
        steps.append(_certificate_step(engagement, facts))
    elif _is_optional(engagement, facts):
        steps.append(_optional_step(engagement, facts))
    if (engagement.pk, ClearanceKind.CRIMINAL_RECORD) in facts.missing:
        steps.append(_record_step(engagement, facts))
    return steps


def _day(value):
    return date_format(value, "DATE_FORMAT")


# --- The agreement's step --------------------------------------------------------------------


def _agreement_step(engagement, facts):
    waiting = facts.open_agreements.get(engagement.pk)
    signed = facts.concluded.get(engagement.pk)
    if waiting is not None:
        step = _waiting_step(engagement, waiting, facts)
    elif signed is not None and signed.agreement.starts_on > facts.on:
        step = _step(
            engagement,
            _("The agreement is signed"),
            next=_("It counts from %(day)s.") % {"day": _day(signed.agreement.starts_on)},
        )
    else:
        step = _missing_agreement_step(engagement, signed, facts)
    return replace(
        step,
        kind=str(ClearanceKind.AGREEMENT),
        why=_("%(activity)s requires an agreement with a duty of confidentiality.")
        % {"activity": engagement.site.activity.title},
    )


def _step(engagement, text, **more):
    return Step(engagement.pk, "", text, **more)


def _missing_agreement_step(engagement, ended, facts):
    if ended is not None and ended.agreement.ends_on:
        text = _("The agreement ran out on %(day)s") % {"day": _day(ended.agreement.ends_on)}
    else:
        text = _("The agreement is missing")
    if facts.own:
        return _step(engagement, text, next=_("Your coordinator makes it and sends it to you."))
    step = _step(engagement, text, next=_("Make the agreement and send it for signing."))
    if not facts.may(Permission.MAKE_AGREEMENTS, engagement):
        return step
    return replace(
        step,
        url=reverse("agreements:agreement-make", args=[engagement.pk]),
        action=_("Make the agreement"),
    )


def _waiting_step(engagement, coverage, facts):
    if facts.own:
        return _own_waiting_step(engagement, coverage)
    agreement = coverage.agreement
    url = reverse("agreements:agreement-detail", args=[agreement.pk])
    if agreement.state == AgreementState.DRAFT:
        step = _step(
            engagement,
            _("The agreement is made, but not sent"),
            next=_("Look it through and send it."),
        )
        return _if(facts.may(Permission.MAKE_AGREEMENTS, engagement), step, url, _("Send it"))
    if not coverage.volunteer_has_signed:
        step = _step(
            engagement,
            _("The agreement waits for the volunteer's signature"),
            next=_("Remind the volunteer, or register a signature on paper."),
        )
        return _if(facts.may(Permission.VIEW_AGREEMENTS, engagement), step, url, _("Open it"))
    step = _step(
        engagement,
        _("The agreement waits for the branch leader's signature"),
        next=_("The branch leader signs it."),
    )
    if facts.may(Permission.SIGN_AGREEMENT, engagement):
        sign = reverse("agreements:agreement-sign", args=[agreement.pk])
        return replace(step, url=sign, action=_("Sign"))
    return _if(facts.may(Permission.VIEW_AGREEMENTS, engagement), step, url, _("Open it"))


def _if(allowed, step, url, action):
    return replace(step, url=url, action=action) if allowed else step


def _own_waiting_step(engagement, coverage):
    agreement = coverage.agreement
    if agreement.state == AgreementState.DRAFT:
        return _step(
            engagement,
            _("Your agreement is on its way"),
            next=_("Your coordinator sends it to you soon."),
        )
    if coverage.volunteer_has_signed:
        return _step(
            engagement,
            _("Your agreement waits for the branch leader"),
            next=_("You have signed. You need not do anything now."),
        )
    return _step(
        engagement,
        _("Your agreement waits for you"),
        next=_("Read it and sign it."),
        url=reverse("agreements:own-sign", args=[agreement.pk]),
        action=_("Read and sign"),
    )


# --- The certificate's step ------------------------------------------------------------------


def why_certificate(terms):
    """The terms' own reasons for a child certificate, as one sentence."""
    title = {"activity": terms.activity.title}
    if terms.direct_contact_under_15 and terms.moves_among_under_15:
        return (
            _(
                "In %(activity)s one has direct contact with children under 15 and is often "
                "among them."
            )
            % title
        )
    if terms.direct_contact_under_15:
        return _("In %(activity)s one has direct contact with children under 15.") % title
    if terms.moves_among_under_15:
        return _("In %(activity)s one is regularly among children under 15.") % title
    return _("In %(activity)s one may meet children under 15.") % title


def why_for(engagement):
    """Why the certificate is asked for in an engagement's activity, in the terms' words."""
    return _why(engagement)


def _why(engagement):
    terms = getattr(engagement.site.activity, "terms", None)
    return why_certificate(terms) if terms else ""


def _certificate_step(engagement, facts):
    step = _own_certificate_step if facts.own else _staff_certificate_step
    return replace(
        step(engagement, facts),
        kind=str(ClearanceKind.CHILD_CERTIFICATE),
        why=_why(engagement),
    )


def _order_url(engagement):
    return reverse("agreements:attestation-order", args=[engagement.pk])


def _staff_certificate_step(engagement, facts):
    attestation = facts.attestations.get(_about_children(engagement))
    may_order = facts.may(Permission.ORDER_ATTESTATION, engagement)
    last = exempt_until(engagement.volunteer.person)
    if last is not None and facts.on <= last:
        step = _step(
            engagement,
            _("Not needed before the 15th birthday"),
            next=_("Confirm it. From %(day)s the certificate is needed.") % {"day": _day(last)},
        )
        return _if(may_order, step, _order_url(engagement), _("Confirm"))
    if attestation is not None and attestation.is_under_way:
        if not attestation.consent_has_expired(facts.on):
            return _under_way_step(engagement, attestation, facts)
    elif attestation is not None and attestation.state in CLOSING:
        return _step(
            engagement,
            _("Activities with children are closed to this volunteer"),
            next=_("Other activities are open. The branch leader knows more."),
        )
    step = _step(
        engagement,
        _missing_certificate_text(attestation, facts),
        next=_("Ask the volunteer for the CPR number, and order it at the police."),
    )
    return _if(may_order, step, _order_url(engagement), _("Order"))


def _missing_certificate_text(attestation, facts):
    if attestation is not None and attestation.consent_has_expired(facts.on):
        return _("The time to consent to the child certificate ran out")
    if attestation is not None and attestation.has_expired(facts.on):
        return _("The child certificate ran out on %(day)s") % {
            "day": _day(attestation.valid_until)
        }
    return _("The child certificate is missing")


def _under_way_step(engagement, attestation, facts):
    """What is waited for, with the way to the case for who may see it."""
    text, then = _waiting_words(attestation)
    url = reverse("agreements:attestation-detail", args=[attestation.pk])
    may_see = facts.may(Permission.VIEW_ATTESTATIONS, engagement)
    return _if(may_see, _step(engagement, text, next=then), url, _("Open it"))


def _waiting_words(attestation):
    if attestation.state == AttestationState.DETAILS:
        return (
            _("The child certificate is asked for"),
            _("The volunteer gives the CPR number on their page, or you write it for them."),
        )
    if attestation.state == AttestationState.RECEIVED:
        return _("The answer from the police is here"), _("The branch leader assesses it.")
    if attestation.state == AttestationState.CONSENTED:
        return (
            _("The volunteer has consented to the child certificate"),
            _("The answer from the police comes in some working days. Then it is assessed."),
        )
    if attestation.consent_until is None:
        return (
            _("The child certificate is ordered on paper"),
            _("The volunteer signs the form. When the answer comes, it is assessed."),
        )
    return (
        _("The child certificate is ordered"),
        _("The volunteer has until %(day)s to consent. Then the answer is assessed.")
        % {"day": _day(attestation.consent_until)},
    )


def _record_step(engagement, facts):
    """A criminal record certificate is required and not there."""
    key = (engagement.volunteer_id, ClearanceKind.CRIMINAL_RECORD)
    attestation = facts.attestations.get(key)
    under_way = attestation is not None and attestation.is_under_way
    expired = under_way and attestation.consent_has_expired(facts.on)
    if under_way and not expired:
        step = _step(
            engagement,
            _("The criminal record certificate is on its way"),
            next=_("Open it to see what it waits for."),
        )
        url = reverse("agreements:attestation-detail", args=[attestation.pk])
        may_see = facts.may(Permission.VIEW_ATTESTATIONS, engagement)
        step = _if(may_see, step, url, _("Open it"))
    elif facts.own:
        step = _step(
            engagement,
            _("Your criminal record certificate is missing"),
            next=_("Your coordinator tells you what to do."),
        )
    else:
        step = _step(
            engagement,
            _("The criminal record certificate is missing"),
            next=_("Ask for it, or look at one that the volunteer shows you."),
        )
        may_order = facts.may(Permission.ORDER_ATTESTATION, engagement)
        step = _if(may_order, step, _order_url(engagement) + "?kind=record", _("Order"))
    return replace(step, kind=str(ClearanceKind.CRIMINAL_RECORD))


def _own_certificate_step(engagement, facts):
    attestation = facts.attestations.get(_about_children(engagement))
    last = exempt_until(engagement.volunteer.person)
    if last is not None and facts.on <= last:
        return _step(
            engagement,
            _("You need no child certificate before you are 15"),
            next=_("Your coordinator confirms it."),
        )
    if attestation is not None and attestation.is_under_way:
        if not attestation.consent_has_expired(facts.on):
            return _own_under_way_step(engagement, attestation)
    elif attestation is not None and attestation.state in CLOSING:
        return _step(
            engagement,
            _("This activity is not open to you now"),
            next=_("Talk to the branch leader. Other activities are open to you."),
        )
    return _step(
        engagement,
        _("Your child certificate is missing"),
        next=_("Your coordinator orders it. You then consent in your Digital Post."),
    )


def _own_under_way_step(engagement, attestation):
    url = reverse("agreements:own-attestation", args=[attestation.pk])
    if attestation.state == AttestationState.DETAILS:
        return _step(
            engagement,
            _("We need your CPR number for your child certificate"),
            next=_("Write it on your page. It is deleted when the answer is here."),
            url=url,
            action=_("Write your CPR number"),
        )
    if attestation.state == AttestationState.ORDERED and attestation.consent_until is None:
        return _step(
            engagement,
            _("Your child certificate is ordered on paper"),
            next=_("Sign the form that you get from your coordinator."),
        )
    if attestation.state == AttestationState.ORDERED:
        return _step(
            engagement,
            _("Your child certificate is ordered"),
            next=_("Look in your Digital Post and answer the police no later than %(day)s.")
            % {"day": _day(attestation.consent_until)},
            url=url,
            action=_("I have answered"),
        )
    return _step(
        engagement,
        _("Your child certificate is on its way"),
        next=_("You need not do anything now."),
    )


def _about_children(engagement):
    return engagement.volunteer_id, ClearanceKind.CHILD_CERTIFICATE


def _is_optional(engagement, facts):
    """A certificate may be asked for, and there is none: an option for staff to weigh."""
    if facts.own or engagement.volunteer_id in facts.attested:
        return False
    terms = getattr(engagement.site.activity, "terms", None)
    if terms is None or terms.child_certificate == AttestationDuty.NOT_RELEVANT:
        return False
    return terms.child_certificate == AttestationDuty.OPTION or engagement.tie != Tie.FIXED


def _optional_step(engagement, facts):
    attestation = facts.attestations.get(_about_children(engagement))
    if (
        attestation is not None
        and attestation.is_under_way
        and not attestation.consent_has_expired(facts.on)
    ):
        step = _under_way_step(engagement, attestation, facts)
    else:
        may_order = facts.may(Permission.ORDER_ATTESTATION, engagement)
        step = _if(may_order, _option(engagement), _order_url(engagement), _("Order"))
    return replace(
        step, kind=str(ClearanceKind.CHILD_CERTIFICATE), why=_why(engagement), blocking=False
    )


def _option(engagement):
    required_from = engagement.volunteer.child_certificate_from
    if required_from is not None:
        return _step(
            engagement,
            _("The volunteer is often with children: a child certificate is needed"),
            next=_("Order it. From %(day)s they cannot be with children without it.")
            % {"day": _day(required_from)},
        )
    return _step(
        engagement,
        _("A child certificate is possible, not required"),
        next=_("You may order one. It becomes a duty if the volunteer comes often."),
    )


# --- Terms: what is missing, and who is at risk ----------------------------------------------


def terms_warnings(terms):
    """Sentences on what an activity's terms still lack. Warnings, never obstacles."""
    if terms is None:
        return [_("The activity has no terms yet: what volunteers may do, and what is required.")]
    warnings = []
    if terms.insurance == Insurance.TO_BE_SETTLED:
        warnings.append(_("It is not settled whether the insurance covers the volunteers."))
    if terms.med_discussed_on is None:
        warnings.append(_("It is not noted when the activity was discussed in the local MED."))
    if terms.staff_informed_on is None:
        warnings.append(_("It is not noted when the staff were informed."))
    if not terms.notification_recipient:
        warnings.append(_("Nobody is named to receive a concern about a child."))
    if terms.child_certificate != AttestationDuty.NOT_RELEVANT and not terms.legal_order:
        warnings.append(_("The order that applies to the child certificate is not named."))
    if not terms.may:
        warnings.append(_("It is not written what volunteers may do."))
    if not terms.may_not:
        warnings.append(_("It is not written what volunteers may not do."))
    if not terms.refer_to_staff:
        warnings.append(_("It is not written what volunteers leave to the staff."))
    if terms.activity.contact_id is None:
        warnings.append(_("The activity has no contact person. The agreement names the leader."))
    if terms.activity.deputy_id is None:
        warnings.append(_("Nobody is named to stand in for the contact person."))
    return warnings


@dataclass(frozen=True)
class AtRisk:
    """Somebody on a coming shift who will not be cleared on its day."""

    engagement: Engagement
    shift_day: date
    kinds: tuple


def at_risk(activity):
    """People on the activity's coming shifts whom the gate would refuse on the last of them.

    Asked when requirements change, and shown until they are dealt with. At most 3 queries, 4 where
    somebody is.
    """
    rows = _booked_question().rows(activity=activity.pk, now=start_of(today()))
    ties = [BookedTie(*row) for row in rows]
    papers = Papers({tie.volunteer_id for tie in ties}, [activity.pk], since=today())
    kinds = {tie: papers.lacking(tie, activity.pk, day_of(tie.last_at)) for tie in ties}
    found = {tie.pk: tie for tie in ties if kinds[tie]}
    if not found:
        return []
    rows = Engagement.objects.select_related("volunteer__person", "site__branch")
    return [
        AtRisk(
            one,
            day_of(found[one.pk].last_at),
            tuple(ClearanceKind(kind).label for kind in kinds[found[one.pk]]),
        )
        for one in rows.filter(pk__in=found).order_by("pk")
    ]


class BookedTie(NamedTuple):
    """An engagement with the start of the last shift its volunteer is on there."""

    pk: int
    volunteer_id: int
    site_id: int
    tie: str
    last_at: datetime


@cache
def _booked_question():
    booked = Q(
        site__shifts__assignments__volunteer=F("volunteer"),
        site__shifts__assignments__state=AssignmentState.BOOKED,
        site__shifts__starts_at__gte=moment("now"),
    )
    rows = Engagement.objects.filter(booked, site__activity=number("activity")).order_by()
    rows = rows.values("pk", "volunteer", "site", "tie")
    return Prepared(
        rows.annotate(last=Max("site__shifts__starts_at")).values_list(
            "pk", "volunteer", "site", "tie", "last"
        )
    )


def user(pk):
    """The User by id."""
    return User.objects.get(pk=pk)


# --- Consents ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """Something a volunteer may consent to unasked, and the consent that holds, or None."""

    kind: str
    label: str
    consent: object


def consents():
    """Consents with person, branch and the text's version."""
    return Consent.objects.select_related("volunteer__person", "branch", "text")


def consents_of(volunteer, user):
    """A volunteer's consents that this user may see: to pictures only those of their branches."""
    ours = scope_of(user).within("branch", Permission.VIEW_PEOPLE)
    shown = Q(branch__isnull=True) | ours if ours else ours  # an empty Q means everywhere
    return list(consents().filter(shown, volunteer=volunteer))


def consent_of(volunteer, pk):
    """One of a volunteer's consents, or None."""
    return consents().filter(volunteer=volunteer, pk=pk).first()


def volunteers():
    """Volunteers with their person."""
    return Volunteer.objects.select_related("person")


def own_volunteer(user):
    """The Volunteer who is this user, with the person, or None."""
    return volunteers().own(user).first()


def consent_offers(volunteer):
    """An Offer for each thing one may consent to unasked. 1 query."""
    held = {
        one.kind: one
        for one in Consent.objects.holding().filter(volunteer=volunteer, kind__in=UNASKED)
    }
    return [Offer(kind, kind.label, held.get(kind)) for kind in UNASKED]


def photo_consents(volunteer):
    """What was asked about pictures of the volunteer, the open ones first. 1 query."""
    rows = Consent.objects.filter(volunteer=volunteer, kind=ConsentKind.PHOTO)
    return list(rows.order_by(F("withdrawn_at").desc(nulls_first=True), "-pk")[:20])


def declaration_of(volunteer):
    """The volunteer's newest declaration of confidentiality, or None."""
    return volunteer.confidentiality_declarations.order_by("-signed_on", "-pk").first()
