"""The living agreement: renewal, signing again, guardians, associations, and the end."""

from datetime import date, timedelta
from io import BytesIO

import pikepdf
import pytest
from django.core import mail as outbox
from django.db import IntegrityError, transaction
from django.urls import reverse

from agreements import changes, documents, library, parties, queries, signing, sources
from agreements.actions import agreements, signatures, templates
from agreements.actions import documents as documents_actions
from agreements.models import Agreement, Coverage, Party, TemplateKind, TemplateVersion
from agreements.states import AgreementState
from agreements.tests import factories
from coordination import eligibility
from coordination.actions import associations, guardians
from coordination.models import Clearance, Engagement
from coordination.tests import factories as people
from core import delivery, jobs, policies
from core.errors import DomainError
from core.models import Job, Message
from core.periods import today

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def _cleared(engagement, day=None):
    rows = Engagement.objects.filter(pk=engagement.pk)
    return eligibility.cleared(rows, day or today()).exists()


def _code(error):
    return error.value.code


def _began(agreement, day):
    """Let an agreement have begun on an earlier day."""
    Agreement.objects.filter(pk=agreement.pk).update(starts_on=day, in_force_from=day)
    Coverage.objects.filter(agreement=agreement).update(binding_from=day)
    Clearance.objects.filter(source_id=agreement.pk).update(valid_from=day)
    agreement.refresh_from_db()
    return agreement


@pytest.fixture
def in_force(engagement, volunteer, coordinator):
    """An agreement without an end that has been in force for a month."""
    concluded = factories.make_concluded(volunteer, by=coordinator)
    return _began(concluded, today() - timedelta(days=30))


def _renewed(agreement, by, **fields):
    made = agreements.renew(agreement=agreement, by=by, **fields)
    return agreements.send(agreement=made, by=by)


# --- Renewal -------------------------------------------------------------------------------


def test_the_old_one_holds_until_all_have_signed_the_new(in_force, engagement, coordinator):
    new = _renewed(in_force, coordinator)
    factories.sign_on_paper(new, by=coordinator, parties=[Party.VOLUNTEER])
    in_force.refresh_from_db()
    assert in_force.state == AgreementState.CONCLUDED
    assert _cleared(engagement)

    factories.sign_on_paper(new, by=coordinator)

    in_force.refresh_from_db()
    assert (in_force.state, in_force.ends_on) == (AgreementState.REPLACED, today() - DAY)
    assert (in_force.ended_by, in_force.ended_at is not None) == (coordinator, True)
    assert (new.state, new.in_force_from) == (AgreementState.CONCLUDED, today())
    assert _cleared(engagement)
    assert _cleared(engagement, today() - DAY)
    assert sources.discrepancies() == []


def test_replaced_before_its_document_was_made_it_gets_one_all_the_same(in_force, coordinator):
    factories.sign_on_paper(_renewed(in_force, coordinator), by=coordinator)
    job = Job.objects.get(key=f"seal:{in_force.pk}")

    assert jobs.run(job.pk)

    in_force.refresh_from_db()
    assert in_force.state == AgreementState.REPLACED
    assert in_force.documents.filter(kind="signed").exists()


def test_renewal_starts_the_day_after_the_last(engagement, volunteer, coordinator):
    old = factories.make_concluded(volunteer, by=coordinator, ends_on=today() + timedelta(days=20))

    new = factories.sign_on_paper(_renewed(old, coordinator), by=coordinator)

    old.refresh_from_db()
    assert (old.state, old.ends_on) == (AgreementState.CONCLUDED, today() + timedelta(days=20))
    assert new.in_force_from == today() + timedelta(days=21)
    days = [today() + timedelta(days=ahead) for ahead in (0, 20, 21, 400)]
    assert [_cleared(engagement, day) for day in days] == [True] * 4
    assert sources.discrepancies() == []


def test_signed_on_the_old_ones_first_day_the_new_takes_over_on_the_next(
    engagement, volunteer, coordinator
):
    old = factories.make_concluded(volunteer, by=coordinator)

    new = factories.sign_on_paper(_renewed(old, coordinator), by=coordinator)

    old.refresh_from_db()
    assert (old.ends_on, new.in_force_from) == (today(), today() + DAY)
    assert _cleared(engagement)
    assert _cleared(engagement, today() + DAY)


def test_one_successor_at_a_time(in_force, coordinator):
    first = agreements.renew(agreement=in_force, by=coordinator)
    with pytest.raises(DomainError) as error:
        agreements.renew(agreement=in_force, by=coordinator)
    assert _code(error) == "renewed_already"

    agreements.withdraw(agreement=first, by=coordinator)
    assert agreements.renew(agreement=in_force, by=coordinator).replaces == in_force


def test_an_agreement_that_ended_is_not_renewed(in_force, coordinator):
    agreements.end(agreement=in_force, last_day=today(), by=coordinator)
    with pytest.raises(DomainError) as error:
        agreements.renew(agreement=in_force, by=coordinator)
    assert _code(error) == "wrong_state"


def test_the_old_one_ends_while_the_new_is_signed(in_force, engagement, coordinator):
    new = _renewed(in_force, coordinator)
    agreements.end(agreement=in_force, last_day=today() + timedelta(days=5), by=coordinator)

    new = factories.sign_on_paper(new, by=coordinator)

    in_force.refresh_from_db()
    assert in_force.state == AgreementState.ENDED
    assert new.in_force_from == today() + timedelta(days=6)
    assert sources.discrepancies() == []


def test_database_refuses_two_successors(in_force, coordinator):
    new = agreements.renew(agreement=in_force, by=coordinator)
    other = Agreement.objects.get(pk=new.pk)
    other.pk, other.number = None, "en-anden"
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()


# --- Signing again, with the changes ---------------------------------------------------------


def _new_version(manager, *, resign, note="Forsikringen er ny."):
    template = library.published().get(key="volunteer-direct")
    draft = templates.draft(template=template, by=manager)
    clause = draft.clauses.get(key="confidentiality")
    body = clause.body.replace("På", "Pa") + "\n\nEt helt nyt afsnit om telefoner."
    templates.change_clause(clause=clause, body=body, by=manager)
    templates.describe(version=draft, resign=resign, note=note, by=manager)
    return templates.publish(version=draft, by=manager)


def test_a_version_that_needs_signing_again_says_why(manager, engagement):
    with pytest.raises(DomainError) as error:
        _new_version(manager, resign=True, note="")
    assert _code(error) == "resign_without_note"


@pytest.mark.parametrize("resign", [True, False])
def test_who_is_to_sign_again(in_force, manager, coordinator, resign):
    assert list(library.to_sign_again()) == []

    _new_version(manager, resign=resign)

    assert list(library.to_sign_again()) == [in_force] * resign
    agreements.renew(agreement=in_force, by=coordinator)
    assert list(library.to_sign_again()) == []


def test_the_signer_sees_what_changed(
    in_force, manager, coordinator, engagement, client, volunteer
):
    _new_version(manager, resign=True)
    factories.make_terms(engagement.site.activity, by=manager, may="Læse højt\nBage kage")
    new = _renewed(in_force, coordinator)

    found = documents.changes_of(new)

    by_heading = {change.heading: change for change in found}
    assert "Tavshedspligt" in by_heading
    assert "Opgaven og dens grænser" in by_heading
    assert "Gaver og penge" not in by_heading
    words = [word for row in by_heading["Opgaven og dens grænser"].paragraphs for word in row]
    assert {word.text for word in words if word.kind == changes.ADDED} == {"Bage kage"}
    assert {word.text for word in words if word.kind == changes.REMOVED} == {"Hjælpe med lektier"}

    client.force_login(volunteer.person.user)
    page = client.get(reverse("agreements:own-sign", args=[new.pk])).content.decode()
    assert "Et helt nyt afsnit om telefoner." in page
    assert "Forsikringen er ny." in page
    assert "<ins>" in page


def test_template_changed_while_it_is_being_signed(in_force, manager, coordinator, volunteer):
    new = _renewed(in_force, coordinator)
    before = bytes(new.documents.get().content)

    _new_version(manager, resign=True)
    signatures.sign_on_own_page(agreement=new, by=volunteer.person.user)
    new = factories.sign_on_paper(new, by=coordinator)

    assert new.version.number == 1
    assert bytes(new.documents.get(kind="text").content) == before
    assert list(library.to_sign_again()) == [new]


# --- Guardians -----------------------------------------------------------------------------


@pytest.fixture
def young(engagement, volunteer, manager):
    """The volunteer is sixteen."""
    volunteer.person.birth_date = today().replace(day=1) - timedelta(days=16 * 366)
    volunteer.person.birth_year = volunteer.person.birth_date.year
    volunteer.person.save()
    return volunteer


@pytest.fixture
def guardian(young, coordinator):
    return guardians.register_guardian(
        ward=young.person, name="Vera Værge", email="vera@example.dk", by=coordinator
    )


def _turn_eighteen(young):
    young.person.birth_date = date(today().year - 19, 1, 1)
    young.person.birth_year = young.person.birth_date.year
    young.person.save()


@pytest.mark.parametrize(
    ("year", "born", "needed"),
    [
        (None, None, False),
        (-17, None, True),
        (-18, None, True),
        (-19, None, False),
        (None, 18 * 365, True),
        (None, 18 * 366, False),
    ],
)
def test_who_needs_a_guardian(young, year, born, needed):
    person = young.person
    person.birth_date = today() - timedelta(days=born) if born else None
    person.birth_year = today().year + year if year else None
    assert parties.needs_guardian(person) == needed


def test_no_draft_for_somebody_young_without_a_guardian(young, coordinator):
    with pytest.raises(DomainError) as error:
        factories.make_draft(young, by=coordinator)
    assert _code(error) == "guardian_needed"


def test_two_guardians_one_is_named(young, guardian, coordinator):
    other = guardians.register_guardian(ward=young.person, name="Viggo Værge", by=coordinator)
    with pytest.raises(DomainError):
        factories.make_draft(young, by=coordinator)
    assert factories.make_draft(young, by=coordinator, guardian=other.person).guardian.name == (
        "Viggo Værge"
    )


def test_somebody_elses_guardian_is_refused(young, guardian, coordinator):
    stranger = people.make_person("Ukendt Ulla")
    with pytest.raises(DomainError) as error:
        factories.make_draft(young, by=coordinator, guardian=stranger)
    assert _code(error) == "guardian_needed"


def test_it_takes_all_three(young, guardian, coordinator, leader, engagement):
    sent = factories.make_sent(young, by=coordinator)
    signatures.sign_on_own_page(agreement=sent, by=young.person.user)
    signatures.sign_as_leader(agreement=sent, by=leader)
    sent.refresh_from_db()
    assert sent.state == AgreementState.SENT
    assert parties.missing(sent) == (Party.GUARDIAN,)
    assert not _cleared(engagement)

    _sign_by_link(sent, Party.GUARDIAN)

    sent.refresh_from_db()
    assert sent.state == AgreementState.CONCLUDED
    assert sent.signatures.get(party="guardian").signer_name == "Vera Værge"
    assert _cleared(engagement)


def _sign_by_link(agreement, party):
    link = signing.read(signing.token(agreement, party))
    code = signatures.send_code(link=link)
    proof = signatures.confirm_code(link=link, typed=signing.code_of(code))
    return signatures.sign_by_link(link=link, code=proof)


def test_the_signatures_of_three_fit_on_one_page(young, guardian, coordinator, leader):
    sent = factories.make_sent(young, by=coordinator)
    _sign_by_link(sent, Party.VOLUNTEER)
    _sign_by_link(sent, Party.GUARDIAN)
    signatures.sign_as_leader(agreement=sent, by=leader)

    with (
        pikepdf.open(BytesIO(bytes(sent.documents.get(kind="text").content))) as text,
        pikepdf.open(BytesIO(documents.signed(sent, "AQJ74FAG5CUX"))) as signed,
    ):
        assert len(signed.pages) == len(text.pages) + 1


def test_the_history_names_who_signed(young, guardian, coordinator):
    sent = factories.make_sent(young, by=coordinator)
    _sign_by_link(sent, Party.GUARDIAN)
    _sign_by_link(sent, Party.VOLUNTEER)
    told = [row["by"] for row in queries.history(sent) if row["text"] == "Aftalen underskrevet"]
    assert told == ["Frida Frivillig", "Vera Værge"]


def test_the_guardians_pages_do_not_call_it_their_own_agreement(
    client, young, guardian, coordinator
):
    sent = factories.make_sent(young, by=coordinator)
    token = signing.token(sent, Party.GUARDIAN)
    before = client.get(reverse("agreements:sign-start", args=[token])).content.decode()
    _sign_by_link(sent, Party.GUARDIAN)
    after = client.get(reverse("agreements:sign-start", args=[token])).content.decode()

    assert "En aftale er klar til din underskrift" in before
    assert "Din aftale" not in before
    assert reverse("agreements:own-list") not in after


def test_each_gets_a_link_of_their_own(
    young, guardian, coordinator, django_capture_on_commit_callbacks
):
    factories.make_sent(young, by=coordinator)
    delivery.deliver()

    bodies = [message.body for message in outbox.outbox]
    (to_guardian,) = [one.body for one in outbox.outbox if "vera@example.dk" in one.to[0]]
    assert "Kære Vera" in to_guardian
    assert "Frida vil gerne være frivillig" in to_guardian
    links = {body.partition("/skriv-under/")[2].split("/")[0] for body in bodies}
    assert len(links) == 2


def test_the_code_of_one_does_not_sign_for_the_other(young, guardian, coordinator):
    sent = factories.make_sent(young, by=coordinator)
    own = signing.read(signing.token(sent, Party.VOLUNTEER))
    code = signatures.send_code(link=own)
    proof = signatures.confirm_code(link=own, typed=signing.code_of(code))

    with pytest.raises(DomainError) as error:
        signatures.sign_by_link(link=signing.read(signing.token(sent, Party.GUARDIAN)), code=proof)
    assert _code(error) == "code_needed"


def test_who_comes_of_age_meanwhile_needs_no_guardian(young, guardian, coordinator, leader):
    sent = factories.make_sent(young, by=coordinator)
    token = signing.token(sent, Party.GUARDIAN)
    signatures.sign_on_own_page(agreement=sent, by=young.person.user)
    _turn_eighteen(young)

    assert signing.read(token).status == "not_needed"
    signatures.sign_as_leader(agreement=sent, by=leader)
    sent.refresh_from_db()
    assert sent.state == AgreementState.CONCLUDED


def test_who_comes_of_age_after_the_others_signed_waits_for_nobody(
    young, guardian, coordinator, leader
):
    sent = factories.make_sent(young, by=coordinator)
    signatures.sign_on_own_page(agreement=sent, by=young.person.user)
    signatures.sign_as_leader(agreement=sent, by=leader)
    signatures.conclude_of_age()
    sent.refresh_from_db()
    assert sent.state == AgreementState.SENT

    _turn_eighteen(young)
    signatures.conclude_of_age()

    sent.refresh_from_db()
    assert sent.state == AgreementState.CONCLUDED
    assert Clearance.objects.count() == 1


def test_the_guardian_who_is_the_leader_does_not_sign_for_the_branch(young, leader, coordinator):
    guardians.register_guardian(ward=young.person, name="Lene", email=leader.email, by=coordinator)
    sent = factories.make_sent(young, by=coordinator)
    with pytest.raises(DomainError) as error:
        signatures.sign_as_leader(agreement=sent, by=leader)
    assert _code(error) == "own_matter"


def test_the_text_names_the_guardian(young, guardian, coordinator):
    sent = factories.make_sent(young, by=coordinator)
    assert "Vera Værge" in sent.documents.get().source


# --- Associations --------------------------------------------------------------------------


@pytest.fixture
def association(coordinator):
    made = associations.create_association(name="Læsevennerne", cvr="10625408", by=coordinator)
    return associations.set_contact(
        association=made, name="Karla Kontakt", email="karla@example.dk", by=coordinator
    )


@pytest.fixture
def partner_template(engagement, manager):
    template = library.published().filter(kind=TemplateKind.PARTNER).first()
    return template or library.published().first()


def _partner(association, here, template, by, **fields):
    return agreements.draft_with_association(
        association=association, branch=here, template=template, by=by, **fields
    )


def test_an_association_signs_by_its_contact(
    association, here, partner_template, coordinator, leader
):
    made = _partner(association, here, partner_template, coordinator)
    sent = agreements.send(agreement=made, by=coordinator)
    assert parties.required(sent) == (Party.ASSOCIATION, Party.LEADER)

    _sign_by_link(sent, Party.ASSOCIATION)
    signatures.sign_as_leader(agreement=sent, by=leader)

    sent.refresh_from_db()
    assert sent.state == AgreementState.CONCLUDED
    assert Agreement.objects.in_force(today()).get() == sent
    assert Clearance.objects.count() == 0
    assert sources.discrepancies() == []
    documents_actions.seal(agreement_id=sent.pk, finish=transaction.atomic)
    assert "10625408" in sent.documents.get(kind="text").source


def test_an_association_without_contact_cannot_sign(here, partner_template, coordinator):
    made = associations.create_association(name="Uden kontakt", by=coordinator)
    with pytest.raises(DomainError) as error:
        _partner(made, here, partner_template, coordinator)
    assert _code(error) == "no_contact"


def test_one_agreement_with_an_association_at_a_time(
    association, here, partner_template, coordinator
):
    made = _partner(association, here, partner_template, coordinator)
    with pytest.raises(DomainError) as error:
        _partner(association, here, partner_template, coordinator)
    assert _code(error) == "agreement_exists"

    sent = agreements.send(agreement=made, by=coordinator)
    concluded = _began(factories.sign_on_paper(sent, by=coordinator), today() - 9 * DAY)
    new = factories.sign_on_paper(_renewed(concluded, coordinator), by=coordinator)
    concluded.refresh_from_db()
    assert (concluded.state, new.state) == (AgreementState.REPLACED, AgreementState.CONCLUDED)


def test_through_an_association_gets_its_own_template(engagement, association, manager):
    template = library.published().filter(kind=TemplateKind.THROUGH_ASSOCIATION).first()
    engagement.association = association
    assert library.suggested([engagement]) == template or engagement.site.activity.terms.template


# --- The end -------------------------------------------------------------------------------


def test_the_volunteer_ends_it_and_the_coordinators_are_told(
    in_force, engagement, volunteer, coordinator
):
    agreements.end_own(agreement=in_force, last_day=today(), by=volunteer.person.user)

    in_force.refresh_from_db()
    assert (in_force.state, in_force.ended_by) == (AgreementState.ENDED, volunteer.person.user)
    assert _cleared(engagement)
    assert not _cleared(engagement, today() + DAY)
    kinds = Message.objects.filter(kind__startswith="agreements.ended").values_list(
        "kind", "recipient_email"
    )
    assert sorted(kinds) == [
        ("agreements.ended", volunteer.person.email),
        ("agreements.ended_staff", coordinator.email),
    ]


def test_nobody_elses_agreement_can_be_ended(in_force, volunteer_elsewhere):
    with pytest.raises(DomainError) as error:
        agreements.end_own(agreement=in_force, last_day=today(), by=volunteer_elsewhere.person.user)
    assert _code(error) == "not_yours"


def test_own_end_is_not_in_the_past(in_force, volunteer):
    with pytest.raises(DomainError) as error:
        agreements.end_own(agreement=in_force, last_day=today() - DAY, by=volunteer.person.user)
    assert _code(error) == "ended_in_the_past"


def test_own_end_page(client, in_force, volunteer):
    client.force_login(volunteer.person.user)
    address = reverse("agreements:own-end", args=[in_force.pk])
    assert client.get(address).status_code == 200
    answer = client.post(address, {"last_day": today().isoformat()})
    in_force.refresh_from_db()
    assert (answer.status_code, in_force.state) == (302, AgreementState.ENDED)


def test_the_farewell_says_what_is_left(in_force, coordinator, django_capture_on_commit_callbacks):
    agreements.end(agreement=in_force, last_day=today(), by=coordinator)
    delivery.deliver()

    farewell = [mail for mail in outbox.outbox if "Tak for samarbejdet" in mail.subject]
    assert len(farewell) == 1
    assert "Tavshedspligten fortsætter" in farewell[0].body


def test_replacing_sends_no_farewell(in_force, coordinator):
    factories.sign_on_paper(_renewed(in_force, coordinator), by=coordinator)
    assert not Message.objects.filter(kind="agreements.ended").exists()


# --- Where the code went -------------------------------------------------------------------


def test_the_signature_keeps_where_the_code_went(engagement, volunteer, coordinator):
    sent = factories.make_sent(volunteer, by=coordinator)

    _sign_by_link(sent, Party.VOLUNTEER)

    signature = sent.signatures.get()
    known = signing.evidence(sent, " FRIDA@example.dk ")
    assert signature.sent_to == "f***@e***.dk"
    assert signature.sent_to_sha256 == known["sent_to_sha256"]
    assert signature.sent_to_sha256 != signing.evidence(sent, "egon@example.dk")["sent_to_sha256"]


def test_the_address_that_counts_is_the_codes_not_a_later_one(engagement, volunteer, coordinator):
    sent = factories.make_sent(volunteer, by=coordinator)
    link = signing.read(signing.token(sent))
    code = signatures.send_code(link=link)
    volunteer.person.email = "ny@andet.dk"
    volunteer.person.save()
    proof = signatures.confirm_code(link=link, typed=signing.code_of(code))
    signatures.sign_by_link(link=link, code=proof)

    assert sent.signatures.get().sent_to == "f***@e***.dk"


def test_the_signature_page_shows_it(engagement, volunteer, coordinator, leader):
    sent = factories.make_sent(volunteer, by=coordinator)
    _sign_by_link(sent, Party.VOLUNTEER)
    signatures.sign_as_leader(agreement=sent, by=leader)

    shown = documents._signature(sent.signatures.get(party="volunteer"))
    assert "f***@e***.dk" in shown["method"]
    assert len(shown["address_sha256"]) == 64


# --- Long texts ----------------------------------------------------------------------------


def test_a_clause_of_twenty_thousand_characters(manager, engagement, volunteer, coordinator):
    template = library.published().get(key="volunteer-direct")
    draft = templates.draft(template=template, by=manager)
    clause = draft.clauses.get(key="expenses")
    body = ("Et langt afsnit med ord nok. " * 700)[:19_995] + " slut"
    templates.change_clause(clause=clause, body=body, by=manager)
    templates.publish(version=draft, by=manager)

    sent = factories.make_sent(volunteer, by=coordinator)

    assert sent.version.number == 2
    assert body in sent.documents.get().source


def test_comparing_two_long_clauses_is_quick():
    words = [f"ord{number}" for number in range(4000)]
    old = changes.Text("a", "A", (" ".join(words),))
    new = changes.Text("a", "A", (" ".join(reversed(words)),))

    (change,) = changes.between([old], [new])

    assert [word.kind for row in change.paragraphs for word in row] == ["removed", "added"]


def test_versions_published_are_compared_clause_by_clause(manager, engagement):
    version = _new_version(manager, resign=False)
    before = TemplateVersion.objects.get(template=version.template, number=1)

    found = changes.between(
        changes.of_clauses(before.clauses.all()), changes.of_clauses(version.clauses.all())
    )

    assert [change.heading for change in found] == ["Tavshedspligt"]


def test_the_guardian_age_is_a_setting(young, manager):
    assert policies.get("agreements.guardian_until_age") == 18
