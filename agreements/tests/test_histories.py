"""Random histories: whatever is done in whatever order, the gate's facts stay true."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agreements import parties, sources
from agreements.actions import agreements, attestations, signatures
from agreements.models import Agreement, Attestation, Coverage, Party
from agreements.states import AgreementState, AttestationState
from coordination import eligibility, events
from coordination.actions import guardians
from coordination.models import Clearance, Engagement
from core.errors import DomainError
from core.periods import covering, today

DEEDS = (
    "draft",
    "send",
    "sign_volunteer",
    "sign_leader",
    "end_today",
    "end_later",
    "withdraw",
    "renew",
    "renew_later",
    "sign_guardian",
    "end_own",
    "come_of_age",
    "order",
    "approve",
    "refuse",
    "suspend",
    "reinstate",
    "take_back",
)

# Chance alone seldom puts the five steps of an agreement in a row: each of these counts as one.
SIGNED_BY_ALL = ("send", "sign_volunteer", "sign_guardian", "sign_leader")
TURNS = (
    *((deed,) for deed in DEEDS),
    ("draft", *SIGNED_BY_ALL),
    ("renew", *SIGNED_BY_ALL),
    ("renew_later", *SIGNED_BY_ALL),
)


def _newest(model, state):
    return model.objects.filter(state=state).order_by("-pk").first()


def _send_without_rendering(agreement, by):
    """Sending is tested elsewhere; here the text is three bytes, so that histories are fast."""
    with transaction.atomic():
        agreement.documents.create(
            kind="text", content=b"pdf", sha256="0" * 64, size=3, made_at=agreement.created_at
        )
        agreement.state = AgreementState.SENT
        agreement.sent_at, agreement.sent_by = agreement.created_at, by
        agreement.save()


def _paper(agreement, party, by):
    signatures.register_paper(
        agreement=agreement, party=party, signed_on=today(), signer_name="Nogen", by=by
    )


def _come_of_age(person):
    person.birth_year = today().year - 40
    person.save(update_fields=["birth_year"])
    signatures.conclude_of_age()


def _do(deed, engagement, coordinator, leader):
    """One deed on whatever it fits; a rule's no is a fine answer."""
    draft = _newest(Agreement, AgreementState.DRAFT)
    sent = _newest(Agreement, AgreementState.SENT)
    concluded = _newest(Agreement, AgreementState.CONCLUDED)
    ordered = _newest(Attestation, AttestationState.ORDERED)
    anything = Agreement.objects.order_by("-pk").first()
    certificate = Attestation.objects.order_by("-pk").first()
    branch, volunteer = engagement.site.branch, engagement.volunteer
    deeds = {
        "draft": lambda: agreements.draft(engagements=[engagement], by=coordinator),
        "send": lambda: draft and _send_without_rendering(draft, coordinator),
        "sign_volunteer": lambda: sent and _paper(sent, Party.VOLUNTEER, coordinator),
        "sign_leader": lambda: sent and signatures.sign_as_leader(agreement=sent, by=leader),
        "end_today": lambda: (
            anything
            and agreements.end(agreement=concluded or anything, last_day=today(), by=coordinator)
        ),
        "end_later": lambda: (
            anything
            and agreements.end(
                agreement=concluded or anything,
                last_day=today() + timedelta(days=9),
                by=coordinator,
            )
        ),
        "withdraw": lambda: anything and agreements.withdraw(agreement=anything, by=coordinator),
        "renew": lambda: (
            anything and agreements.renew(agreement=concluded or anything, by=coordinator)
        ),
        "renew_later": lambda: (
            anything
            and agreements.renew(
                agreement=concluded or anything,
                starts_on=today() + timedelta(days=9),
                by=coordinator,
            )
        ),
        "sign_guardian": lambda: sent and _paper(sent, Party.GUARDIAN, coordinator),
        "end_own": lambda: (
            anything
            and agreements.end_own(
                agreement=concluded or anything, last_day=today(), by=volunteer.person.user
            )
        ),
        "come_of_age": lambda: _come_of_age(volunteer.person),
        "order": lambda: attestations.order(volunteer=volunteer, branch=branch, by=coordinator),
        "approve": lambda: (
            certificate
            and attestations.assess(
                attestation=ordered or certificate, outcome=AttestationState.APPROVED, by=leader
            )
        ),
        "refuse": lambda: (
            certificate
            and attestations.assess(
                attestation=ordered or certificate, outcome=AttestationState.NOT_APPROVED, by=leader
            )
        ),
        "suspend": lambda: certificate and attestations.suspend(attestation=certificate, by=leader),
        "reinstate": lambda: (
            certificate and attestations.reinstate(attestation=certificate, by=leader)
        ),
        "take_back": lambda: (
            certificate and attestations.withdraw(attestation=certificate, by=coordinator)
        ),
    }
    try:
        with transaction.atomic():
            deeds[deed]()
    except DomainError:
        pass


def _check(engagement):
    assert sources.discrepancies() == []
    for ahead in (0, 1, 9, 10, 400):
        day = today() + timedelta(days=ahead)
        binding = Coverage.objects.filter(
            covering(day, start="binding_from", end="binding_until"), engagement=engagement
        )
        in_force = Agreement.objects.in_force(day).count()
        assert binding.count() == in_force
        assert in_force in (0, 1)
        cleared = Clearance.objects.valid_on(day)
        assert cleared.filter(kind="agreement").count() == in_force
        attested = Attestation.objects.valid_on(day).exists()
        assert cleared.filter(kind="child_certificate").exists() == attested
        open_ = eligibility.cleared(Engagement.objects.filter(pk=engagement.pk), day).exists()
        assert open_ == (in_force == 1 and attested)
    _check_signatures()


def _check_signatures():
    """All in force has been signed by both sides, and by a guardian unless of age."""
    for agreement in Agreement.objects.exclude(concluded_at=None):
        signed = set(agreement.signatures.values_list("party", flat=True))
        assert {"volunteer", "leader"} <= signed
        assert "guardian" in signed or not parties.needs_guardian(agreement.volunteer.person)
    for agreement in Agreement.objects.filter(state=AgreementState.REPLACED):
        assert agreement.successors.exclude(concluded_at=None).count() == 1


def _last_first_day():
    """The day on which everything has begun: what was to begin later ends on its first day."""
    begun = Agreement.objects.exclude(in_force_from=None).values_list("in_force_from", flat=True)
    return max([today(), *begun])


def _deeds_of(turns):
    return [deed for turn in turns for deed in turn]


@pytest.fixture
def guarded(child_engagement, coordinator):
    """The engagement of somebody with a guardian, who signs while they are under age."""
    guardians.register_guardian(
        ward=child_engagement.volunteer.person, name="Vera Værge", by=coordinator
    )
    return child_engagement


@pytest.mark.django_db(transaction=False)
@settings(max_examples=40)
@given(
    history=st.lists(st.sampled_from(TURNS), min_size=4, max_size=9).map(_deeds_of),
    begun=st.booleans(),
    young=st.booleans(),
    ends=st.booleans(),
)
@example(history=["draft", "draft", "draft", "end_later"], begun=True, young=False, ends=True)
@example(history=["draft", *SIGNED_BY_ALL], begun=True, young=False, ends=False)
@example(history=["renew", *SIGNED_BY_ALL], begun=True, young=False, ends=False)
def test_any_history_keeps_the_gate_true(guarded, coordinator, leader, history, begun, young, ends):
    child_engagement, savepoint = guarded, transaction.savepoint()
    person = child_engagement.volunteer.person
    person.birth_year = today().year - (16 if young else 40)
    person.save(update_fields=["birth_year"])
    start = ["draft", "send", "sign_volunteer", "sign_guardian", "sign_leader"] if begun else []
    try:
        for deed in start + history:
            _do(deed, child_engagement, coordinator, leader)
            _check(child_engagement)
        if ends:
            Engagement.objects.filter(pk=child_engagement.pk).update(ends_on=today())
            child_engagement.refresh_from_db()
            events.publish(events.EngagementEnded(engagement=child_engagement, by=coordinator))
            assert sources.discrepancies() == []
            over = _last_first_day() + timedelta(days=1)
            assert not Agreement.objects.in_force(over).exists()
            assert not Clearance.objects.valid_on(over).filter(kind="agreement").exists()
    finally:
        transaction.savepoint_rollback(savepoint)
        child_engagement.refresh_from_db()
