"""The texts a new installation starts with: complete pairs, and only documented placeholders."""

import csv
import re
from pathlib import Path

import pytest
from django.conf import settings

TEXTS = Path(settings.BASE_DIR) / "agreements/texts"
NOTICES = Path(settings.BASE_DIR) / "recruitment/texts"
PLACEHOLDER = re.compile(r"\[\[([^\]]*)\]\]")
LOCKED = {
    "about",
    "confidentiality",
    "notify",
    "child_certificate",
    "insurance",
    "gifts",
    "data_protection",
    "ending",
}


def parts(path):
    """Front matter as a dictionary, and the text."""
    _, head, body = path.read_text().split("---\n", 2)
    return dict(line.split(": ", 1) for line in head.strip().splitlines()), body


def documented(folder):
    return set(PLACEHOLDER.findall((folder / "README.md").read_text()))


def legal_keys():
    with (TEXTS / "legal_references.csv").open() as file:
        return {f"legal:{row['key']}" for row in csv.DictReader(file) if not row["valid_until"]}


CLAUSES = sorted(TEXTS.glob("*.da.md"))
PHRASES = sorted((TEXTS / "phrases").glob("*.da.md"))
PUBLIC = sorted(NOTICES.glob("*.da.md"))


def names(paths):
    return [path.name.removesuffix(".da.md") for path in paths]


def test_clauses_are_all_here():
    assert names(CLAUSES) == sorted(names(CLAUSES))
    assert len(CLAUSES) == 13
    assert {head["key"] for head, _ in map(parts, CLAUSES) if head["locked"] == "true"} == LOCKED


@pytest.mark.parametrize("danish", CLAUSES, ids=names(CLAUSES))
def test_clause_has_an_english_twin(danish):
    english = danish.with_name(danish.name.replace(".da.", ".en."))
    (head, body), (english_head, english_body) = parts(danish), parts(english)
    assert {**head, "heading": ""} == {**english_head, "heading": ""}
    assert danish.name.startswith(f"{head['order']}-")
    assert sorted(PLACEHOLDER.findall(body)) == sorted(PLACEHOLDER.findall(english_body))


@pytest.mark.parametrize("danish", PHRASES, ids=names(PHRASES))
def test_phrase_has_an_english_twin(danish):
    english = danish.with_name(danish.name.replace(".da.", ".en."))
    used = set(PLACEHOLDER.findall(danish.read_text()))
    assert used == set(PLACEHOLDER.findall(english.read_text()))


@pytest.mark.parametrize("path", CLAUSES + PHRASES, ids=lambda path: path.name)
def test_text_uses_documented_placeholders(path):
    known = documented(TEXTS) - {"name", "legal:<key>"} | legal_keys()
    assert set(PLACEHOLDER.findall(path.read_text())) <= known


@pytest.mark.parametrize("path", CLAUSES + PHRASES, ids=lambda path: path.name)
def test_text_leaves_paragraph_numbers_to_the_legal_table(path):
    assert "§" not in path.read_text()


@pytest.mark.parametrize("danish", PUBLIC, ids=names(PUBLIC))
def test_public_text_has_an_english_twin(danish):
    english = danish.with_name(danish.name.replace(".da.", ".en."))
    body, english_body = danish.read_text(), english.read_text()
    assert PLACEHOLDER.findall(body) == PLACEHOLDER.findall(english_body)
    assert set(PLACEHOLDER.findall(body)) <= documented(NOTICES)
    assert body.count("\n## ") == english_body.count("\n## ")


def test_confidentiality_is_said_to_last():
    _, body = parts(TEXTS / "50-confidentiality.da.md")
    assert "fortsætter, når du ikke længere er frivillig" in body


def test_agreement_says_it_is_no_employment():
    _, body = parts(TEXTS / "10-about.da.md")
    assert "Aftalen er ikke en ansættelse" in body
    assert "supplement, aldrig en erstatning" in body
