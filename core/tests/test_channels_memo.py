"""Digital Post: the day's letters as MeMo files, for those whose CPR number is known."""

import base64
import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from lxml import etree

from core import delivery, mail, policies
from core.channels import memo, reach
from core.channels.choosing import Reach
from core.models import Channel, Letter, Message, MessageState, User

CPR = "0101011234"
MEMO = {"memo": memo.NAMESPACE}


@pytest.fixture(autouse=True)
def digital(db, monkeypatch, kinds_of_tests):
    """A municipality with Digital Post, person 1 with a known number and person 2 without."""
    by = User.objects.create_user("chef@example.dk")
    policies.set("messages.digital_post", value=True, by=by)
    policies.set("municipality.cvr", "35209115", by=by)
    policies.set("municipality.name", "Odense Kommune", by=by)
    known = {
        1: Reach(name="Frida & co", digital_post=True, address=("Algade 1", "5000 Odense C")),
        2: Reach(name="Bo", address=("Algade 2", "5000 Odense C")),
    }
    finders = {"reach": lambda ids: known, "cpr": lambda ids: {1: CPR}}
    monkeypatch.setattr(reach, "_finders", finders)


def write(person_id):
    to = mail.Recipient("", f"Person {person_id}", person_id=person_id)
    message = mail.send("tests.letter", to=to)
    delivery.deliver()
    return Message.objects.get(pk=message.pk)


def test_message_goes_to_the_days_file_where_the_number_is_known():
    assert (write(1).channel, write(2).channel) == (Channel.DIGITAL_POST, Channel.LETTER)
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.TO_POST}


def test_file_holds_one_document_for_each_with_its_pages_inside():
    write(1), write(2)
    content, included = memo.archive(list(Letter.objects.select_related("message")))
    assert [letter.message.person_id for letter in included] == [1]
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        (name,) = box.namelist()
        root = Xml.fromstring(box.read(name))
    texts = {
        path: root.findtext(f"memo:{path.replace('/', '/memo:')}", namespaces=MEMO)
        for path in (
            "MessageHeader/messageType",
            "MessageHeader/messageUUID",
            "MessageHeader/Sender/senderID",
            "MessageHeader/Sender/label",
            "MessageHeader/Recipient/recipientID",
            "MessageHeader/Recipient/idType",
            "MessageBody/MainDocument/File/encodingFormat",
        )
    }
    assert list(texts.values()) == [
        "DIGITALPOST",
        name.removesuffix(".xml"),
        "35209115",
        "Odense Kommune",
        CPR,
        "CPR",
        "application/pdf",
    ]
    pages = root.findtext(".//memo:content", namespaces=MEMO)
    assert base64.b64decode(pages).startswith(b"%PDF")
    assert dict(root.attrib) == {"memoVersion": "1.2"}


# --- The schema ----------------------------------------------------------------------------

# Our own description of the part of MeMo 1.2 that we write (docs/decisions/memo.md).
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("memo-1.2.xsd")))


def faults(document):
    """What the schema says against a document."""
    SCHEMA.validate(etree.fromstring(document))
    return [error.message for error in SCHEMA.error_log]


@pytest.mark.parametrize(
    "subject",
    ["Din aftale", "Æ" * 300, "<b>&amp; \x0b og en lang hale 🎉"],
)
def test_document_is_valid(subject):
    write(1)
    letter = Letter.objects.get()
    letter.subject = subject
    assert faults(memo.document(letter, cpr=CPR)) == []


def test_document_is_valid_in_every_language(settings):
    write(1)
    letter = Letter.objects.get()
    for language, _name in settings.LANGUAGES:
        letter.message.language = language
        assert faults(memo.document(letter, cpr=CPR)) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b'memoVersion="1.2"', b'memoVersion="1.2" memoSchVersion="1.2.0"'),
        (b"<memo:messageType>", b"<memo:messageID>1</memo:messageID><memo:messageType>"),
        (b"<memo:mandatory>false</memo:mandatory>", b""),
        (b"<memo:idType>CPR<", b"<memo:idType>CVR<"),
        (CPR.encode(), b"010101-1234"),
        (b"Z</memo:createdDateTime>", b"</memo:createdDateTime>"),
        (b"application/pdf", b"text/plain"),
        (b"<memo:content>", b"<memo:content>!"),
    ],
)
def test_schema_sees_what_is_wrong(right, wrong):
    write(1)
    document = memo.document(Letter.objects.get(), cpr=CPR)
    assert document.count(right) == 1
    assert len(faults(document.replace(right, wrong))) >= 1


def test_same_letter_keeps_its_number_when_the_file_is_made_again():
    write(1)
    rows = list(Letter.objects.select_related("message"))
    names = [zipfile.ZipFile(io.BytesIO(memo.archive(rows)[0])).namelist() for _time in (1, 2)]
    assert names[0] == names[1]


def test_prefix_is_the_one_the_receiver_asks_for():
    write(1)
    content = memo.document(Letter.objects.get(), cpr=CPR)
    assert content.startswith(b"<?xml")
    assert b"<memo:Message " in content


def test_number_is_kept_nowhere():
    message = write(1)
    letter = Letter.objects.get()
    assert CPR not in str(vars(message)) + str(vars(letter))
