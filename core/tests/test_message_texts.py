"""Edited texts: drafts, publishing, the database's own guard, falling back, and the pages."""

import pytest
from django.core import mail as django_mail
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from core import delivery, kinds, mail, mailbody, messagetexts
from core.errors import DomainError
from core.models import AuditEvent, Message, MessageState, MessageText, TextState, User
from core.tests.guards import guards_lifted

KIND = "coordination.shift_reminder"
BODY = "Kære [[first_name]]\n\nVi ses [[time]]."
FRIDA = mail.Recipient("frida@example.dk", "Frida", person_id=7)


@pytest.fixture
def editor(db):
    return User.objects.create_user("leder@example.dk", name="Leder")


@pytest.fixture
def values(monkeypatch):
    """What the kind's context gives; a shift is not what these tests are about."""
    found = {
        "first_name": "Frida",
        "what": "Lektiehjælp",
        "day": "3. marts 2026",
        "time": "kl. 15",
        "where": "Bib",
        "branch": "Bib",
        "note": "",
        "own_shifts_url": "http://127.0.0.1:8000/min-side/vagter/",
    }
    known = dict(kinds.kinds())
    kind = known[KIND]
    known[KIND] = type(kind)(**(kind.__dict__ | {"context": lambda message: dict(found)}))
    monkeypatch.setattr(kinds, "_kinds", known)
    return found


def publish(editor, *, subject="Vi ses", body=BODY):
    messagetexts.save_draft(KIND, "da", subject=subject, body=body, by=editor)
    return messagetexts.publish(KIND, "da", by=editor)


def deliver():
    mail.send(KIND, to=FRIDA, urgent=True)
    delivery.deliver()
    return Message.objects.latest("pk"), django_mail.outbox[-1]


# --- From draft to use ---------------------------------------------------------------------


def test_draft_is_not_sent(editor, values):
    messagetexts.save_draft(KIND, "da", subject="Kladde", body=BODY, by=editor)
    assert deliver()[1].subject == "Husk din vagt 3. marts 2026"


def test_published_text_is_sent_and_the_row_remembers_its_version(editor, values):
    publish(editor, subject="Vi ses, [[first_name]]")
    message, sent = deliver()
    assert sent.subject == "Vi ses, Frida"
    assert "Vi ses kl. 15." in sent.body
    assert (message.template_version, message.subject) == ("v1", "Vi ses, Frida")


def test_next_version_replaces_and_keeps(editor, values):
    first = publish(editor)
    second = publish(editor, subject="Anden")
    first.refresh_from_db()
    assert (first.state, second.state) == (TextState.REPLACED, TextState.PUBLISHED)
    assert (first.subject, second.version) == ("Vi ses", 2)
    assert deliver()[0].template_version == "v2"


def test_back_to_the_shipped_text(editor, values):
    publish(editor)
    messagetexts.back_to_shipped(KIND, "da", by=editor)
    assert deliver()[1].subject == "Husk din vagt 3. marts 2026"
    assert publish(editor).version == 2
    with pytest.raises(DomainError) as refused:
        messagetexts.back_to_shipped(KIND, "en", by=editor)
    assert refused.value.code == "already_shipped"


def test_one_draft_per_text_is_edited_and_thrown_away(editor):
    first = messagetexts.save_draft(KIND, "da", subject="A", body=BODY, by=editor)
    again = messagetexts.save_draft(KIND, "da", subject="B", body=BODY, by=editor)
    assert (again.pk, MessageText.objects.get().subject) == (first.pk, "B")
    messagetexts.discard(KIND, "da", by=editor)
    assert not MessageText.objects.exists()


@pytest.mark.parametrize("deed", [messagetexts.publish, messagetexts.discard])
def test_without_a_draft_there_is_nothing_to_do(editor, deed):
    with pytest.raises(DomainError) as refused:
        deed(KIND, "da", by=editor)
    assert refused.value.code == "no_draft"


def test_text_with_faults_is_kept_and_not_published(editor):
    messagetexts.save_draft(KIND, "da", subject="Hej", body="Kære [[frist_name]]", by=editor)
    with translation.override("en"), pytest.raises(DomainError, match="first_name"):
        messagetexts.publish(KIND, "da", by=editor)
    assert MessageText.objects.get().state == TextState.DRAFT


def test_english_stays_shipped_when_the_danish_text_is_edited(editor, values):
    publish(editor)
    mail.send(KIND, to=mail.Recipient("e@example.dk", "E", "en", person_id=9), urgent=True)
    delivery.deliver()
    assert django_mail.outbox[-1].subject == "Remember your shift on 3. marts 2026"


def test_what_is_done_is_audited(editor):
    publish(editor)
    messagetexts.back_to_shipped(KIND, "da", by=editor)
    assert list(AuditEvent.objects.order_by("pk").values_list("kind", "actor_id")) == [
        ("message_text.saved", editor.pk),
        ("message_text.published", editor.pk),
        ("message_text.withdrawn", editor.pk),
    ]


# --- The database keeps what was published ---------------------------------------------------

CHANGES = [
    {"body": "Noget andet"},
    {"subject": "Noget andet"},
    {"version": 9},
    {"published_at": None, "published_by": None},
]


@pytest.mark.parametrize("change", CHANGES)
def test_published_text_is_never_changed(editor, change):
    row = publish(editor)
    with pytest.raises(DatabaseError), transaction.atomic():
        MessageText.objects.filter(pk=row.pk).update(**change)


def test_published_text_is_never_deleted_and_replaced_once(editor):
    row = publish(editor)
    with pytest.raises(DatabaseError), transaction.atomic():
        MessageText.objects.filter(pk=row.pk).delete()
    messagetexts.back_to_shipped(KIND, "da", by=editor)
    with pytest.raises(DatabaseError), transaction.atomic():
        MessageText.objects.filter(pk=row.pk).update(replaced_at=None, replaced_by=None)


def test_without_the_guard_it_would_be_changed(editor):
    """The planted fault: the test above fails where the triggers are away."""
    row = publish(editor)
    connection.check_constraints()  # PostgreSQL alters no table with checks that still wait
    with guards_lifted():
        assert MessageText.objects.filter(pk=row.pk).update(body="Noget andet") == 1
        MessageText.objects.filter(pk=row.pk).update(body=BODY)
        connection.check_constraints()


# --- An edited text that fails ---------------------------------------------------------------


def test_shipped_text_is_sent_where_only_the_edited_one_fails(editor, values):
    publish(editor)
    connection.check_constraints()
    with guards_lifted():
        MessageText.objects.update(body="Kære [[gone_in_the_next_release]]")
        connection.check_constraints()
    message, sent = deliver()
    assert sent.subject == "Husk din vagt 3. marts 2026"
    assert message.state == MessageState.SENT
    assert message.last_error == "edited text not usable: v1"
    assert message.template_version == messagetexts.shipped(KIND, "da").version
    assert messagetexts.fallbacks() == {KIND: 1}


def test_codes_are_sent_and_not_kept(db):
    kind = kinds.kinds()["agreements.code"]
    text = messagetexts.shipped(kind.name, "da")
    written = mailbody.filled(kind, text, {"code": "123456", "branch": "Bib", "minutes": 15})
    assert "123456" in written.subject
    assert "123456" in written.content
    assert written.kept_subject == "Din kode er •••"
