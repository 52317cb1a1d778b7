"""There is no field for a certificate: not in the database, not in a form, not on a page."""

import pytest
from django import forms
from django.db import models
from django.urls import reverse

from agreements.actions import attestations
from agreements.forms import attestation as attestation_forms
from agreements.forms import duty as duty_forms
from agreements.models import (
    AssociationDeclaration,
    Attestation,
    DutyAssessment,
    HeldCpr,
    OrderBatch,
    ThresholdCrossing,
)
from agreements.tests import factories

MODELS = (
    Attestation,
    HeldCpr,
    OrderBatch,
    ThresholdCrossing,
    AssociationDeclaration,
    DutyAssessment,
)
# What may be written as text, each short, shaped or about an activity; nothing about a person.
TEXTS = {
    ("Attestation", "case_reference"),
    ("AssociationDeclaration", "signer_name"),
    ("DutyAssessment", "other_reason"),
    ("DutyAssessment", "legal_order"),
    ("DutyAssessment", "reasoning"),
    ("HeldCpr", "sealed"),
}


@pytest.mark.parametrize("model", MODELS)
def test_no_column_holds_a_file_or_a_story(model):
    fields = model._meta.get_fields()
    assert not [one for one in fields if isinstance(one, models.FileField | models.BinaryField)]
    texts = {
        (model.__name__, one.name)
        for one in fields
        if isinstance(one, models.CharField | models.TextField) and not one.choices
    }
    assert texts <= TEXTS


@pytest.mark.parametrize("model", MODELS)
def test_no_stored_file_points_at_one(model):
    assert not [one for one in model._meta.related_objects if "ile" in one.related_model.__name__]


def _forms(module):
    found = vars(module).values()
    return [one for one in found if isinstance(one, type) and issubclass(one, forms.BaseForm)]


def test_no_form_takes_a_file_or_a_long_text():
    every = [*_forms(attestation_forms), *_forms(duty_forms)]
    assert len(every) > 8
    for form in every:
        for name, field in form.base_fields.items():
            assert not isinstance(field, forms.FileField), (form, name)
            assert not isinstance(field.widget, forms.Textarea | forms.FileInput), (form, name)


@pytest.mark.django_db
def test_no_page_about_a_certificate_takes_a_file(child_engagement, coordinator, leader, client):
    case = attestations.request(
        volunteer=child_engagement.volunteer, branch=child_engagement.site.branch, by=coordinator
    )
    pages = [
        ("attestation-order", child_engagement.pk, coordinator),
        ("attestation-cpr", case.pk, coordinator),
        ("attestation-detail", case.pk, coordinator),
        ("own-attestation", case.pk, child_engagement.volunteer.person.user),
        ("own-attestation-cpr", case.pk, child_engagement.volunteer.person.user),
        ("duty-wizard", child_engagement.site.activity_id, coordinator),
    ]
    attestations.withdraw(attestation=case, by=coordinator)
    approved = factories.make_approved(child_engagement, by=coordinator, leader=leader)
    pages += [
        ("attestation-suspend", approved.pk, leader),
        ("attestation-assess", approved.pk, leader),
    ]
    for name, pk, user in pages:
        client.force_login(user)
        page = client.get(reverse(f"agreements:{name}", args=[pk])).content.decode()
        assert 'type="file"' not in page
        assert "multipart" not in page
        assert "<textarea" not in page
