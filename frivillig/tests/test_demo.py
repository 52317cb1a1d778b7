"""The demo gives the published table back, and keeps the rules of the house."""

import re

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from agreements import sources
from agreements.models import Agreement, Attestation, Coverage
from agreements.states import AgreementState, AttestationState
from coordination import eligibility, reports
from coordination.models import (
    Assignment,
    Branch,
    Engagement,
    GroupBooking,
    HoursChange,
    HoursEntry,
    Import,
    Person,
    Shift,
    ShiftLead,
    ShiftTemplate,
    StandIn,
)
from coordination.states import AssignmentState
from core.models import Job, Message, MessageState, User
from core.periods import covering, today
from core.scope import scope
from core.tests.guards import guards_lifted
from frivillig.demo import build, papers, places
from frivillig.demo.content import published
from recruitment.models import Application, Opportunity
from recruitment.states import ApplicationState


def whole_overview(user):
    return reports.overview(user, today(), list(reports.shown_activities(user)))


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """The demo, built once for this file and taken away again."""
    with django_db_blocker.unblock(), scope():
        build.build()
        yield User.objects.get(email=places.address("chef"))
        with guards_lifted():
            call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def demo(built, db):
    """The demo's manager; what a test changes is undone after it."""
    return built


def test_overview_gives_the_published_table_back(demo):
    rows = {row.activity: row for row in whole_overview(demo)}

    assert {
        title: (row.kind, row.volunteers, set(row.branches)) for title, row in rows.items()
    } == {row.activity: (row.kind, row.volunteers, set(row.branches)) for row in published()}


def test_others_come_on_top_and_are_not_counted(demo):
    active = eligibility.active(Engagement.objects.all())

    assert Person.objects.filter(volunteer=None).count() >= 10
    assert Engagement.objects.exclude(pk__in=active.values("pk")).count() >= 20


def test_nobody_is_there_twice(demo):
    people = list(Person.objects.values_list("name", "email"))
    names = [name for name, _email in people]
    addresses = [email for _name, email in people if email]

    assert len(names) == len(set(names))
    assert len(addresses) == len(set(addresses))


def test_no_engagement_is_bound_by_two_agreements(demo):
    binding = Coverage.objects.filter(
        covering(today(), start="binding_from", end="binding_until")
    ).values_list("engagement", flat=True)

    assert len(binding) == len(set(binding))


def test_every_clearance_has_its_source(demo):
    assert sources.discrepancies() == []


def test_nobody_on_a_coming_shift_lacks_anything(demo):
    assert list(eligibility.assignments_at_risk()) == []


def test_every_state_is_there(demo):
    assert set(Agreement.objects.values_list("state", flat=True)) == set(AgreementState.values)
    assert set(Attestation.objects.values_list("state", flat=True)) >= {
        AttestationState.ORDERED,
        AttestationState.APPROVED,
        AttestationState.NOT_APPROVED,
        AttestationState.SUSPENDED,
    }
    assert {AssignmentState.BOOKED, AssignmentState.ATTENDED, AssignmentState.ABSENT} <= set(
        Assignment.objects.values_list("state", flat=True)
    )
    assert {ApplicationState.RECEIVED, ApplicationState.DECLINED} <= set(
        Application.objects.values_list("state", flat=True)
    )


def test_every_activity_calls_for_volunteers(demo):
    assert set(Opportunity.objects.values_list("site__activity__title", flat=True)) == {
        row.activity for row in published()
    }


def test_coming_shifts_are_full_and_have_gaps(demo):
    shifts = list(Shift.objects.upcoming().with_taken())

    assert any(shift.taken == shift.capacity for shift in shifts)
    assert any(shift.taken < shift.minimum for shift in shifts)


def test_what_happens_around_shifts_is_there(demo):
    """Each of them can be looked at by whoever tries the demo."""
    now = timezone.now()
    assert Assignment.objects.filter(confirm_until__gt=now).exists()
    assert Assignment.objects.filter(state=AssignmentState.BOOKED, ends_at__lt=now).exists()
    for kind in (GroupBooking, HoursEntry, HoursChange, ShiftLead, ShiftTemplate, StandIn):
        assert kind.objects.exists(), kind
    done = Import.objects.exclude(done_at=None).get()
    assert done.result["shifts"] == {"made": 2, "changed": 0, "left": 0}
    assert done.owner.email == places.address("vollsmose")


def test_no_address_or_number_is_real(demo):
    addresses = [*Person.objects.values_list("email", flat=True)]
    addresses += User.objects.values_list("email", flat=True)
    addresses += Branch.objects.values_list("email", flat=True)
    phones = Person.objects.exclude(phone="").values_list("phone", flat=True)

    assert {a for a in addresses if a and not a.endswith(".invalid")} == set()
    assert {p for p in phones if not re.fullmatch(r"\+4510\d{6}", p)} == set()


def test_only_what_is_new_today_is_mailed(demo):
    assert Message.objects.filter(state=MessageState.WAITING).count() < 40


def test_worker_makes_text_signatures_and_signed_document(demo):
    job = Job.objects.filter(name=papers.JOB).first()
    agreement = Agreement.objects.get(pk=job.args["agreement_id"])

    papers.finish(**job.args, storing=transaction.atomic)

    text = agreement.documents.get(kind="text")
    assert agreement.documents.filter(kind="signed").exists()
    assert {one.text_sha256 for one in agreement.signatures.all()} == {text.sha256}


def test_demo_again_changes_nothing(demo, capsys):
    before = Person.objects.count()

    call_command("demo")

    assert capsys.readouterr().out == "The demo is here already; nothing was changed.\n"
    assert Person.objects.count() == before


def test_logins_are_printed(demo, capsys):
    call_command("demo", "--logins")

    printed = capsys.readouterr().out
    assert places.PASSWORD in printed
    assert all(places.address(mailbox) in printed for mailbox, *_rest in places.STAFF)


def test_staff_can_sign_in_with_the_printed_password(demo):
    staff = User.objects.filter(email__in=[places.address(one[0]) for one in places.STAFF])

    assert len(staff) == len(places.STAFF)
    assert all(user.check_password(places.PASSWORD) for user in staff)
