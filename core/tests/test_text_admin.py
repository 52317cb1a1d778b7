"""The managers' pages for message texts."""

import re

import pytest
from django.urls import reverse

from core import delivery, mail, messagetexts
from core.models import AccessEvent, Message, MessageText

KIND = "coordination.welcome"
TEXT = reverse("admin:core_messagetext_text", args=[KIND, "da"])
HTML = reverse("admin:core_messagetext_html", args=[KIND, "da"])
LIST = reverse("admin:core_messagetext_changelist")
GOOD = {"subject": "Velkommen, [[first_name]]", "body": "Kære [[first_name]]\n\nVelkommen."}
BAD = {"subject": "Velkommen", "body": "Kære [[frist_name]]"}


@pytest.fixture
def desk(client, manager):
    client.force_login(manager)
    return client


def test_list_shows_every_text_with_what_is_in_use(desk, manager):
    messagetexts.save_draft(KIND, "da", **GOOD, by=manager)
    page = desk.get(LIST).content.decode()
    assert "Velkommen som frivillig" in page
    assert len(re.findall(r"coordination\.welcome\b", page)) == 2


def test_draft_is_kept_and_shown_with_the_examples(desk):
    assert desk.post(TEXT, {**GOOD, "deed": "save"}).status_code == 302
    page = desk.get(TEXT)
    assert page.context["draft"].subject == GOOD["subject"]
    assert page.context["written"].subject == "Velkommen, Frida"
    assert "Velkommen, Frida" in desk.get(HTML).content.decode()


def test_bad_draft_is_kept_and_says_what_is_wrong(desk):
    desk.post(TEXT, {**BAD, "deed": "save"})
    page = desk.get(TEXT)
    assert "first_name" in page.context["faults"][0]
    assert page.context["written"] is None
    assert desk.get(HTML).status_code == 200


def test_bad_text_is_not_published_and_nothing_typed_is_lost(desk):
    page = desk.post(TEXT, {**BAD, "deed": "publish"})
    assert page.status_code == 200
    assert "frist_name" in page.content.decode()
    assert MessageText.objects.get().published_at is None


def test_publishing_and_going_back(desk):
    desk.post(TEXT, {**GOOD, "deed": "publish"})
    assert messagetexts.edited(KIND, "da").subject == GOOD["subject"]
    desk.post(TEXT, {"deed": "shipped"})
    assert messagetexts.edited(KIND, "da") is None


def test_draft_is_thrown_away(desk):
    desk.post(TEXT, {**GOOD, "deed": "save"})
    desk.post(TEXT, {"deed": "discard"})
    assert not MessageText.objects.exists()


def test_test_mail_goes_to_whoever_asks(desk, manager, mailoutbox):
    desk.post(TEXT, {**GOOD, "deed": "test"})
    delivery.deliver()
    assert [(sent.subject, sent.to) for sent in mailoutbox] == [
        ("Prøve: Velkommen, Frida", [f"{manager.name} <{manager.email}>"])
    ]


def test_preview_with_a_real_message_is_written_to_the_access_log(desk, monkeypatch, manager):
    message = mail.send(KIND, to=mail.Recipient("a@example.dk", "Aja Andersen", person_id=7))
    monkeypatch.setitem(
        messagetexts.kinds._kinds, KIND, of_aja(messagetexts.kinds.kinds()[KIND], message)
    )
    page = desk.get(TEXT, {"vis": "rigtig"})
    assert "Kære Aja" in page.context["written"].content
    assert AccessEvent.objects.get().purpose == "admin.message_preview"


def of_aja(kind, message):
    values = {
        "first_name": "Aja",
        "branch": "Bib",
        "activity": "Kor",
        "starts_on": None,
        "has_sign_in": False,
        "sign_in_url": "",
    }
    return type(kind)(**(kind.__dict__ | {"context": lambda found: dict(values)}))


def test_html_is_shown_in_a_frame_and_may_fetch_nothing(desk):
    answer = desk.get(HTML)
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "frame-src 'self'" in desk.get(TEXT)["Content-Security-Policy"]


@pytest.mark.parametrize("address", [TEXT, HTML, LIST])
def test_coordinators_and_volunteers_have_no_access(client, coordinator, volunteer, address):
    for user in (coordinator, volunteer.person.user):
        client.force_login(user)
        assert client.get(address).status_code == 403
    client.logout()
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("place", [["no.such", "da"], [KIND, "xx"]])
def test_text_that_does_not_exist(desk, place):
    assert desk.get(reverse("admin:core_messagetext_text", args=place)).status_code == 404


def test_nothing_is_written_by_looking(desk):
    desk.get(TEXT)
    desk.get(HTML)
    assert not MessageText.objects.exists()
    assert not Message.objects.exists()
