"""Digital Post: the day's letters as a zip of MeMo files, for the municipality's own system.

MeMo version 1.2, whose root names its version and no longer that of a schema. What we write was
held against the official schema (docs/decisions/memo.md), and is held against our own description
of it in the tests; the real Digital Post has taken no file yet. The prefix is literally `memo:`,
which SF1601 asks for.
"""

import base64
import hashlib
import io
import re
import uuid
import zipfile
from xml.etree import ElementTree as Xml

from django.utils import timezone

from core import policies
from core.channels import letters as paper
from core.channels.reach import cpr_of

NAMESPACE = "https://DigitalPost.dk/MeMo-1"
VERSION = "1.2"
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Xml.register_namespace("memo", NAMESPACE)


def archive(letters):
    """(zip bytes, the letters in it): one MeMo file per letter whose CPR number is known."""
    numbers = cpr_of({letter.message.person_id for letter in letters})
    included = [letter for letter in letters if letter.message.person_id in numbers]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as box:
        for letter in included:
            cpr = numbers[letter.message.person_id]
            box.writestr(f"{_uuid(letter)}.xml", document(letter, cpr=cpr))
    return content.getvalue(), included


def document(letter, *, cpr):
    """One letter as MeMo XML bytes, its pages inside. The same letter keeps its messageUUID."""
    root = Xml.Element(_name("Message"), {"memoVersion": VERSION})
    _header(_add(root, "MessageHeader"), letter, cpr)
    body = _add(root, "MessageBody")
    _add(body, "createdDateTime", timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"))
    file = _add(_add(body, "MainDocument"), "File")
    _add(file, "encodingFormat", "application/pdf")
    _add(file, "filename", "brev.pdf")
    _add(file, "language", letter.message.language)
    pages = paper.pages([letter], title=letter.subject)
    _add(file, "content", base64.b64encode(pages).decode())
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True)


def _header(header, letter, cpr):
    _add(header, "messageType", "DIGITALPOST")
    _add(header, "messageUUID", str(_uuid(letter)))
    _add(header, "label", letter.subject[:256])
    _add(header, "mandatory", "false")
    _add(header, "legalNotification", "false")
    sender = _add(header, "Sender")
    _add(sender, "senderID", policies.get("municipality.cvr"))
    _add(sender, "idType", "CVR")
    _add(sender, "label", policies.get("municipality.name"))
    recipient = _add(header, "Recipient")
    _add(recipient, "recipientID", cpr)
    _add(recipient, "idType", "CPR")


def _uuid(letter):
    """A number made of the Message-ID, so that a file made twice is one message.

    The schema takes numbers of version 4 only.
    """
    digest = hashlib.sha256(letter.message.message_id.encode()).digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def _name(name):
    return f"{{{NAMESPACE}}}{name}"


def _add(parent, name, text=None):
    element = Xml.SubElement(parent, _name(name))
    if text is not None:
        element.text = FORBIDDEN.sub("", text)
    return element
