"""The compliance board: a number is its list, nobody sees others' branches, deeds on many."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from agreements import board, numbers
from agreements.actions import attestations
from agreements.models import Agreement, Attestation
from agreements.states import AgreementState
from agreements.tests import factories
from coordination.access import Role
from coordination.actions import associations, roles
from coordination.tests import factories as people
from core import jobs
from core.models import AccessEvent, Job, JobState, Message, User
from core.periods import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(here, manager):
    site = people.make_site(here)
    factories.make_child_terms(site.activity, by=manager)
    return site


def somebody(site, name="Anna Anden", **fields):
    volunteer = people.make_volunteer(name, birth_year=1960, **fields)
    people.make_engagement(volunteer, site)
    return volunteer


@pytest.fixture
def one_of_each(site, coordinator):
    """A row behind each of the numbers, and one who is behind two."""
    somebody(site, "Mangler Alt")
    factories.make_draft(somebody(site, "Kladde"), by=coordinator)
    waiting = factories.make_sent(somebody(site, "Venter", email="v@example.dk"), by=coordinator)
    half = factories.make_sent(somebody(site, "Halv"), by=coordinator)
    factories.sign_on_paper(half, by=coordinator, parties=["volunteer"])
    soon = today() + timedelta(days=20)
    factories.make_concluded(somebody(site, "Udløber"), by=coordinator, ends_on=soon)
    attestations.order(volunteer=waiting.volunteer, branch=site.branch, by=coordinator)
    _attestations(site, coordinator)
    return waiting


def _attestations(site, coordinator):
    """One case of each kind that waits, and two volunteers of an association that lacks a
    declaration.
    """
    branch = site.branch
    attestations.request(volunteer=somebody(site, "Uden Nummer"), branch=branch, by=coordinator)
    late = attestations.order(volunteer=somebody(site, "For Sent"), branch=branch, by=coordinator)
    day = today() - timedelta(days=1)
    Attestation.objects.filter(pk=late.pk).update(
        ordered_at=late.ordered_at - timedelta(days=15), consent_until=day
    )
    here = attestations.order(volunteer=somebody(site, "Kom Svar"), branch=branch, by=coordinator)
    attestations.receive(attestation=here, by=coordinator)
    association = associations.create_association(name="Læsevennerne", by=coordinator)
    for name in ("Ole Forening", "Ida Forening"):
        volunteer = people.make_volunteer(name, birth_year=1960)
        people.make_engagement(volunteer, site, association=association)


def shown(user, branches):
    found = board.board(user, today(), branches)
    return {cell.number.key: cell.count for cell in found.totals}


def test_numbers_of_one_branch(one_of_each, coordinator, here):
    assert shown(coordinator, [here]) == {
        "agreement-missing": 6,
        "agreement-draft": 1,
        "agreement-unsigned": 1,
        "agreement-guardian": 0,
        "agreement-to-sign": 2,
        "agreement-expiring": 1,
        "attestation-missing": 6,
        "record-missing": 0,
        "attestation-details": 1,
        "attestation-consent": 1,
        "attestation-unanswered": 1,
        "attestation-to-assess": 1,
        "attestation-expiring": 0,
        "threshold": 0,
        "declaration": 1,
        "photos": 0,
        "journal": 0,
    }


def test_a_number_is_its_list(client, one_of_each, coordinator, here):
    client.force_login(coordinator)
    for key, count in shown(coordinator, [here]).items():
        for query in ("", f"?branch={here.pk}"):
            page = client.get(reverse("agreements:board-list", args=[key]) + query)
            assert len(page.context["lines"]) == count, key


def test_every_line_says_the_next_step(client, one_of_each, coordinator, here):
    client.force_login(coordinator)
    for key in shown(coordinator, [here]):
        page = client.get(reverse("agreements:board-list", args=[key]))
        for line in page.context["lines"]:
            assert line.name
            assert line.text
            assert line.next
            assert line.url


def test_other_branches_are_neither_counted_nor_listed(
    client, one_of_each, coordinator_elsewhere, elsewhere
):
    assert set(shown(coordinator_elsewhere, [elsewhere]).values()) == {0}
    client.force_login(coordinator_elsewhere)
    page = client.get(reverse("agreements:board-list", args=["agreement-to-sign"]))
    assert page.context["lines"] == []
    assert client.get(reverse("agreements:board")).context["board"].rows == []


def test_the_list_is_logged_with_whom_it_showed(client, one_of_each, coordinator):
    client.force_login(coordinator)
    client.get(reverse("agreements:board-list", args=["agreement-unsigned"]))
    event = AccessEvent.objects.get(purpose="agreement.board")
    assert event.subjects.get().person_id == one_of_each.volunteer_id


def test_unknown_number_is_not_found(client, coordinator):
    client.force_login(coordinator)
    assert client.get(reverse("agreements:board-list", args=["nixen"])).status_code == 404


def choose(client, key, *rows):
    address = reverse("agreements:board-list", args=[key])
    return client.post(address, {"chosen": [row.pk for row in rows]}, follow=True)


def told(page):
    return [(message.level_tag, str(message)) for message in page.context["messages"]]


def test_remind_those_chosen(client, one_of_each, coordinator):
    client.force_login(coordinator)
    before = Message.objects.filter(kind="agreements.link").count()

    page = choose(client, numbers.UNSIGNED, one_of_each)

    assert Message.objects.filter(kind="agreements.link").count() == before + 1
    assert [tag for tag, _text in told(page)] == ["success"]


def test_reminding_twice_mails_once(client, one_of_each, coordinator):
    client.force_login(coordinator)
    choose(client, numbers.UNSIGNED, one_of_each)
    before = Message.objects.filter(kind="agreements.link").count()

    page = choose(client, numbers.UNSIGNED, one_of_each)

    assert Message.objects.filter(kind="agreements.link").count() == before
    assert [tag for tag, _text in told(page)] == ["warning"]
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        choose(client, numbers.UNSIGNED, one_of_each)
    assert Message.objects.filter(kind="agreements.link").count() == before + 1


def test_make_then_send_those_chosen(client, site, coordinator):
    engagement = somebody(site).engagements.get()
    client.force_login(coordinator)

    choose(client, numbers.MISSING, engagement)
    draft = Agreement.objects.get()
    choose(client, numbers.DRAFT, draft)
    job = Job.objects.get(name="agreements.send")
    assert jobs.run(job.pk)

    draft.refresh_from_db()
    assert (draft.state, draft.sent_by) == (AgreementState.SENT, coordinator)


def test_rows_of_others_are_left_alone(client, one_of_each, coordinator_elsewhere):
    client.force_login(coordinator_elsewhere)
    before = Message.objects.count()
    choose(client, numbers.UNSIGNED, one_of_each)
    assert Message.objects.count() == before


def test_leader_sees_but_may_not_remind(client, one_of_each, leader):
    client.force_login(leader)
    address = reverse("agreements:board-list", args=[numbers.UNSIGNED])
    assert client.get(address).context["bulk"] is None
    before = Message.objects.count()
    choose(client, numbers.UNSIGNED, one_of_each)
    assert Message.objects.count() == before


def test_what_a_rule_says_no_to_is_told_by_name(client, site, coordinator):
    myself = somebody(site, "Karen Selv", email=coordinator.email)
    client.force_login(coordinator)

    page = choose(client, numbers.MISSING, myself.engagements.get())

    assert [tag for tag, text in told(page) if text.startswith("Karen Selv")] == ["warning"]
    assert Agreement.objects.count() == 0


def test_a_rule_that_says_no_to_sending_fails_the_job_once(site, coordinator):
    draft = factories.make_draft(somebody(site), by=coordinator)
    job = jobs.enqueue(
        "agreements.send", key="send:x", agreement_id=draft.pk, user_id=coordinator.pk
    )
    coordinator.role_assignments.all().delete()

    jobs.run(job.pk)

    job.refresh_from_db()
    draft.refresh_from_db()
    assert (job.state, job.attempts, draft.state) == (JobState.FAILED, 1, AgreementState.DRAFT)


def test_own_deeds_show_at_once_and_those_of_others_within_a_minute(
    site, here, coordinator, manager
):
    def drafts():
        return shown(coordinator, [here])[numbers.DRAFT]

    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert drafts() == 0
        factories.make_draft(somebody(site), by=coordinator)
        assert drafts() == 1
        factories.make_draft(somebody(site), by=manager)
        assert drafts() == 1
        clock.shift(timedelta(seconds=61))
        assert drafts() == 2


def test_what_the_worker_does_for_somebody_is_their_own_deed(client, site, here, coordinator):
    draft = factories.make_draft(somebody(site), by=coordinator)
    client.force_login(coordinator)
    choose(client, numbers.DRAFT, draft)
    assert shown(coordinator, [here])[numbers.UNSIGNED] == 0
    jobs.run(Job.objects.get(name="agreements.send").pk)
    assert shown(coordinator, [here])[numbers.UNSIGNED] == 1


def test_a_role_given_by_somebody_else_counts_at_once(
    one_of_each, coordinator_elsewhere, here, elsewhere, manager
):
    branches = [here, elsewhere]
    assert set(shown(coordinator_elsewhere, branches).values()) == {0}
    roles.assign_role(
        user=coordinator_elsewhere, role=Role.LOCAL_COORDINATOR, branch=here, by=manager
    )
    again = User.objects.get(pk=coordinator_elsewhere.pk)
    assert shown(again, branches)[numbers.UNSIGNED] == 1


def test_a_key_is_taken_once():
    known = board.number(numbers.DRAFT)
    board.register(known)
    with pytest.raises(ValueError, match="already"):
        board.register(board.Number(numbers.DRAFT, "x", "x", permission="x", rows=1, lines=1))


def test_who_has_signed_what_begins_later_lacks_no_agreement(site, coordinator):
    """There is nothing to do; "make agreements for those chosen" would ask to end the signed."""
    somebody(site, "Mangler Alt")
    later = today() + timedelta(days=9)
    factories.make_concluded(somebody(site, "Senere"), by=coordinator, starts_on=later)

    rows = board.number(numbers.MISSING).permitted(coordinator, today())

    assert [row.volunteer.person.name for row in rows] == ["Mangler Alt"]
