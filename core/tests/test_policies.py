"""Settings: typed, dated, nearest scope first, read once per request."""

from datetime import date, timedelta

import pytest

from core import policies
from core.errors import DomainError
from core.models import AuditEvent, PolicyValue, StoredFile, User
from core.periods import today
from core.policies import CHOICE, EMAIL, FILE, TEXT, URL, Policy
from core.scope import scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return User.objects.create_user("mette@example.dk", name="Mette")


@pytest.fixture(autouse=True)
def register(monkeypatch):
    """A register of the tests' own, so that settings of the apps do not matter here."""
    monkeypatch.setattr(policies, "_register", {})
    policies.register(
        Policy("consent.days", int, 14, label="Days", minimum=1, maximum=60, overridable=True),
        Policy("renewal.months", int, None, optional=True, label="Months"),
        Policy("name", str, "Kommunen", label="Name"),
        Policy("address", TEXT, "", optional=True, label="Address"),
        Policy("english", bool, True, label="English"),
        Policy("starts", date, date(2026, 1, 1), label="Starts"),
        Policy("kind", CHOICE, "a", choices=(("a", "First"), ("b", "Second")), label="Kind"),
        Policy("email", EMAIL, "", optional=True, label="E-mail"),
        Policy("link", URL, "", optional=True, label="Link"),
        Policy("logo", FILE, None, optional=True, label="Logo"),
    )


def test_default_holds_until_a_value_is_set(user):
    assert policies.get("consent.days") == 14
    policies.set("consent.days", 10, by=user)
    assert policies.get("consent.days") == 10


def test_unknown_key_is_a_fault_of_the_code():
    with pytest.raises(LookupError, match=r"consent\.dyas"):
        policies.get("consent.dyas")


def test_nearest_scope_wins(user):
    policies.set("consent.days", 10, by=user)
    policies.set("consent.days", 20, by=user, path="/1/")
    policies.set("consent.days", 30, by=user, path="/1/4/")

    found = {path: policies.get("consent.days", path=path) for path in PATHS}
    assert found == {"": 10, "/2/": 10, "/1/": 20, "/1/5/": 20, "/1/4/": 30, "/1/4/9/": 30}


PATHS = ["", "/2/", "/1/", "/1/5/", "/1/4/", "/1/4/9/"]


def test_a_path_is_no_prefix_of_text(user):
    policies.set("consent.days", 20, by=user, path="/1/")
    assert policies.get("consent.days", path="/11/") == 14


def test_value_counts_from_its_day(user):
    tomorrow = today() + timedelta(days=1)
    policies.set("consent.days", 20, by=user, valid_from=tomorrow)

    assert policies.get("consent.days") == 14
    assert policies.get("consent.days", on=tomorrow) == 20
    assert policies.next_row("consent.days").value == 20


def test_latest_day_wins_and_of_one_day_the_newest(user):
    policies.set("consent.days", 20, by=user)
    policies.set("consent.days", 21, by=user)
    assert policies.get("consent.days") == 21
    assert PolicyValue.objects.count() == 2


def test_inherit_gives_the_wider_value_its_place_back(user):
    policies.set("consent.days", 10, by=user)
    policies.set("consent.days", 20, by=user, path="/1/")
    policies.inherit("consent.days", by=user, path="/1/")
    assert policies.get("consent.days", path="/1/") == 10

    policies.inherit("consent.days", by=user)
    assert policies.get("consent.days", path="/1/") == 14


def test_withdraw_takes_back_a_planned_change_only(user):
    planned = policies.set("consent.days", 20, by=user, valid_from=today() + timedelta(days=9))
    in_force = policies.set("consent.days", 21, by=user)

    policies.withdraw(planned, by=user)

    assert policies.next_row("consent.days") is None
    with pytest.raises(DomainError) as error:
        policies.withdraw(in_force, by=user)
    assert error.value.code == "policy_in_force"


def test_set_says_who_and_when(user):
    row = policies.set("consent.days", 20, by=user, path="/1/", note="Byrådet")

    assert (row.set_by_id, row.note) == (user.pk, "Byrådet")
    event = AuditEvent.objects.get()
    assert (event.kind, event.actor_id, event.fields) == ("policy.set", user.pk, ["consent.days"])
    assert event.branch_path == "/1/"


def test_set_refuses_a_day_that_has_passed(user):
    with pytest.raises(DomainError) as error:
        policies.set("consent.days", 20, by=user, valid_from=today() - timedelta(days=1))
    assert error.value.code == "policy_in_past"


def test_set_refuses_a_branch_value_of_what_is_the_same_everywhere(user):
    with pytest.raises(DomainError) as error:
        policies.set("name", "Byen", by=user, path="/1/")
    assert error.value.code == "policy_not_overridable"


def test_a_branch_row_of_what_is_the_same_everywhere_does_not_count():
    PolicyValue.objects.create(key="name", path="/1/", value="Filialen")
    assert policies.get("name", path="/1/") == "Kommunen"


@pytest.mark.parametrize(
    ("key", "value", "cleaned"),
    [
        ("consent.days", " 20 ", 20),
        ("renewal.months", "", None),
        ("renewal.months", 24, 24),
        ("name", "  Æblø Kommune ", "Æblø Kommune"),
        ("address", "Vej 1\n5000 Odense C", "Vej 1\n5000 Odense C"),
        ("english", "False", False),
        ("english", True, True),
        ("starts", "2027-03-01", date(2027, 3, 1)),
        ("starts", date(2027, 3, 1), date(2027, 3, 1)),
        ("kind", "b", "b"),
        ("email", "frivillig@odense.dk", "frivillig@odense.dk"),
        ("link", "https://www.was.digst.dk/odense-dk", "https://www.was.digst.dk/odense-dk"),
    ],
)
def test_value_comes_back_in_its_own_type(user, key, value, cleaned):
    policies.set(key, value, by=user)
    assert policies.get(key) == cleaned
    assert type(policies.get(key)) is type(cleaned)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("consent.days", "mange"),
        ("consent.days", 0),
        ("consent.days", 61),
        ("consent.days", "1.5"),
        ("consent.days", ""),
        ("consent.days", None),
        ("renewal.months", -1),
        ("name", ""),
        ("name", "x" * 301),
        ("name", "to\nlinjer"),
        ("name", "skjult\u202etekst"),
        ("english", "måske"),
        ("starts", "2027-02-30"),
        ("starts", "1. marts"),
        ("kind", "c"),
        ("email", "frivillig"),
        ("link", "javascript:alert(1)"),
        ("logo", 999),
    ],
)
def test_nonsense_is_refused_with_a_sentence(user, key, value):
    with pytest.raises(DomainError) as error:
        policies.set(key, value, by=user)
    assert error.value.code == "bad_policy_value"
    assert str(error.value).endswith(".")
    assert PolicyValue.objects.count() == 0


def test_file_of_another_purpose_is_refused(user):
    stored = StoredFile.objects.create(
        name="a.png", purpose="other", content_type="image/png", content=b"", size=0, sha256="0"
    )
    with pytest.raises(DomainError):
        policies.set("logo", stored, by=user)


def test_all_settings_are_read_in_one_query_per_scope(django_assert_num_queries):
    with scope(), django_assert_num_queries(1):
        policies.get("consent.days", path="/1/4/")
        policies.get("name")
        policies.next_row("english")


def test_a_change_is_seen_in_the_same_scope(user):
    with scope():
        assert policies.get("consent.days") == 14
        policies.set("consent.days", 20, by=user)
        assert policies.get("consent.days") == 20


def test_scopes_do_not_share_what_they_remember(user):
    with scope():
        policies.get("name")
        with scope():
            policies.set("name", "Byen", by=user)
        assert policies.get("name") == "Kommunen"
    with scope():
        assert policies.get("name") == "Byen"


@pytest.mark.parametrize(
    "wrong",
    [
        Policy("name", str, "again", label="Taken"),
        Policy("new", list, [], label="No such type"),
        Policy("new", int, None, label="No default"),
    ],
)
def test_register_refuses_what_makes_no_sense(wrong):
    with pytest.raises(ValueError, match="setting"):
        policies.register(wrong)


def test_every_default_passes_its_own_check():
    for policy in policies.registered():
        assert policy.clean(policy.default) == policy.default
