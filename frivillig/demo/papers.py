"""The demo's agreements and certificates, in every state.

Those of the past are rows in bulk. Their documents are real: `finish` sets the text as PDF,
writes the signatures on its hash and makes the signed document; for a few at once, for the
others in the worker (`frivillig.demo.tasks`), so until it has come to them they show no
document. What lies open today is done by the actions, mails included.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from agreements import documents, emails, signing
from agreements.actions import (
    agreements,
    assessments,
    attestations,
    consents,
    declarations,
    duties,
    signatures,
    templates,
    thresholds,
)
from agreements.actions import documents as document_actions
from agreements.duty import Answers, legal_orders
from agreements.models import (
    ActivityTerms,
    Agreement,
    AgreementTemplate,
    Attestation,
    AttestationDuty,
    Coverage,
    Document,
    DocumentKind,
    Party,
    Signature,
    SigningMethod,
    TemplateVersion,
)
from agreements.states import CLOSING, AgreementState, AttestationState
from coordination.models import (
    Assignment,
    Association,
    Clearance,
    ClearanceKind,
    Engagement,
    Requirement,
    Tie,
    Volunteer,
)
from coordination.states import AssignmentState
from core import jobs
from core.models import Message, MessageState, User
from core.periods import day_of, start_of, today
from frivillig.demo.places import CERTIFICATE_MONTHS, address
from frivillig.demo.volunteers import CERTIFICATE_MATTERS, IN_ORDER

JOB = "demo.finish_agreement"
DOCUMENTS_AT_ONCE = 3
SECONDS_BETWEEN = 4  # so that the demo's documents never stand before a visitor's
CERTIFICATE_DAYS = round(CERTIFICATE_MONTHS * 30.44)
ON_PAPER, ON_OWN_PAGE = 7, 3  # one of so many signs that way; the rest by the link
RUNS_OUT_SOON = "Musikarrangementer"


@dataclass
class _Bundle:
    """One volunteer's engagements at one branch, and their agreement."""

    engagements: list
    agreement: Agreement = None


# --- Agreements that are concluded ---------------------------------------------------------


def conclude_all(places, ties, say):
    """Agreements in force for all who count and for those on top whose papers are in order."""
    in_order = [one for case in (*IN_ORDER, *CERTIFICATE_MATTERS) for one in ties.on_top[case]]
    bundles = _bundles([*ties.counted, *in_order])
    _write_agreements(places, bundles)
    say(f"{len(bundles)} agreements; the worker makes most of their PDFs after the start")
    _clear(bundles)
    _make_documents(places, bundles)


def _bundles(engagements):
    found = {}
    for one in engagements:
        key = (one.volunteer_id, one.site.branch_id, one.ends_on)
        found.setdefault(key, _Bundle([])).engagements.append(one)
    return list(found.values())


def _write_agreements(places, bundles):
    template = AgreementTemplate.objects.get(key=templates.READY_KEY)
    version = TemplateVersion.objects.filter(template=template).current().get()
    for bundle in bundles:
        bundle.agreement = _concluded(places, bundle.engagements, version)
    _let_one_run_out_soon(bundles)
    made = [bundle.agreement for bundle in bundles]
    Agreement.objects.bulk_create(made)
    for agreement in made:
        agreement.number = f"{agreement.created_at:%Y}-{agreement.pk:06d}"
    Agreement.objects.bulk_update(made, ["number"], batch_size=200)
    Coverage.objects.bulk_create(
        Coverage(
            agreement=bundle.agreement,
            engagement=one,
            binding_from=bundle.agreement.in_force_from,
            binding_until=bundle.agreement.ends_on,
        )
        for bundle in bundles
        for one in bundle.engagements
    )


def _concluded(places, engagements, version):
    first = engagements[0]
    branch = first.site.branch
    starts_on = max(one.starts_on for one in engagements)
    made = min(start_of(starts_on), timezone.now()) - timedelta(days=8)
    ended = first.ends_on is not None
    return Agreement(
        number=uuid.uuid4().hex[:20],
        branch=branch,
        volunteer=first.volunteer,
        version=version,
        starts_on=starts_on,
        ends_on=first.ends_on,
        state=AgreementState.ENDED if ended else AgreementState.CONCLUDED,
        created_at=made + timedelta(hours=9),
        created_by=places.coordinators[branch.name],
        sent_at=made + timedelta(hours=10),
        sent_by=places.coordinators[branch.name],
        concluded_at=made + timedelta(days=4, hours=12),
        in_force_from=max(starts_on, day_of(made + timedelta(days=4, hours=12))),
        ended_at=first.ended_at,
        ended_by=first.ended_by,
    )


def _let_one_run_out_soon(bundles):
    bundle = next(one for one in bundles if one.engagements[0].site.activity.title == RUNS_OUT_SOON)
    bundle.agreement.ends_on = today() + timedelta(days=25)


def _clear(bundles):
    Clearance.objects.bulk_create(
        Clearance(
            volunteer=bundle.agreement.volunteer,
            kind=ClearanceKind.AGREEMENT,
            site=one.site,
            valid_from=bundle.agreement.in_force_from,
            valid_until=bundle.agreement.ends_on,
            source_type=Agreement._meta.label_lower,
            source_id=bundle.agreement.pk,
            revoked_at=bundle.agreement.ended_at,
        )
        for bundle in bundles
        for one in bundle.engagements
    )


def _make_documents(places, bundles):
    """A few now; the rest by the worker, one after the other, without a mail for each.

    A text takes half a second of one core to set and a signed document twice that; 200 of them
    would keep whoever starts the demo waiting for minutes.
    """
    Message.objects.bulk_create(_untold(bundle.agreement) for bundle in bundles)
    for number, bundle in enumerate(bundles):
        leader = places.leaders[bundle.agreement.branch.name]
        facts = {
            "agreement_id": bundle.agreement.pk,
            "leader_id": leader.pk,
            "method": str(_method(bundle.agreement.volunteer.person, number)),
        }
        if number < DOCUMENTS_AT_ONCE:
            finish(**facts, storing=transaction.atomic)
        else:
            jobs.enqueue(
                JOB,
                key=f"{JOB}:{bundle.agreement.pk}",
                not_before=timezone.now() + timedelta(seconds=SECONDS_BETWEEN * number),
                **facts,
            )


def _method(person, number):
    """One of the three ways in which volunteers sign."""
    if number % ON_PAPER == 0 or not person.email:
        return SigningMethod.PAPER
    return SigningMethod.OWN_PAGE if number % ON_OWN_PAGE == 0 else SigningMethod.LINK


def _untold(agreement):
    """The mail that tells of a signed agreement: kept from being sent a hundred times today."""
    person = agreement.volunteer.person
    return Message(
        key=f"{emails.SIGNED}:{agreement.pk}",
        kind=emails.SIGNED,
        language=person.language,
        recipient_name=person.name,
        recipient_email=person.email,
        person_id=person.pk,
        about_type=Agreement._meta.label_lower,
        about_id=agreement.pk,
        state=MessageState.SKIPPED,
        last_error="demo",
        created_at=agreement.concluded_at,
        not_before=agreement.concluded_at,
        message_id=f"<{uuid.uuid4().hex}@demo.invalid>",
    )


# --- Their documents -----------------------------------------------------------------------


def finish(*, agreement_id, leader_id, method, storing):
    """Freeze the text, write both signatures on it, make the signed document. Again: nothing.

    `storing` is the context in which the signed document is stored, as for `documents.seal`.
    """
    agreement = documents.loaded(agreement_id)
    if not agreement.documents.filter(kind=DocumentKind.TEXT).exists():
        text = documents.render(agreement)
        with transaction.atomic():
            _freeze(agreement, text)
            _sign(agreement, text, User.objects.get(pk=leader_id), SigningMethod(method))
    document_actions.seal(agreement_id=agreement_id, finish=storing)


def _freeze(agreement, text):
    Document.objects.create(
        agreement=agreement,
        kind=DocumentKind.TEXT,
        content=text.content,
        source=text.source,
        sha256=text.sha256,
        size=len(text.content),
        made_at=agreement.sent_at,
    )


def _sign(agreement, text, leader, method):
    person = agreement.volunteer.person
    clerks = {
        SigningMethod.PAPER: agreement.created_by,
        SigningMethod.OWN_PAGE: person.user,
        SigningMethod.LINK: None,
    }
    at = agreement.concluded_at - timedelta(days=2)
    went = signing.evidence(agreement, person.email) if method == SigningMethod.LINK else {}
    rows = (
        (Party.VOLUNTEER, person.display_name, method, at, clerks[method]),
        (
            Party.LEADER,
            leader.get_full_name(),
            SigningMethod.OWN_PAGE,
            agreement.concluded_at,
            leader,
        ),
    )
    Signature.objects.bulk_create(
        Signature(
            agreement=agreement,
            party=party,
            signer_name=name,
            method=how,
            signed_on=day_of(when),
            text_sha256=text.sha256,
            recorded_at=when,
            registered_by=clerk,
            **(went if party == Party.VOLUNTEER else {}),
        )
        for party, name, how, when, clerk in rows
    )


# --- Agreements on their way ---------------------------------------------------------------


def leave_some_open(places, ties):
    """Drafts, one withdrawn, and agreements that wait for one signature or for both."""
    for case in ("draft", "withdrawn", "sent", "leader_missing", "volunteer_missing"):
        for engagement in ties.on_top[case]:
            by = places.coordinators[engagement.site.branch.name]
            _leave_open(places, case, agreements.draft(engagements=[engagement], by=by), by)


def _leave_open(places, case, agreement, by):
    if case == "withdrawn":
        agreements.withdraw(agreement=agreement, by=by)
    if case in ("draft", "withdrawn"):
        return
    agreements.send(agreement=agreement, by=by)
    if case == "leader_missing":
        user = agreement.volunteer.person.user
        signatures.sign_on_own_page(agreement=agreement, by=user)
    if case == "volunteer_missing":
        leader = places.leaders[agreement.branch.name]
        signatures.sign_as_leader(agreement=agreement, by=leader)


# --- Consents ------------------------------------------------------------------------------


def ask_about_pictures(places):
    """Frida is asked about new pictures, has said yes to others, and wants some taken down."""
    volunteer = Volunteer.objects.select_related("person__user").get(person__email=address("frida"))
    branch, user = volunteer.engagements.first().site.branch, volunteer.person.user
    pictures = {
        "asked": ("Billeder fra lektiecaféen i efteråret", "Bibliotekets hjemmeside"),
        "given": ("Portræt til plakaten om frivillige", "Plakaten i foyeren"),
        "withdrawn": ("Billeder fra sommerfesten", "Bibliotekets hjemmeside\nFacebook"),
    }
    for answer, (context, shown) in pictures.items():
        consent = consents.ask(
            volunteer=volunteer,
            branch=branch,
            context=context,
            places=shown,
            by=places.coordinators[branch.name],
        )
        if answer != "asked":
            consents.answer(consent=consent, yes=True, by=user)
        if answer == "withdrawn":
            consents.withdraw(consent=consent, by=user)
    consents.give(volunteer=volunteer, kind="newsletter", by=user)
    consents.declare_confidentiality(volunteer=volunteer, by=user)


# --- Certificates --------------------------------------------------------------------------


def attest(places, ties):
    """A certificate for all who need one, and for those on top each in its own state."""
    matters = set(
        Requirement.objects.filter(kind=ClearanceKind.CHILD_CERTIFICATE).values_list(
            "activity_id", flat=True
        )
    )
    needed = {}
    in_order = [one for case in (*IN_ORDER, "leader_missing") for one in ties.on_top[case]]
    for one in [*ties.counted, *in_order]:
        if one.is_fixed and one.site.activity_id in matters:
            needed.setdefault(one.volunteer_id, one)
    rows = [_approved(places, one, number) for number, one in enumerate(needed.values())]
    rows += [
        _in_state(places, case, one)
        for case in CERTIFICATE_MATTERS[1:]
        for one in ties.on_top[case]
    ]
    Attestation.objects.bulk_create(rows)
    Clearance.objects.bulk_create(_clearance(row) for row in rows if row.valid_from)
    for one in ties.on_top["ordered"]:
        by = places.coordinators[one.site.branch.name]
        attestations.order(volunteer=one.volunteer, branch=one.site.branch, by=by)


def ask_about_children(places, ties):
    """What is new about certificates: presences counted, the three questions, a declaration.

    No CPR number: those stand nowhere in a demo.
    """
    closed = Attestation.objects.filter(state__in=CLOSING).values_list("volunteer_id", flat=True)
    duties.sync(volunteer_ids=list(closed), by=places.manager)
    came = Assignment.objects.filter(state=AssignmentState.ATTENDED)
    thresholds.recount(
        volunteer_ids=list(came.values_list("volunteer_id", flat=True).distinct()),
        by=places.manager,
    )
    for terms in ActivityTerms.objects.exclude(child_certificate=AttestationDuty.NOT_RELEVANT):
        required = terms.child_certificate == AttestationDuty.DUTY
        assessments.decide(
            activity=terms.activity,
            answers=Answers(
                contact=terms.direct_contact_under_15,
                among=terms.moves_among_under_15,
                tie=Tie.FIXED if required else Tie.OCCASIONAL,
            ),
            chosen=terms.child_certificate,
            legal_order=legal_orders()[1],
            by=places.manager,
        )
    _declare(places)
    _ask_one(places)


def _ask_one(places):
    """Somebody without a fixed tie is asked for a certificate, and has not given the CPR number."""
    option = Engagement.objects.filter(
        tie=Tie.OCCASIONAL,
        volunteer__attestations__isnull=True,
        site__activity__requirements__kind=ClearanceKind.CHILD_CERTIFICATE,
    ).not_ended(today())
    one = option.select_related("site__branch", "volunteer__person").order_by("pk").first()
    if one is not None:
        by = places.coordinators[one.site.branch.name]
        attestations.request(volunteer=one.volunteer, branch=one.site.branch, by=by)


def _declare(places):
    """One association has declared, the others have it to do."""
    association = Association.objects.filter(engagements__isnull=False).order_by("pk").first()
    if association is not None:
        declarations.register(
            association=association,
            signed_on=today() - timedelta(days=40),
            signer_name="Formanden",
            by=places.manager,
        )


def _approved(places, engagement, number):
    """Most count for long; every eighth runs out within the month."""
    age = CERTIFICATE_DAYS - 20 if number % 8 == 3 else 30 + number * 17
    return _assessed(places, engagement, today() - timedelta(days=age))


def _assessed(places, engagement, on, **fields):
    last_day = on + timedelta(days=CERTIFICATE_DAYS)
    values = {
        "state": AttestationState.APPROVED,
        "assessed_at": start_of(on) + timedelta(hours=11),
        "assessed_by": places.leaders[engagement.site.branch.name],
        "valid_from": on,
        "renew_by": last_day,
        "valid_until": last_day,
    }
    return _ordered(places, engagement, on - timedelta(days=9), **values | fields)


def _ordered(places, engagement, on, **fields):
    fields.setdefault("state", AttestationState.ORDERED)
    return Attestation(
        volunteer=engagement.volunteer,
        branch=engagement.site.branch,
        opened_at=start_of(on) + timedelta(hours=10),
        opened_by=places.coordinators[engagement.site.branch.name],
        ordered_at=start_of(on) + timedelta(hours=10),
        ordered_by=places.coordinators[engagement.site.branch.name],
        consent_until=on + timedelta(days=14),
        **fields,
    )


def _in_state(places, case, engagement):
    ago = {
        "ordered_last_days": 13,
        "consent_expired": 19,
        "not_approved": 6,
        "certificate_expired": CERTIFICATE_DAYS + 12,
        "suspended": 90,
    }[case]
    on = today() - timedelta(days=ago)
    if case in ("ordered_last_days", "consent_expired"):
        return _ordered(places, engagement, on)
    if case == "not_approved":
        return _assessed(
            places,
            engagement,
            on,
            state=AttestationState.NOT_APPROVED,
            valid_from=None,
            renew_by=None,
            valid_until=None,
        )
    if case == "suspended":
        leader = places.leaders[engagement.site.branch.name]
        since = timezone.now() - timedelta(days=2)
        return _assessed(
            places,
            engagement,
            on,
            state=AttestationState.SUSPENDED,
            suspended_at=since,
            suspended_by=leader,
        )
    return _assessed(places, engagement, on)


def _clearance(attestation):
    suspended_at = attestation.suspended_at
    until = day_of(suspended_at) - timedelta(days=1) if suspended_at else attestation.valid_until
    return Clearance(
        volunteer=attestation.volunteer,
        kind=ClearanceKind.CHILD_CERTIFICATE,
        valid_from=attestation.valid_from,
        valid_until=until,
        source_type=Attestation._meta.label_lower,
        source_id=attestation.pk,
        revoked_at=suspended_at,
    )
