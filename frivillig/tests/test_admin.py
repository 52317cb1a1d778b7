"""The administration: who comes in, what they see, what they change, what is written down."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from agreements.models import AgreementTemplate, Clause, LegalReference, TemplateVersion
from coordination.access import Role
from coordination.models import Association, Branch, RoleAssignment
from coordination.tests import factories
from core import texts
from core.admin_base import ReadOnlyAdmin
from core.admin_site import admin_site
from core.models import AccessEvent, AuditEvent, JobState, MessageState, PublishedText, User
from core.periods import today
from core.tests.counting import asks
from frivillig.tests import admin_rows
from frivillig.tests.undefined import undefined_variables
from recruitment.tests import factories as offers

pytestmark = pytest.mark.django_db

PAGES = {pages.opts.label_lower: pages for pages in admin_site._registry.values()}
READ_ONLY = sorted(label for label, page in PAGES.items() if isinstance(page, ReadOnlyAdmin))
ADDABLE = sorted(
    label
    for label, page in PAGES.items()
    if (page.addable and page.change_permission) or page.add_form is not None
)

OWN_PAGES = ("core.policyvalue", "core.messagetext")  # a row leads to a page of its own


def address(label, page="changelist", *args):
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


def html_of(answer):
    return answer.content.decode()


@pytest.fixture
def desk(client, manager):
    """The manager, signed in."""
    client.force_login(manager)
    return client


@pytest.fixture
def local_manager(here):
    return factories.make_staff(Role.MANAGER, here, "Lis Lokal")


@pytest.fixture
def everything(here, manager):
    return admin_rows.make_everything(here, by=manager) | admin_rows.make_system_rows(by=manager)


# --- Who comes in --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who",
    ["central_coordinator", "coordinator", "leader", "ambassador", "reader", "stranger"],
)
def test_those_without_the_right_are_refused(client, request, who):
    client.force_login(request.getfixturevalue(who))
    answers = {client.get(address(label)).status_code for label in PAGES}
    assert answers | {client.get(reverse("admin:index")).status_code} == {403}


def test_volunteer_is_refused(client, volunteer):
    client.force_login(volunteer.person.user)
    assert client.get(reverse("admin:index")).status_code == 403
    assert client.post(address("coordination.branch", "add"), {}).status_code == 403


def test_anonymous_signs_in_on_the_sites_own_page(client):
    for label in PAGES:
        answer = client.get(address(label))
        assert answer.status_code == 302, label
        assert answer.url == f"{reverse('account_login')}?next={address(label)}"


def test_no_sign_in_page_of_its_own(client, desk):
    assert client.get("/administration/login/").status_code == 404
    assert desk.get("/administration/password_change/").status_code == 404


# --- Every page opens ----------------------------------------------------------------------


def test_manager_opens_every_page(desk, everything):
    for label, page in PAGES.items():
        pages = [address(label)]
        row = everything.get(page.opts.model_name)
        if row is not None and label not in OWN_PAGES:
            pages.append(address(label, "change", row.pk))
        if label in ADDABLE:
            pages.append(address(label, "add"))
        for url in pages:
            with undefined_variables() as undefined:
                answer = desk.get(url)
            assert answer.status_code == 200, url
            assert undefined == set(), url
            assert unclean(html_of(answer)) == [], url


def unclean(html):
    """What the Content-Security-Policy would refuse: scripts and styles in the page itself."""
    return re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=", html)


def test_unclean_finds_a_planted_fault():
    assert unclean('<p style="x"><script>1</script><script src="a"></script>') == [
        " style=",
        "<script>",
    ]


def test_value_of_a_setting_leads_to_the_setting(desk, everything):
    answer = desk.get(address("core.policyvalue", "change", everything["policyvalue"].pk))
    assert answer.url == reverse("admin:core_policyvalue_set", args=["municipality.name"])


def test_version_of_a_message_text_leads_to_the_text(desk, everything):
    answer = desk.get(address("core.messagetext", "change", everything["messagetext"].pk))
    assert answer.url == reverse("admin:core_messagetext_text", args=["coordination.welcome", "da"])


def test_index_names_what_there_is(desk):
    html = html_of(desk.get(reverse("admin:index")))
    assert [label for label in PAGES if f'href="{address(label)}"' not in html] == []


def test_row_that_is_not_there_is_404(desk):
    assert desk.get(address("coordination.branch", "change", 10**9)).status_code == 404
    assert desk.get(address("coordination.branch", "change", "x")).status_code == 404


def test_password_hash_is_never_shown(desk, manager):
    manager.set_password("et-langt-kodeord-her")
    manager.save()
    desk.force_login(manager)
    html = html_of(desk.get(address("core.user", "change", manager.pk)))
    assert manager.password not in html
    assert "password" not in html


# --- Nobody sees beyond their branches -------------------------------------------------------


def test_local_manager_sees_no_row_of_another_branch(
    client, local_manager, manager, here, elsewhere
):
    mine = admin_rows.make_everything(here, by=manager, name="Anna Her")
    theirs = admin_rows.make_everything(elsewhere, by=manager, name="Bente Borte")
    client.force_login(local_manager)
    for label, page in PAGES.items():
        name = page.opts.model_name
        if name not in theirs:
            continue
        html = html_of(client.get(address(label)))
        assert address(label, "change", mine[name].pk) in html, label
        assert address(label, "change", theirs[name].pk) not in html, label
        assert "Bente" not in html, label
        assert client.get(address(label, "change", mine[name].pk)).status_code == 200, label
        assert client.get(address(label, "change", theirs[name].pk)).status_code == 404, label


UNSCOPED = sorted(
    label
    for label in PAGES
    if label.startswith("core.") or label in ("agreements.clause", "coordination.association")
)


def test_local_manager_sees_nothing_that_belongs_to_all(client, local_manager):
    client.force_login(local_manager)
    assert {label: client.get(address(label)).status_code for label in UNSCOPED} == dict.fromkeys(
        UNSCOPED, 403
    )


def test_local_manager_finds_only_own_branches_when_choosing(client, local_manager, elsewhere):
    client.force_login(local_manager)
    html = html_of(client.get(reverse("admin:coordination_branch_lookup"), {"q": "Bibliotek"}))
    assert "Vollsmose Bibliotek" in html
    assert "Bolbro" not in html


def test_local_manager_cannot_invite_for_another_branch(client, local_manager, elsewhere):
    client.force_login(local_manager)
    answer = client.post(
        address("coordination.roleassignment", "add"),
        {"email": "ny@example.dk", "name": "Ny", "role": "reader", "branch": elsewhere.pk},
    )
    assert answer.status_code == 200
    assert not User.objects.filter(email="ny@example.dk").exists()


# --- States and the gate -------------------------------------------------------------------


def test_nothing_is_changed_by_posting(desk, everything):
    for label in READ_ONLY:
        row = everything[PAGES[label].opts.model_name]
        before = type(row).objects.filter(pk=row.pk).values().get()
        data = {name: str(value) for name, value in before.items()} | {"state": "done"}
        change = desk.post(address(label, "change", row.pk), data | {"_save": "1"})
        many = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        desk.post(address(label), many)
        assert change.status_code == 403, label
        assert type(row).objects.filter(pk=row.pk).values().get() == before, label


def test_nothing_is_added_where_an_action_makes_the_rows(desk):
    for label in sorted(set(PAGES) - set(ADDABLE)):
        assert desk.get(address(label, "add")).status_code == 403, label
        assert desk.post(address(label, "add"), {}).status_code == 403, label


def test_nothing_is_deleted(desk, everything):
    for label, page in PAGES.items():
        row = everything[page.opts.model_name]
        answer = desk.post(address(label, "delete", row.pk), {"post": "yes"})
        assert answer.status_code == 403, label
        assert type(row).objects.filter(pk=row.pk).exists(), label


def test_deed_asks_before_it_does(desk):
    job = admin_rows.make_job()
    url = address("core.job", "deed", job.pk, "igen")
    assert desk.get(url).status_code == 200
    job.refresh_from_db()
    assert job.state == JobState.FAILED

    assert desk.post(url).status_code == 302
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert AuditEvent.objects.filter(kind="job.retried", object_id=str(job.pk)).count() == 1


def test_deed_says_no_in_words(desk):
    job = admin_rows.make_job(state=JobState.DONE)
    answer = desk.post(address("core.job", "deed", job.pk, "igen"))
    assert answer.status_code == 409
    assert "alert-error" in html_of(answer)


def test_unknown_deed_is_404(desk):
    job = admin_rows.make_job()
    assert desk.post(address("core.job", "deed", job.pk, "nixen")).status_code == 404


def test_waiting_job_is_stopped(desk):
    job = admin_rows.make_job(state=JobState.QUEUED, finished_at=None)
    assert desk.post(address("core.job", "deed", job.pk, "stop")).status_code == 302
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_message_that_failed_is_tried_again(desk):
    message = admin_rows.make_message()
    assert desk.post(address("core.message", "deed", message.pk, "igen")).status_code == 302
    message.refresh_from_db()
    assert message.state == MessageState.WAITING


@pytest.mark.parametrize(
    "fields", [{"recipient_email": "", "person_id": None}, {"state": MessageState.SKIPPED}], ids=str
)
def test_message_that_cannot_go_is_not_tried(desk, fields):
    message = admin_rows.make_message(**fields)
    assert desk.post(address("core.message", "deed", message.pk, "igen")).status_code == 409


# --- Branches ------------------------------------------------------------------------------


def branch_data(**fields):
    values = {"name": "Nyborg Bibliotek", "kind": "institution", "address": "", "postcode": ""}
    return values | {"city": "", "phone": "", "email": ""} | fields


def test_branch_is_added_below_another_with_its_path(desk, here):
    answer = desk.post(address("coordination.branch", "add"), branch_data(parent=here.pk))
    assert answer.status_code == 302
    branch = Branch.objects.get(name="Nyborg Bibliotek")
    assert branch.path == f"{here.path}{branch.pk}/"
    assert AuditEvent.objects.filter(kind="branch.created", object_id=str(branch.pk)).exists()


def test_branch_is_changed_and_neither_moved_nor_closed_without_looking(desk, here, elsewhere):
    answer = desk.post(
        address("coordination.branch", "change", here.pk),
        branch_data(name="Vollsmose Kulturhus", parent=elsewhere.pk, phone="65 51 44 21"),
    )
    assert answer.status_code == 302
    path = here.path
    here.refresh_from_db()
    assert (here.name, here.phone, here.path) == ("Vollsmose Kulturhus", "+4565514421", path)
    assert desk.post(address("coordination.branch", "deed", here.pk, "luk")).status_code == 404
    kinds = AuditEvent.objects.filter(object_id=str(here.pk)).values_list("kind", flat=True)
    assert list(kinds) == ["branch.changed"]
    html = html_of(desk.get(address("coordination.branch", "change", here.pk)))
    assert reverse("coordination:branch-detail", args=[here.pk]) in html


@pytest.mark.parametrize(
    "name",
    ["Vollsmose Bibliotek", "x" * 121, ""],
    ids=["taken", "too long", "empty"],
)
def test_bad_branch_comes_back_with_words(desk, municipality, here, name):
    answer = desk.post(
        address("coordination.branch", "add"),
        branch_data(name=name, city="<b>Nyborg</b>", parent=municipality.pk),
    )
    assert answer.status_code == 200
    assert "error-summary" in html_of(answer)
    assert "&lt;b&gt;Nyborg" in html_of(answer)
    assert Branch.objects.count() == 2


# --- Roles and accounts --------------------------------------------------------------------


def test_colleague_is_invited(desk, here):
    answer = desk.post(
        address("coordination.roleassignment", "add"),
        {"email": "Ny@Example.dk", "name": "Nina Ny", "role": "reader", "branch": here.pk},
    )
    assert answer.status_code == 302
    role = RoleAssignment.objects.get(user__email="ny@example.dk")
    assert (role.role, role.branch, role.user.name) == ("reader", here, "Nina Ny")


def test_same_role_twice_is_refused_in_words(desk, here, reader):
    answer = desk.post(
        address("coordination.roleassignment", "add"),
        {"email": reader.email, "name": "Rikke", "role": "reader", "branch": here.pk},
    )
    assert answer.status_code == 200
    assert "error-summary" in html_of(answer)
    assert reader.role_assignments.count() == 1


def test_role_is_ended(desk, reader):
    role = reader.role_assignments.get()
    url = address("coordination.roleassignment", "deed", role.pk, "afslut")
    assert desk.post(url, {"last_day": today().isoformat()}).status_code == 302
    role.refresh_from_db()
    assert role.ends_on == today()


def test_last_manager_stays(desk, manager):
    role = manager.role_assignments.get()
    url = address("coordination.roleassignment", "deed", role.pk, "afslut")
    assert desk.post(url, {"last_day": today().isoformat()}).status_code == 409
    role.refresh_from_db()
    assert role.ends_on is None


def test_closed_account_is_signed_out_and_can_be_opened(desk, client, reader):
    url = address("core.user", "deed", reader.pk, "luk")
    assert desk.post(url).status_code == 302
    reader.refresh_from_db()
    assert not reader.is_active
    assert desk.post(address("core.user", "deed", reader.pk, "aabn")).status_code == 302
    reader.refresh_from_db()
    assert reader.is_active
    kinds = AuditEvent.objects.filter(object_type="core.user").values_list("kind", flat=True)
    assert sorted(kinds) == ["user.activated", "user.deactivated"]


@pytest.mark.parametrize("deed", ["luk", "to-trin"])
def test_own_account_is_not_touched(desk, manager, deed):
    Authenticator.objects.create(user=manager, type="totp", data={"secret": "x"})
    assert desk.post(address("core.user", "deed", manager.pk, deed)).status_code == 409
    manager.refresh_from_db()
    assert manager.is_active
    assert Authenticator.objects.filter(user=manager).count() == 1


def test_lost_second_factor_is_taken_away_and_audited(desk, reader):
    Authenticator.objects.create(user=reader, type="totp", data={"secret": "x"})
    url = address("core.user", "deed", reader.pk, "to-trin")
    assert desk.post(url).status_code == 302
    assert not Authenticator.objects.filter(user=reader).exists()
    assert AuditEvent.objects.filter(kind="user.second_factor_reset").count() == 1
    assert desk.post(url).status_code == 409


def test_account_keeps_its_address(desk, reader):
    url = address("core.user", "change", reader.pk)
    data = {"name": "Rikke  Rettet", "language": "en", "email": "ond@example.dk"}
    assert desk.post(url, data | {"is_active": ""}).status_code == 302
    before = reader.email
    reader.refresh_from_db()
    assert (reader.name, reader.language) == ("Rikke Rettet", "en")
    assert (reader.email, reader.is_active) == (before, True)
    event = AuditEvent.objects.get(kind="user.changed")
    assert event.fields == ["language", "name"]


# --- Texts ---------------------------------------------------------------------------------


def test_draft_is_made_edited_and_published(desk, manager):
    rows = admin_rows.make_system_rows(by=manager)
    clause, draft = rows["clause"], rows["templateversion"]
    names = ("order", "key", "heading", "body", "heading_easy", "body_easy", "local_limit")
    data = {name: getattr(clause, name) for name in names}
    data |= {"heading_en": clause.heading_en, "body_en": clause.body_en, "locked": "on"}

    url = address("agreements.clause", "change", clause.pk)
    assert desk.post(url, data | {"heading": "Ny overskrift"}).status_code == 302
    event = AuditEvent.objects.get(kind="clause.changed")
    assert event.fields[0] == "heading"

    publish = address("agreements.templateversion", "deed", draft.pk, "udgiv")
    assert desk.post(publish).status_code == 302
    draft.refresh_from_db()
    assert draft.is_published
    assert desk.post(url, data).status_code == 403
    clause.refresh_from_db()
    assert clause.heading == "Ny overskrift"


def test_draft_with_faults_is_not_published(desk, manager):
    draft = admin_rows.make_system_rows(by=manager)["templateversion"]
    Clause.objects.filter(version=draft, order=10).update(body="Hej [[findes ikke]]")
    publish = address("agreements.templateversion", "deed", draft.pk, "udgiv")
    answer = desk.post(publish)
    assert answer.status_code == 409
    assert "findes ikke" in html_of(answer)
    assert "findes ikke" in html_of(
        desk.get(address("agreements.templateversion", "change", draft.pk))
    )


def test_clause_is_added_to_and_removed_from_a_draft(desk, manager):
    draft = admin_rows.make_system_rows(by=manager)["templateversion"]
    data = {"version": draft.pk, "order": 500, "key": "ny", "heading": "Ny", "body": "Tekst"}
    data["local_limit"] = 2000
    assert desk.post(address("agreements.clause", "add"), data).status_code == 302
    clause = Clause.objects.get(key="ny")
    again = desk.post(address("agreements.clause", "add"), data)
    assert again.status_code == 200
    assert "error-summary" in html_of(again)
    remove = address("agreements.clause", "deed", clause.pk, "fjern")
    assert desk.post(remove).status_code == 302
    assert not Clause.objects.filter(key="ny").exists()


def test_clause_of_a_published_version_is_not_removed(desk, manager):
    admin_rows.make_system_rows(by=manager)
    published = TemplateVersion.objects.filter(published_at__isnull=False).first()
    clause = published.clauses.first()
    assert desk.post(address("agreements.clause", "deed", clause.pk, "fjern")).status_code in (
        403,
        409,
    )
    assert Clause.objects.filter(pk=clause.pk).exists()
    added = desk.post(
        address("agreements.clause", "add"),
        {"version": published.pk, "order": 500, "key": "ny", "heading": "Ny", "body": "Tekst"}
        | {"local_limit": 2000},
    )
    assert added.status_code == 200
    assert not Clause.objects.filter(key="ny").exists()


def test_new_template_begins_with_a_draft(desk):
    desk.post(
        address("agreements.agreementtemplate", "add"),
        {"title": "Forening", "key": "f", "kind": "partner"},
    )
    template = AgreementTemplate.objects.get(key="f")
    url = address("agreements.agreementtemplate", "deed", template.pk, "kladde")
    assert desk.post(url).status_code == 302
    assert desk.post(url).status_code == 409
    assert template.versions.get().number == 1


def test_plain_change_is_audited_by_field_names_only(desk):
    data = {"key": "barn", "citation": "barnets lov § 133", "valid_from": "1.1.2024"}
    desk.post(address("agreements.legalreference", "add"), data)
    row = LegalReference.objects.get()
    change = address("agreements.legalreference", "change", row.pk)
    desk.post(change, data | {"citation": "barnets lov § 134"})
    desk.post(change, data | {"citation": "barnets lov § 134"})
    events = AuditEvent.objects.filter(object_type="agreements.legalreference").order_by("pk")
    assert [(event.kind, event.fields) for event in events] == [
        ("admin.added", ["key", "citation", "valid_from"]),
        ("admin.changed", ["citation"]),
    ]


def test_period_that_ends_before_it_starts_is_refused(desk):
    data = {"key": "barn", "citation": "x", "valid_from": "1.1.2024", "valid_until": "1.1.2023"}
    answer = desk.post(address("agreements.legalreference", "add"), data)
    assert "error-summary" in html_of(answer)
    assert not LegalReference.objects.exists()


def test_text_is_published_as_a_new_version(desk):
    offers.publish_texts()
    key = PublishedText.objects.first().key
    add = address("core.publishedtext", "add")
    assert PublishedText.objects.get(key=key).body_da.split("\n")[0] in html_of(
        desk.get(add, {"key": key})
    )
    assert desk.post(add, {"key": key, "body_da": "Ny tekst", "body_en": ""}).status_code == 302
    assert texts.current(key).version == 2
    bad = desk.post(add, {"key": key, "body_da": "Hej [[ukendt]]", "body_en": ""})
    assert bad.status_code == 200
    assert "[[ukendt]]" in html_of(bad)


def test_association_keeps_its_contact(desk, volunteer):
    row = factories.make_association(contact=volunteer.person)
    url = address("coordination.association", "change", row.pk)
    assert desk.post(url, {"name": "Røde Kors Odense", "cvr": ""}).status_code == 302
    row = Association.objects.get()
    assert (row.name, row.contact) == ("Røde Kors Odense", volunteer.person)


# --- What is written down ------------------------------------------------------------------


def test_looking_at_people_is_written_down(desk, everything):
    volunteer = everything["engagement"].volunteer_id
    for url in (
        address("coordination.engagement"),
        address("coordination.engagement", "change", everything["engagement"].pk),
    ):
        before = set(AccessEvent.objects.values_list("pk", flat=True))
        desk.get(url)
        event = AccessEvent.objects.exclude(pk__in=before).get()
        assert event.purpose == "admin.people"
        assert list(event.subjects.values_list("person_id", flat=True)) == [volunteer]


def test_looking_at_no_people_is_not(desk, here):
    desk.get(address("coordination.branch"))
    assert AccessEvent.objects.count() == 0


def test_history_leads_to_the_events_of_the_row(desk, here):
    desk.post(
        address("coordination.branch", "change", here.pk),
        branch_data(name="Nyt navn"),
    )
    answer = desk.get(address("coordination.branch", "history", here.pk), follow=True)
    assert answer.status_code == 200
    assert [row.kind for row in answer.context["cl"].result_list] == ["branch.changed"]


@pytest.mark.parametrize("words", ["x", "9" * 30, "'; DROP TABLE", ""])
def test_events_are_found_by_a_persons_number(desk, manager, words):
    admin_rows.make_system_rows(by=manager)
    assert desk.get(address("core.auditevent"), {"q": words}).status_code == 200
    found = desk.get(address("core.accessevent"), {"q": "2"}).context["cl"].result_list
    assert len(found) == 1


# --- Queries -------------------------------------------------------------------------------


def make_lot(kind, here, manager, number):
    """That many more rows of one kind."""
    for _ in range(number):
        if kind in ("core.job", "core.message"):
            {"core.job": admin_rows.make_job, "core.message": admin_rows.make_message}[kind]()
        elif kind in ("core.user", "coordination.roleassignment"):
            user = factories.make_staff(Role.READER, here)
            factories.make_volunteer(user=user)
        elif kind == "recruitment.application":
            offers.make_application(factories.make_site(here))
        elif kind == "coordination.branch":
            factories.make_branch(parent=here)
        else:
            volunteer = factories.make_volunteer()
            site = factories.make_site(factories.make_branch(parent=here))
            factories.make_engagement(volunteer, site, accepted_by=manager)
            factories.make_clearance(volunteer, site=site)
            shift = factories.make_shift(site)
            admin_rows.make_assignment(shift, volunteer, by=manager)
            offers.make_opportunity(site)


LIST_QUERIES = {
    "coordination.branch": 6,
    "coordination.roleassignment": 8,
    "coordination.person": 8,
    "coordination.activity": 6,
    "coordination.site": 6,
    "coordination.engagement": 8,
    "coordination.shift": 6,
    "coordination.assignment": 8,
    "coordination.clearance": 8,
    "core.user": 8,
    "core.job": 6,
    "core.message": 8,
    "recruitment.opportunity": 6,
    "recruitment.application": 8,
}


@pytest.mark.parametrize("label", sorted(LIST_QUERIES))
def test_list_costs_the_same_for_any_number(desk, here, manager, label):
    for more in (1, 2, 27):
        make_lot(label, here, manager, more)
        with asks(LIST_QUERIES[label]):
            answer = desk.get(address(label))
        assert 1 <= len(answer.context["cl"].result_list) <= 25
