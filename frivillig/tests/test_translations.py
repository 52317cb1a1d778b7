"""The Danish catalogue is whole: nothing missing, nothing stale, placeholders kept."""

import re

import polib
import pytest

from core import catalogue

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.fixture(scope="module")
def danish():
    return polib.pofile(str(catalogue.catalogue_path()))


def texts_of(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_catalogue_has_what_the_source_has(danish):
    in_catalogue = {(entry.msgctxt, entry.msgid) for entry in danish if not entry.obsolete}
    in_source = set(catalogue.found_messages())
    assert sorted(in_source - in_catalogue) == [], "run manage.py messages"
    assert sorted(in_catalogue - in_source) == [], "run manage.py messages"


def test_nothing_is_missing_or_fuzzy(danish):
    assert catalogue.missing(danish) == []


def test_msgids_are_english(danish):
    assert [entry.msgid for entry in danish if re.search("[æøåÆØÅ]", entry.msgid)] == []


def test_placeholders_are_kept(danish):
    """In the singular form a number may be written as a word."""
    lost = [
        entry.msgid
        for entry in danish
        for text in texts_of(entry)[-1:]
        if set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        != set(PLACEHOLDER.findall(text))
    ]
    assert lost == []


def test_compiled_catalogue_is_the_written_one(danish):
    compiled = polib.mofile(str(catalogue.catalogue_path().with_suffix(".mo")))
    assert {(e.msgctxt, e.msgid, tuple(texts_of(e))) for e in compiled} == {
        (e.msgctxt, e.msgid, tuple(texts_of(e))) for e in danish if not e.obsolete
    }


def test_extraction_sees_every_form(tmp_path):
    python = "_('a'); gettext_lazy('b'); ngettext('c', 'd', n); pgettext('ctx', 'e'); other('f')"
    assert list(catalogue._in_python(python)) == [
        (None, "a", None),
        (None, "b", None),
        (None, "c", "d"),
        ("ctx", "e", None),
    ]
    template = (
        '{% translate "a" %}{% blocktranslate trimmed with x=y %} b {{ x }}{% endblocktranslate %}'
        '{% translate "it\'s" as c %}'
    )
    found = {msgid for _context, msgid, _plural in catalogue._in_template(template, tmp_path)}
    assert found == {"a", "b %(x)s", "it's"}
