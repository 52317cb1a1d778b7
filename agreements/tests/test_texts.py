"""Templates and placeholders: what may be published, and what hostile text becomes."""

import pytest
from django.db import IntegrityError, transaction

from agreements import documents, library, placeholders
from agreements.actions import agreements, templates
from agreements.models import (
    AgreementTemplate,
    Clause,
    LegalReference,
    TemplateKind,
    TemplateVersion,
)
from agreements.tests import factories
from core import pdf, policies
from core.errors import DomainError
from core.periods import today

pytestmark = pytest.mark.django_db

HOSTILE = (
    "<script>alert(1)</script>",
    "[klik](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "{{ settings.SECRET_KEY }}{% load x %}",
    "\u202eigruma\u202c og نص عربي",
    "🙂👩‍👩‍👧 emoji",
    "'; DROP TABLE agreements_agreement; --",
    "æøåÆØÅ " * 3000,
)


@pytest.fixture
def draft_version(manager):
    template = AgreementTemplate.objects.create(key="proeve", title="Prøve")
    return TemplateVersion.objects.create(template=template, number=1)


def _clause(version, body, **fields):
    return Clause.objects.create(
        version=version, order=1, key="et", heading="Et", body=body, **fields
    )


def _reasons(version, by):
    with pytest.raises(DomainError) as error:
        templates.publish(version=version, by=by)
    return error.value


# --- Publishing -------------------------------------------------------------------------------


def test_ready_template_loads_once(manager):
    first = templates.load_ready(by=manager)
    second = templates.load_ready(by=manager)

    assert first == second
    assert first.clauses.count() == 13
    assert first.is_published


@pytest.mark.parametrize(
    "body",
    [
        "Hej [[volunter_name]]",
        "Efter [[legal:findes_ikke]]",
        "Du må [[may]] gerne",
        "{{ x }} [[]]",
    ],
)
def test_a_faulty_placeholder_is_not_published(draft_version, manager, body):
    _clause(draft_version, body)

    assert _reasons(draft_version, manager).code == "template_faults"


def test_a_law_no_longer_in_force_is_not_published(draft_version, manager):
    LegalReference.objects.create(
        key="gammel", citation="§ 1", valid_from="2000-01-01", valid_until="2023-12-31"
    )
    _clause(draft_version, "Efter [[legal:gammel]]")

    [reason] = _reasons(draft_version, manager).reasons
    assert "[[legal:gammel]]" in reason


def test_a_fault_in_the_english_text_counts(draft_version, manager):
    _clause(draft_version, "Godt", body_en="[[wrong]]")

    assert _reasons(draft_version, manager).code == "template_faults"


def test_an_empty_version_is_not_published(draft_version, manager):
    assert _reasons(draft_version, manager).code == "empty_version"


@pytest.mark.parametrize(
    "change",
    [
        lambda version: version.clauses.update(body="Andet"),
        lambda version: version.clauses.all().delete(),
        lambda version: Clause.objects.create(
            version=version, order=999, key="ny", heading="Ny", body="Ny"
        ),
        lambda version: TemplateVersion.objects.filter(pk=version.pk).update(number=7),
        lambda version: version.delete(),
    ],
)
def test_database_refuses_to_change_a_published_version(manager, change):
    version = templates.load_ready(by=manager)

    with pytest.raises(IntegrityError), transaction.atomic():
        change(version)


# --- Filling in --------------------------------------------------------------------------------


def _values(**simple):
    known = dict.fromkeys(placeholders.SIMPLE, "x") | simple
    return placeholders.Values(
        simple=known,
        lists={"may": [], "may_not": [], "refer": []},
        phrases={"insurance": "insurance_covered", "attestation": "attestation_not_relevant"},
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_only_text(text):
    html = placeholders.html("Aftale med **[[volunteer_name]]**.", _values(volunteer_name=text))

    for tag in ("<script", "<img", 'javascript:"', 'onerror="'):
        assert tag not in html
    assert "<a " not in html
    assert html.startswith("<p>Aftale med <strong>")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_clause_has_no_markup_of_its_own(text):
    html = placeholders.html(text, _values())

    for tag in ("<script", "<img", 'href="javascript'):
        assert tag not in html


def test_lists_are_lists_and_lines_are_text():
    values = _values()
    values.lists["may"].extend(["# Ikke en overskrift", "<b>fed</b>", "1. [a](b)"])

    html = placeholders.html("[[may]]", values)

    assert html.count("<li>") == 3
    assert "<b>" not in html
    assert "<h1>" not in html


def test_empty_values_take_their_place_along():
    values = _values(activity_purpose="", contact_details="")

    assert placeholders.html("[[activity_purpose]]\n\nTekst", values) == "<p>Tekst</p>\n"
    assert placeholders.html("Ida ([[contact_details]]).", values) == "<p>Ida.</p>\n"


def test_no_lines_says_what_happens():
    assert "Aftales med kontaktpersonen" in placeholders.html("[[may]]", _values())


def test_all_ready_clauses_fill_in_both_languages(engagement, coordinator):
    made = agreements.draft(engagements=[engagement], by=coordinator)
    fresh = documents.loaded(made.pk)

    for variant in ({"language": "da"}, {"language": "en"}, {"easy": True}):
        clauses = documents.clauses(fresh, **variant)
        assert len(clauses) == 13
        assert not any("[[" in clause["html"] for clause in clauses)


@pytest.mark.parametrize("kind", TemplateKind.values)
def test_every_ready_template_is_published_whole(manager, kind):
    templates.load_ready(by=manager)

    version = TemplateVersion.objects.current().get(template__kind=kind)

    clauses = list(version.clauses.all())
    keys = {clause.key for clause in clauses if clause.locked}
    assert {"about", "confidentiality", "notify", "child_certificate", "insurance"} <= keys
    assert {"gifts", "data_protection", "ending"} <= keys
    assert all(clause.body and clause.body_en for clause in clauses)
    if kind != TemplateKind.PARTNER:
        assert all(clause.body_easy for clause in clauses)
    assert placeholders.lint(clauses, today()) == []


def test_the_days_to_consent_are_the_setting(child_engagement, coordinator, manager):
    policies.set("attestation.consent_days", 21, by=manager)
    made = agreements.draft(engagements=[child_engagement], by=coordinator)

    source = documents.source(documents.loaded(made.pk))

    assert "Du har 21 dage til at svare" in source


def test_the_note_on_the_insurance_is_in_the_text(engagement, coordinator, manager):
    note = "Egen bil er *ikke* dækket."
    factories.make_terms(engagement.site.activity, by=manager, insurance_note=note)
    made = agreements.draft(engagements=[engagement], by=coordinator)

    source = documents.source(documents.loaded(made.pk))

    assert "<p>Egen bil er *ikke* dækket.</p>" in source


def test_a_law_that_fell_leaves_the_text_whole_and_is_told(engagement, coordinator, manager):
    LegalReference.objects.filter(key="criminal_code").update(valid_until="2020-01-01")
    made = agreements.draft(engagements=[engagement], by=coordinator)

    sent = agreements.send(agreement=made, by=coordinator)

    assert "straffeloven §§ 152-152 f" in sent.documents.get().source
    assert {dead for _version, keys in library.outdated() for dead in keys} == {"criminal_code"}


def test_certificate_clause_follows_duty_and_tie(child_engagement, coordinator):
    made = agreements.draft(engagements=[child_engagement], by=coordinator)

    [clause] = [
        one
        for one in documents.clauses(documents.loaded(made.pk))
        if one["key"] == "child_certificate"
    ]
    assert "før du begynder" in clause["html"]


def test_hostile_agreement_renders(engagement, coordinator, volunteer, manager):
    volunteer.person.name = " ".join(HOSTILE[:6])[:200]
    volunteer.person.save()
    factories.make_terms(
        engagement.site.activity, by=manager, may="\n".join(HOSTILE[:7]), may_not="x" * 2900
    )
    made = agreements.draft(engagements=[engagement], by=coordinator)

    text = documents.render(documents.loaded(made.pk))

    assert text.content.startswith(b"%PDF")
    assert "<script" not in text.source
    assert text.sha256 == pdf.sha256(text.content)


def test_protected_identity_holds_in_the_agreement(engagement, coordinator, volunteer):
    volunteer.person.protected_identity = True
    volunteer.person.save()
    made = agreements.draft(engagements=[engagement], by=coordinator)

    source = documents.source(documents.loaded(made.pk))

    assert "Frida F." in source
    assert "Frida Frivillig" not in source


def test_same_rows_give_the_same_bytes(engagement, coordinator):
    made = agreements.draft(engagements=[engagement], by=coordinator)

    first = documents.render(documents.loaded(made.pk))
    second = documents.render(documents.loaded(made.pk))

    assert first.content == second.content
    assert made.created_at.date() <= today()
