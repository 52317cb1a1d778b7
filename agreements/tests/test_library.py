"""The library: branches' own words within the frame, what a version changed, and the handbook."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from agreements import documents, library
from agreements.actions import agreements, local_clauses, templates
from agreements.models import AgreementTemplate, Clause, LocalClause
from agreements.models.template import TemplateKind
from agreements.tests import factories
from coordination.models import Activity
from core import policies
from core.errors import DomainError

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(engagement):
    return engagement.site.activity.terms.template


@pytest.fixture
def clause(template):
    """The open clause about expenses, in the version in use."""
    return local_clauses.open_clause(template, "expenses")


@pytest.fixture
def freely(manager):
    """The municipality asks for no approval."""
    policies.set("agreements.local_clauses_need_approval", False, by=manager)


def _write(clause, branch, by, body="Vi betaler bussen.", **more):
    return local_clauses.write(branch=branch, clause=clause, body=body, by=by, **more)


def _text(engagement, by, key="expenses"):
    made = agreements.draft(engagements=[engagement], by=by)
    found = {one["key"]: one["html"] for one in documents.clauses(documents.loaded(made.pk))}
    agreements.withdraw(agreement=made, by=by)
    return found[key]


def test_own_words_wait_for_approval(engagement, clause, here, coordinator, manager):
    local = _write(clause, here, coordinator)
    assert "Vi betaler bussen" not in _text(engagement, coordinator)

    with pytest.raises(DomainError) as error:
        local_clauses.approve(local=local, by=coordinator)
    assert error.value.code == "not_allowed"
    local_clauses.approve(local=local, by=manager)

    assert "Vi betaler bussen" in _text(engagement, coordinator)


@pytest.mark.usefixtures("freely")
def test_without_approval_they_count_at_once(engagement, clause, here, coordinator):
    _write(clause, here, coordinator)
    assert "Vi betaler bussen" in _text(engagement, coordinator)


@pytest.mark.usefixtures("freely")
def test_the_nearest_branchs_words_win(engagement, clause, here, municipality, manager):
    _write(clause, municipality, manager, "Kommunens ord.")
    assert "Kommunens ord" in _text(engagement, manager)
    _write(clause, here, manager, "Afdelingens ord.")
    assert "Afdelingens ord" in _text(engagement, manager)


@pytest.mark.usefixtures("freely")
def test_another_branchs_words_are_not_ours(engagement, clause, elsewhere, manager):
    _write(clause, elsewhere, manager, "Bolbros ord.")
    assert "Bolbros ord" not in _text(engagement, manager)


@pytest.mark.usefixtures("freely")
def test_what_is_sent_keeps_its_words(engagement, clause, here, volunteer, coordinator):
    sent = factories.make_sent(volunteer, by=coordinator)
    before = bytes(sent.documents.get().content)
    _write(clause, here, coordinator)
    assert bytes(sent.documents.get().content) == before


@pytest.mark.usefixtures("freely")
def test_withdrawn_the_central_text_stands_again(engagement, clause, here, coordinator):
    local = _write(clause, here, coordinator)
    local_clauses.withdraw(local=local, by=coordinator)
    assert "Vi betaler bussen" not in _text(engagement, coordinator)


@pytest.mark.usefixtures("freely")
def test_a_clause_that_becomes_locked_takes_its_own_text_back(
    engagement, clause, template, here, coordinator, manager
):
    _write(clause, here, coordinator)
    draft = templates.draft(template=template, by=manager)
    templates.change_clause(clause=draft.clauses.get(key="expenses"), locked=True, by=manager)
    templates.publish(version=draft, by=manager)

    assert "Vi betaler bussen" not in _text(engagement, coordinator)


def test_a_locked_clause_has_no_own_words(template, here, coordinator):
    locked = Clause.objects.get(version__in=template.versions.current(), key="confidentiality")
    with pytest.raises(DomainError) as error:
        _write(locked, here, coordinator)
    assert error.value.code == "clause_locked"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("x" * 2001, "too_long"),
        ("Hej [[dpo_contact]]", "template_faults"),
        ("Hej [[findes_ikke]]", "template_faults"),
        ("{{ settings.SECRET_KEY }} [[]]", "template_faults"),
    ],
)
def test_outside_the_frame(clause, here, coordinator, body, code):
    with pytest.raises(DomainError) as error:
        _write(clause, here, coordinator, body)
    assert error.value.code == code
    assert not LocalClause.objects.exists()


@pytest.mark.parametrize("kind", TemplateKind.values)
def test_the_central_text_can_be_saved_as_a_branchs_own(kind, client, here, coordinator, manager):
    """What stands in the form when it is opened, of every open clause of every ready template."""
    templates.load_ready(by=manager)
    template = AgreementTemplate.objects.filter(kind=kind).order_by("pk").last()
    client.force_login(coordinator)
    clauses = Clause.objects.filter(version__in=template.versions.current(), locked=False)
    assert clauses.count() >= 3
    for clause in clauses:
        write = reverse("agreements:local-clause-write", args=[clause.pk])
        initial = client.get(write).context["form"].initial
        assert (initial["body"], initial["body_en"]) == (clause.body, clause.body_en)
        assert client.post(write, initial | {"branch": here.pk}).status_code == 302
    assert LocalClause.objects.waiting().count() == clauses.count()


def test_the_central_text_stands_beside_the_field_where_it_cannot_be_saved(
    client, template, here, coordinator, manager
):
    draft = templates.draft(template=template, by=manager)
    changed = draft.clauses.get(key="expenses")
    templates.change_clause(
        clause=changed, body="Vi betaler efter [[legal:child_certificate]].", by=manager
    )
    templates.publish(version=draft, by=manager)
    client.force_login(coordinator)
    page = client.get(reverse("agreements:local-clause-write", args=[changed.pk]))
    assert page.context["form"].initial == {}
    assert "Vi betaler efter" in page.text


def test_a_new_text_takes_the_place_of_one_that_waits(clause, here, coordinator):
    first = _write(clause, here, coordinator, "Et")
    second = _write(clause, here, coordinator, "To")
    assert list(LocalClause.objects.waiting()) == [second]
    first.refresh_from_db()
    assert first.withdrawn_by == coordinator


def test_approved_twice_is_refused(clause, here, coordinator, manager):
    local = _write(clause, here, coordinator)
    local_clauses.approve(local=local, by=manager)
    with pytest.raises(DomainError) as error:
        local_clauses.approve(local=local, by=manager)
    assert error.value.code == "wrong_state"


@pytest.mark.usefixtures("freely")
def test_database_refuses_two_in_use(clause, here, coordinator):
    local = _write(clause, here, coordinator)
    local.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        local.save()


def test_frame_with_a_placeholder_that_does_not_exist_is_not_published(template, manager):
    draft = templates.draft(template=template, by=manager)
    clause = draft.clauses.get(key="expenses")
    templates.change_clause(clause=clause, local_placeholders="branch_nam", by=manager)
    with pytest.raises(DomainError) as error:
        templates.publish(version=draft, by=manager)
    assert error.value.code == "template_faults"


# --- Pages -----------------------------------------------------------------------------------


def test_write_and_approve_on_the_pages(client, template, clause, here, coordinator, manager):
    client.force_login(coordinator)
    page = reverse("agreements:text-detail", args=[template.pk])
    assert client.get(page).status_code == 200
    write = reverse("agreements:local-clause-write", args=[clause.pk])
    assert client.get(write).context["form"]["branch"].initial == here
    assert client.post(write, {"branch": here.pk, "body": "Vi betaler bussen."}).status_code == 302
    local = LocalClause.objects.get()

    client.force_login(manager)
    approve = reverse("agreements:local-clause-approve", args=[local.pk])
    assert approve in client.get(page).content.decode()
    waiting = client.get(reverse("agreements:text-list")).content.decode()
    assert f"{template.title}: {clause.heading}" in waiting
    asked = client.get(approve).content.decode()
    assert f"{here.name}, {clause.heading}" in asked
    assert client.post(approve).status_code == 302
    local.refresh_from_db()
    assert local.approved_by == manager


def test_a_version_shows_what_it_changed(client, template, coordinator, manager):
    draft = templates.draft(template=template, by=manager)
    clause = draft.clauses.get(key="gifts")
    body = clause.body.replace("En kop kaffe", "Et glas saft")
    templates.change_clause(clause=clause, body=body, by=manager)
    version = templates.publish(version=draft, by=manager)
    client.force_login(coordinator)

    page = client.get(reverse("agreements:text-changes", args=[version.pk])).content.decode()

    assert page.count("<h3>") == 1
    assert "<del>" in page
    assert "Et glas saft" in page


@pytest.mark.parametrize("kept_before", [False, True])
def test_a_clause_saved_in_a_browser_keeps_its_paragraphs(
    client, template, coordinator, manager, kept_before
):
    """A browser sends CRLF; earlier versions were kept so."""
    draft = templates.draft(template=template, by=manager)
    clause = draft.clauses.get(key="confidentiality")
    before, typed = clause.body, clause.body.replace("\n", "\r\n") + "\r\n\r\nSidst."
    if kept_before:
        draft.clauses.filter(pk=clause.pk).update(body=typed)
    else:
        templates.change_clause(clause=clause, body=typed, by=manager)
        clause.refresh_from_db()
        assert clause.body == before + "\n\nSidst."
    version = templates.publish(version=draft, by=manager)
    client.force_login(coordinator)

    page = client.get(reverse("agreements:text-changes", args=[version.pk])).content.decode()

    assert (page.count("<ins>"), page.count("<del>")) == (1, 0)


def test_own_words_from_a_browser_keep_their_paragraphs(clause, here, coordinator):
    local = local_clauses.write(clause=clause, branch=here, body="Et.\r\n\r\nTo.", by=coordinator)
    assert local.body == "Et.\n\nTo."


def test_a_draft_is_not_shown_as_a_version(client, template, coordinator, manager):
    draft = templates.draft(template=template, by=manager)
    client.force_login(coordinator)
    assert client.get(reverse("agreements:text-changes", args=[draft.pk])).status_code == 404


def test_the_handbook_has_the_terms(client, engagement, volunteer, manager):
    activity = engagement.site.activity
    factories.make_terms(activity, by=manager, insurance_note="Egen bil er ikke dækket.")
    client.force_login(volunteer.person.user)

    page = client.get(reverse("agreements:own-handbook", args=[engagement.pk])).content.decode()

    for words in ("Læse højt", "Være alene med et barn", "Spørgsmål om lån", "Ida Underret"):
        assert words in page
    assert "Egen bil er ikke dækket." in page


def test_the_handbook_of_an_activity_of_the_branch_above(
    client, engagement, coordinator, manager, municipality
):
    activity = engagement.site.activity
    Activity.objects.filter(pk=activity.pk).update(branch=municipality)
    client.force_login(coordinator)
    page = client.get(reverse("coordination:activity-detail", args=[activity.pk]))
    handbook = reverse("agreements:handbook", args=[activity.pk])
    assert handbook in page.content.decode()
    assert client.get(handbook).status_code == 200


def test_terms_say_what_is_missing(client, engagement, coordinator, manager):
    factories.make_terms(engagement.site.activity, by=manager, refer_to_staff="")
    client.force_login(coordinator)

    page = client.get(reverse("agreements:terms", args=[engagement.site.activity_id]))

    assert len(page.context["warnings"]) == 3
    assert library.outdated() == []


def test_a_law_that_fell_is_told_on_the_terms_and_the_texts(
    client, engagement, coordinator, template
):
    library.LegalReference.objects.filter(key="criminal_code").update(valid_until="2020-01-01")
    client.force_login(coordinator)

    terms = client.get(reverse("agreements:terms", args=[engagement.site.activity_id]))
    texts = client.get(reverse("agreements:text-list"))

    assert len(terms.context["warnings"]) == 3
    assert {version.template for version, _keys in texts.context["outdated"]} >= {template}
