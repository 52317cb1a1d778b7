"""Every text that is shipped: it says what its kind may say, in both languages, and is whole."""

import itertools
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from core import kinds, mailtext

FOLDER = Path(settings.BASE_DIR) / "templates" / "emails"
LANGUAGES = [code for code, _name in settings.LANGUAGES]
KINDS = kinds.kinds()
TEXTS = list(itertools.product(LANGUAGES, sorted(KINDS)))
MATTER = "HEMMELIGT-INDHOLD"


def shipped(language, name):
    return mailtext.split((FOLDER / language / f"{name}.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("language", "name"), TEXTS)
def test_shipped_text_could_be_published(language, name):
    with translation.override("en"):
        assert mailtext.lint(KINDS[name], *shipped(language, name)) == []


@pytest.mark.parametrize(("language", "name"), TEXTS)
def test_shipped_text_is_filled_with_the_examples(language, name):
    with translation.override(language):
        subject, body = mailtext.fill(*shipped(language, name), mailtext.examples(KINDS[name]))
    assert "[[" not in subject + body
    assert "{" not in subject + body
    assert len(subject) <= mailtext.SUBJECT_LENGTH
    assert len(body.split()) > 10


@pytest.mark.parametrize(("language", "name"), TEXTS)
def test_shipped_text_stands_with_nothing_known(language, name):
    """No sentence begins or ends in the middle where a value is missing."""
    empty = dict.fromkeys(mailtext.examples(KINDS[name]), "")
    subject, body = mailtext.fill(*shipped(language, name), empty | {"municipality": "Byen"})
    assert subject
    assert not re.search(r" ,|\( ?\)|\s\.", body)


@pytest.mark.parametrize(("language", "name"), TEXTS)
def test_shipped_text_uses_what_is_declared(language, name):
    """A placeholder that no text shows is a promise to the manager that nobody has tried."""
    declared = {one.name for one in KINDS[name].placeholders if not one.inside}
    common = {one.name for one in kinds.COMMON}
    assert set(mailtext.names("\n".join(shipped(language, name)))) <= declared
    assert {one.name for one in KINDS[name].placeholders if one.required} <= declared
    assert common <= declared


SENSITIVE = sorted(name for name, kind in KINDS.items() if kind.sensitive)


@pytest.mark.parametrize(("language", "name"), list(itertools.product(LANGUAGES, SENSITIVE)))
def test_sensitive_message_holds_no_matter(language, name):
    """What leaves by mail or text message says only that something waits."""
    kind = KINDS[name]
    values = mailtext.examples(kind) | {one.name: MATTER for one in kind.placeholders if one.inside}
    with translation.override(language):
        subject, body = mailtext.fill(*shipped(language, name), values)
    assert MATTER not in subject + body
    assert [stem for stem in kind.unsaid if stem in f"{subject}\n{body}".lower()] == []


def test_there_are_sensitive_kinds_and_each_knows_what_is_not_said():
    assert {"agreements.attestation_ordered", "agreements.attestation_expiring"} <= set(SENSITIVE)
    assert [name for name in SENSITIVE if not KINDS[name].unsaid] == []


def test_every_kind_has_a_title_and_a_group_that_exists():
    assert [name for name, kind in KINDS.items() if kind.title == name] == []
    assert [name for name, kind in KINDS.items() if kind.group not in kinds.groups()] == []


def test_what_is_chosen_together_may_be_declined_together():
    """“No, thank you” to a group must not be half true."""
    mixed = {
        kind.group
        for kind in KINDS.values()
        if kind.declinable and any(not other.declinable for other in of_group(kind.group))
    }
    assert mixed <= {"thanks"}


def of_group(group):
    return [kind for kind in KINDS.values() if kind.group == group]
