"""The pages: who reaches them, what they say, and that long lists cost no more queries."""

import io
import re
import subprocess
from datetime import timedelta

import pikepdf
import pytest
from django.db import connection
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext

from agreements import queries
from agreements.actions import attestations, signatures
from agreements.models import Agreement, Attestation, Party
from agreements.tests import factories
from coordination.models import Engagement
from coordination.tests import factories as people
from core.admin_site import admin_site
from core.models import AccessSubject
from core.periods import today
from core.scope import scope
from core.tests.counting import Counter

pytestmark = pytest.mark.django_db

AGREEMENT_PAGES = (
    "agreement-detail",
    "agreement-preview",
    "agreement-easy",
    "agreement-english",
    "agreement-send",
    "agreement-link",
    "agreement-sign",
    "agreement-paper",
    "agreement-end",
    "agreement-withdraw",
)
ATTESTATION_PAGES = (
    "attestation-assess",
    "attestation-withdraw",
    "attestation-suspend",
    "attestation-reinstate",
)


@pytest.fixture
def sent(child_engagement, volunteer, coordinator):
    return factories.make_sent(volunteer, by=coordinator)


@pytest.fixture
def ordered(child_engagement, coordinator):
    return attestations.order(
        volunteer=child_engagement.volunteer,
        branch=child_engagement.site.branch,
        by=coordinator,
    )


def _get(client, user, name, *args):
    client.force_login(user)
    return client.get(reverse(f"agreements:{name}", args=args))


# --- Who reaches what ------------------------------------------------------------------------


@pytest.mark.parametrize("name", AGREEMENT_PAGES)
def test_agreement_pages_do_not_exist_elsewhere(client, sent, coordinator_elsewhere, name):
    assert _get(client, coordinator_elsewhere, name, sent.pk).status_code == 404


@pytest.mark.parametrize("name", ATTESTATION_PAGES)
def test_attestation_pages_do_not_exist_elsewhere(client, ordered, coordinator_elsewhere, name):
    assert _get(client, coordinator_elsewhere, name, ordered.pk).status_code == 404


@pytest.mark.parametrize("name", AGREEMENT_PAGES)
def test_a_reader_is_refused(client, sent, reader, name):
    assert _get(client, reader, name, sent.pk).status_code == 403


def test_documents_do_not_exist_elsewhere(client, sent, coordinator_elsewhere):
    document = sent.documents.get()
    assert _get(client, coordinator_elsewhere, "document", document.pk).status_code == 404


def test_a_coordinator_does_not_sign_or_assess(client, sent, ordered, coordinator):
    assert _get(client, coordinator, "agreement-sign", sent.pk).status_code == 403
    assert _get(client, coordinator, "attestation-assess", ordered.pk).status_code == 403


def test_lists_show_nothing_of_other_branches(client, sent, ordered, coordinator_elsewhere):
    for name in ("agreement-list", "agreement-missing", "attestation-list", "attestation-missing"):
        page = _get(client, coordinator_elsewhere, name)
        assert page.status_code == 200
        assert "Frida" not in page.content.decode()


def test_other_branch_sees_the_clearance_not_the_attestation(
    client, child_engagement, coordinator, leader, elsewhere, coordinator_elsewhere, manager
):
    volunteer = child_engagement.volunteer
    other = people.make_engagement(volunteer, people.make_site(elsewhere))
    factories.make_child_terms(other.site.activity, by=manager)
    attestation = attestations.order(
        volunteer=volunteer, branch=child_engagement.site.branch, by=coordinator
    )

    steps = queries.next_steps(
        Engagement.objects.filter(pk=other.pk), today(), coordinator_elsewhere
    )
    assert [step.text for step in steps[other.pk]][1] == str(
        gettext("The child certificate is missing")
    )

    attestations.assess(attestation=attestation, outcome="approved", by=leader)
    steps = queries.next_steps(
        Engagement.objects.filter(pk=other.pk), today(), coordinator_elsewhere
    )
    assert [step.kind for step in steps[other.pk]] == ["agreement"]


def test_own_pages_are_ones_own(client, sent, volunteer, volunteer_elsewhere):
    document = sent.documents.get()
    user, other = volunteer.person.user, volunteer_elsewhere.person.user

    assert _get(client, user, "own-sign", sent.pk).status_code == 200
    assert _get(client, user, "own-document", document.pk).content == bytes(document.content)
    assert _get(client, other, "own-sign", sent.pk).status_code == 404
    assert _get(client, other, "own-document", document.pk).status_code == 404


def test_opening_a_document_is_logged(client, sent, coordinator, volunteer):
    before = AccessSubject.objects.filter(person_id=volunteer.pk).count()

    page = _get(client, coordinator, "document", sent.documents.get().pk)

    assert page["Content-Type"] == "application/pdf"
    assert page["X-Content-Type-Options"] == "nosniff"
    assert AccessSubject.objects.filter(person_id=volunteer.pk).count() == before + 1


@pytest.mark.parametrize(
    ("page", "language", "says", "heading"),
    [
        ("agreement-easy", "da", "Til orientering", "heading_easy"),
        ("agreement-english", "en", "For information", "heading_en"),
    ],
)
def test_text_for_information_to_hand_out_with_the_paper(
    client, sent, coordinator, page, language, says, heading
):
    answer = _get(client, coordinator, page, sent.pk)
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert document.Root.Lang == language
    read = ["pdftotext", "-", "-"]
    words = " ".join(
        subprocess.run(read, input=answer.content, capture_output=True, check=True)
        .stdout.decode()
        .split()
    )
    assert says in words
    assert sent.number in words
    for clause in sent.version.clauses.exclude(**{heading: ""}):
        assert getattr(clause, heading) in words
    assert sent.documents.count() == 1  # nothing is stored


# --- The pages themselves ----------------------------------------------------------------------


def test_make_send_sign_in_the_browser(client, child_engagement, coordinator, leader, volunteer):
    client.force_login(coordinator)
    make = reverse("agreements:agreement-make", args=[child_engagement.pk])
    template = client.get(make).context["form"].initial["template"]
    page = client.post(
        make, {"starts_on": f"{today():%d.%m.%Y}", "ends_on": "", "template": template.pk}
    )
    agreement = Agreement.objects.get()
    assert page.url == reverse("agreements:agreement-detail", args=[agreement.pk])

    preview = client.get(reverse("agreements:agreement-preview", args=[agreement.pk]))
    assert preview.content.startswith(b"%PDF")
    send = reverse("agreements:agreement-send", args=[agreement.pk])
    assert client.get(send).status_code == 200
    client.post(send)

    client.force_login(leader)
    sign = reverse("agreements:agreement-sign", args=[agreement.pk])
    assert "Tavshedspligt" in client.get(sign).content.decode()
    client.post(sign, {"accept": "on"})

    client.force_login(volunteer.person.user)
    client.post(reverse("agreements:own-sign", args=[agreement.pk]), {"accept": "on"})

    agreement.refresh_from_db()
    assert agreement.state == "concluded"


def test_paper_form_names_whose_signature_is_waited_for(client, sent, coordinator):
    client.force_login(coordinator)
    page = client.get(reverse("agreements:agreement-paper", args=[sent.pk]))
    words = [words for _party, words in page.context["form"].fields["party"].choices]
    assert words == ["Frivillig: Frida Frivillig", "Afdelingsleder"]


def test_paper_form_shows_what_a_rule_says(client, sent, coordinator):
    client.force_login(coordinator)

    page = client.post(
        reverse("agreements:agreement-paper", args=[sent.pk]),
        {
            "party": "volunteer",
            "signer_name": "<script>alert(1)</script>",
            "signed_on": f"{today() + timedelta(days=2):%d.%m.%Y}",
        },
    )

    assert page.status_code == 200
    assert "signed_on" in page.context["form"].errors
    assert "<script>alert" not in page.content.decode()


def test_order_page_says_why_and_registers(client, child_engagement, coordinator):
    client.force_login(coordinator)
    address = reverse("agreements:attestation-order", args=[child_engagement.pk])
    assert child_engagement.site.activity.title in client.get(address).content.decode()

    client.post(address, {"kind": "child_certificate", "how": "ordered"})

    assert Attestation.objects.get().state == "ordered"


def test_terms_form_saves_and_shows_who_is_at_risk(client, volunteer, manager):
    engagement = volunteer.engagements.get()
    factories.make_terms(engagement.site.activity, by=manager, agreement_required=False)
    shift = people.make_shift(engagement.site)
    shift.assignments.create(
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=shift.starts_at,
        booked_by=manager,
    )
    client.force_login(manager)
    address = reverse("agreements:terms", args=[engagement.site.activity_id])

    page = client.post(
        address,
        {
            "agreement_required": "on",
            "template": engagement.site.activity.terms.template_id,
            "insurance": "covered",
        },
        follow=True,
    )

    [one] = page.context["at_risk"]
    assert (one.engagement.volunteer, len(one.kinds)) == (volunteer, 1)


def test_the_wizard_shows_who_is_at_risk(client, volunteer, manager):
    engagement = volunteer.engagements.get()
    factories.make_terms(engagement.site.activity, by=manager, agreement_required=False)
    shift = people.make_shift(engagement.site)
    shift.assignments.create(
        volunteer=volunteer,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=shift.starts_at,
        booked_by=manager,
    )
    client.force_login(manager)
    address = reverse("agreements:duty-wizard", args=[engagement.site.activity_id])

    page = client.post(
        f"{address}?contact=yes&among=no&tie=fixed",
        {"chosen": "duty", "criminal_record": "not_relevant"},
        follow=True,
    )

    [one] = page.context["at_risk"]
    assert (one.engagement.volunteer, len(one.kinds)) == (volunteer, 1)


@pytest.mark.parametrize(
    "show", ["", "ordered", "unanswered", "approved", "expiring", "closed", "hm"]
)
def test_attestation_list_filters(client, ordered, coordinator, show):
    client.force_login(coordinator)
    page = client.get(reverse("agreements:attestation-list"), {"show": show})
    assert page.status_code == 200
    assert ("Frida" in page.content.decode()) == (show in ("", "ordered", "hm"))


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("", True),
        ("draft", False),
        ("volunteer", True),
        ("leader", True),
        ("in_force", False),
        ("expiring", False),
        ("over", False),
        ("withdrawn", False),
    ],
)
def test_agreement_list_filters(client, sent, coordinator, state, shown):
    client.force_login(coordinator)
    page = client.get(reverse("agreements:agreement-list"), {"state": state})
    assert ("Frida" in page.content.decode()) == shown


# --- What it costs ------------------------------------------------------------------------------


def _more_volunteers(child_engagement, number, coordinator):
    """Volunteers in the same activity: drafts, orders, and some with neither."""
    for count in range(number):
        one = people.make_volunteer(f"Person {count}")
        engagement = people.make_engagement(one, child_engagement.site)
        if count % 2:
            factories.make_draft(one, by=coordinator)
        else:
            attestations.order(volunteer=one, branch=engagement.site.branch, by=coordinator)


def _queries(client, address):
    client.get(address)
    counter = Counter()
    with connection.execute_wrapper(counter):
        assert client.get(address).status_code == 200
    return counter.number


@pytest.mark.parametrize("rows", [1, 3, 30])
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("agreement-list", 10),
        ("agreement-missing", 12),
        ("attestation-list", 8),
        ("attestation-missing", 12),
    ],
)
def test_lists_cost_the_same_for_any_number(
    client, child_engagement, coordinator, rows, name, expected
):
    _more_volunteers(child_engagement, rows * 2, coordinator)
    client.force_login(coordinator)

    assert _queries(client, reverse(f"agreements:{name}")) == expected


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_next_steps_cost_the_same_for_any_number(
    child_engagement, coordinator, rows, django_assert_num_queries
):
    _more_volunteers(child_engagement, rows, coordinator)
    queries.next_steps(Engagement.objects.all(), today(), coordinator)

    with scope(), django_assert_num_queries(6):  # one of them reads the municipal settings
        steps = queries.next_steps(Engagement.objects.all(), today(), coordinator)
    assert len(steps) == rows + 1


def test_detail_page_cost(client, sent, coordinator, leader):
    signatures.sign_as_leader(agreement=sent, by=leader)
    client.force_login(coordinator)

    assert _queries(client, reverse("agreements:agreement-detail", args=[sent.pk])) == 12
    assert sent.signatures.get().party == Party.LEADER


def test_own_page_says_what_is_missing(client, sent, volunteer):
    client.force_login(volunteer.person.user)

    text = client.get(reverse("coordination:own-page")).content.decode()

    assert reverse("agreements:own-sign", args=[sent.pk]) in text


@pytest.mark.parametrize(
    ("path", "who", "first"),
    [
        ("/aftaler/", "coordinator", "Forside"),
        ("/aftaler/journal/", "coordinator", "Forside"),
        ("/attester/graenser/", "coordinator", "Forside"),
        ("/min-side/aftaler/", "coordinator", "Min side"),
        ("/min-side/samtykker/", "volunteer", "Min side"),
    ],
)
def test_breadcrumbs_begin_at_the_start_page_or_at_ones_own(
    client, coordinator, volunteer, path, who, first
):
    client.force_login(coordinator if who == "coordinator" else volunteer.person.user)
    html = client.get(path).content.decode()
    trail = html.partition('class="breadcrumbs__list"')[2].partition("</ol>")[0]
    steps = [re.sub("<[^>]*>", "", one).strip("> ") for one in trail.split("</li>")[:-1]]
    assert steps[0] == first
    assert steps.count("Forside") <= 1


def test_every_field_in_the_administration_has_a_name_in_words():
    shown = [
        (model._meta.label, field.name)
        for model, admin in admin_site._registry.items()
        if model._meta.app_label == "agreements"
        for field in model._meta.get_fields()
        if field.name in (admin.fields or ()) and not isinstance(field.verbose_name, Promise)
    ]
    assert shown == []
