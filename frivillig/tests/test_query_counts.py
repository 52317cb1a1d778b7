"""A page costs the same however many rows it shows: 1, 3 and 30, against one table."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.urls import get_resolver, reverse
from django.utils import timezone

from agreements.models import (
    Agreement,
    AgreementTemplate,
    Attestation,
    Coverage,
    Document,
    OrderBatch,
    TemplateVersion,
    ThresholdCrossing,
)
from coordination import emails
from coordination.models import (
    Assignment,
    GroupMessage,
    HoursEntry,
    RecognitionInvitation,
    ShiftTemplate,
)
from coordination.tests import factories as make
from core.models import Job, Letter, Message
from core.periods import today
from core.views import ListView
from frivillig.tests import addresses
from frivillig.tests.readonly import Watch
from recruitment.tests import factories as calls

pytestmark = pytest.mark.django_db

MOST_OF_A_LIST, MOST_OF_A_PAGE = 12, 20
PAGES = {"agreements:board"}  # a page of many numbers, not a list

# Queries of each list, session and user among them, transaction control left out.
QUERIES = {
    "coordination:volunteer-list": 12,
    "coordination:activity-list": 9,
    "coordination:branch-list": 5,
    "coordination:association-list": 7,
    "coordination:follow-up": 12,
    "coordination:overview": 9,
    "coordination:hours-waiting": 8,
    "coordination:shift-list": 12,
    "coordination:series-list": 7,
    "coordination:shift-template-list": 7,
    "coordination:calendar": 8,
    "coordination:shift-gaps": 11,
    "coordination:today": 7,
    "coordination:recognition-list": 7,
    "coordination:not-arrived": 10,
    "coordination:letter-list": 11,
    "coordination:group-message-list": 6,
    "agreements:agreement-list": 10,
    "agreements:agreement-missing": 12,
    "agreements:board": 7,
    "agreements:board-list": 10,
    "agreements:agreement-journal": 10,
    "agreements:attestation-list": 8,
    "agreements:attestation-missing": 12,
    "agreements:batch-list": 10,
    "agreements:crossing-list": 8,
    "agreements:declaration-list": 6,
    "recruitment:application-list": 9,
    "recruitment:opportunity-admin-list": 6,
    "recruitment:opportunity-list": 6,
}
# What an address asks for besides, where it does.
ARGS = {"agreements:board-list": ["agreement-unsigned"]}
OWN = {
    "coordination:own-shift-list": 12,
    "coordination:own-week": 5,
    "coordination:own-stand-in-list": 8,
    "coordination:own-message-list": 7,
    "agreements:own-list": 15,
    "core:job-list": 6,
}
# Lists that nobody below the managers sees.
MANAGERS = {"agreements:archive": 10}
# Downloads hold every row there is; their queries do not grow either.
DOWNLOADS = {
    "coordination:volunteer-export": 10,
    "coordination:overview-export": 6,
}


def cost(client, name):
    """The queries of one GET, which must succeed."""
    watch = Watch()
    with connection.execute_wrapper(watch):
        response = client.get(reverse(name, args=ARGS.get(name)))
    assert response.status_code == 200
    return watch.count


class Filler:
    """Fills every list with rows of different people, activities and branches."""

    def __init__(self, root, by):
        self.root, self.by = root, by
        template = AgreementTemplate.objects.create(key="frivillig", title="Frivillig")
        self.version = TemplateVersion.objects.create(template=template, number=1)

    def fill(self, number):
        for _row in range(number):
            self.one()

    def one(self, volunteer=None):
        branch = make.make_branch(parent=self.root)
        site = make.make_site(branch)
        make.make_requirement(site.activity)
        make.make_requirement(site.activity, "child_certificate")
        association = make.make_association()
        volunteer = volunteer or make.make_volunteer()
        engagement = make.make_engagement(volunteer, site, association=association)
        self._shift(site, volunteer)
        HoursEntry.objects.create(
            volunteer=volunteer, site=site, day=today(), minutes=60, told_at=timezone.now()
        )
        self._papers(branch, volunteer, engagement)
        event = make.make_recognition_event(branch)
        invitation = RecognitionInvitation.objects.create(
            event=event, volunteer=volunteer, invited_at=timezone.now(), invited_by=self.by
        )
        emails.send_recognition_invitations([invitation])
        calls.make_application(site, opportunity=calls.make_opportunity(site))
        self._messages(branch, engagement)

    def _messages(self, branch, engagement):
        for state in ("by_hand", "to_post"):
            message = Message.objects.create(
                kind="coordination.welcome",
                message_id=f"<{Message.objects.count()}@example.dk>",
                person_id=engagement.volunteer_id,
                about_type="coordination.engagement",
                about_id=engagement.pk,
                channel="letter",
                state=state,
            )
        Letter.objects.create(message=message, day=today(), name="x", address="x", subject="x")
        GroupMessage.objects.create(
            branch=branch, audience="branch", subject="x", text="x", written_by=self.by
        )

    def _shift(self, site, volunteer):
        number = volunteer.assignments.count()
        make.make_series(site)
        template = ShiftTemplate.objects.create(
            branch=site.branch, name=f"Skabelon {number}-{volunteer.pk}"
        )
        template.shifts.create(starts=time(10), ends=time(12), capacity=2)
        for hour, books in ((9, True), (14, False)):
            shift = make.make_shift(site, day=today() + timedelta(days=3 + number), hour=hour)
            if books:
                Assignment.objects.create(
                    shift=shift,
                    volunteer=volunteer,
                    starts_at=shift.starts_at,
                    ends_at=shift.ends_at,
                    booked_at=timezone.now(),
                    booked_by=self.by,
                )

    def _to_journal(self, branch, volunteer, engagement):
        """A signed agreement, its document made and not in the records system yet."""
        signed = Agreement.objects.create(
            number=f"2025-{engagement.pk}",
            branch=branch,
            volunteer=volunteer,
            version=self.version,
            starts_on=today() - timedelta(days=400),
            ends_on=today() - timedelta(days=35),
            created_at=timezone.now(),
            created_by=self.by,
            state="concluded",
            sent_at=timezone.now(),
            sent_by=self.by,
            concluded_at=timezone.now(),
            in_force_from=today() - timedelta(days=400),
        )
        Coverage.objects.create(agreement=signed, engagement=engagement)
        Document.objects.create(
            agreement=signed,
            kind="signed",
            content=b"%PDF",
            sha256="0" * 64,
            size=4,
            made_at=timezone.now(),
        )

    def _papers(self, branch, volunteer, engagement):
        agreement = Agreement.objects.create(
            number=f"2026-{engagement.pk}",
            branch=branch,
            volunteer=volunteer,
            version=self.version,
            starts_on=today(),
            created_at=timezone.now(),
            created_by=self.by,
            state="sent",
            sent_at=timezone.now(),
            sent_by=self.by,
        )
        Coverage.objects.create(agreement=agreement, engagement=engagement)
        self._archived(branch, agreement)
        self._to_journal(branch, volunteer, engagement)
        if not volunteer.attestations.exists():
            Attestation.objects.create(
                volunteer=volunteer,
                branch=branch,
                state="ordered",
                opened_at=timezone.now(),
                opened_by=self.by,
                batch=OrderBatch.objects.create(
                    branch=branch,
                    kind="child_certificate",
                    made_at=timezone.now(),
                    made_by=self.by,
                ),
                ordered_at=timezone.now(),
                ordered_by=self.by,
                consent_until=today(),
            )
            ThresholdCrossing.objects.create(
                volunteer=volunteer,
                branch=branch,
                reason="times",
                number=4,
                crossed_on=today(),
                due_on=today(),
                noticed_at=timezone.now(),
            )

    def _archived(self, branch, agreement):
        old = Agreement.objects.get(pk=agreement.pk)
        old.pk, old.number, old.archived_at = None, f"arkiv-{agreement.pk}", timezone.now()
        old.save()


@pytest.fixture
def filler(municipality, central_coordinator):
    return Filler(municipality, central_coordinator)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_lists_cost_the_same_for_any_number(client, filler, central_coordinator, number):
    filler.fill(number)
    client.force_login(central_coordinator)
    asked = QUERIES | DOWNLOADS
    assert {name: cost(client, name) for name in asked} == asked


@pytest.mark.parametrize("number", [1, 3, 30])
def test_own_lists_cost_the_same_for_any_number(client, filler, volunteer, number):
    for row in range(number):
        filler.one(volunteer)
        Job.objects.create(key=str(row), name="tests.list", owner=volunteer.person.user)
    client.force_login(volunteer.person.user)
    assert {name: cost(client, name) for name in OWN} == OWN


@pytest.mark.parametrize("number", [1, 3, 30])
def test_managers_lists_cost_the_same_for_any_number(client, filler, manager, number):
    filler.fill(number)
    client.force_login(manager)
    assert {name: cost(client, name) for name in MANAGERS} == MANAGERS


def test_every_list_is_in_the_table():
    assert get_resolver().reverse_dict
    lists = {
        name
        for name, entry in addresses.patterns()
        if issubclass(getattr(entry.callback, "view_class", object), ListView)
    }
    assert lists <= {*QUERIES, *OWN, *MANAGERS, *DOWNLOADS}


def test_no_list_costs_too_much():
    """A volunteer's own list of agreements is a page of three things, and counts as a page."""
    staff = QUERIES | MANAGERS
    dear = {name for name, count in staff.items() if count > MOST_OF_A_LIST}
    assert dear - PAGES == set()
    assert [name for name in PAGES if QUERIES[name] > MOST_OF_A_PAGE] == []
    assert [name for name, count in OWN.items() if count > MOST_OF_A_PAGE] == []


def test_no_page_costs_too_much(crawled):
    dear = {
        f"{answer}: {answer.queries} queries"
        for answer in crawled.answers
        if answer.method == "GET" and answer.queries > MOST_OF_A_PAGE
    }
    assert dear == set()


def test_a_planted_query_per_row_is_counted(filler):
    filler.fill(3)
    watch = Watch()
    with connection.execute_wrapper(watch):
        for assignment in Assignment.objects.all():
            assert assignment.shift
    assert watch.count == 1 + 3
