"""Digital Post: the day's letters as MeMo files, for those whose CPR number is known."""

import base64
import io
import re
import zipfile
from xml.etree import ElementTree as Xml

import pytest

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
    assert (root.get("memoVersion"), root.get("memoSchVersion")) == ("1.2", "1.2.0")


# (depth, element, what it must look like): the official minimum example, with the lengths and
# patterns of the official schema as they stand in classes generated from it (`memo.py`).
NUMBER_4 = r"[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-4[a-fA-F0-9]{3}-[aAbB89][a-fA-F0-9]{3}-[a-fA-F0-9]{12}"
OUTLINE = (
    (0, "Message", None),
    (1, "MessageHeader", None),
    (2, "messageType", "DIGITALPOST|NEMSMS"),
    (2, "messageUUID", NUMBER_4),
    (2, "label", ".{1,256}"),
    (2, "mandatory", "true|false"),
    (2, "legalNotification", "true|false"),
    (2, "Sender", None),
    (3, "senderID", r"\d{8}"),
    (3, "idType", "CVR"),
    (3, "label", ".{1,256}"),
    (2, "Recipient", None),
    (3, "recipientID", r"\d{10}"),
    (3, "idType", "CPR"),
    (1, "MessageBody", None),
    (2, "createdDateTime", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    (2, "MainDocument", None),
    (3, "File", None),
    (4, "encodingFormat", "application/pdf"),
    (4, "filename", r".{1,252}\.pdf"),
    (4, "language", "[a-z]{2}"),
    (4, "content", "[A-Za-z0-9+/=]+"),
)


def outline(element, depth=0):
    yield depth, element
    for child in element:
        yield from outline(child, depth + 1)


def test_document_has_the_schemas_elements_in_its_order():
    write(1)
    Letter.objects.update(subject="Æ" * 300)
    found = list(outline(Xml.fromstring(memo.document(Letter.objects.get(), cpr=CPR))))
    names = [(depth, element.tag) for depth, element in found]
    assert names == [(depth, f"{{{memo.NAMESPACE}}}{name}") for depth, name, _shape in OUTLINE]
    for (_depth, name, shape), (_same, element) in zip(OUTLINE, found, strict=True):
        assert shape is None or re.fullmatch(shape, element.text), name


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
