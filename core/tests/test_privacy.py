"""Export, erasure and retention follow the register, and the register refuses nonsense."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.utils import timezone

from core import audit, periods, policies, privacy
from core.errors import DomainError
from core.models import AuditEvent, Deletion, Message, User
from core.models.message import MessageState
from core.privacy import BLANK, DELETE_ROW, KEEP, REPLACE, Operational, Personal, listing
from core.privacy.retention import days_before

pytestmark = pytest.mark.django_db

audit.kind("privacy.tested", "Privacy was tested")

PERSON = 7
OTHER = 8


@pytest.fixture
def user():
    return User.objects.create_user("frida@example.dk", name="Frida Frivillig", password="x" * 20)


@pytest.fixture
def other_user():
    return User.objects.create_user("egon@example.dk", name="Egon Etsteds")


@pytest.fixture(autouse=True)
def accounts(monkeypatch, user, other_user):
    """Person 7 signs in as Frida, person 8 as Egon; nothing stands in the way of erasure."""
    found = {PERSON: user.pk, OTHER: other_user.pk}
    monkeypatch.setattr(listing, "_user_finder", [found.get])
    monkeypatch.setattr(listing, "_obstacles", [])


@pytest.fixture
def rows(user, other_user):
    """What the two hold: a mail address, a second factor and a message each."""
    for person_id, account in ((PERSON, user), (OTHER, other_user)):
        EmailAddress.objects.create(user=account, email=account.email, verified=True)
        Authenticator.objects.create(user=account, type="totp", data={"secret": "hemmelig"})
        make_message(person_id, account)


def make_message(person_id, account, *, days_ago=0):
    return Message.objects.create(
        kind="test",
        person_id=person_id,
        user=account,
        recipient_name=account.name,
        recipient_email=account.email,
        params={"place": account.name},
        state=MessageState.SKIPPED,
        message_id=f"<{person_id}-{days_ago}@example.dk>",
        created_at=timezone.now() - timedelta(days=days_ago),
    )


def everything_of(*accounts):
    """The values of every column of the accounts' rows, as one text to search in."""
    ids = [account.pk for account in accounts]
    return repr(
        [
            *User.objects.filter(pk__in=ids).values(),
            *EmailAddress.objects.filter(user__in=ids).values(),
            *Authenticator.objects.filter(user__in=ids).values(),
            *Message.objects.filter(user__in=ids).values(),
        ]
    )


def test_export_holds_everything_of_the_person_and_nothing_of_others(rows, user):
    audit.record("privacy.tested", by=user, about=user, person_ids=(PERSON,))

    exported = json.dumps(privacy.export_person(PERSON), ensure_ascii=False)

    assert "Frida Frivillig" in exported
    assert "frida@example.dk" in exported
    assert "Egon" not in exported
    assert "egon@example.dk" not in exported


def test_export_hands_out_no_secret(rows, user):
    exported = json.dumps(privacy.export_person(PERSON))
    assert "hemmelig" not in exported
    assert user.password not in exported


def test_export_says_who_has_looked_without_the_employees_name(rf, rows, other_user):
    request = rf.get("/")
    request.user = other_user
    audit.record_access(request, [PERSON], "test.detail")
    audit.record_access(request, [OTHER], "test.other")

    accesses = privacy.export_person(PERSON)["accesses"]

    assert [(access["purpose"], access["by"]) for access in accesses] == [("test.detail", "user")]
    assert "Egon" not in json.dumps(accesses)


def test_plan_says_what_is_deleted_emptied_and_kept_and_changes_nothing(rows, user):
    audit.record("privacy.tested", by=user, about=user, person_ids=(PERSON,))
    before = everything_of(user)

    plan = {line.model._meta.label: line for line in privacy.erasure_plan(PERSON)}

    assert plan["account.EmailAddress"].deletes_rows
    assert plan["core.Message"].emptied == (
        *("recipient_name", "recipient_email", "params"),
        "subject",
    )
    assert list(plan["core.AuditSubject"].kept) == ["person_id"]
    assert str(plan["core.AuditSubject"].kept["person_id"])
    assert everything_of(user) == before


def test_erase_removes_the_person_and_leaves_the_other(rows, user, other_user):
    others_before = everything_of(other_user)

    privacy.erase(PERSON, by=other_user)

    left = everything_of(user)
    assert "Frida" not in left
    assert "frida@" not in left
    assert "hemmelig" not in left
    assert everything_of(other_user) == others_before
    user.refresh_from_db()
    assert (user.is_active, user.has_usable_password()) == (False, False)


def test_erase_of_two_accounts_keeps_addresses_unique(rows, user, other_user):
    privacy.erase(PERSON, by=None)
    privacy.erase(OTHER, by=None)
    assert User.objects.filter(email__endswith="@invalid.invalid").count() == 2


def test_erase_writes_the_log_and_an_event(rows, other_user):
    privacy.erase(PERSON, by=other_user)

    assert Deletion.objects.values_list("rule", "object_type", "object_id").get() == (
        "person.erased",
        "person",
        str(PERSON),
    )
    event = AuditEvent.objects.get(kind="person.erased")
    assert event.actor_id == other_user.pk
    assert list(privacy.export_person(PERSON)["data"]) == ["core.message", "core.user"]


def test_erase_waits_while_something_stands_in_the_way(rows, user):
    privacy.refuse_erasure_while(lambda person_id: ["The engagement has not ended."])
    with pytest.raises(DomainError) as error:
        privacy.erase(PERSON, by=None)
    assert error.value.code == "erasure_must_wait"
    assert error.value.reasons == ("The engagement has not ended.",)
    assert "Frida" in everything_of(user)


def test_replay_repeats_what_a_restored_backup_brought_back(rows, user, tmp_path):
    privacy.erase(PERSON, by=None)
    log = tmp_path / "deletions.jsonl"
    call_command("deletions", export=log, stdout=StringIO())
    User.objects.filter(pk=user.pk).update(name="Frida Frivillig", email="frida@example.dk")

    call_command("deletions", replay=log, stdout=StringIO())

    assert "Frida" not in everything_of(user)
    assert "Frida" not in log.read_text()


def test_replay_refuses_what_is_no_log(tmp_path):
    wrong = tmp_path / "log"
    wrong.write_text("ikke json")
    with pytest.raises(CommandError, match="deletion log"):
        call_command("deletions", replay=wrong, stdout=StringIO())


# --- Retention -----------------------------------------------------------------------------


def test_retention_deletes_what_has_had_its_time_and_logs_it(user):
    old = make_message(PERSON, user, days_ago=400)
    young = make_message(PERSON, user, days_ago=300)

    assert privacy.run()["messages.finished"] == 1

    assert list(Message.objects.all()) == [young]
    logged = Deletion.objects.get()
    assert (logged.rule, logged.object_id) == ("messages.finished", str(old.pk))


def test_retention_follows_the_setting(user, other_user):
    make_message(PERSON, user, days_ago=300)
    policies.set("messages.kept_months", 6, by=other_user)
    assert privacy.run()["messages.finished"] == 1


def test_retention_dry_run_counts_and_changes_nothing(user):
    make_message(PERSON, user, days_ago=400)
    shown = StringIO()
    call_command("retention", "--dry-run", stdout=shown)

    assert "       1  messages.finished" in shown.getvalue()
    assert Message.objects.count() == 1
    assert Deletion.objects.count() == 0


def test_retention_takes_more_rows_than_one_transaction_holds(user, monkeypatch):
    monkeypatch.setattr("core.privacy.retention.AT_A_TIME", 2)
    for days_ago in range(400, 405):
        make_message(PERSON, user, days_ago=days_ago)
    assert privacy.run()["messages.finished"] == 5
    assert Deletion.objects.count() == 5


@pytest.mark.parametrize(
    ("day", "number", "unit", "expected"),
    [
        ("2027-03-31", 1, "months", "2027-02-28"),
        ("2028-03-31", 1, "months", "2028-02-29"),
        ("2027-01-15", 12, "months", "2026-01-15"),
        ("2027-01-15", 1, "months", "2026-12-15"),
        ("2027-12-31", 1, "months", "2027-11-30"),
        ("2027-03-01", 1, "days", "2027-02-28"),
        ("2027-03-01", 0, "days", "2027-03-01"),
    ],
)
def test_days_before(day, number, unit, expected):
    parse = periods.today().fromisoformat
    assert days_before(parse(day), number, unit) == parse(expected)


# --- The register --------------------------------------------------------------------------


def personal(erase):
    return Personal("Testing", basis=privacy.PUBLIC_TASK, retention="x", erase=erase)


@pytest.fixture
def empty_register(monkeypatch):
    monkeypatch.setattr(listing, "_entries", {})


@pytest.mark.parametrize(
    ("fields", "person", "complaint"),
    [
        ({"nickname": Operational()}, None, "no field nickname"),
        ({"name": personal(BLANK)}, None, "whose name"),
        ({"is_active": personal(KEEP("because")), "name": personal(DELETE_ROW)}, "pk", "keep"),
        ({"id": personal(BLANK)}, "pk", "REPLACE"),
    ],
)
def test_register_refuses_nonsense(empty_register, fields, person, complaint):
    with pytest.raises(ValueError, match=complaint):
        privacy.register(User, fields, person=person)


def test_register_refuses_a_model_twice(empty_register):
    privacy.register(User, {"name": personal(REPLACE("-"))}, person="pk")
    with pytest.raises(ValueError, match="already"):
        privacy.register(User, {"name": personal(REPLACE("-"))}, person="pk")


def test_keep_needs_a_reason():
    with pytest.raises(ValueError, match="why"):
        KEEP("")


def test_an_unlisted_field_is_found(monkeypatch):
    """The planted fault for the guard in frivillig/tests/test_privacy_register.py."""
    entries = dict(listing._entries)
    user = entries[User]
    fields = {name: mark for name, mark in user.fields.items() if name != "name"}
    entries[User] = listing.Entry(User, fields, user.person, user.user)
    monkeypatch.setattr(listing, "_entries", entries)

    assert "core.User.name" in privacy.unlisted_fields()


def test_rows_that_point_to_others_come_first():
    order = [entry.model for entry in privacy.registered()]
    assert order.index(EmailAddress) < order.index(User)
    assert order.index(Message) < order.index(User)
