"""Random histories of one volunteer's certificates: no clearance without its source, none that
outlives it, no CPR number longer than it is needed, and the gate as simple reading has it.
"""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements import sources
from agreements.actions import attestations, batches, cpr, declarations
from agreements.models import Attestation, HeldCpr, OrderBatch, ThresholdCrossing
from agreements.states import CLOSING, OPENING, UNDER_WAY, AttestationState
from coordination import eligibility
from coordination.actions import attendance, engagements
from coordination.models import Assignment, Clearance, Engagement, Tie
from coordination.tests import factories as make
from core import policies
from core.constraints import explained
from core.errors import DomainError
from core.periods import covers, day_of, today

DAY = timedelta(days=1)
KIND = "child_certificate"


class History:
    """The deeds that can be done to one volunteer's case, each on whatever it fits."""

    def __init__(self, engagement, coordinator, leader):
        self.engagement, self.coordinator, self.leader = engagement, coordinator, leader
        self.facts = {"volunteer": engagement.volunteer, "branch": engagement.site.branch}
        self.shifts = 0

    @property
    def newest(self):
        return Attestation.objects.order_by("-pk").first()

    def ask(self):
        attestations.request(**self.facts, by=self.coordinator)

    def give_cpr(self):
        self.newest and cpr.give(attestation=self.newest, number="0101701234", by=self.coordinator)

    def make_list(self):
        batches.make(branch=self.engagement.site.branch, kind=KIND, by=self.coordinator)

    def order_list(self):
        batch = OrderBatch.objects.order_by("-pk").first()
        batch and batches.mark_ordered(batch=batch, by=self.coordinator)

    def give_up_list(self):
        batch = OrderBatch.objects.order_by("-pk").first()
        batch and batches.give_up(batch=batch, by=self.coordinator)

    def order(self):
        attestations.order(**self.facts, by=self.coordinator)

    def order_on_paper(self):
        attestations.order(**self.facts, route="paper", by=self.coordinator)

    def time_runs_out(self):
        Attestation.objects.filter(state="ordered", consent_until__isnull=False).update(
            consent_until=today() - DAY
        )

    def consent(self):
        self.newest and attestations.consent(attestation=self.newest, by=self.coordinator)

    def decline(self):
        self.newest and attestations.decline(attestation=self.newest, by=self.coordinator)

    def receive(self):
        self.newest and attestations.receive(attestation=self.newest, by=self.coordinator)

    def approve(self):
        self.newest and attestations.assess(
            attestation=self.newest, outcome="approved", by=self.leader
        )

    def refuse(self):
        self.newest and attestations.assess(
            attestation=self.newest, outcome="not_approved", by=self.leader
        )

    def suspend(self):
        standing = Attestation.objects.filter(state="approved").first() or self.newest
        standing and attestations.suspend(attestation=standing, by=self.leader)

    def reinstate(self):
        stopped = Attestation.objects.filter(state="suspended").first() or self.newest
        stopped and attestations.reinstate(attestation=stopped, by=self.leader)

    def withdraw(self):
        self.newest and attestations.withdraw(attestation=self.newest, by=self.coordinator)

    def again(self):
        self.newest and attestations.again(attestation=self.newest, by=self.coordinator)

    def end_early(self):
        self.newest and attestations.end_early(
            attestation=self.newest, last_day=today() + 5 * DAY, by=self.coordinator
        )

    def declare(self):
        declarations.register(
            association=self.engagement.association,
            signed_on=today(),
            signer_name="Fie Formand",
            engagement_ids=[self.engagement.pk],
            by=self.leader,
        )

    def change_tie(self):
        self.engagement.refresh_from_db()
        other = Tie.OCCASIONAL if self.engagement.tie == Tie.FIXED else Tie.FIXED
        engagements.change_tie(engagement=self.engagement, tie=other, by=self.coordinator)

    def attend(self):
        self.shifts += 1
        shift = make.make_shift(self.engagement.site, day=today() - 3 * self.shifts * DAY, hour=9)
        booked = Assignment.objects.create(
            shift=shift,
            volunteer=self.engagement.volunteer,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            booked_at=timezone.now(),
            booked_by=self.coordinator,
        )
        attendance.mark_attendance(assignment=booked, attended=True, by=self.coordinator)

    def was_not_there(self):
        marked = Assignment.objects.filter(state="attended").first()
        marked and attendance.mark_attendance(
            assignment=marked, attended=False, by=self.coordinator
        )

    def do(self, deed):
        """A rule's no is a fine answer."""
        try:
            with explained(), transaction.atomic():
                getattr(self, deed)()
        except DomainError:
            pass


DEEDS = [name for name, value in vars(History).items() if callable(value) and name[0] != "_"]
DEEDS.remove("do")
# How far the case is when chance takes over: by itself it seldom comes to an outcome.
BEGINNINGS = (
    [],
    ["ask", "give_cpr", "make_list", "order_list"],
    ["ask", "give_cpr", "order", "receive"],
    ["order", "approve"],
    ["order", "approve", "suspend"],
    ["order", "refuse"],
)


def check(engagement):
    assert sources.discrepancies() == []
    rows = list(Attestation.objects.all())
    _check_cases(rows)
    _check_clearances(rows)
    _check_gate(engagement, rows)


def _check_cases(rows):
    under_way = Counter(row.kind for row in rows if row.state in UNDER_WAY)
    assert all(number == 1 for number in under_way.values())
    needing = {row.pk for row in rows if row.state in ("details", "ordered", "consented")}
    assert set(HeldCpr.objects.values_list("pk", flat=True)) <= needing


def _check_clearances(rows):
    """Read one by one: each that counts today or later lies within an opening source of its own."""
    by_pk = {row.pk: row for row in rows}
    for clearance in Clearance.objects.filter(kind=KIND):
        if clearance.valid_until is not None and clearance.valid_until < today():
            continue
        source = by_pk[clearance.source_id]
        assert source.state in OPENING
        assert source.volunteer_id == clearance.volunteer_id
        assert source.valid_from <= clearance.valid_from
        assert source.valid_until is None or (
            clearance.valid_until is not None and clearance.valid_until <= source.valid_until
        )


def _check_gate(engagement, rows):
    engagement = Engagement.objects.select_related("volunteer").get(pk=engagement.pk)
    required = [
        day_of(row.assessed_at if row.state == "not_approved" else row.suspended_at)
        if row.state != "declined"
        else day_of(row.declined_at)
        for row in rows
        if row.state in CLOSING
    ] + [row.due_on + DAY for row in ThresholdCrossing.objects.all()]
    assert engagement.volunteer.child_certificate_from == min(required, default=None)
    for ahead in (0, 1, 5, 6, 21, 30, 400):
        day = today() + ahead * DAY
        attested = any(
            row.state in OPENING and covers(row.valid_from, row.valid_until, day) for row in rows
        )
        asked = engagement.tie == Tie.FIXED or any(one <= day for one in required)
        found = eligibility.missing_clearances(Engagement.objects.filter(pk=engagement.pk), day)
        assert (KIND in [one.kind for one in found]) == (asked and not attested)


@pytest.mark.django_db
@settings(max_examples=25)
@given(
    begun=st.sampled_from(BEGINNINGS),
    history=st.lists(st.sampled_from(DEEDS), min_size=5, max_size=20),
    months=st.sampled_from([None, 1, 24]),
    grace=st.sampled_from([0, 10]),
)
def test_any_history(child_engagement, coordinator, leader, manager, begun, history, months, grace):
    savepoint = transaction.savepoint()
    try:
        association = make.make_association()
        Engagement.objects.filter(pk=child_engagement.pk).update(association=association)
        child_engagement.refresh_from_db()
        policies.set("attestation.validity_months", months, by=manager)
        policies.set("attestation.expiry_grace_days", grace, by=manager)
        one = History(child_engagement, coordinator, leader)
        for deed in begun + history:
            one.do(deed)
            check(child_engagement)
    finally:
        transaction.savepoint_rollback(savepoint)
        child_engagement.refresh_from_db()


def test_every_deed_is_among_those_drawn():
    assert len(DEEDS) == 22
    assert AttestationState.EXEMPT not in UNDER_WAY
