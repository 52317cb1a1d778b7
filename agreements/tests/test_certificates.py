"""The whole way of a certificate: asked for, ordered, consented, answered, asked for again."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from agreements import certificates, renewal, sources
from agreements.actions import attestations, batches, cpr, declarations, renewals
from agreements.models import (
    ActivityTerms,
    AssociationDeclaration,
    Attestation,
    AttestationDuty,
    HeldCpr,
    OrderBatch,
)
from agreements.states import AttestationState
from agreements.tests import factories
from coordination import eligibility
from coordination.access import scope_of
from coordination.models import Clearance, Engagement, Tie
from coordination.tests import factories as make
from core import policies
from core.errors import DomainError
from core.models import AuditEvent, Message
from core.periods import today
from core.workdays import add_workdays

pytestmark = pytest.mark.django_db

NUMBER = "0101701234"
DAY = timedelta(days=1)


def ask(engagement, by, **fields):
    return attestations.request(
        volunteer=engagement.volunteer, branch=engagement.site.branch, by=by, **fields
    )


def missing(engagement, day=None):
    rows = Engagement.objects.filter(pk=engagement.pk)
    return [one.kind for one in eligibility.missing_clearances(rows, day)]


def code_of(error):
    return error.value.code


# --- The way of one ------------------------------------------------------------------------


def test_the_whole_way(child_engagement, coordinator, leader):
    case = ask(child_engagement, coordinator)
    assert (case.state, case.ordered_at, case.consent_until) == ("details", None, None)
    cpr.give(attestation=case, number="010170-1234", by=child_engagement.volunteer.person.user)
    batch = batches.make(branch=case.branch, kind=case.kind, by=coordinator)
    batches.mark_ordered(batch=batch, by=coordinator)

    case.refresh_from_db()
    assert (case.state, case.consent_until) == ("ordered", today() + 14 * DAY)
    attestations.consent(attestation=case, by=child_engagement.volunteer.person.user)
    attestations.receive(attestation=case, by=coordinator)
    assert not HeldCpr.objects.exists()
    done = attestations.assess(attestation=case, outcome="approved", by=leader)

    assert done.state == AttestationState.APPROVED
    assert missing(child_engagement) == ["agreement"]
    assert sources.discrepancies() == []


@pytest.mark.parametrize("end", ["assess", "decline", "withdraw", "receive"])
def test_the_cpr_number_goes_with_the_outcome(child_engagement, coordinator, leader, end):
    case = ask(child_engagement, coordinator)
    cpr.give(attestation=case, number=NUMBER, by=coordinator)
    attestations.order(volunteer=child_engagement.volunteer, branch=case.branch, by=coordinator)
    assert HeldCpr.objects.count() == 1
    deed = getattr(attestations, end)
    more = {"outcome": "not_approved", "by": leader} if end == "assess" else {"by": coordinator}

    deed(attestation=case, **more)

    assert not HeldCpr.objects.exists()


def test_ordering_alone_uses_the_open_case(child_engagement, coordinator):
    case = ask(child_engagement, coordinator)

    ordered = attestations.order(
        volunteer=child_engagement.volunteer, branch=case.branch, by=coordinator
    )

    assert ordered.pk == case.pk


def test_on_paper_no_clock_runs(child_engagement, coordinator):
    case = attestations.order(
        volunteer=child_engagement.volunteer,
        branch=child_engagement.site.branch,
        route="paper",
        by=coordinator,
    )

    assert case.consent_until is None
    assert not case.consent_has_expired(today() + 400 * DAY)
    assert Attestation.objects.unanswered(today() + 400 * DAY).count() == 0


def test_expired_consent_is_asked_for_again_with_the_number_that_is_held(
    child_engagement, coordinator
):
    case = ask(child_engagement, coordinator)
    cpr.give(attestation=case, number=NUMBER, by=coordinator)
    attestations.order(volunteer=case.volunteer, branch=case.branch, by=coordinator)
    Attestation.objects.update(consent_until=today() - DAY)
    case.refresh_from_db()
    assert certificates.can_ask_again(case, today())

    new = attestations.again(attestation=case, by=coordinator)

    case.refresh_from_db()
    assert (case.state, new.state) == ("withdrawn", "details")
    assert HeldCpr.objects.get().attestation == new


def test_an_expired_one_has_a_next_step(child_engagement, coordinator, leader):
    done = factories.make_approved(child_engagement, by=coordinator, leader=leader)
    Attestation.objects.update(valid_from=today() - 9 * DAY, valid_until=today() - DAY)
    done.refresh_from_db()

    with translation.override("en"):
        line = certificates.Line.of(done, scope_of(coordinator), today(), 0)

    assert (line.action, line.url) == ("Order again", f"/attester/{done.pk}/igen/")
    assert attestations.again(attestation=done, by=coordinator).state == "details"


@pytest.mark.parametrize(("days", "offered"), [(60, False), (59, True), (0, True)])
def test_one_that_runs_out_soon_is_renewed_from_its_own_page(
    child_engagement, coordinator, leader, days, offered
):
    """Where the board and the warnings lead; offered on the days on which it may be asked for."""
    done = factories.make_approved(child_engagement, by=coordinator, leader=leader)
    last = today() + timedelta(days=days)
    Attestation.objects.update(renew_by=last, valid_until=last)
    done.refresh_from_db()

    deeds = certificates.Case(done, coordinator, today()).deeds

    address = f"/attester/{done.pk}/igen/"
    assert (address in [url for _words, url in deeds]) == offered
    if offered:
        assert attestations.again(attestation=done, by=coordinator).state == "details"
    else:
        with pytest.raises(DomainError):
            attestations.again(attestation=done, by=coordinator)


def test_answer_expected_after_ten_working_days(child_engagement, coordinator):
    case = attestations.order(
        volunteer=child_engagement.volunteer, branch=child_engagement.site.branch, by=coordinator
    )
    attestations.consent(attestation=case, by=coordinator)
    case.refresh_from_db()

    assert certificates.expected_by(case) == add_workdays(today(), 10)


def test_only_the_volunteer_or_who_orders_registers_consent(
    child_engagement, coordinator, leader, coordinator_elsewhere, volunteer_elsewhere
):
    case = attestations.order(
        volunteer=child_engagement.volunteer, branch=child_engagement.site.branch, by=coordinator
    )
    for by in (leader, coordinator_elsewhere, volunteer_elsewhere.person.user):
        with pytest.raises(DomainError) as error:
            attestations.consent(attestation=case, by=by)
        assert code_of(error) == "not_allowed"


# --- A no closes activities with children, whatever the tie ---------------------------------


@pytest.mark.parametrize("no", ["not_approved", "suspended", "declined"])
def test_a_no_closes_an_occasional_tie_as_well(child_engagement, coordinator, leader, no):
    Engagement.objects.update(tie=Tie.OCCASIONAL)
    case = attestations.order(
        volunteer=child_engagement.volunteer, branch=child_engagement.site.branch, by=coordinator
    )
    assert missing(child_engagement) == ["agreement"]

    if no == "declined":
        attestations.decline(attestation=case, by=coordinator)
    else:
        outcome = "approved" if no == "suspended" else no
        attestations.assess(attestation=case, outcome=outcome, by=leader)
    if no == "suspended":
        attestations.suspend(attestation=case, by=leader)

    assert missing(child_engagement) == ["agreement", "child_certificate"]
    assert sources.discrepancies() == []


def test_reinstating_opens_an_occasional_tie_again(child_engagement, coordinator, leader):
    Engagement.objects.update(tie=Tie.OCCASIONAL)
    done = factories.make_approved(child_engagement, by=coordinator, leader=leader)
    attestations.suspend(attestation=done, by=leader)

    attestations.reinstate(attestation=done, by=leader)

    child_engagement.volunteer.refresh_from_db()
    assert child_engagement.volunteer.child_certificate_from is None


def test_local_staff_are_told_only_that_it_is_closed(child_engagement, coordinator, leader):
    case = attestations.order(
        volunteer=child_engagement.volunteer, branch=child_engagement.site.branch, by=coordinator
    )
    case = attestations.assess(attestation=case, outcome="not_approved", by=leader)

    with translation.override("en"):
        seen = [
            certificates.Line.of(case, scope_of(by), today(), 0) for by in (coordinator, leader)
        ]

    assert [str(line.status) for line in seen] == [
        "Closed for activities with children",
        "Not approved",
    ]


@pytest.mark.parametrize("text", ["dømt for vold", "a" * 41, "x\ny", "<b>", "straffesag: ja"])
def test_the_case_number_has_no_room_for_a_story(child_engagement, coordinator, leader, text):
    done = factories.make_approved(child_engagement, by=coordinator, leader=leader)

    with pytest.raises(DomainError) as error:
        attestations.suspend(attestation=done, case_reference=text, by=leader)
    assert code_of(error) == "bad_case_reference"


def test_the_case_number_is_kept(child_engagement, coordinator, leader):
    done = factories.make_approved(child_engagement, by=coordinator, leader=leader)

    attestations.suspend(attestation=done, case_reference="00.16.00-P20-21-21", by=leader)

    assert Attestation.objects.get().case_reference == "00.16.00-P20-21-21"


# --- Criminal record certificates -----------------------------------------------------------


def test_a_shown_private_certificate_clears_its_own_kind(child_engagement, leader, manager):
    terms = ActivityTerms.objects.get(activity=child_engagement.site.activity)
    factories.make_child_terms(terms.activity, by=manager, criminal_record=AttestationDuty.DUTY)
    assert missing(child_engagement) == ["agreement", "child_certificate", "criminal_record"]

    attestations.register_seen(
        volunteer=child_engagement.volunteer, branch=child_engagement.site.branch, by=leader
    )

    assert missing(child_engagement) == ["agreement", "child_certificate"]
    assert sources.discrepancies() == []


def test_both_kinds_can_be_under_way(child_engagement, coordinator):
    ask(child_engagement, coordinator)

    other = ask(child_engagement, coordinator, kind="public_record")

    assert other.state == "details"


def test_a_no_to_a_criminal_record_leaves_the_child_certificate(
    child_engagement, coordinator, leader
):
    factories.make_approved(child_engagement, by=coordinator, leader=leader)
    other = attestations.order(
        volunteer=child_engagement.volunteer,
        branch=child_engagement.site.branch,
        kind="private_record",
        by=coordinator,
    )

    attestations.assess(attestation=other, outcome="not_approved", by=leader)

    assert missing(child_engagement) == ["agreement"]


# --- Lists of orders ------------------------------------------------------------------------


@pytest.fixture
def many(child_engagement, coordinator):
    """Function: so many more volunteers here whose CPR number is given."""

    def make_cases(number):
        for n in range(number):
            engagement = make.make_engagement(
                make.make_volunteer(f"Person Nr{n:03}"), child_engagement.site
            )
            case = ask(engagement, coordinator)
            cpr.give(attestation=case, number=f"010170{1000 + n}", by=coordinator)

    return make_cases


@pytest.fixture
def officer(here):
    return make.make_staff("certificate_officer", here, "Olga Officer")


def test_at_most_fifty_lines_the_oldest_first(many, here, coordinator, officer):
    many(53)
    batch = batches.make(branch=here, kind="child_certificate", by=coordinator)

    lines = batches.lines(batch=batch, by=officer).split("\n")

    assert (len(lines), lines[0], lines[-1]) == (
        50,
        "010170-1000 Person Nr000",
        "010170-1049 Person Nr049",
    )
    rest = batches.make(branch=here, kind="child_certificate", by=coordinator)
    assert rest.attestations.count() == 3


def test_the_second_of_two_gets_nobody_twice(many, here, coordinator, central_coordinator):
    many(2)
    batches.make(branch=here, kind="child_certificate", by=coordinator)

    with pytest.raises(DomainError) as error:
        batches.make(branch=here, kind="child_certificate", by=central_coordinator)
    assert code_of(error) == "nothing_ready"


def test_a_list_is_ordered_once(many, here, coordinator, central_coordinator):
    many(2)
    batch = batches.make(branch=here, kind="child_certificate", by=coordinator)
    batches.mark_ordered(batch=batch, by=coordinator)

    for deed in (batches.mark_ordered, batches.give_up):
        with pytest.raises(DomainError) as error:
            deed(batch=batch, by=central_coordinator)
        assert code_of(error) == "already_ordered"
    assert Message.objects.filter(kind="agreements.attestation_ordered").count() == 4


def test_a_list_given_up_frees_its_people(many, here, coordinator):
    many(2)
    batch = batches.make(branch=here, kind="child_certificate", by=coordinator)

    assert batches.give_up(batch=batch, by=coordinator) == 2
    assert OrderBatch.objects.count() == 0
    assert batches.make(branch=here, kind="child_certificate", by=coordinator).pk


def test_who_was_withdrawn_meanwhile_is_not_ordered(many, here, coordinator, officer):
    many(2)
    batch = batches.make(branch=here, kind="child_certificate", by=coordinator)
    attestations.withdraw(attestation=batch.attestations.first(), by=coordinator)

    assert len(batches.lines(batch=batch, by=officer).split("\n")) == 1
    batches.mark_ordered(batch=batch, by=coordinator)
    assert Attestation.objects.filter(state="ordered").count() == 1


def test_the_separator_is_a_setting(many, here, coordinator, officer, manager):
    many(1)
    policies.set("attestation.separator", "tab", by=manager)
    batch = batches.make(branch=here, kind="child_certificate", by=coordinator)

    assert batches.lines(batch=batch, by=officer) == "010170-1000\tPerson Nr000"


def test_only_a_certificate_officer_sees_the_lines(
    many, here, coordinator, manager, leader, officer
):
    many(1)
    batch = batches.make(branch=here, kind="child_certificate", by=coordinator)

    for by in (coordinator, manager, leader):
        with pytest.raises(DomainError) as error:
            batches.lines(batch=batch, by=by)
        assert code_of(error) == "not_allowed"
    batches.lines(batch=batch, by=officer)
    event = AuditEvent.objects.get(kind="batch.shown")
    assert (event.actor_id, event.subjects.count()) == (officer.pk, 1)


# --- Renewal --------------------------------------------------------------------------------


def test_an_activity_may_ask_more_often(child_engagement, coordinator, leader, manager):
    policies.set("attestation.validity_months", 36, by=manager)
    factories.make_child_terms(child_engagement.site.activity, by=manager, certificate_months=12)

    done = factories.make_approved(child_engagement, by=coordinator, leader=leader)

    assert done.valid_until == renewal.months_after(today(), 12) - DAY


def test_a_branch_may_have_its_own_interval(child_engagement, coordinator, leader, manager, here):
    policies.set("attestation.validity_months", 36, by=manager)
    policies.set("attestation.validity_months", 24, path=here.path, by=manager)

    done = factories.make_approved(child_engagement, by=coordinator, leader=leader)

    assert done.renew_by == renewal.months_after(today(), 24) - DAY


def test_grace_is_part_of_the_gate(child_engagement, coordinator, leader, manager):
    policies.set("attestation.validity_months", 12, by=manager)
    policies.set("attestation.expiry_grace_days", 14, by=manager)

    done = factories.make_approved(child_engagement, by=coordinator, leader=leader)

    assert done.valid_until == done.renew_by + 14 * DAY
    assert missing(child_engagement, done.valid_until) == ["agreement"]
    assert "child_certificate" in missing(child_engagement, done.valid_until + DAY)


def test_a_shorter_interval_at_a_new_activity_holds_at_once(
    child_engagement, coordinator, leader, manager, here
):
    done = factories.make_approved(child_engagement, by=coordinator, leader=leader)
    site = make.make_site(here)
    factories.make_child_terms(site.activity, by=manager, certificate_months=6)
    new = make.make_engagement(child_engagement.volunteer, site, starts_on=today())

    renewals.when_accepted(engagement=new, by=coordinator)

    done.refresh_from_db()
    assert done.valid_until == renewal.months_after(today(), 6) - DAY
    assert Clearance.objects.get(kind="child_certificate").valid_until == done.valid_until
    assert sources.discrepancies() == []


@pytest.fixture
def long_approved(child_engagement, coordinator, leader):
    """Approved, and with us, for two years."""
    done = factories.make_approved(child_engagement, by=coordinator, leader=leader)
    since = today() - 730 * DAY
    Attestation.objects.update(valid_from=since)
    Clearance.objects.update(valid_from=since)
    Engagement.objects.update(starts_on=since)
    child_engagement.refresh_from_db()
    return done


@pytest.mark.parametrize(("months", "ends"), [(None, False), (6, True), (12, False)])
def test_a_long_pause_asks_for_a_new_one(
    long_approved, child_engagement, coordinator, manager, months, ends
):
    policies.set("attestation.renew_after_pause_months", months, by=manager)
    child_engagement.pauses.create(starts_on=today() - 240 * DAY, ends_on=today() - DAY)

    assert renewals.after_pauses_ended(on=today(), by=coordinator) == 1

    long_approved.refresh_from_db()
    assert (long_approved.valid_until == today() - DAY) == ends
    assert ("child_certificate" in missing(child_engagement)) == ends


def test_a_pause_in_one_place_changes_nothing_for_who_helps_elsewhere(
    long_approved, child_engagement, coordinator, manager, here
):
    policies.set("attestation.renew_after_pause_months", 6, by=manager)
    child_engagement.pauses.create(starts_on=today() - 240 * DAY, ends_on=today() - DAY)
    site = make.make_site(here)
    factories.make_child_terms(site.activity, by=manager)
    make.make_engagement(child_engagement.volunteer, site, starts_on=today() - 300 * DAY)

    renewals.after_pauses_ended(on=today(), by=coordinator)

    long_approved.refresh_from_db()
    assert long_approved.valid_until is None


@pytest.mark.parametrize(("order", "ends"), [("Socialministeriet", True), ("Kultur", False)])
def test_a_new_kind_of_activity_asks_for_a_new_one(
    long_approved, child_engagement, coordinator, manager, here, order, ends
):
    policies.set("attestation.renew_at_new_kind", True, by=manager)
    factories.make_child_terms(child_engagement.site.activity, by=manager, legal_order="Kultur")
    site = make.make_site(here)
    factories.make_child_terms(site.activity, by=manager, legal_order=order)
    new = make.make_engagement(child_engagement.volunteer, site, starts_on=today())

    renewals.when_accepted(engagement=new, by=coordinator)

    long_approved.refresh_from_db()
    assert (long_approved.valid_until is not None) == ends


def test_the_list_tells_of_shifts_after_the_last_day(
    child_engagement, coordinator, leader, manager
):
    policies.set("attestation.validity_months", 1, by=manager)
    done = factories.make_approved(child_engagement, by=coordinator, leader=leader)
    for day in (3, 60, 70):
        shift = make.make_shift(child_engagement.site, day=today() + day * DAY)
        shift.assignments.create(
            volunteer=child_engagement.volunteer,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            booked_at=shift.starts_at,
            booked_by=coordinator,
        )

    assert certificates.shifts_after([done]) == {done.pk: 2}


# --- Associations ---------------------------------------------------------------------------


@pytest.fixture
def through(child_engagement):
    """The engagement, through an association."""
    association = make.make_association("Læseforeningen")
    Engagement.objects.filter(pk=child_engagement.pk).update(association=association)
    child_engagement.refresh_from_db()
    return child_engagement


def declare(engagement, by, **fields):
    values = {"signed_on": today(), "signer_name": "Fie Formand"} | fields
    return declarations.register(association=engagement.association, by=by, **values)


def test_a_declaration_counts_for_a_year_and_clears_who_is_named(through, leader):
    declared = declare(through, leader, engagement_ids=[through.pk])

    assert declared.valid_until == renewal.months_after(today(), 12) - DAY
    assert missing(through, declared.valid_until) == ["agreement"]
    assert "child_certificate" in missing(through, declared.valid_until + DAY)
    assert sources.discrepancies() == []


def test_a_declaration_alone_clears_nobody(through, coordinator):
    declare(through, coordinator)

    assert missing(through) == ["agreement", "child_certificate"]


def test_naming_somebody_needs_the_right_to_assess(through, coordinator):
    with pytest.raises(DomainError) as error:
        declare(through, coordinator, engagement_ids=[through.pk])
    assert code_of(error) == "not_allowed"
    assert not Attestation.objects.exists()


@pytest.mark.parametrize(("ago", "code"), [(-1, "in_future"), (366, "too_old")])
def test_the_day_of_a_declaration_is_sensible(through, leader, ago, code):
    with pytest.raises(DomainError) as error:
        declare(through, leader, signed_on=today() - ago * DAY)
    assert code_of(error) == code
    assert not AssociationDeclaration.objects.exists()


def test_an_associations_word_does_not_open_what_was_closed(through, coordinator, leader):
    case = attestations.order(
        volunteer=through.volunteer, branch=through.site.branch, by=coordinator
    )
    attestations.assess(attestation=case, outcome="not_approved", by=leader)

    with pytest.raises(DomainError) as error:
        declare(through, leader, engagement_ids=[through.pk])
    assert code_of(error) == "closed"


def test_a_declaration_that_is_overdue_says_since_when(client, child_engagement, leader):
    association = make.make_association()
    Engagement.objects.filter(pk=child_engagement.pk).update(association=association)
    declarations.register(
        association=association,
        signed_on=today(),
        signer_name="Fie Formand",
        engagement_ids=[],
        by=leader,
    )
    AssociationDeclaration.objects.update(signed_on=date(2024, 5, 1), valid_until=date(2025, 4, 30))
    client.force_login(leader)

    page = client.get(reverse("agreements:declaration-list"))

    assert "Udl\u00f8b 30. april 2025" in page.text


def test_with_its_cpr_number_it_says_that_it_can_be_ordered(
    client, child_engagement, coordinator, volunteer
):
    case = ask(child_engagement, coordinator)
    pages = (coordinator, "attestation-list"), (volunteer.person.user, "own-list")

    def seen():
        for user, name in pages:
            client.force_login(user)
            yield (
                "Klar til at blive bestilt"
                in client.get(reverse(f"agreements:{name}")).content.decode()
            )

    assert [*seen()] == [False, False]
    cpr.give(attestation=case, number=NUMBER, by=coordinator)
    assert [*seen()] == [True, True]


@pytest.mark.parametrize(
    ("days", "words"), [(0, "I dag er sidste dag til"), (1, "1 dag tilbage"), (2, "2 dage tilbage")]
)
def test_the_days_left_are_counted_in_words(days, words):
    assert certificates.days_left_words(days).startswith(words)
