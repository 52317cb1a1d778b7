"""Three questions, an answer in words, and what is kept of it."""

import pytest
from django.urls import reverse
from django.utils import translation

from agreements import duty
from agreements.actions import assessments
from agreements.duty import Answers
from agreements.models import ActivityTerms, AttestationDuty, DutyAssessment
from coordination.models import Requirement
from core import policies
from core.errors import DomainError

pytestmark = pytest.mark.django_db

DUTY, OPTION, NOT_RELEVANT = (
    AttestationDuty.DUTY,
    AttestationDuty.OPTION,
    AttestationDuty.NOT_RELEVANT,
)


@pytest.mark.parametrize("tie", ["fixed", "occasional"])
@pytest.mark.parametrize("contact", [True, False])
@pytest.mark.parametrize("among", [True, False])
def test_the_answer(contact, among, tie):
    with_children = {"fixed": DUTY, "occasional": OPTION}[tie]
    expected = with_children if contact or among else NOT_RELEVANT
    assert duty.answer_of(Answers(contact, among, tie)) == expected


@pytest.mark.parametrize(
    ("allowed", "answer", "choices"),
    [
        ("never", OPTION, [OPTION]),
        ("stricter", OPTION, [OPTION, DUTY]),
        ("stricter", DUTY, [DUTY]),
        ("any", DUTY, [NOT_RELEVANT, OPTION, DUTY]),
    ],
)
def test_what_else_may_be_chosen_is_a_setting(here, manager, allowed, answer, choices):
    policies.set("attestation.other_answer", allowed, path=here.path, by=manager)

    assert duty.choices(answer, path=here.path) == choices


@pytest.fixture
def activity(engagement):
    return engagement.site.activity


def decide(activity, by, **fields):
    values = {"answers": Answers(True, False, "fixed"), "chosen": DUTY} | fields
    return assessments.decide(activity=activity, by=by, **values)


def test_deciding_writes_terms_requirement_and_reasons(activity, coordinator):
    with translation.override("en"):
        decided = decide(activity, coordinator, legal_order="Kultur", certificate_months=24)

    terms = ActivityTerms.objects.get(activity=activity)
    assert (terms.child_certificate, terms.legal_order, terms.certificate_months) == (
        DUTY,
        "Kultur",
        24,
    )
    required = Requirement.objects.get(activity=activity, kind="child_certificate")
    assert (required.necessity, required.fixed_tie_only) == (DUTY, True)
    assert (decided.answer, decided.decided_by, decided.other_reason) == (DUTY, coordinator, "")
    assert len(decided.reasoning.split("\n")) == 4


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"chosen": NOT_RELEVANT, "other_reason": "x"}, "other_answer_refused"),
        ({"answers": Answers(True, False, "occasional")}, "reason_missing"),
        (
            {"answers": Answers(False, False, "fixed"), "chosen": DUTY, "other_reason": "x"},
            "no_children",
        ),
    ],
)
def test_another_answer_needs_leave_and_a_reason(activity, coordinator, fields, code):
    with pytest.raises(DomainError) as error:
        decide(activity, coordinator, **fields)
    assert error.value.code == code
    assert not DutyAssessment.objects.exists()


def test_the_wizard_without_javascript(activity, client, coordinator):
    client.force_login(coordinator)
    address = reverse("agreements:duty-wizard", args=[activity.pk])

    first = client.get(address)
    assert "contact" in first.context["form"].fields
    second = client.get(address, {"asked": "contact", "contact": "yes", "save": "x"})
    assert "among" in second.context["form"].fields
    assert second.context["form"].errors == {}
    third = client.get(address, {"asked": "among", "contact": "yes", "among": "no"})
    assert "tie" in third.context["form"].fields
    answers = f"{address}?contact=yes&among=no&tie=fixed"
    answer = client.get(answers)
    assert (answer.context["answer"], answer.context["step"]) == (DUTY, 4)
    form = {"chosen": "duty", "criminal_record": "not_relevant", "legal_order": ""}
    saved = client.post(answers, form)

    assert saved.status_code == 302
    assert DutyAssessment.objects.get().activity == activity


def test_a_question_left_open_says_so(activity, client, coordinator):
    client.force_login(coordinator)
    address = reverse("agreements:duty-wizard", args=[activity.pk])

    page = client.get(address, {"asked": "contact"})

    assert "contact" in page.context["form"].errors


def test_the_ready_list_of_orders_is_dated(engagement):
    found = duty.legal_orders()
    assert len(found) == 4
    assert found == sorted(found) or len(set(found)) == 4


def test_a_branch_of_children_starts_from_yes(activity, client, coordinator, manager, here):
    policies.set("attestation.children_usual", True, path=here.path, by=manager)
    client.force_login(coordinator)

    page = client.get(reverse("agreements:duty-wizard", args=[activity.pk]))

    assert page.context["form"].initial["contact"] == "yes"
