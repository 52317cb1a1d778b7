"""A published text is a version for ever; publishing the same again changes nothing."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import translation

from core import texts
from core.errors import DomainError
from core.models import AuditEvent, PublishedText, User
from core.scope import scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return User.objects.create_user("mette@example.dk")


@pytest.fixture(autouse=True)
def source(monkeypatch, tmp_path):
    monkeypatch.setattr(texts, "_sources", {})
    danish = tmp_path / "notice.da.md"
    danish.write_text("Vi gemmer dit navn. [[kommune]]", encoding="utf-8")
    source = texts.Source("notice", "Notice", danish, placeholders=frozenset({"kommune"}))
    texts.register(source)
    return source


def test_publish_numbers_the_versions(user):
    first = texts.publish("notice", body_da="Første", by=user)
    second = texts.publish("notice", body_da="Anden", by=user)

    assert (first.version, second.version) == (1, 2)
    assert texts.current("notice") == second
    assert AuditEvent.objects.filter(kind="text.published").count() == 2


def test_publish_the_same_text_again_makes_no_version(user):
    first = texts.publish("notice", body_da="Første", by=user)
    assert texts.publish("notice", body_da="Første", by=user) == first


@pytest.mark.parametrize(
    ("body", "code"),
    [("  \n", "empty_text"), ("Kære [[navn]]", "unknown_placeholder")],
)
def test_publish_refuses_what_cannot_be_shown(user, body, code):
    with pytest.raises(DomainError) as error:
        texts.publish("notice", body_da=body, by=user)
    assert error.value.code == code
    assert PublishedText.objects.count() == 0


def test_current_without_a_version_says_what_to_run():
    with pytest.raises(LookupError, match="texts --publish"):
        texts.current("notice")


def test_current_is_one_query_per_scope(user, django_assert_num_queries):
    texts.publish("notice", body_da="Første", by=user)
    with scope(), django_assert_num_queries(1):
        texts.current("notice")
        texts.current("notice")


def test_empty_english_falls_back_to_danish(user):
    danish_only = texts.publish("notice", body_da="Dansk", by=user)
    both = texts.publish("notice", body_da="Dansk", body_en="English", by=user)
    with translation.override("en"):
        assert (danish_only.body, danish_only.language) == ("Dansk", "da")
        assert (both.body, both.language) == ("English", "en")
    with translation.override("da"):
        assert (both.body, both.language) == ("Dansk", "da")


def test_rendered_fills_the_placeholders(user):
    text = texts.publish("notice", body_da="Fra [[kommune]]", by=user)
    assert texts.rendered(text, {"kommune": "Æblø & Co"}) == "<p>Fra Æblø &amp; Co</p>\n"


def test_command_publishes_first_versions_once(user):
    call_command("texts", "--publish", stdout=StringIO())
    call_command("texts", "--publish", stdout=StringIO())
    assert PublishedText.objects.get().version == 1


def test_command_leaves_an_edited_text_alone(user):
    texts.publish("notice", body_da="Rettet af kommunen", by=user)
    call_command("texts", "--publish", stdout=StringIO())
    assert texts.current("notice").body_da == "Rettet af kommunen"
